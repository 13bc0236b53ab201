"""Are these two the same person? The first face of a photo and another's, or somebody's templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.core.decisions import Verification
from rostro.core.person_decision import PersonVerification
from rostro.core.types import Embedding
from rostro.recognition.found import embedded
from rostro.recognition.living import not_live
from rostro.scoring import cosine
from rostro.scoring.best_of import best_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Template
    from rostro.recognition.parts import Parts
    from rostro.recognition.pipeline import PhotoFaces
    from rostro.scoring.impostor_tail import ImpostorTail


def compare(parts: Parts, a: PhotoFaces, b: PhotoFaces) -> Verification:
    """Compares the first faces of two photos; see `Recognizer.compare`.

    Args:
        parts: What the photos went through.
        a: A photo.
        b: Another.
    """
    a, b = embedded(a), embedded(b)
    first, second = (Embedding(found.embeddings[0], parts.space) for found in (a, b))
    similarity, photos = cosine.similarity(first, second), (a.photo, b.photo)
    qualities = (*a.qualities[:1], *b.qualities[:1])
    liveness = ((*a.liveness, None)[0], (*b.liveness, None)[0])
    doubt = not_live(liveness, qualities, photos)
    if doubt is None and parts.gate is not None:
        doubt = parts.gate.doubt(similarity, parts.operating_point.threshold, qualities, photos)
    return Verification(
        similarity,
        parts.operating_point,
        (a.faces[0], b.faces[0]),
        parts.space,
        photos,
        parts.system,
        qualities,
        doubt,
        (a.turned, b.turned),
        liveness,
    )


def compare_person(
    parts: Parts, found: PhotoFaces, person: str, templates: Sequence[Template], tail: ImpostorTail | None
) -> PersonVerification:
    """Compares the first face of a photo with somebody's templates; see `Recognizer.compare_person`.

    Args:
        parts: What the photo went through.
        found: The photo.
        person: Whose templates they are.
        templates: At least one, in the same space.
        tail: Of the impostor scores of the space; None where it was not measured.
    """
    found = embedded(found)
    scores = np.stack([template.vector for template in templates]) @ found.embeddings[0]
    nearest = int(np.argmax(scores))
    similarity = float(np.clip(scores[nearest], -1, 1))
    point = best_of(parts.operating_point, len(templates), tail)
    life, quality = (*found.liveness, None)[0], (*found.qualities, None)[0]
    doubt = not_live([life], [quality])
    if doubt is None and parts.gate is not None and quality is not None:
        doubt = parts.gate.doubt(similarity, point.threshold, [quality])
    return PersonVerification(
        person=person,
        similarity=similarity,
        operating_point=point,
        templates=len(templates),
        nearest=templates[nearest],
        face=found.faces[0],
        space=parts.space,
        photo=found.photo,
        system=parts.system,
        quality=quality,
        doubt=doubt,
        turned=found.turned,
        liveness=life,
    )

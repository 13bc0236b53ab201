"""Are these two the same person? The first faces of two photos, against an operating point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.core.decisions import Verification
from rostro.core.types import Embedding
from rostro.recognition.found import embedded
from rostro.recognition.living import not_live
from rostro.scoring import cosine

if TYPE_CHECKING:
    from rostro.recognition.parts import Parts
    from rostro.recognition.pipeline import PhotoFaces


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

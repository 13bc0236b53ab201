"""Who stays open: people of a gallery who are spared, or everybody but some.

In doubt a face is covered. Whoever is to stay open must be recognised; where only some are to be covered, whoever is
not clearly somebody else is taken for one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.types import Floats
from rostro.recognition.judging import Judging
from rostro.recognition.pipeline import PhotoFaces
from rostro.recognition.turning import Look
from rostro.scoring.fusion import best_per_person
from rostro.scoring.rejections import without_rejected
from rostro.video.identity import CONFIRM, LOST, STRANGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.quality import Quality
    from rostro.core.types import Face, Image
    from rostro.recognizer import Recognizer

#: Who is less like somebody than this part of the threshold is clearly somebody else. Of 1,790 pairs of photos of one
#: person in LFW 4 are, and of as many of strangers 18 % are not (``benchmarks/anonymised.py``).
CLEARLY: Final = 0.4
#: Templates looked up for somebody in a film; and what a look weighs at least.
_TEMPLATES, _LEAST = 50, 0.01


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is to be covered. Without names everybody is.

    Attributes:
        spare: People who stay open; everybody else is covered.
        only: People who are covered; everybody else stays open.
    """

    spare: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.spare and self.only:
            raise BadInput("either some people stay open or only some are covered, not both")

    def __bool__(self) -> bool:
        return bool(self.spare or self.only)


class Chooser:
    """Tells which faces stay open. Safe to call from several threads at once."""

    def __init__(self, recognizer: Recognizer, whom: Whom) -> None:
        """Opens the gallery and loads the models.

        Args:
            recognizer: Knows the people.
            whom: Who is meant; at least one name.

        Raises:
            UnknownPerson: The gallery holds nobody of one of the names.
            GalleryError: There is no such gallery.
            NoOperatingPoint: No threshold is known for its space.
        """
        self._recognizer = recognizer
        self._whom = whom
        gallery = recognizer.existing_gallery
        self._spare = frozenset(gallery.person(name).name for name in whom.spare)
        names = [gallery.person(name).name for name in whom.only]
        templates = gallery.templates_of(names) if names else {}
        rows = [template.vector for name in names for template in templates.get(name, ())]
        self._only: Floats | None = np.stack(rows) if rows else None
        self._clearly = CLEARLY * recognizer.operating_point.threshold
        judge = recognizer.judge
        self._judging = None if judge is None else Judging.of(judge, recognizer)

    def open_faces(self, image: Image, faces: Sequence[Face], photo: str) -> dict[int, str | None]:
        """Which faces stay open, by their place among ``faces``, and who they are.

        Nobody is twice in a photo: of two faces that are taken for one person the less alike one is covered, and so is
        one that got its name because a better face had the first.

        Args:
            image: RGB uint8 (H, W, 3).
            faces: In its pixels.
            photo: Its name, for errors.
        """
        if not faces:
            return {}
        vectors, qualities = self._embedded(image, faces)
        height, width = image.shape[:2]
        found = PhotoFaces(photo, "", width, height, tuple(faces), vectors, qualities=qualities)
        chosen: dict[int, str | None] = {}
        for place, answer in enumerate(self._recognizer.look_up(found)):
            if answer.doubt is not None or not self._can_be_judged(answer.quality):
                continue
            if self._only is not None:
                if self._somebody_else(vectors[place]):
                    chosen[place] = answer.name
            elif answer.name is not None and answer.name in self._spare and not answer.remarks:
                chosen[place] = answer.name
        return chosen

    def looks(self, image: Image, faces: Sequence[Face]) -> list[tuple[Floats, float] | None]:
        """Vectors of faces of a frame and what they weigh as evidence; None of a face that cannot be judged.

        Args:
            image: RGB uint8 (H, W, 3).
            faces: In its pixels; at least one.
        """
        vectors, qualities = self._embedded(image, faces)
        return [
            (vector, 1.0 if quality is None else quality.value) if self._can_be_judged(quality) else None
            for vector, quality in zip_longest(vectors, qualities)
        ]

    def stays_open(self, evidence: Evidence) -> tuple[bool, str | None]:
        """Whether somebody who was followed through a film stays open, and who they are.

        Args:
            evidence: All that was seen of them.
        """
        mean = evidence.mean
        if mean is None or evidence.mixed or evidence.count < CONFIRM:
            return False, None
        name = self._name_of(mean)
        if self._only is None:
            return name is not None and name in self._spare, name
        return self._somebody_else(mean / np.linalg.norm(mean)), name

    def strange(self, evidence: Evidence, vector: Floats, *, lost: bool) -> bool:
        """Whether a look is of somebody else than those before.

        Args:
            evidence: What was seen before.
            vector: (d,) of unit length.
            lost: Whether the face could not be followed in between: then it takes less to be somebody else.
        """
        mean = evidence.mean
        part = LOST if lost else STRANGE
        return mean is not None and float(mean @ vector) / float(np.linalg.norm(mean)) < part * self.threshold

    @property
    def threshold(self) -> float:
        """From which similarity on a face is somebody's of the gallery."""
        search = self._recognizer.search_rate()
        return self._recognizer.operating_point.threshold if search is None else search.threshold

    def _name_of(self, mean: Floats) -> str | None:
        """Who it is, by a mean of unit vectors that keeps its length: see `rostro.video.identity.Identity`."""
        gallery, rejected = self._recognizer.existing_gallery, self._recognizer.people.rejected
        length = float(np.linalg.norm(mean))
        unit = (mean / length).astype(np.float32)
        (hits,) = gallery.search(unit[None], _TEMPLATES)
        found = without_rejected(best_per_person((hit.person, hit.similarity) for hit in hits), unit, rejected)
        if not found or found[0][1] * length < self.threshold:
            return None
        return gallery.names([found[0][0]]).get(found[0][0])

    def _embedded(self, image: Image, faces: Sequence[Face]) -> tuple[Floats, tuple[Quality, ...]]:
        crops = self._recognizer.alignment.align(image, faces)
        vectors, lengths = self._recognizer.embedder.embed_judged(crops)
        if self._judging is None:
            return vectors, ()
        return vectors, tuple(self._judging([Look.plain(image, faces)], [crops], lengths))

    def _can_be_judged(self, quality: Quality | None) -> bool:
        gate = self._recognizer.gate
        return gate is None or quality is None or quality.value >= gate.refuse_below

    def _somebody_else(self, vector: Floats) -> bool:
        """Whether a face is clearly of none of those who alone are to be covered."""
        return self._only is not None and float((self._only @ vector).max()) < self._clearly


@dataclass(slots=True)
class Evidence:
    """All that was seen of somebody who is followed.

    Attributes:
        count: Looks that could be judged.
        mixed: Whether one of them was of somebody else: two people may have been taken for one.
    """

    count: int = 0
    mixed: bool = False
    _sum: Floats | None = None
    _weight: float = 0.0

    @property
    def mean(self) -> Floats | None:
        """The mean of the unit vectors, weighed; shorter the less alike they are. None before there was one."""
        return None if self._sum is None else (self._sum / np.float32(self._weight)).astype(np.float32)

    def add(self, vector: Floats, weight: float) -> None:
        """Takes in a look.

        Args:
            vector: (d,) of unit length.
            weight: Above 0.
        """
        weight = max(weight, _LEAST)
        taken = vector * np.float32(weight)
        self._sum = taken if self._sum is None else self._sum + taken
        self._weight += weight
        self.count += 1

"""All photos of one face among others, though nobody is enrolled: one person against as many faces as there are.

A search the other way round: N faces of strangers are N chances that one resembles who is looked for. So the threshold
is that of a search among N templates (with m photos of the person, N · m), at a rate that suits those who look through
what was found: `FPIR`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import PoorQuality
from rostro.core.types import Answer
from rostro.gallery.facts import Population

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.quality import Doubt, Quality
    from rostro.core.types import Face
    from rostro.quality.gate import Gate
    from rostro.recognition.pipeline import Failure, PhotoFaces
    from rostro.recognition.searching import Searching
    from rostro.scoring.open_set import SearchRate

#: Of ten searches for somebody who is in no photo, one finds a stranger. For who looks through what was found that is a
#: face to be passed over, and a tenth of the rate costs five of a hundred of their own (``benchmarks/finding.py``).
FPIR = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFace(Answer):
    """A face that is like the one looked for.

    Attributes:
        photo: The photo's name.
        sha256: Of its bytes.
        face: Where it is in the photo.
        similarity: With the most alike of the photos looked by, a cosine in [-1, 1].
        like: That photo's name.
        quality: Of the face, where faces are judged.
        doubt: Why it is not said to be that person; None where it is.
    """

    photo: str
    sha256: str
    face: Face
    similarity: float
    like: str
    quality: Quality | None = None
    doubt: Doubt | None = None

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "box", "similarity", "like", "quality"}``; and ``"reason"``, ``"kinds"``, ``"close"``."""
        return {
            "photo": self.photo,
            "box": self.face.to_dict()["box"],
            "similarity": round(self.similarity, 4),
            "like": self.like,
            "quality": None if self.quality is None else round(self.quality.value, 4),
            **(self.doubt.to_dict() if self.doubt else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Answer):
    """The photos of one face among others. True where there are any.

    Attributes:
        like: The photos looked by.
        faces: Those that are that person, the most alike first.
        unsure: Those that reach the threshold, and of which it cannot be said.
        failed: Photos that gave no answer.
        threshold: From which similarity on a face is that person.
        search: What is known of the search; None where nothing is.
        strangers: How many of the faces found are a stranger's, to be expected; None where that is not known.
        photos: How many photos were looked through.
        searched: How many faces are in them.
    """

    like: tuple[str, ...]
    faces: tuple[FoundFace, ...]
    unsure: tuple[FoundFace, ...]
    failed: tuple[Failure, ...]
    threshold: float
    search: SearchRate | None
    strangers: float | None
    photos: int
    searched: int

    def __bool__(self) -> bool:
        return bool(self.faces)

    def __len__(self) -> int:
        return len(self.faces)

    def to_dict(self) -> dict[str, Any]:
        """``{"like", "found", "unsure", "failed", "photos", "faces", "threshold", …}``; of the search, its rate."""
        search = self.search
        known = {} if search is None else search.to_dict()
        rate = ("false_positive_identification_rate", "interval", "extrapolated")
        return {
            "like": list(self.like),
            "found": [face.to_dict() for face in self.faces],
            "unsure": [face.to_dict() for face in self.unsure],
            "failed": [failure.to_dict() for failure in self.failed],
            "photos": self.photos,
            "faces": self.searched,
            "threshold": round(self.threshold, 4),
            **{name: known[name] for name in rate if name in known},
            **({} if self.strangers is None else {"strangers_expected": round(self.strangers, 4)}),
        }


class Looking:
    """Photos looked through for one face: what may be it is kept, the rest is counted, so memory does not grow with it.

    Attributes:
        photos: How many were looked through.
        searched: How many faces were in them.
    """

    def __init__(
        self, wanted: Sequence[PhotoFaces], searching: Searching | None, threshold: float, gate: Gate | None
    ) -> None:
        """None yet.

        Args:
            wanted: Photos of the person, of whose first faces one is meant; at least one.
            searching: Says the threshold among so many; None: it is that of one comparison.
            threshold: Of one comparison.
            gate: Says what qualities allow; None allows everything.

        Raises:
            PoorQuality: One of the photos is too poor to look by.
        """
        self.photos = self.searched = 0
        self._wanted = list(wanted)
        self._vectors = np.stack([photo.embeddings[0] for photo in wanted])
        self._searching, self._one, self._gate = searching, threshold, gate
        self._kept: list[tuple[FoundFace, int]] = []
        self._floor, _ = self._decides(1)
        for photo in wanted:
            doubt = None if gate is None or not photo.qualities else gate.doubt(None, threshold, photo.qualities[:1])
            if doubt is not None:
                values = {"kinds": list(doubt.kinds), "quality": round(doubt.quality.value, 4)}
                raise PoorQuality(photo.photo, doubt.reason, **values)

    def add(self, found: PhotoFaces) -> None:
        """Looks at the faces of a photo."""
        self.photos += 1
        self.searched += len(found.faces)
        if not len(found.faces):
            return
        scores = found.embeddings @ self._vectors.T
        for place in np.flatnonzero(scores.max(axis=1) >= self._floor):
            nearest = int(scores[place].argmax())
            face = FoundFace(
                photo=found.photo,
                sha256=found.sha256,
                face=found.faces[place],
                similarity=min(1.0, float(scores[place, nearest])),
                like=self._wanted[nearest].photo,
                quality=found.qualities[place] if found.qualities else None,
                doubt=None,
            )
            self._kept.append((face, nearest))

    def found(self, failed: Sequence[Failure]) -> Found:
        """What was found, now that it is known how many faces there are."""
        threshold, search = self._decides(self.searched)
        alike = [self._judged(face, nearest, threshold) for face, nearest in self._kept if face.similarity >= threshold]
        alike.sort(key=lambda face: (-face.similarity, face.photo, face.face.box))
        tail = None if self._searching is None or search is None else self._searching.tail
        return Found(
            like=tuple(photo.photo for photo in self._wanted),
            faces=tuple(face for face in alike if face.doubt is None),
            unsure=tuple(face for face in alike if face.doubt is not None),
            failed=tuple(failed),
            threshold=threshold,
            search=search,
            strangers=None if tail is None else self.searched * len(self._wanted) * tail.rate(threshold),
            photos=self.photos,
            searched=self.searched,
        )

    def _decides(self, faces: int) -> tuple[float, SearchRate | None]:
        meetings = faces * len(self._wanted)
        search = None if self._searching is None else self._searching.among(Population(meetings, meetings))
        return (self._one if search is None else search.threshold), search

    def _judged(self, face: FoundFace, nearest: int, threshold: float) -> FoundFace:
        by = self._wanted[nearest]
        if self._gate is None or face.quality is None or not by.qualities:
            return face
        qualities, names = (by.qualities[0], face.quality), (by.photo, face.photo)
        doubt = self._gate.doubt(face.similarity, threshold, qualities, names)
        return face if doubt is None else replace(face, doubt=doubt)

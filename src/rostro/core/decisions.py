"""Decisions: scores against an operating point, and what is known of its errors."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from rostro.core.errors import BadInput
from rostro.core.ranges import MEASURED_RATE, MEASURED_SIMILARITY
from rostro.core.types import Answer, Face

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rostro.core.liveness import Liveness
    from rostro.core.quality import Doubt, Quality
    from rostro.core.remarks import Remark

#: How vectors are compared, everywhere here.
METRIC: Final = "cosine"
#: Characters of a space's name; those of five embedders fused have 400.
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True, repr=False)
class OperatingPoint(Answer):
    """A threshold and what is known about it. No threshold exists without one.

    Attributes:
        space: The embedding space that it holds for.
        threshold: Scores at or above it are a match.
        fmr: False match rate at the threshold: impostor pairs accepted, as a fraction.
        fmr_interval: 95 % confidence interval of `fmr`.
        fnmr: False non-match rate at the threshold.
        measured_on: The data and the way of measuring, in words.
        genuine: Number of genuine scores behind it.
        impostor: Number of impostor scores behind it.
        metric: The score's name.

    Raises:
        BadInput: A threshold that no score could be compared with, a rate that is none, or another metric.
    """

    space: str
    threshold: float
    fmr: float | None
    fmr_interval: tuple[float, float] | None
    fnmr: float | None
    measured_on: str
    genuine: int
    impostor: int
    metric: str = "cosine"

    def __post_init__(self) -> None:
        if not isinstance(self.space, str) or not 0 < len(self.space.strip()) <= _LONGEST:
            raise BadInput(f"an operating point names the space that it holds for, got {str(self.space)[:100]!r}")
        if self.metric != METRIC:
            raise BadInput(f"scores are of the metric {METRIC} here, got {str(self.metric)[:100]!r}")
        MEASURED_SIMILARITY.check(self.threshold)
        for rate in filter(lambda rate: rate is not None, (self.fmr, self.fnmr, *(self.fmr_interval or ()))):
            MEASURED_RATE.check(rate)
        if self.fmr_interval is not None and self.fmr_interval[0] > self.fmr_interval[1]:
            raise BadInput(f"an interval rises, got {self.fmr_interval}")
        if min(self.genuine, self.impostor) < 0:
            raise BadInput(f"as many scores as there were, got {self.genuine} and {self.impostor}")

    def __repr__(self) -> str:
        return f"<OperatingPoint {self.threshold:.4f} in {self.space}, {_rate_of(self)}>"

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class Decided(Answer):
    """What follows from a similarity and an operating point. True where they are the same person.

    Attributes:
        similarity: Cosine of the embeddings, in [-1, 1].
        operating_point: The threshold that decided, with its false match rate.
        doubt: Why no decision was made; None where one was.
    """

    __slots__ = ()

    similarity: float
    operating_point: OperatingPoint
    doubt: Doubt | None

    def __bool__(self) -> bool:
        return self.same is True

    @property
    def same(self) -> bool | None:
        """Whether the similarity reaches the threshold; None where that cannot be judged, see `doubt`."""
        return None if self.doubt else self.similarity >= self.operating_point.threshold

    @property
    def threshold(self) -> float:
        """The threshold of the operating point."""
        return self.operating_point.threshold

    @property
    def false_match_rate(self) -> float | None:
        """False match rate at the threshold; None for a threshold that the caller chose."""
        return self.operating_point.fmr

    @property
    def distance(self) -> float:
        """Cosine distance, 1 - similarity, as deepface's users know it."""
        return 1.0 - self.similarity

    @property
    def euclidean(self) -> float:
        """Euclidean distance of the two unit vectors, as FaceNet's users know it: sqrt(2 - 2 cos)."""
        return math.sqrt(max(0.0, 2.0 - 2.0 * self.similarity))

    def _shown(self) -> str:
        """What `repr` says of the decision."""
        answer = self.doubt.reason if self.doubt else "same" if self.same else "not the same"
        values = f"similarity {self.similarity:.3f}, threshold {self.threshold:.3f}"
        return f"{answer}: {values}, {_rate_of(self.operating_point)}"

    def _told(self) -> dict[str, Any]:
        """What `to_dict` says of the decision."""
        return {
            "similarity": round(self.similarity, 4),
            "threshold": round(self.threshold, 4),
            "false_match_rate": self.false_match_rate,
        }


@dataclass(frozen=True, slots=True, repr=False)
class Verification(Decided):
    """The answer to "are these two the same person?". True where they are.

    Attributes:
        similarity: Cosine of the two embeddings, in [-1, 1].
        operating_point: The threshold that decided, with its false match rate.
        faces: The face used of each photo.
        space: The embedding space.
        photos: Names of the two photos.
        system: What it was made with: detector, embedder, engine, and the precision of each part.
        qualities: Of the faces, where they are judged; otherwise empty.
        doubt: Why no decision was made; None where one was.
        turned: How far each photo is turned, counterclockwise, in degrees.
        liveness: Whether the faces look alive, where that was asked; otherwise empty.
    """

    similarity: float
    operating_point: OperatingPoint
    faces: tuple[Face, Face]
    space: str
    photos: tuple[str, str] = ("", "")
    system: Mapping[str, Any] = field(default_factory=dict, compare=False)
    qualities: tuple[Quality, ...] = ()
    doubt: Doubt | None = None
    turned: tuple[int, int] = (0, 0)
    liveness: tuple[Liveness | None, ...] = ()

    def __repr__(self) -> str:
        return f"<Verification {self._shown()}>"

    def to_dict(self) -> dict[str, Any]:
        """The verdict, its threshold, what it was made with, and the face used of each photo."""
        return {
            "same": self.same,
            **(self.doubt.to_dict() if self.doubt else {}),
            **self._told(),
            "space": self.space,
            **self.system,
            "faces": [
                face_of(*one)
                for one in zip_longest(self.photos, self.turned, self.faces, self.qualities, self.liveness)
            ],
        }


@dataclass(frozen=True, slots=True, repr=False)
class Candidate(Answer):
    """A person who may be the one in the photo, with their fused score."""

    name: str
    similarity: float

    def __repr__(self) -> str:
        return f"<Candidate {self.name} {self.similarity:.3f}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"name", "similarity"}``."""
        return {"name": self.name, "similarity": round(self.similarity, 4)}


class Ranked(Answer):
    """The people most alike, against an operating point. True where one of them is named; iterates over candidates.

    Attributes:
        candidates: The most alike, best first.
        operating_point: The threshold that decided.
        doubt: Why nobody is named although somebody may be; None where a decision was made.
        search: What is known of the search; empty where the threshold is that of a single comparison.
    """

    __slots__ = ()

    candidates: tuple[Candidate, ...]
    operating_point: OperatingPoint
    doubt: Doubt | None
    search: Mapping[str, Any]

    def __post_init__(self) -> None:
        scores = [candidate.similarity for candidate in self.candidates]
        if scores != sorted(scores, reverse=True):
            raise BadInput("candidates come best first")

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.candidates)

    def __bool__(self) -> bool:
        return self.name is not None

    def __repr__(self) -> str:
        best, kind = (self.candidates[0] if self.candidates else None), type(self).__name__
        if self.doubt is not None or best is None:
            why = "nobody to compare with" if self.doubt is None else self.doubt.reason
            return f"<{kind} unknown: {why}>"
        who = f"{best.name}: similarity" if self else f"unknown: nearest {best.name}, similarity"
        return f"<{kind} {who} {best.similarity:.3f}, threshold {self.operating_point.threshold:.3f}>"

    @property
    def similarity(self) -> float | None:
        """Score of the best candidate; None when the gallery is empty."""
        return self.candidates[0].similarity if self.candidates else None

    @property
    def name(self) -> str | None:
        """The best candidate's name when the score reaches the threshold and can be judged, else None: unknown."""
        named = self.candidates[:1] if self.doubt is None else ()
        return next((best.name for best in named if best.similarity >= self.operating_point.threshold), None)

    def to_dict(self) -> dict[str, Any]:
        """Who it is, the threshold, and the candidates."""
        return {
            "name": self.name,
            **(self.doubt.to_dict() if self.doubt else {}),
            "similarity": None if self.similarity is None else round(self.similarity, 4),
            "threshold": round(self.operating_point.threshold, 4),
            **self.search,
            "candidates": [candidate.to_dict() for candidate in self.candidates],
        }


@dataclass(frozen=True, slots=True, repr=False)
class VectorMatch(Ranked):
    """The answer to "whose vector is this?". Nothing is known of the face that it was made of.

    Attributes:
        candidates: The most alike, best first.
        operating_point: The threshold that decided.
        search: What is known of the search, as in `Identification`.
    """

    candidates: tuple[Candidate, ...]
    operating_point: OperatingPoint
    search: Mapping[str, Any] = field(default_factory=dict, compare=False)
    doubt: Doubt | None = field(default=None, init=False)


@dataclass(frozen=True, slots=True, repr=False)
class Identification(Ranked):
    """The answer to "who is this face?": the candidates, best first, against an operating point.

    Attributes:
        face: Whose face.
        candidates: The most alike, best first.
        operating_point: The threshold that decided.
        quality: Of the face, where faces are judged.
        doubt: Why nobody is named although somebody may be; None where a decision was made.
        search: How many people were searched, and how often that names a stranger; empty for a single comparison's.
        liveness: Whether the face looks alive, where that was asked.
        remarks: What is odd about the name, such as that the same person is another face of the photo, too.
    """

    face: Face
    candidates: tuple[Candidate, ...]
    operating_point: OperatingPoint
    quality: Quality | None = None
    doubt: Doubt | None = None
    search: Mapping[str, Any] = field(default_factory=dict, compare=False)
    liveness: Liveness | None = None
    remarks: tuple[Remark, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The face, who it is, and the candidates; ``"remarks"`` where there are any."""
        return {
            **self.face.to_dict(),
            **(self.quality.to_dict() if self.quality else {}),
            **({} if self.liveness is None else {"liveness": self.liveness.to_dict()}),
            **Ranked.to_dict(self),
            **({"remarks": [remark.to_dict() for remark in self.remarks]} if self.remarks else {}),
        }


def face_of(photo: str, turned: int, face: Face, quality: Quality | None, life: Liveness | None) -> dict[str, Any]:
    """A face of a decision, as `to_dict` has it."""
    return {
        "photo": photo,
        **({"turned": turned} if turned else {}),
        **face.to_dict(),
        **(quality.to_dict() if quality else {}),
        **({} if life is None else {"liveness": life.to_dict()}),
    }


def _rate_of(point: OperatingPoint) -> str:
    return "FMR not measured" if point.fmr is None else f"FMR {point.fmr:.2g}"

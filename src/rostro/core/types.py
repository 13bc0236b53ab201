"""The values that travel between the stages. Frozen, and checked when made.

Images are RGB ``uint8`` arrays of shape (H, W, 3). Coordinates are float pixels, origin at the top left corner of the
top left pixel. Left and right are *as seen in the image*. Scores: higher is more alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

Image = NDArray[np.uint8]
Crops = NDArray[np.uint8]
Floats = NDArray[np.float32]

#: Order of the five landmarks.
LANDMARKS = ("left_eye", "right_eye", "nose", "left_mouth", "right_mouth")


def check_image(image: Image) -> Image:
    """Returns the image, or says what is wrong with it.

    Raises:
        BadInput: Not ``uint8``, not (H, W, 3), or empty.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        got = f"{image.dtype} {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
        raise BadInput(f"an image is RGB uint8 of shape (H, W, 3), got {got}")
    if 0 in image.shape:
        raise BadInput(f"an image has at least one pixel, got shape {image.shape}")
    return image


@dataclass(frozen=True, slots=True)
class Face:
    """One detected face.

    Attributes:
        box: (x1, y1, x2, y2) in pixels of the original photo; may reach outside of it.
        score: The detector's confidence, in [0, 1].
        landmarks: (5, 2) float32 in the order of `LANDMARKS`, or None where the detector gives none.
    """

    box: tuple[float, float, float, float]
    score: float
    landmarks: Floats | None = None

    def __post_init__(self) -> None:
        x1, y1, x2, y2 = self.box
        if not (all(map(math.isfinite, self.box)) and x2 > x1 and y2 > y1):
            raise BadInput(f"a box is (x1, y1, x2, y2) with x2 > x1 and y2 > y1, got {self.box}")
        if not 0.0 <= self.score <= 1.0:
            raise BadInput(f"a detection score lies in [0, 1], got {self.score}")
        if self.landmarks is not None:
            if self.landmarks.shape != (5, 2) or not np.isfinite(self.landmarks).all():
                raise BadInput(f"landmarks are five finite points, got {self.landmarks!r}")
            self.landmarks.setflags(write=False)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Face):
            return NotImplemented
        same_points = (
            self.landmarks is other.landmarks
            if self.landmarks is None or other.landmarks is None
            else np.array_equal(self.landmarks, other.landmarks)
        )
        return self.box == other.box and self.score == other.score and same_points

    def __hash__(self) -> int:
        return hash((self.box, self.score))

    @property
    def width(self) -> float:
        """Width of the box in pixels."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        """Height of the box in pixels."""
        return self.box[3] - self.box[1]

    @property
    def area(self) -> float:
        """Area of the box in square pixels."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """Centre of the box."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2

    def to_json(self) -> dict[str, Any]:
        """``{"box", "score", "landmarks"}`` with two, four and two decimals."""
        points = None if self.landmarks is None else [[round(float(v), 2) for v in point] for point in self.landmarks]
        box = [round(float(v), 2) for v in self.box]
        return {"box": box, "score": round(float(self.score), 4), "landmarks": points}


@dataclass(frozen=True, slots=True)
class AlignmentSpec:
    """How faces become crops: an alignment's name, the crop's side in pixels, and the alignment's own options."""

    name: str
    size: int
    options: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The part of a space's name that says how crops were made, for example ``five_point-112``."""
        options = "".join(f",{name}={_text(value)}" for name, value in sorted(self.options.items()))
        return f"{self.name}-{self.size}{options}"


def _text(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """A unit vector in a named space.

    Attributes:
        vector: (d,) float32 of unit Euclidean norm.
        space: Embedder, weights, alignment and preprocessing, for example ``sface-0ba9fbfa/five_point-112``.
    """

    vector: Floats
    space: str

    def __post_init__(self) -> None:
        if self.vector.ndim != 1 or self.vector.dtype != np.float32:
            raise BadInput(f"an embedding is a float32 vector, got {self.vector.dtype} {self.vector.shape}")
        norm = float(np.linalg.norm(self.vector))
        if not abs(norm - 1.0) < 1e-3:
            raise BadInput(f"an embedding has unit norm, got {norm}")
        self.vector.setflags(write=False)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
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


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer to "are these two the same person?".

    Attributes:
        similarity: Cosine of the two embeddings, in [-1, 1].
        operating_point: The threshold that decided, with its false match rate.
        faces: The face used of each photo.
        space: The embedding space.
    """

    similarity: float
    operating_point: OperatingPoint
    faces: tuple[Face, Face]
    space: str

    @property
    def same(self) -> bool:
        """Whether the similarity reaches the threshold."""
        return self.similarity >= self.operating_point.threshold

    @property
    def threshold(self) -> float:
        """The threshold of the operating point."""
        return self.operating_point.threshold

    @property
    def false_match_rate(self) -> float | None:
        """Measured false match rate at the threshold; None for a threshold that the caller chose."""
        return self.operating_point.fmr

    @property
    def distance(self) -> float:
        """Cosine distance, 1 - similarity, as deepface's users know it."""
        return 1.0 - self.similarity

    @property
    def euclidean(self) -> float:
        """Euclidean distance of the two unit vectors, as FaceNet's users know it: sqrt(2 - 2 cos)."""
        return math.sqrt(max(0.0, 2.0 - 2.0 * self.similarity))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who may be the one in the photo, with their fused score."""

    name: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Identification:
    """The answer to "who is this face?": the candidates, best first, against an operating point."""

    face: Face
    candidates: tuple[Candidate, ...]
    operating_point: OperatingPoint

    def __post_init__(self) -> None:
        scores = [candidate.similarity for candidate in self.candidates]
        if scores != sorted(scores, reverse=True):
            raise BadInput("candidates come best first")

    @property
    def similarity(self) -> float | None:
        """Score of the best candidate; None when the gallery is empty."""
        return self.candidates[0].similarity if self.candidates else None

    @property
    def name(self) -> str | None:
        """The best candidate's name when the score reaches the threshold, else None: unknown."""
        best = self.similarity
        return self.candidates[0].name if best is not None and best >= self.operating_point.threshold else None

    def to_json(self) -> dict[str, Any]:
        """The face's entry in ``rostro identify --json``."""
        return {
            **self.face.to_json(),
            "name": self.name,
            "similarity": None if self.similarity is None else round(self.similarity, 4),
            "threshold": round(self.operating_point.threshold, 4),
            "candidates": [{"name": c.name, "similarity": round(c.similarity, 4)} for c in self.candidates],
        }


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a gallery."""

    id: int
    name: str
    templates: int


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One enrolled face, as a gallery takes it.

    Attributes:
        vector: (d,) float32 of unit norm.
        source_hash: sha256 (hex) of the photo's bytes.
        photo: The photo's name, for people to find it again.
        quality: Detection score of the face, in [0, 1].
        box: The face in the photo, or None.
        collection: A name that searches can be limited to, such as a site or a group; empty where it is in none.
    """

    vector: Floats
    source_hash: str
    photo: str
    quality: float = 1.0
    box: tuple[float, float, float, float] | None = None
    collection: str = ""

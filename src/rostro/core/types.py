"""The values that travel between the stages. Frozen, and checked when made.

Images are RGB ``uint8`` arrays of shape (H, W, 3). Coordinates are float pixels, origin at the top left corner of the
top left pixel. Left and right are *as seen in the image*. Scores: higher is more alike.
"""

from __future__ import annotations

import json
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


class Answer:
    """What every answer can do besides: become a dictionary, or JSON."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values, rounded for people; what the command line and the server send."""
        raise NotImplementedError

    def to_json(self) -> str:
        """`to_dict` as one JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True, slots=True, repr=False)
class Face(Answer):
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

    def __repr__(self) -> str:
        x1, y1, x2, y2 = (round(v) for v in self.box)
        return f"<Face {x2 - x1} × {y2 - y1} at ({x1}, {y1}), score {self.score:.2f}>"

    def to_dict(self) -> dict[str, Any]:
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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Embedding(Answer):
    """A unit vector in a named space. Numpy takes it as the array that it holds; equal are equal vectors of one space.

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

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.vector, dtype=dtype, copy=copy)

    def __len__(self) -> int:
        return len(self.vector)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Embedding):
            return NotImplemented
        return self.space == other.space and np.array_equal(self.vector, other.vector)

    def __hash__(self) -> int:
        return hash((self.space, self.vector.tobytes()))

    def __repr__(self) -> str:
        return f"<Embedding of {len(self)} numbers in {self.space}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"space", "embedding"}``, with six decimals."""
        return {"space": self.space, "embedding": [round(float(v), 6) for v in self.vector]}


@dataclass(frozen=True, slots=True)
class Person(Answer):
    """Somebody in a gallery."""

    id: int
    name: str
    templates: int

    def to_dict(self) -> dict[str, Any]:
        """``{"id", "name", "templates"}``."""
        return {"id": self.id, "name": self.name, "templates": self.templates}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Template(Answer):
    """One enrolled face, as a gallery takes it.

    Attributes:
        vector: (d,) float32 of unit norm.
        source_hash: sha256 (hex) of the photo's bytes.
        photo: The photo's name, for people to find it again.
        quality: Of the face, in [0, 1]: see `rostro.core.quality`; where faces are not judged, the detector's score.
        box: The face in the photo, or None.
        collection: A name that searches can be limited to, such as a site or a group; empty where it is in none.
    """

    vector: Floats
    source_hash: str
    photo: str
    quality: float = 1.0
    box: tuple[float, float, float, float] | None = None
    collection: str = ""

    def __repr__(self) -> str:
        return f"<Template from {self.photo}, quality {self.quality:.2f}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "sha256", "quality"}``."""
        return {"photo": self.photo, "sha256": self.source_hash, "quality": round(self.quality, 4)}

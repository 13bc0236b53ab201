"""What the contracts put into parts: unit vectors, templates, pictures. All seeded, so that each run sees the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.types import Face, Template

if TYPE_CHECKING:
    from rostro.core.types import Crops, Floats

#: Length of the made-up vectors, and the space that they are said to be of.
DIMS = 16
SPACE = "toy-00000000/none"

_EYES_NOSE_MOUTH = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]], np.float32)


def unit_vectors(count: int, seed: int = 0, dims: int = DIMS) -> Floats:
    """Random unit vectors, (count, dims) float32."""
    vectors = np.random.default_rng(seed).normal(size=(count, dims)).astype(np.float32)
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def template(vector: Floats, source: str = "a" * 64, **kwargs: Any) -> Template:
    """A template of a vector, from a photo of this hash; further arguments as `Template` takes them."""
    return Template(vector=vector, source_hash=source, photo=f"{source[:8]}.jpg", **kwargs)


def templates(count: int, seed: int = 0) -> list[Template]:
    """Templates of random vectors, each from a photo of its own."""
    return [template(v, f"{seed}-{n}") for n, v in enumerate(unit_vectors(count, seed))]


def face(x: float, y: float, width: float, height: float) -> Face:
    """A face in a box, its landmarks where a face's are."""
    points = _EYES_NOSE_MOUTH * np.array([width, height], np.float32) + np.array([x, y], np.float32)
    return Face((x, y, x + width, y + height), 0.9, points)


def pictures(count: int, size: int) -> Crops:
    """Smooth random pictures, RGB uint8 (count, size, size, 3): coarse noise, blown up."""
    import cv2

    coarse = np.random.default_rng(7).integers(0, 256, (count, 6, 6, 3), dtype=np.uint8)
    return np.stack([cv2.resize(each, (size, size), interpolation=cv2.INTER_CUBIC) for each in coarse])

"""Photos of one face whose vectors are drawn, at the similarity that is wanted."""

from __future__ import annotations

import numpy as np

from rostro.core.quality import Quality
from rostro.core.types import Face, Floats
from rostro.recognition.pipeline import PhotoFaces


def unit(seed: int, count: int = 1) -> Floats:
    rows = np.random.default_rng(seed).normal(size=(count, 128))
    unit_rows: Floats = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit_rows


def between(a: Floats, b: Floats, cosine: float) -> Floats:
    """At that cosine from ``a``, in the direction of ``b``."""
    other = b - (a @ b) * a
    turned: Floats = (cosine * a + np.sqrt(1 - cosine**2) * other / np.linalg.norm(other)).astype(np.float32)
    return turned


ADA, *OTHERS = unit(0, 6)


def found(vector: Floats, quality: float | None = None) -> PhotoFaces:
    """A photo of one face that has this vector."""
    qualities = () if quality is None else (Quality(quality, ()),)
    return PhotoFaces(
        photo="door.jpg", sha256="0" * 64, width=10, height=10, faces=(Face((1.0, 1.0, 9.0, 9.0), 0.9),),
        embeddings=vector[None], qualities=qualities,
    )  # fmt: skip

"""The score: cosine similarity of unit vectors, in [-1, 1], higher is more alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import SpaceMismatch

if TYPE_CHECKING:
    from rostro.core.types import Embedding, Floats


def similarity(a: Embedding, b: Embedding) -> float:
    """Cosine of two embeddings.

    Raises:
        SpaceMismatch: They are of different spaces; their cosine would mean nothing.
    """
    if a.space != b.space:
        raise SpaceMismatch(f"embeddings of different spaces cannot be compared: {a.space} and {b.space}")
    return float(np.clip(a.vector @ b.vector, -1.0, 1.0))


def paired(a: Floats, b: Floats) -> Floats:
    """Cosine of row i of ``a`` with row i of ``b``: (N, d), (N, d) → (N,)."""
    scores: Floats = np.clip(np.einsum("nd,nd->n", a, b), -1.0, 1.0)
    return scores

"""The first run of models, in which engines compile them: done when a pipeline opens, not at its first photo."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.detection.base import Detector
    from rostro.embedding.base import Embedder


def run_once(detector: Callable[[], Detector], embedder: Callable[[], Embedder], size: int) -> None:
    """Loads the two models and runs them once on black, side by side.

    Args:
        detector: Loads it.
        embedder: Loads it.
        size: Side of its crops, in pixels.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        warm = pool.submit(lambda: embedder().embed(np.zeros((1, size, size, 3), np.uint8)))
        detector().detect([np.zeros((64, 64, 3), np.uint8)])
        warm.result()

"""The first run of models, in which engines compile them: done when a pipeline opens, not at its first photo."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from rostro.quality.base import ALIGNMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.core.types import Crops
    from rostro.detection.base import Detector
    from rostro.embedding.base import Embedder
    from rostro.quality.judge import Judge


def run_once(
    detector: Callable[[], Detector], embedder: Callable[[], Embedder], judge: Callable[[], Judge | None], size: int
) -> None:
    """Loads the models and runs them once on black, the embedder's beside the others, which are small.

    Args:
        detector: Loads it.
        embedder: Loads it.
        judge: Loads what judges faces; None where nothing does.
        size: Side of the embedder's crops, in pixels.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        warm = pool.submit(lambda: embedder().embed(_black(size)))
        detector().detect([np.zeros((64, 64, 3), np.uint8)])
        judging = judge()
        if judging is not None and judging.scorer is not None:
            judging.scorer.score(_black(ALIGNMENT.size))
        warm.result()


def _black(size: int) -> Crops:
    return np.zeros((1, size, size, 3), np.uint8)

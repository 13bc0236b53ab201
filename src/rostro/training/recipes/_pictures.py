"""What recipes share that train networks on pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.training.data.augment import AUGMENTATIONS
from rostro.training.data.batches import Pictures
from rostro.training.data.examples import PictureExamples

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from numpy.typing import NDArray
    from torch import nn

    from rostro.photos.reading import Source


def whole_photos(
    source: Callable[[int], Source], labels: NDArray[Any], size: int, threads: int, augmentation: str
) -> PictureExamples:
    """Photos, resized to squares.

    Args:
        source: Where the photo of a number is.
        labels: (N, …) what they are.
        size: Side in pixels.
        threads: For reading and changing them.
        augmentation: A key of `AUGMENTATIONS`.

    Raises:
        BadInput: Photos that cannot be read.
    """
    pictures = Pictures(len(labels), source, size, threads)
    return PictureExamples(
        pictures=pictures, labels=labels, threads=threads, augmentation=AUGMENTATIONS[augmentation]
    )  # fmt: skip


def adamw(net: nn.Module, rate: float) -> torch.optim.Optimizer:
    """What networks from scratch learn with."""
    import torch

    return torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.02, fused=True)

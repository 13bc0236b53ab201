"""A checkpoint's network on whole photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import PhotoError
from rostro.photos.reading import read_photo
from rostro.training.data.squares import resize_square
from rostro.training.loop import nets as _nets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from torch import nn

    from rostro.core.types import Floats
    from rostro.training.loop.checkpoint import Checkpoint


def load_net(checkpoint: Checkpoint) -> nn.Module:
    """The checkpoint's network, ready to answer; about mirror images too, if it was measured so."""
    from rostro.nets.mirrored import Mirrored

    net = _nets.build(checkpoint.card.net, len(checkpoint.card.classes))
    net.load_state_dict(checkpoint.tensors)
    return (Mirrored(net) if checkpoint.card.preprocessing.get("mirrored") else net).eval()


def run_checkpoint(
    checkpoint: Checkpoint, photos: Sequence[Path | bytes], *, represent: bool = False
) -> Iterator[tuple[Path | bytes, Floats | PhotoError]]:
    """Scores of each photo, one at a time, in order.

    Args:
        checkpoint: Of a recipe that trains a network on pictures.
        photos: The photos.
        represent: Give what the network's last layer reads instead.

    Yields:
        The photo, with its (outputs,) float32 or why it cannot be read.
    """
    import torch

    net = load_net(checkpoint)
    size = int(checkpoint.card.preprocessing["size"])
    run = net.represent if represent else net
    for photo in photos:
        try:
            image = resize_square(read_photo(photo).image, size)
        except PhotoError as error:
            yield photo, error
            continue
        pixels = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))[None]).float() / 255
        with torch.inference_mode():
            yield photo, run(pixels)[0].numpy()  # type: ignore[operator]

"""The precision of a training's steps: float32, or bfloat16 where that was measured to be faster.

In bfloat16 the maps and products of the network have 8 bits of mantissa and are added up in float32; weights, loss,
optimiser and validation stay float32. Whether that is faster depends on processor and network: with instructions for
it, plain convolutions of many channels are, and depthwise ones are not.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rostro.core.errors import BadInput
from rostro.training.loop import processes as _processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor, nn

    from rostro.training.data.batches import Batches

FLOAT32, BFLOAT16, AUTO = "float32", "bfloat16", "auto"
PRECISIONS: Final = (AUTO, FLOAT32, BFLOAT16)
#: A training of fewer steps is over before measuring pays.
LEAST_STEPS: Final = 200
#: bfloat16 is taken where its step takes no more than this part of a float32 one: chance must not decide.
FASTER: Final = 0.85
_ROUNDS: Final = 3


def mean_loss(
    net: nn.Module,
    loss: Callable[[Tensor, Tensor], Tensor],
    images: Tensor,
    labels: Tensor,
    precision: str,
) -> Tensor:
    """The loss of a batch: the network in a precision, the loss in float32."""
    import torch

    with torch.autocast(images.device.type, torch.bfloat16, enabled=precision == BFLOAT16):
        scores = net(images)
    return loss(scores.float(), labels)


def known(asked: str, begun: str, device: str, *, resumed: bool) -> str:
    """What needs no measuring: what a resumed training was begun with, or what was asked for; empty if neither is said.

    Args:
        asked: One of `PRECISIONS`.
        begun: What the training was begun with; empty for a new one, and for one of a version that knew no choice.
        device: ``cpu`` or ``cuda``.
        resumed: Whether it goes on.

    Raises:
        BadInput: Another one was asked for than the training was begun with.
    """
    begun = begun or (_unmeasured(device) if resumed else "")
    if begun and asked not in {begun, AUTO}:
        raise BadInput(f"this training was begun in {begun} and cannot go on in {asked}")
    return begun or ("" if asked == AUTO else asked)


def fastest(
    net: nn.Module,
    loss: Callable[[Tensor, Tensor], Tensor],
    data: Batches,
    device: str,
    *,
    steps: int,
    say: Callable[[str], None],
) -> str:
    """Makes the forward and backward pass of one batch in each precision, in turns, and compares the shortest of each.

    Nothing is measured for trainings of fewer than `LEAST_STEPS` steps, networks without convolutions, and processors
    that have no kernels for bfloat16. No weight is changed, and what normalisation counted is put back. Processes that
    train together all take what the first one measured.

    Args:
        net: The network, on its device.
        loss: (scores, labels) → the mean loss.
        data: What it is to be trained on.
        device: ``cpu`` or ``cuda``.
        steps: Of the whole training.
        say: Told what was measured.
    """
    if device != "cpu" or steps < LEAST_STEPS or not _can_gain(net):
        return _unmeasured(device)
    images, labels = next(iter(data.batches(0)))
    seconds = {FLOAT32: float("inf"), BFLOAT16: float("inf")}
    net.train()
    with _unchanged(net):
        for round_ in range(_ROUNDS + 1):
            for name, before in seconds.items():
                started = time.perf_counter()
                mean_loss(net, loss, images, labels, name).backward()  # type: ignore[no-untyped-call]
                if round_:  # the first one makes room, and kernels
                    seconds[name] = min(before, time.perf_counter() - started)
    faster = _processes.of_the_first(float(seconds[BFLOAT16] <= FASTER * seconds[FLOAT32]))
    chosen = BFLOAT16 if faster else FLOAT32
    plain, brief = (1000 * value for value in seconds.values())
    say(f"a step takes {plain:.0f} ms in float32, {brief:.0f} ms in bfloat16; taken: {chosen}")
    return chosen


def _unmeasured(device: str) -> str:
    """What every training was made in before there was a choice."""
    return BFLOAT16 if device == "cuda" else FLOAT32


def _can_gain(net: nn.Module) -> bool:
    """Whether there is something to gain; without AVX-512, or its like, bfloat16 is slower by far."""
    import torch

    convolves = any(isinstance(layer, torch.nn.Conv2d) for layer in net.modules())
    # what torch itself asks before it compiles; there is no public word for it
    return convolves and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


@contextmanager
def _unchanged(net: nn.Module) -> Iterator[None]:
    """Afterwards there are no gradients, and what layers count is as it was."""
    kept = [buffer.detach().clone() for buffer in net.buffers()]
    try:
        yield
    finally:
        net.zero_grad(set_to_none=True)
        for buffer, before in zip(net.buffers(), kept, strict=True):
            buffer.detach().copy_(before)

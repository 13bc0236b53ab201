"""One process or several: who this one is, what all must agree on, and how they train one network together.

``torchrun`` starts the processes. Each takes its share of every step's photos; gradients are averaged over all photos,
and so are the means and variances of batch normalisation, so that two processes make the steps that one makes with the
doubled batch. Only the first one writes and speaks.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

#: The first process alone makes crops and validates while the others wait.
_PATIENCE = timedelta(hours=6)


def choose_device(asked: str) -> str:
    """``cuda`` or ``cpu``.

    Raises:
        BadInput: Another word, or no CUDA here.
    """
    import torch

    if asked not in {"auto", "cpu", "cuda"}:
        raise BadInput(f"device is auto, cpu or cuda, got {asked!r}")
    if asked == "cuda" and not torch.cuda.is_available():
        raise BadInput("device cuda: this torch finds no CUDA device")
    return "cuda" if asked != "cpu" and torch.cuda.is_available() else "cpu"


def started() -> int:
    """How many processes ``torchrun`` started; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first() -> bool:
    """Whether this is the process that speaks."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def joined(device: str) -> Iterator[None]:
    """Joins the processes that ``torchrun`` started; does nothing for one alone.

    They speak through gloo on CPUs and through NCCL on GPUs, of which each process takes its own.

    Args:
        device: As `choose_device` takes it.
    """
    if started() == 1:
        yield
        return
    import torch
    from torch import distributed

    chosen = choose_device(device)
    if chosen == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if chosen == "cuda" else "gloo", timeout=_PATIENCE)
    try:
        yield
    finally:
        distributed.destroy_process_group()


def count() -> int:
    """How many processes train together."""
    from torch import distributed

    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def number() -> int:
    """This one's number, from 0."""
    from torch import distributed

    return distributed.get_rank() if count() > 1 else 0


def total(*values: float) -> list[float]:
    """The sum of every value over all processes."""
    if count() == 1:
        return list(values)
    import torch
    from torch import distributed

    tensor = torch.tensor(values, dtype=torch.float64, device=_device())
    distributed.all_reduce(tensor)
    return [float(value) for value in tensor.tolist()]


def of_the_first(value: float) -> float:
    """The first process' value, for all; who comes early waits."""
    return total(value if number() == 0 else 0.0)[0]


def wait() -> None:
    """Until all processes are here."""
    of_the_first(0.0)


def together(net: nn.Module, device: str) -> nn.Module:
    """The network, ready to be trained by all processes: it shares its parameters with the given one.

    Batch normalisation is over the photos of all of them: by torch's own layer on GPUs, which does not run on CPUs, and
    there by `rostro.nets.shared_norm`.
    """
    if count() == 1:
        return net
    import torch
    from torch.nn.parallel import DistributedDataParallel

    from rostro.nets.shared_norm import share_norms

    if device == "cuda":
        torch.nn.SyncBatchNorm.convert_sync_batchnorm(net)  # type: ignore[no-untyped-call]
        return DistributedDataParallel(net, device_ids=[torch.cuda.current_device()])
    share_norms(net)
    return DistributedDataParallel(net)


def _device() -> str:
    from torch import distributed

    return "cuda" if distributed.get_backend() == "nccl" else "cpu"

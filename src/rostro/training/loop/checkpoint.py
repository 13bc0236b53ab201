"""Checkpoints: weights as safetensors, their card as YAML beside them, and what a resumed training needs.

``best`` and ``last`` are pairs of files (``best.safetensors``, ``best.yaml``). ``resume.safetensors`` holds weights,
the optimiser's tensors and the place in the data in one file, so that it is whole or not there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from rostro.core.errors import BadInput, MissingExtra, ModelCorrupt
from rostro.core.files import encoded, write_file
from rostro.core.foreign import json_of, read_bytes, shaped
from rostro.training.loop.card import Card, read_card
from rostro.training.loop.processes import number

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

BEST, LAST, RESUME = "best", "last", "resume.safetensors"
#: Bytes of a file of weights.
MOST_WEIGHTS: Final = 8 << 30


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """What was read.

    Attributes:
        card: Its card.
        tensors: Name → tensor.
    """

    card: Card
    tensors: dict[str, Tensor]


def need_torch(*more: str) -> None:
    """Says which extra is missing, before the work begins.

    Args:
        more: Packages that are needed besides.

    Raises:
        MissingExtra: torch, safetensors, PyYAML or one of those is not installed.
    """
    needed = {"torch": "torch", "safetensors": "safetensors", "yaml": "pyyaml"} | {name: name for name in more}
    for module, package in needed.items():
        try:
            __import__(module)
        except ImportError:
            raise MissingExtra(package, "train") from None


def write_checkpoint(folder: Path, name: str, tensors: dict[str, Tensor], card: Card) -> Card:
    """Writes weights, then their card; of several processes the first one does.

    Returns:
        The card as written: with the weights' hash and the version.

    Raises:
        BadInput: The folder cannot be written.
    """
    from safetensors.torch import save

    from rostro import __version__

    data = save(_plain(tensors), {"format": "pt"})
    card = replace(card, weights_sha256=hashlib.sha256(data).hexdigest(), rostro=__version__)
    if number() == 0:
        make_folder(folder)
        write_file(folder / f"{name}.safetensors", data)
        write_file(folder / f"{name}.yaml", encoded(card.to_yaml()))
    return card


def read_checkpoint(path: Path) -> Checkpoint:
    """Reads a checkpoint: its file of weights, or the folder that a training wrote (its best).

    Raises:
        BadInput: There is none.
        ModelCorrupt: The weights are not those of the card.
    """
    need_torch()
    from safetensors import SafetensorError
    from safetensors.torch import load

    weights = path / f"{BEST}.safetensors" if path.is_dir() else path.with_suffix(".safetensors")
    card = read_card(weights.with_suffix(".yaml"))
    data = read_bytes(weights, most=MOST_WEIGHTS)
    if hashlib.sha256(data).hexdigest() != card.weights_sha256:
        raise ModelCorrupt(f"{weights}: not the weights that its card describes")
    with shaped(weights, "a checkpoint"):
        try:
            return Checkpoint(card, load(data))
        except SafetensorError as error:
            raise BadInput(str(error)) from None


def write_resume(folder: Path, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
    """Writes what a resumed training needs, in one step."""
    from safetensors.torch import save

    make_folder(folder)
    write_file(folder / RESUME, save(_plain(tensors), {"state": json.dumps(state)}))


def read_resume(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and the state.

    Raises:
        BadInput: There is nothing to resume, or the file is broken.
    """
    from safetensors import SafetensorError, safe_open

    path = folder / RESUME
    if not path.is_file():
        raise BadInput(f"{folder}: nothing to resume here")
    with shaped(path, "a training that can be resumed"):
        try:
            with safe_open(str(path), framework="pt") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                state = json_of((file.metadata() or {})["state"], finite=False)
        except SafetensorError as error:
            raise BadInput(str(error)) from None
        if not isinstance(state, dict):
            raise BadInput("its state is no object")
        return tensors, state


def make_folder(folder: Path) -> None:
    """Makes a folder with its parents.

    Raises:
        BadInput: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder}: {(error.strerror or str(error)).lower()}") from None


def _plain(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """On the CPU, contiguous and not shared, as safetensors wants them."""
    return {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}

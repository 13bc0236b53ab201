"""Embedders that were trained here: a network in ONNX and its card, instead of a file of this room.

Training writes ``best.onnx`` and ``best.yaml`` beside the weights; this reads them, and needs no torch.
"""

from __future__ import annotations

import glob
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from rostro.core.errors import BadInput, ModelCorrupt
from rostro.core.files import expanded
from rostro.core.foreign import read_yaml, shaped
from rostro.core.ranges import SIDE, counted
from rostro.core.types import AlignmentSpec, Crops, Floats
from rostro.embedding.base import EMBEDDERS, Embedder
from rostro.embedding.fused import BEST, fuse, is_fusion
from rostro.runtime.base import EngineOptions, open_engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore

#: How crops become inputs where no embedder of this room says it.
SIGNED = "signed"
_DIMS: Final = counted(1, 65_536, what="a number of dimensions")


class TrainedEmbedder(Embedder):
    """A network that was trained here; `find_embedder` makes a class of each checkpoint.

    Class attributes:
        network: The ONNX file.
        network_hash: Its sha256 by the card.
        net: The network's name.
        weights_sha256: sha256 of the weights that the ONNX file was made of.
        input_form: `SIGNED`, or the embedder that prepares crops in the same way.
    """

    name = "trained"
    files: ClassVar[tuple[ModelFile, ...]] = ()
    network: ClassVar[Path]
    network_hash: ClassVar[str]
    net: ClassVar[str]
    weights_sha256: ClassVar[str]
    input_form: ClassVar[str]

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Checks and compiles the network.

        Raises:
            BadInput: The ONNX file cannot be read.
            ModelCorrupt: It is not the one that the card describes.
        """
        super().__init__(store, engine)
        if not self.network.is_file():
            raise BadInput(f"{self.network}: no such file or directory")
        self._prepare = prepare_of(self.input_form)
        try:
            self._engine = open_engine(self.network, replace(engine, expected=lambda file: self.network_hash))
        except ModelCorrupt:
            raise ModelCorrupt(f"{self.network}: not the network that its card describes") from None

    def represent(self, crops: Crops) -> Floats:
        """See `Embedder.represent`."""
        vectors: Floats = self._engine.run(self._prepare(crops))[0]
        return vectors

    def space(self, alignment: AlignmentSpec | None = None) -> str:
        """For example ``trained-mobilefacenet-1f2e3d4c/five_point-112``."""
        return f"trained-{self.net}-{self.weights_hash[:8]}/{(alignment or self.alignment).key}"

    @property
    def weights_hash(self) -> str:
        """sha256 of the weights, as their card has it."""
        return self.weights_sha256

    @property
    def bytes(self) -> int:
        """See `Embedder.bytes`."""
        return self.network.stat().st_size


def signed(crops: Crops) -> Floats:
    """(N, 3, size, size) float32 in [-1, 1] of RGB uint8 (N, size, size, 3)."""
    pixels: Floats = (crops.transpose(0, 3, 1, 2).astype(np.float32) - 127.5) / 127.5
    return pixels


def prepare_of(form: str) -> Callable[[Crops], Floats]:
    """How crops become inputs: `signed`, or as the embedder of that name does it."""
    if form == SIGNED:
        return signed
    prepare: Callable[[Crops], Floats] = EMBEDDERS.get(form).prepare  # type: ignore[attr-defined]
    return prepare


def find_embedder(name: str) -> type[Embedder]:
    """The class of an embedder: a file of this room, a checkpoint that was trained here, or several fused.

    Args:
        name: ``sface``; or ``best``, the permissive fusion that tells people apart best; or the folder that a training
            wrote (its best), or a checkpoint's file in it; or several of them with ``+`` between them, as
            ``sface+retail0095`` (see `rostro.embedding.fused.fuse`).

    Raises:
        UnknownModel: None of these.
        BadInput: The checkpoint is not one of an embedder, or the fusion cannot be read.
    """
    if name == BEST[0]:
        return fuse(BEST[1], find_embedder)
    path = expanded(name)
    if name not in EMBEDDERS and path.exists():
        return _class_of(path)
    if name not in EMBEDDERS and is_fusion(name):
        return fuse(name, find_embedder)
    return EMBEDDERS.get(name)


def files_of(name: str) -> list[Path]:
    """The files of a checkpoint that was trained here, by its name as `find_embedder` takes it; else none."""
    path = Path(name).expanduser()
    if not path.exists():
        return []
    found = path.iterdir() if path.is_dir() else path.parent.glob(f"{glob.escape(path.stem)}.*")
    return [file for file in found if file.is_file()]


def _class_of(path: Path) -> type[Embedder]:
    file = path / "best.yaml" if path.is_dir() else path.with_suffix(".yaml")
    card = _read(file)
    how = card["preprocessing"]
    if not isinstance(how, dict) or not {"alignment", "onnx_sha256"} <= how.keys():
        raise BadInput(f"{file}: a checkpoint of {card['recipe']} gives no vectors of faces; 'embedder' makes ones")
    with shaped(file, "a card of an embedder"):
        attributes = {
            "about": f"{card['net']}, trained here ({card['recipe']}), {how['dims']} dimensions",
            "paper": "",
            "alignment": AlignmentSpec(
                str(how["alignment"]), SIDE.check(int(how["size"])), dict(how["alignment_options"])
            ),
            "detector": str(how["detector"]),
            "dims": _DIMS.check(int(how["dims"])),
            "network": file.with_suffix(".onnx"),
            "network_hash": str(how["onnx_sha256"]),
            "net": str(card["net"]),
            "weights_sha256": str(card["weights_sha256"]),
            "input_form": str(how["input"]),
        }
    return type("Trained", (TrainedEmbedder,), attributes)


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        raise BadInput(f"{file}: no card of a checkpoint (there is no such file)")
    card = read_yaml(file, "a card of a checkpoint")
    if not isinstance(card, dict) or not {"recipe", "net", "preprocessing", "weights_sha256"} <= card.keys():
        raise BadInput(f"{file}: not a card of a checkpoint")
    return card

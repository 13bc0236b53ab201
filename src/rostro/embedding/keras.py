"""Embedders whose weights come as Keras HDF5 files: our network, their numbers, converted once to ONNX."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from rostro.core.types import Crops, Floats
from rostro.embedding.base import Embedder
from rostro.models.converted import converted
from rostro.nets.keras_file import read_keras
from rostro.nets.onnx_file import VERSION, write_onnx
from rostro.runtime.base import EngineOptions, open_engine

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.nets.network import Network


class KerasEmbedder(Embedder):
    """Runs a network of `rostro.nets`.

    Class attributes:
        output: Which of the network's outputs is the representation.
        forms: Entries that each hold the weights: the first is fetched unless another is already installed.
    """

    output: ClassVar[str]
    forms: ClassVar[tuple[ModelFile, ...]]

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches, converts and compiles the network.

        Raises:
            MissingExtra: h5py or onnx is not installed and the file was not converted before.
            BadInput: The file does not hold this network's weights.
        """
        super().__init__(store, engine)
        installed = (entry for entry in self.forms if store.is_installed(entry))
        self.weights = next(installed, self.forms[0])
        self.network = self.network_of(self.weights)

        def convert(source: Path, target: Path) -> None:
            write_onnx(self.network, read_keras(source, self.network), target)

        path = converted(store, self.weights, f"v{VERSION}", convert, ("keras", "onnx", "h5py"))
        self._outputs = list(self.network.outputs)
        self._engine = open_engine(path, engine, outputs=self._outputs)

    @classmethod
    @abstractmethod
    def network_of(cls, weights: ModelFile) -> Network:
        """The network that a file holds the weights of."""

    @classmethod
    @abstractmethod
    def prepare(cls, crops: Crops) -> Floats:
        """What the network takes: (N, 3, size, size) float32 of RGB uint8 (N, size, size, 3)."""

    def run(self, crops: Crops, output: str) -> Floats:
        """One output of the network, (N, …) float32."""
        values: Floats = self._engine.run(self.prepare(crops))[self._outputs.index(output)]
        return values

    def represent(self, crops: Crops) -> Floats:
        """See `Embedder.represent`."""
        return self.run(crops, self.output)

    @property
    def weights_hash(self) -> str:
        """See `Embedder.weights_hash`."""
        return self.store.hash_of(self.weights)

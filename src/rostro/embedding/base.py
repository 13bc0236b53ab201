"""What an embedder is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.geometry import unit_rows
from rostro.core.parts import Room

if TYPE_CHECKING:
    from rostro.core.types import AlignmentSpec, Crops, Floats
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions


class Embedder(ABC):
    """Maps crops to unit vectors. Safe to call from several threads at once.

    Class attributes:
        name: What spaces, options, cards and reports call it.
        about: One line for people.
        paper: What to cite.
        files: The model files it needs, the network first.
        optional_files: Files that it can use but does not need: other forms of its weights, lists of names.
        alignment: How its crops are made, unless the caller says otherwise.
        detector: The detector that suits it.
        dims: Length of its vectors.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    paper: ClassVar[str]
    files: ClassVar[tuple[ModelFile, ...]]
    optional_files: ClassVar[tuple[ModelFile, ...]] = ()
    alignment: ClassVar[AlignmentSpec]
    detector: ClassVar[str] = "yunet"
    dims: ClassVar[int]

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the model files."""
        self.store = store
        self.engine_options = engine

    @classmethod
    def ranges(cls) -> Path | None:
        """What its int8 form needs (``ranges/NAME.json``, see `rostro.runtime._quantisation`); None: it has none."""
        path = Path(__file__).with_name("ranges") / f"{cls.name}.json"
        return path if path.exists() else None

    @abstractmethod
    def represent(self, crops: Crops) -> Floats:
        """The network's own output, not normalised.

        Args:
            crops: RGB uint8 (N, size, size, 3); N may be 0.

        Returns:
            (N, dims) float32.
        """

    def embed(self, crops: Crops) -> Floats:
        """Unit vectors, (N, dims) float32."""
        return unit_rows(self.represent(crops))

    def embed_judged(self, crops: Crops) -> tuple[Floats, Floats]:
        """Unit vectors, and how long they were before: the surer a network is of a face, the longer its vector.

        Args:
            crops: As for `represent`.

        Returns:
            (N, dims) float32 and (N,) float32.
        """
        vectors = self.represent(crops)
        lengths: Floats = np.linalg.norm(vectors, axis=1).astype(np.float32)
        return unit_rows(vectors), lengths

    def space(self, alignment: AlignmentSpec | None = None) -> str:
        """Name of the embedding space: embedder, weights, alignment.

        For example ``sface-0ba9fbfa/five_point-112``. Preprocessing belongs to the embedder: who changes it, changes
        the embedder's name.
        """
        return f"{self.name}-{self.weights_hash[:8]}/{(alignment or self.alignment).key}"

    @property
    def weights_hash(self) -> str:
        """sha256 of the network's file, as stored."""
        return self.store.hash_of(self.files[0])

    @property
    def bytes(self) -> int:
        """Size of its files."""
        return sum(self.store.path(file).stat().st_size for file in self.files)


class Classifier(ABC):
    """What an embedder also is when its network can name the people that it was trained on."""

    @property
    @abstractmethod
    def people(self) -> tuple[str, ...]:
        """Their names, in the order of the classes.

        Raises:
            ModelUnavailable: The list of names is not installed.
            BadInput: It is not a list of as many names as there are classes.
        """

    @abstractmethod
    def probabilities(self, crops: Crops) -> Floats:
        """How probable each person is, by the network: (N, len(people)) float32, rows sum to 1.

        Raises:
            BadInput: The installed weights have no class head.
        """

    def most_probable(self, crops: Crops, count: int = 5) -> list[list[tuple[str, float]]]:
        """Names and probabilities of the most probable people for each crop, best first."""
        probabilities = self.probabilities(crops)
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, :count]
        return [
            [(self.people[person], float(row[person])) for person in order]
            for row, order in zip(probabilities, best, strict=True)
        ]


EMBEDDERS = Room(
    Embedder,
    "embedder",
    "rostro.embedders",
    {
        "dlib": "rostro.embedding.dlib:Dlib",
        "edgeface": "rostro.embedding.edgeface:EdgeFace",
        "facenet128": "rostro.embedding.facenet128:FaceNet128",
        "facenet512": "rostro.embedding.facenet512:FaceNet512",
        "mobilefacenet": "rostro.embedding.mobilefacenet:MobileFaceNet",
        "retail0095": "rostro.embedding.retail0095:Retail0095",
        "sface": "rostro.embedding.sface:SFace",
        "vggface": "rostro.embedding.vggface:VGGFace",
        "vggface2_resnet50": "rostro.embedding.vggface2_resnet50:VGGFace2ResNet50",
        "vggface2_senet50": "rostro.embedding.vggface2_senet50:VGGFace2SENet50",
        "vggface_fc7": "rostro.embedding.vggface_fc7:VGGFaceFc7",
    },
)

"""What the networks of Oxford's Visual Geometry Group share: BGR less a mean, a class head, unpinned files."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.foreign import BROKEN_ARRAY
from rostro.core.lazy import Lazy
from rostro.core.types import Crops, Floats
from rostro.embedding.base import Classifier
from rostro.embedding.keras import KerasEmbedder
from rostro.models.entry import ModelFile
from rostro.models.holding import contents

if TYPE_CHECKING:
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

_RELEASE = "https://github.com/rcmalli/keras-vggface/releases/download/v2.0/"


def file(name: str, *, paper: str, release: str = _RELEASE) -> ModelFile:
    """An entry of a file that nobody publishes a hash of; the group's terms are for research."""
    return ModelFile(
        name=name,
        sha256=None,
        size=None,
        licence="VGG (research only)",
        commercial=False,
        paper=paper,
        sources=(release + name,),
    )


class VGGEmbedder(KerasEmbedder, Classifier):
    """A network with a class head.

    Class attributes:
        mean: Mean of the training photos, BGR, subtracted from every pixel.
        names: The file with the people's names.
    """

    mean: ClassVar[tuple[float, float, float]]
    names: ClassVar[ModelFile]

    @classmethod
    def prepare(cls, crops: Crops) -> Floats:
        """See `KerasEmbedder.prepare`."""
        bgr = crops[..., ::-1].astype(np.float32) - np.array(cls.mean, np.float32)
        return np.ascontiguousarray(bgr.transpose(0, 3, 1, 2))

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """See `KerasEmbedder`."""
        super().__init__(store, engine)
        self._people = Lazy(
            lambda: read_names(
                contents(self.store, self.names), self.names.name, self.network.outputs["probabilities"].channels
            )
        )

    @property
    def people(self) -> tuple[str, ...]:
        """See `Classifier.people`."""
        return self._people()

    def probabilities(self, crops: Crops) -> Floats:
        """See `Classifier.probabilities`."""
        if "probabilities" not in self.network.outputs:
            raise BadInput(f"{self.weights.name} has no class head; import {self.forms[0].name} instead")
        return self.run(crops, "probabilities")


def read_names(content: bytes, file: str, classes: int) -> tuple[str, ...]:
    """Reads a list of names (``.npy``), never as pickled objects.

    Args:
        content: Of the file.
        file: Its name.
        classes: How many names there must be.

    Raises:
        BadInput: It is not an array of ``classes`` texts.
    """
    try:
        names = np.load(BytesIO(content), allow_pickle=False)
    except BROKEN_ARRAY as error:
        raise BadInput(f"{file}: not a list of names: {error}") from None
    if not isinstance(names, np.ndarray) or names.dtype.kind not in "US" or names.shape != (classes,):
        raise BadInput(f"{file}: not a list of {classes} names")
    return tuple(str(name).strip().replace("_", " ") for name in names.astype(str))

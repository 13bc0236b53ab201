"""A model store whose VGGFace files hold seeded weights, in the official files' layout.

The official files cannot be fetched everywhere; these stand in for them wherever numbers, not accuracy, are tested.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np
from seeded_weights import seeded_weights

from rostro.core.settings import Settings
from rostro.embedding.base import EMBEDDERS
from rostro.models.store import ModelStore

if TYPE_CHECKING:
    from rostro.nets.network import Network

#: Kept while the tests run, and removed with everything in it when they end.
_FOLDER = tempfile.TemporaryDirectory(prefix="rostro-seeded-")


@cache
def seeded_store(embedder: str) -> ModelStore:
    """A store with the network and the list of names of one VGGFace embedder, under its real entries."""
    part = EMBEDDERS.get(embedder)
    home = Path(_FOLDER.name)
    store = ModelStore(Settings(home=home, offline=True))
    weights, names = part.files[0], part.names
    if not store.is_installed(weights):
        network = part.network_of(weights)
        write_keras(home / "made.h5", network)
        store.import_file(home / "made.h5", weights)
        (home / "made.h5").unlink()
    if not store.is_installed(names):
        people = [f" Person_{number}" for number in range(part.network_of(weights).outputs["probabilities"].channels)]
        np.save(home / "made.npy", np.array(people))
        store.import_file(home / "made.npy", names)
    return store


def write_keras(path: Path, network: Network) -> None:
    """Writes seeded weights as Keras 2 does: groups and datasets named as the layers, their order in attributes."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in network.layers]
        for layer in network.layers:
            group = file.require_group(layer.name)
            arrays = seeded_weights(layer.name, list(layer.shapes)) if layer.shapes else []
            keys = [f"{layer.name}/weight_{number}:0" for number in range(len(arrays))]
            group.attrs["weight_names"] = [key.encode() for key in keys]
            for key, array in zip(keys, arrays, strict=True):
                group[key] = array

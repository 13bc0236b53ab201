"""Reads weights from a Keras HDF5 file (``.h5``), and nothing else of it.

Such a file may also hold the model's configuration, with Python code in it (``Lambda`` layers). It is never looked at:
the network comes from this package, the file gives arrays of known shapes.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, MissingExtra

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.nets.network import Layer, Network, Weights


def read_keras(path: Path, network: Network) -> Weights:
    """Reads the weights of a network.

    Layers are found by their names; or, where the file knows none of them, in the order of the file (deepface's
    ``vgg_face_weights.h5`` is the same VGG-16 under other names). Layers that the network does not have are left out.

    Raises:
        MissingExtra: h5py is not installed.
        BadInput: Not an HDF5 file, not of Keras' layout, or a layer is missing or of another shape; names it.
    """
    try:
        import h5py
    except ImportError:
        raise MissingExtra("h5py", "keras") from None
    try:
        with h5py.File(path, "r") as file:
            stored = _stored_layers(file)
            wanted = network.weighted
            found = [stored.get(layer.name) for layer in wanted]
            if not any(found) and len(stored) == len(wanted):
                found = list(stored.values())
            return {layer.name: _arrays(path.name, layer, arrays) for layer, arrays in zip(wanted, found, strict=True)}
    # h5py has no error of its own: what it finds broken, it says as one of these
    except (OSError, LookupError, RuntimeError, TypeError, ValueError, AttributeError, MemoryError) as error:
        raise BadInput(f"{path.name}: not a Keras HDF5 file that can be read: {error}") from None


def _stored_layers(file: Any) -> dict[str, list[Any]]:
    """Layer → its datasets, as Keras lists them; layers without weights are left out."""
    root = file.get("model_weights", file)
    layers: dict[str, list[Any]] = {}
    for name in map(_text, root.attrs["layer_names"]):
        group = root[name]
        if names := [_text(weight) for weight in group.attrs["weight_names"]]:
            layers[name] = [group[weight] for weight in names]
    return layers


def _arrays(file: str, layer: Layer, datasets: list[Any] | None) -> tuple[Any, ...]:
    if datasets is None:
        raise BadInput(f"{file}: no layer {layer.name!r}; this is not the file of that network")
    shapes = [dataset.shape for dataset in datasets]
    if len(shapes) != len(layer.shapes) or not all(map(_fits, shapes, layer.shapes)):
        raise BadInput(f"{file}: layer {layer.name!r} has weights of shapes {shapes}, expected {list(layer.shapes)}")
    return tuple(
        np.asarray(dataset, np.float32).reshape(shape) for dataset, shape in zip(datasets, layer.shapes, strict=True)
    )


def _fits(stored: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Equal; or a convolution over the whole map, which is a dense layer in another shape."""
    whole_map = len(stored) == 4 and len(wanted) == 2 and (prod(stored[:3]), stored[3]) == wanted
    return stored == wanted or whole_map


def _text(name: str | bytes) -> str:
    return name.decode("utf-8") if isinstance(name, bytes) else name

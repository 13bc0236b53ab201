"""Reading Keras files: the two layouts of names, and every way in which a file can be the wrong one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rostro.core.errors import BadInput
from rostro.nets.keras_file import read_keras
from rostro.nets.network import Network

h5py = pytest.importorskip("h5py")


def network() -> Network:
    net = Network(4)
    x = net.batch_norm(net.conv(net.input, "first/3x3", 2, 3, bias=False), "first/3x3/bn", scale=False)
    net.outputs = {"scores": net.dense(net.flatten(x, positions=16), "scores", 5)}
    return net


ARRAYS: dict[str, list[Any]] = {
    "first/3x3": [np.arange(54.0).reshape(3, 3, 3, 2)],
    "first/3x3/bn": [np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0, 6.0])],
    "scores": [np.arange(160.0).reshape(32, 5), np.arange(5.0)],
}


def write(path: Path, layers: dict[str, list[Any]], *, within: str = "/") -> Path:
    with h5py.File(path, "w") as file:
        root = file.require_group(within)
        root.attrs["layer_names"] = [name.encode() for name in ("input_1", *layers)]
        root.require_group("input_1").attrs["weight_names"] = np.array([], "S1")
        for name, arrays in layers.items():
            group = root.require_group(name)
            group.attrs["weight_names"] = [f"{name}/w{i}:0".encode() for i in range(len(arrays))]
            for i, array in enumerate(arrays):
                group[f"{name}/w{i}:0"] = array
    return path


@pytest.mark.parametrize("within", ["/", "model_weights"])
def test_reads_by_name_whatever_else_is_there(tmp_path: Path, within: str) -> None:
    layers = {"other": [np.zeros(3)], **dict(reversed(ARRAYS.items()))}
    found = read_keras(write(tmp_path / "w.h5", layers, within=within), network())
    assert list(found) == list(ARRAYS)
    for name, arrays in ARRAYS.items():
        assert all(array.dtype == np.float32 for array in found[name])
        assert all(np.array_equal(a, b) for a, b in zip(found[name], arrays, strict=True))


def test_reads_in_order_when_the_file_has_other_names_and_dense_layers_as_convolutions(tmp_path: Path) -> None:
    kernel, bias = ARRAYS["scores"]
    renamed = {"conv2d_1": ARRAYS["first/3x3"], "bn": ARRAYS["first/3x3/bn"], "z": [kernel.reshape(4, 4, 2, 5), bias]}
    found = read_keras(write(tmp_path / "w.h5", renamed), network())
    assert np.array_equal(found["scores"][0], kernel)
    assert np.array_equal(found["first/3x3"][0], ARRAYS["first/3x3"][0])


def test_never_looks_at_the_configuration(tmp_path: Path) -> None:
    path = write(tmp_path / "w.h5", ARRAYS)
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = b'{"class_name": "Lambda", "config": {"function": ["4wEAAAA=", null, null]}}'
    assert read_keras(path, network())


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ({k: v for k, v in ARRAYS.items() if k != "scores"}, "no layer 'scores'"),
        ({**ARRAYS, "scores": ARRAYS["scores"][:1]}, "layer 'scores' has weights of shapes"),
        ({**ARRAYS, "scores": [np.zeros((32, 6)), np.zeros(6)]}, r"expected \[\(32, 5\), \(5,\)\]"),
        ({**ARRAYS, "first/3x3": [np.zeros((3, 3, 2, 3))]}, "first/3x3"),
        ({"conv2d_1": [np.zeros(3)]}, "no layer 'first/3x3'"),
    ],
)
def test_the_file_of_another_network(tmp_path: Path, layers: dict[str, list[Any]], message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        read_keras(write(tmp_path / "other.h5", layers), network())
    assert "other.h5" in str(caught.value)


def test_what_is_not_a_keras_file(tmp_path: Path) -> None:
    broken = tmp_path / "broken.h5"
    whole = write(tmp_path / "whole.h5", ARRAYS).read_bytes()
    for content in (b"", b"not HDF5", whole[: len(whole) // 2]):
        broken.write_bytes(content)
        with pytest.raises(BadInput, match=r"broken\.h5"):
            read_keras(broken, network())
    with h5py.File(broken, "w") as file:
        file["data"] = np.zeros(3)
    with pytest.raises(BadInput, match="not a Keras HDF5 file"):
        read_keras(broken, network())

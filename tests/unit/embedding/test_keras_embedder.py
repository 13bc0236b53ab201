"""Weights from Keras files: which file is taken, when it is converted, and how crops are prepared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rostro.core.errors import BadInput, MissingExtra, ModelUnavailable
from rostro.core.settings import Settings
from rostro.core.types import AlignmentSpec
from rostro.embedding._vggface import VGGEmbedder, file
from rostro.embedding.facenet128 import FaceNet128
from rostro.embedding.vggface import VGGFace
from rostro.models import converted as _converted
from rostro.models.entry import ModelFile
from rostro.models.store import ModelStore
from rostro.nets.network import Network
from rostro.runtime.base import EngineOptions

h5py = pytest.importorskip("h5py")
pytest.importorskip("onnx")
WITH_HEAD, HEADLESS, NAMES = (file(name, paper="none") for name in ("top.h5", "notop.h5", "names.npy"))


class Tiny(VGGEmbedder):
    """Two means of colours, four people."""

    name = "tiny"
    forms = (WITH_HEAD, HEADLESS)
    files = forms[:1]
    names = NAMES
    alignment = AlignmentSpec("crop", 6)
    mean = (1.0, 2.0, 3.0)
    output = "representation"
    dims = 2

    @classmethod
    def network_of(cls, weights: ModelFile) -> Network:
        net = Network(6)
        x = net.flatten(net.mean(net.conv(net.input, "c", 2, 1)), positions=1)
        net.outputs = {"representation": x}
        if weights is WITH_HEAD:
            net.outputs["probabilities"] = net.softmax(net.dense(x, "people", 4))
        return net


KERNEL = np.array([[1, 0], [0, 0.5], [0, 0.5]], np.float32).reshape(1, 1, 3, 2)
HEAD = np.array([[0.1, 0, -0.1, 0.2], [0, 0.1, 0, 0]], np.float32)


def write(path: Path, layers: dict[str, list[np.ndarray]]) -> Path:
    with h5py.File(path, "w") as opened:
        opened.attrs["layer_names"] = [name.encode() for name in layers]
        for name, arrays in layers.items():
            group = opened.create_group(name)
            group.attrs["weight_names"] = [f"w{i}".encode() for i in range(len(arrays))]
            for i, array in enumerate(arrays):
                group[f"w{i}"] = array
    return path


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(Settings(home=tmp_path / "home", offline=True))


@pytest.fixture
def conv() -> dict[str, list[np.ndarray]]:
    return {"c": [KERNEL, np.zeros(2, np.float32)]}


CROPS = np.zeros((2, 6, 6, 3), np.uint8) + np.array([[10, 20, 30], [60, 50, 40]], np.uint8)[:, None, None]
ENGINE = EngineOptions(precision="f32")


def test_blue_green_red_less_the_mean(store: ModelStore, conv: dict[str, Any], tmp_path: Path) -> None:
    store.import_file(write(tmp_path / "w.h5", conv), HEADLESS)
    embedder = Tiny(store, ENGINE)
    np.testing.assert_allclose(embedder.represent(CROPS), [[29, 12.5], [39, 52.5]], atol=1e-4)


def test_the_form_that_is_installed_is_taken(store: ModelStore, conv: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"top\.h5"):
        Tiny(store, ENGINE)
    store.import_file(write(tmp_path / "w.h5", conv), HEADLESS)
    headless = Tiny(store, ENGINE)
    with pytest.raises(BadInput, match=r"notop.h5 has no class head; import top.h5"):
        headless.probabilities(CROPS)
    people = {"people": [HEAD, np.zeros(4, np.float32)]}
    store.import_file(write(tmp_path / "w.h5", conv | people), WITH_HEAD)
    whole = Tiny(store, ENGINE)
    np.testing.assert_allclose(whole.represent(CROPS), headless.represent(CROPS))
    assert whole.space() != headless.space()
    assert whole.weights_hash == store.hash_of(WITH_HEAD)


def test_names_and_probabilities(store: ModelStore, conv: dict[str, Any], tmp_path: Path) -> None:
    people = {"people": [HEAD, np.zeros(4, np.float32)]}
    store.import_file(write(tmp_path / "w.h5", conv | people), WITH_HEAD)
    embedder = Tiny(store, ENGINE)
    with pytest.raises(ModelUnavailable, match=r"names\.npy"):
        embedder.most_probable(CROPS)
    np.save(tmp_path / "n.npy", np.array([" Ana_Ruiz", " Bo", "C._D", "E"]))
    store.import_file(tmp_path / "n.npy", NAMES)
    scores = embedder.represent(CROPS) @ HEAD
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(embedder.probabilities(CROPS), expected, atol=1e-5)
    best = embedder.most_probable(CROPS, 2)
    assert [[name for name, _ in row] for row in best] == [["E", "Ana Ruiz"], ["E", "Bo"]]
    assert best[0][0][1] == pytest.approx(expected[0, 3], abs=1e-5)


@pytest.mark.parametrize(
    "names",
    [np.array(["a", "b", "c"]), np.array([[1, 2, 3, 4]]), np.array([1, 2, 3, 4]), np.array(["a", None, 1, 2], object)],
)
def test_a_list_of_names_that_is_none(names: np.ndarray, store: ModelStore, tmp_path: Path, conv: Any) -> None:
    np.save(tmp_path / "n.npy", names, allow_pickle=True)
    store.import_file(tmp_path / "n.npy", NAMES)
    store.import_file(write(tmp_path / "w.h5", conv | {"people": [HEAD, np.zeros(4, np.float32)]}), WITH_HEAD)
    with pytest.raises(BadInput, match=r"names.npy: not a list of"):
        Tiny(store, ENGINE).most_probable(CROPS)


def test_converted_once_and_again_for_other_weights(
    store: ModelStore, conv: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.import_file(write(tmp_path / "w.h5", conv), HEADLESS)
    first = Tiny(store, ENGINE).represent(CROPS)
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "h5py", None)
        patched.setitem(sys.modules, "onnx", None)
        np.testing.assert_array_equal(Tiny(store, ENGINE).represent(CROPS), first)
    store.import_file(write(tmp_path / "w.h5", {"c": [2 * KERNEL, np.zeros(2, np.float32)]}), HEADLESS)
    np.testing.assert_allclose(Tiny(store, ENGINE).represent(CROPS), 2 * first, rtol=1e-5)


def test_without_h5py_the_extra_is_named(
    store: ModelStore, conv: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.import_file(write(tmp_path / "w.h5", conv), HEADLESS)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingExtra, match=r"rostro\[keras\]"):
        Tiny(store, ENGINE)


def test_a_conversion_that_fails_leaves_nothing(store: ModelStore, conv: dict[str, Any], tmp_path: Path) -> None:
    store.import_file(write(tmp_path / "w.h5", conv), HEADLESS)

    def fail(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:10])
        raise BadInput("half way")

    with pytest.raises(BadInput, match="half way"):
        _converted.converted(store, HEADLESS, "x", fail)
    assert not [path for path in (store.settings.home / "converted").iterdir() if path.suffix != ".lock"]


def test_vggface_subtracts_its_training_sets_mean() -> None:
    prepared = VGGFace.prepare(np.full((1, 2, 2, 3), (100, 110, 120), np.uint8))
    assert prepared.shape == (1, 3, 2, 2)
    np.testing.assert_allclose(prepared[0, :, 0, 0], [120 - 93.5940, 110 - 104.7624, 100 - 129.1863], atol=1e-4)


def test_facenet128_standardises_each_crop_by_itself() -> None:
    crops = np.random.default_rng(1).integers(0, 256, (2, 160, 160, 3), np.uint8)
    crops[1] //= 8
    prepared = FaceNet128.prepare(crops)
    assert prepared.shape == (2, 3, 160, 160)
    np.testing.assert_allclose(prepared.mean(axis=(1, 2, 3)), 0, atol=1e-3)
    np.testing.assert_allclose(prepared.std(axis=(1, 2, 3)), 1, atol=1e-3)
    np.testing.assert_array_equal(FaceNet128.prepare(np.full((1, 160, 160, 3), 9, np.uint8)), 0)

"""Compiled forms that were kept are loaded without their model, and only where they are those that would be made."""

from __future__ import annotations

import gc
import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as models
from read_only import read_only

from rostro.core.errors import BadInput, EngineError, ModelCorrupt
from rostro.embedding.sface import SFace
from rostro.recognizer import Recognizer
from rostro.runtime import _compiled
from rostro.runtime.base import EngineOptions
from rostro.runtime.openvino import OpenVINOEngine

BATCH = np.random.default_rng(3).standard_normal((4, 3, 16, 16)).astype(np.float32)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return models.small_net(tmp_path / "small.onnx")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the models that were read, in order."""
    found: list[str] = []
    original = OpenVINOEngine._read

    def noted(engine: OpenVINOEngine, *given: Any) -> Any:
        found.append(engine._file.name)
        return original(engine, *given)

    monkeypatch.setattr(OpenVINOEngine, "_read", noted)
    return found


def options(folder: Path, **other: Any) -> EngineOptions:
    return EngineOptions(**{"precision": "f32", "cache_dir": folder / "compiled", **other})


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "compiled").glob("*/*"))


def test_a_model_whose_form_was_kept_is_not_read(model: Path, tmp_path: Path, read: list[str]) -> None:
    first = OpenVINOEngine(model, options(tmp_path)).run(BATCH)
    assert read == ["small.onnx"]
    assert {file.suffix for file in kept(tmp_path)} == {".form", ".outline"}
    again = OpenVINOEngine(model, options(tmp_path))
    np.testing.assert_array_equal(again.run(BATCH)[0], first[0])
    assert read == ["small.onnx"]


def test_what_is_known_of_a_model_is_what_it_says_itself(tmp_path: Path) -> None:
    for shape in (["n", 3, "h", 32], [1, 3, 128, 96]):
        made = models.sums(tmp_path / "sums.onnx", shape)
        fresh, again = (OpenVINOEngine(made, options(tmp_path))._model for _ in range(2))
        whole = fresh.clone()
        for known in (fresh, again):
            assert known.input(0).get_partial_shape() == whole.input(0).get_partial_shape()
            assert known.input(0).get_element_type() == whole.input(0).get_element_type()
            assert known.names == [frozenset(output.get_names()) for output in whole.outputs]


def test_outputs_stay_in_the_order_that_was_asked_for(tmp_path: Path, read: list[str]) -> None:
    made = models.sums(tmp_path / "sums.onnx", ["n", 3, 16, 16])
    names = [
        next(iter(output.get_names())) for output in OpenVINOEngine(made, options(tmp_path))._model.clone().outputs
    ]
    for wanted in (names, names[::-1]):
        fresh, again = (OpenVINOEngine(made, options(tmp_path), outputs=wanted).run(BATCH) for _ in range(2))
        assert len(fresh) == len(again) == len(names)
        for one, other in zip(fresh, again, strict=True):
            np.testing.assert_array_equal(one, other)
    with pytest.raises(EngineError, match="no output other"):
        OpenVINOEngine(made, options(tmp_path), outputs=["other"])


def test_every_way_to_make_one_is_another_form(tmp_path: Path) -> None:
    made, sums = 0, models.sums(tmp_path / "sums.onnx", ["n", 3, 16, 16])
    for given in ({}, {"threads": 2}, {"precision": "bf16"}):
        try:
            engine = OpenVINOEngine(sums, options(tmp_path, **given))
        except EngineError:  # no bf16 on this processor
            continue
        for size in (1, 2):  # shapes
            engine.run(np.ones((1, 3, 16 * size, 16), np.float32))
            made += 1
            assert len([file for file in kept(tmp_path) if file.suffix == ".form"]) == made
    assert made >= 4


def test_other_code_makes_its_own(
    model: Path, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    OpenVINOEngine(model, options(tmp_path)).run(BATCH)
    monkeypatch.setattr(_compiled, "_code", lambda: "the next version")
    OpenVINOEngine(model, options(tmp_path)).run(BATCH)
    assert read == ["small.onnx"] * 2
    assert len(kept(tmp_path)) == 4


def test_the_code_is_told_by_its_text() -> None:
    assert len(_compiled._code()) == 64
    assert _compiled._code() == _compiled._code.__wrapped__()


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "other", "refused", "nothing"])
def test_a_damaged_one_is_made_anew_and_replaced(damage: str, model: Path, tmp_path: Path, read: list[str]) -> None:
    first = OpenVINOEngine(model, options(tmp_path)).run(BATCH)[0]
    whole = {file: file.read_bytes() for file in kept(tmp_path)}
    for file, data in whole.items():
        changed = bytearray(data)
        changed[-1] ^= 1
        broken = {
            "cut": data[:-9],
            "changed": bytes(changed),
            "empty": b"",
            "other": data[::-1],
            "refused": hashlib.sha256(b"{}").digest() + b"{}",  # whole, and nothing that was ever kept
            "nothing": hashlib.sha256(b"").digest(),
        }
        file.write_bytes(broken[damage])
    np.testing.assert_array_equal(OpenVINOEngine(model, options(tmp_path)).run(BATCH)[0], first)
    assert read == ["small.onnx"] * 2
    OpenVINOEngine(model, options(tmp_path)).run(BATCH)
    assert read == ["small.onnx"] * 2, "the new ones are good"
    assert sorted(whole) == kept(tmp_path)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="a folder has no owner's rights here")
def test_one_is_not_loaded_from_where_others_can_write(model: Path, tmp_path: Path, read: list[str]) -> None:
    home = tmp_path / "home"
    home.mkdir()
    OpenVINOEngine(model, options(home)).run(BATCH)
    home.chmod(0o777)
    OpenVINOEngine(model, options(home)).run(BATCH)
    assert read == ["small.onnx"] * 2


def test_one_of_other_bytes_is_not_taken(tmp_path: Path, read: list[str]) -> None:
    model = models.small_net(tmp_path / "small.onnx", channels=8)
    first = OpenVINOEngine(model, options(tmp_path)).run(BATCH)[0]
    models.small_net(model, channels=16)
    assert np.abs(OpenVINOEngine(model, options(tmp_path)).run(BATCH)[0] - first).max() > 0.01
    assert len(read) == 2


def test_they_are_loaded_from_a_disk_that_cannot_be_written(model: Path, tmp_path: Path, read: list[str]) -> None:
    home = tmp_path / "home"
    home.mkdir()
    first = OpenVINOEngine(model, options(home)).run(BATCH)[0]
    with read_only(home):
        engine = OpenVINOEngine(model, options(home))
        np.testing.assert_array_equal(engine.run(BATCH)[0], first)
        assert len(read) == 1
        other = OpenVINOEngine(models.sums(tmp_path / "sums.onnx", ["n", 3, 16, 16]), options(home))
        assert other.run(BATCH)[0].shape == (4, 3), "what was not kept is made"
    assert len(kept(home)) == 2


def test_what_cannot_be_kept_is_made_at_every_start(
    model: Path, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object, **named: object) -> None:
        raise BadInput("cannot write: no space left on device")

    monkeypatch.setattr(_compiled, "write_file", full)
    for _ in range(2):
        assert OpenVINOEngine(model, options(tmp_path)).run(BATCH)[0].shape == (4, 8)
    assert len(read) == 2 and not kept(tmp_path)


@pytest.mark.parametrize("precision", ["int8", "f32"])
def test_the_default_embedder_gives_the_same_to_the_bit(
    precision: str, recognizer: Recognizer, tmp_path: Path, read: list[str]
) -> None:
    store = recognizer.store
    crops = np.random.default_rng(5).integers(0, 256, (5, 112, 112, 3)).astype(np.uint8)
    try:
        fresh, again = (
            SFace(store, options(tmp_path, precision=precision, expected=store.checked)).represent(crops)
            for _ in range(2)
        )
    except EngineError:
        pytest.skip("this processor computes no int8")
    np.testing.assert_array_equal(fresh, again)
    assert len(read) == 1


class TestTheFile:
    """A model that was not read yet, and must be when another shape comes."""

    @pytest.fixture
    def sums(self, tmp_path: Path) -> Path:
        return models.sums(tmp_path / "sums.onnx", ["n", 3, 16, 16])

    @pytest.fixture
    def opened(self, sums: Path, tmp_path: Path) -> OpenVINOEngine:
        OpenVINOEngine(sums, options(tmp_path)).run(BATCH)
        return OpenVINOEngine(sums, options(tmp_path))

    def another_shape(self, engine: OpenVINOEngine) -> list[float]:
        total: list[float] = engine.run(np.ones((1, 3, 32, 16), np.float32))[0][0].tolist()
        return total

    @pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed here")
    def test_it_may_be_gone_by_then(self, opened: OpenVINOEngine, sums: Path) -> None:
        sums.unlink()
        assert self.another_shape(opened) == [512.0] * 3

    @pytest.mark.skipif(os.name == "nt", reason="an open file cannot be replaced here")
    def test_it_may_be_replaced_by_then(self, opened: OpenVINOEngine, sums: Path, tmp_path: Path) -> None:
        models.small_net(tmp_path / "new.onnx").replace(sums)
        assert self.another_shape(opened) == [512.0] * 3

    def test_it_may_not_be_written_over(self, opened: OpenVINOEngine, sums: Path) -> None:
        sums.write_bytes(models.small_net(sums.with_name("new.onnx")).read_bytes())
        with pytest.raises(ModelCorrupt, match="another file took its place"):
            self.another_shape(opened)

    @pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="nothing lists open files here")
    def test_it_is_closed(self, opened: OpenVINOEngine, sums: Path) -> None:
        def held() -> int:
            links = [file for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
            return sum(os.path.realpath(file) == str(sums.resolve()) for file in links)

        assert held() == 1
        self.another_shape(opened)
        assert held() == 0, "once it was read"
        other = OpenVINOEngine(sums, opened._options)
        assert held() == 1
        del other
        gc.collect()
        assert held() == 0, "and with its engine"

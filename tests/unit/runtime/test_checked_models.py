"""What was hashed is what runs, and what was compiled before is believed only where nobody else can have put it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as models

from rostro.core.errors import ModelCorrupt
from rostro.runtime.base import ENGINES, Engine, EngineOptions, open_engine
from rostro.runtime.openvino import OpenVINOEngine

BATCH = np.random.default_rng(3).standard_normal((4, 3, 16, 16)).astype(np.float32)


def engines() -> list[str]:
    return [name for name in ("openvino", "onnxruntime") if _there(name)]


def _there(name: str) -> bool:
    try:
        __import__(name)
    except ImportError:
        return False
    return True


@pytest.mark.parametrize("name", engines())
def test_a_file_that_took_its_place_after_the_check_is_not_run(name: str, tmp_path: Path) -> None:
    model = models.small_net(tmp_path / "small.onnx")
    right = hashlib.sha256(model.read_bytes()).hexdigest()
    options = EngineOptions(name=name, precision="f32", expected=lambda file: right)
    assert open_engine(model, options).run(BATCH)[0].shape == (4, 8)
    models.sums(model, ["n", 3, 16, 16])
    with pytest.raises(ModelCorrupt, match=r"small.onnx: another file took its place"):
        open_engine(model, options)


@pytest.mark.parametrize("name", engines())
def test_it_is_opened_once(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the name stands for a moment later: the bytes that were hashed are those that run."""
    model = models.small_net(tmp_path / "small.onnx")
    other = models.sums(tmp_path / "other.onnx", ["n", 3, 16, 16])
    right, first = (
        hashlib.sha256(model.read_bytes()).hexdigest(),
        open_engine(model, EngineOptions(name=name)).run(BATCH),
    )
    real = hashlib.sha256

    def swapped(*given: Any) -> Any:
        digest = real(*given)
        if given:
            other.replace(model) if other.exists() else None
        return digest

    monkeypatch.setattr("rostro.runtime._shared.hashlib.sha256", swapped)
    again = open_engine(model, EngineOptions(name=name, expected=lambda file: right)).run(BATCH)
    assert not other.exists(), "the file was not swapped: this test shows nothing"
    np.testing.assert_array_equal(first[0], again[0])


def test_an_engine_of_others_is_checked_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = models.small_net(tmp_path / "small.onnx")

    class Blind(OpenVINOEngine):
        checks = False

    monkeypatch.setattr(type(ENGINES), "get", lambda room, name: Blind)
    assert isinstance(open_engine(model, EngineOptions()), Engine)
    with pytest.raises(ModelCorrupt):
        open_engine(model, EngineOptions(expected=lambda file: "0" * 64))


def test_compiled_forms_lie_under_the_hash_of_their_model(tmp_path: Path) -> None:
    cache = tmp_path / "compiled"
    for channels in (8, 16):
        model = models.small_net(tmp_path / f"{channels}.onnx", channels=channels)
        OpenVINOEngine(model, EngineOptions(precision="f32", cache_dir=cache)).run(BATCH)
        assert list((cache / hashlib.sha256(hashlib.sha256(model.read_bytes()).digest()).hexdigest()[:32]).iterdir())
    assert len(list(cache.iterdir())) == 2
    if hasattr(os, "getuid"):
        assert {folder.stat().st_mode & 0o777 for folder in (cache, *cache.iterdir())} == {0o700}


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="a folder has no owner's rights here")
@pytest.mark.parametrize("trap", ["link", "above", "file"])
def test_a_folder_where_others_can_write_keeps_nothing(trap: str, tmp_path: Path) -> None:
    model = models.small_net(tmp_path / "small.onnx")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    cache = tmp_path / "home" / "compiled"
    cache.parent.mkdir()
    if trap == "link":
        cache.symlink_to(theirs)
    elif trap == "above":
        cache.parent.chmod(0o777)
    else:
        cache.write_bytes(b"")
    engine = OpenVINOEngine(model, EngineOptions(precision="f32", cache_dir=cache))
    assert engine.run(BATCH)[0].shape == (4, 8)
    assert not list(theirs.iterdir())
    assert not cache.is_dir() or not list(cache.iterdir())


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="a folder has no owner's rights here")
def test_a_folder_of_ours_that_others_could_write_into_is_made_private(tmp_path: Path) -> None:
    cache = tmp_path / "compiled"
    cache.mkdir()
    cache.chmod(0o777)
    model = models.small_net(tmp_path / "small.onnx")
    OpenVINOEngine(model, EngineOptions(precision="f32", cache_dir=cache)).run(BATCH)
    assert cache.stat().st_mode & 0o777 == 0o700
    assert list(cache.iterdir())

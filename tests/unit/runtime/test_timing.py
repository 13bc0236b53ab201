"""Which precision is taken is measured, kept, and measured again when what it was measured for changes."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import tiny_models

from rostro.runtime import _timing
from rostro.runtime._precision import kernel_limits, largest_weight, native_precisions, possible_precisions
from rostro.runtime.base import EngineOptions
from rostro.runtime.openvino import OpenVINOEngine

if TYPE_CHECKING:
    from pathlib import Path


def test_the_fastest_is_taken_and_the_more_exact_of_two_that_are_as_fast() -> None:
    assert _timing.fastest({"int8": 1.9, "f32": 4.8, "bf16": 7.8}) == "int8"
    assert _timing.fastest({"int8": 9.0, "f32": 4.8, "bf16": 7.8}) == "f32"
    assert _timing.fastest({"int8": 4.75, "f32": 4.8, "bf16": 4.7}) == "f32"
    assert _timing.fastest({"f32": 4.8, "bf16": 3.0}) == "bf16"
    assert _timing.fastest({"f16": 1.0, "f32": 1.0}) == "f32"


def test_each_is_measured_by_its_own_shortest_time() -> None:
    times = _timing.measure({"f32": lambda: time.sleep(0.004), "int8": lambda: time.sleep(0.001)})
    assert 1.0 <= times["int8"] < times["f32"]
    assert _timing.fastest(times) == "int8"


def test_processors_are_measured_by_their_own_time_whatever_else_runs() -> None:
    def busy(turns: int) -> int:
        return sum(range(turns))

    now = _timing.clock("CPU")
    assert _timing.clock("GPU") is time.perf_counter
    if now is time.perf_counter:
        pytest.skip("this system tells the processor's time too coarsely")
    runs = {"f32": lambda: busy(20_000), "int8": lambda: (time.sleep(0.01), busy(2_000))}
    assert _timing.measure(runs, now)["int8"] < _timing.measure(runs, now)["f32"]
    assert _timing.measure(runs)["int8"] > 10 > _timing.measure(runs)["f32"]


@pytest.fixture
def key(tmp_path: Path) -> _timing.Key:
    model = tiny_models.small_net(tmp_path / "small.onnx")
    return _timing.Key(model=model, machine="a", precisions=("f32", "bf16"), ranges={}, batch=1)


def test_an_answer_is_kept_for_what_it_was_measured_for(key: _timing.Key, tmp_path: Path) -> None:
    assert _timing.known(tmp_path, key) is None
    _timing.keep(tmp_path, key, {"f32": 2.0, "bf16": 1.0})
    assert _timing.known(tmp_path, key) == {"f32": 2.0, "bf16": 1.0}
    assert _timing.known(tmp_path, replace(key, machine="another processor")) is None
    assert _timing.known(tmp_path, replace(key, batch=4)) is None
    assert _timing.known(tmp_path, replace(key, ranges={"x": (0.0, 1.0)})) is None
    key.model.write_bytes(key.model.read_bytes() + b" ")
    assert _timing.known(tmp_path, key) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"milliseconds": {"f32": 1}}', b'{"milliseconds": {"f32": NaN, "bf16": 1}}', b"\xff"],
)
def test_an_answer_that_cannot_be_read_is_measured_anew(key: _timing.Key, tmp_path: Path, content: bytes) -> None:
    (tmp_path / key.file_name).write_bytes(content)
    assert _timing.known(tmp_path, key) is None


def test_a_disk_that_cannot_be_written_to_keeps_nothing(key: _timing.Key, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    _timing.keep(tmp_path / "file" / "compiled", key, {"f32": 1.0, "bf16": 2.0})
    assert _timing.known(tmp_path / "file" / "compiled", key) is None
    assert _timing.can_keep(tmp_path / "new" / "compiled")


def test_an_engine_measures_once_and_takes_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rostro.runtime.openvino.native_precisions", lambda *_: ("f32", "bf16"))
    model = tiny_models.small_net(tmp_path / "small.onnx")
    options = EngineOptions(cache_dir=tmp_path / "compiled")
    first = OpenVINOEngine(model, options)
    assert set(first.measured) == {"f32", "bf16"}
    assert first.precision == _timing.fastest(first.measured)
    (kept,) = (tmp_path / "compiled").glob("speed-*.json")
    document = json.loads(kept.read_text())
    assert document["milliseconds"] == first.measured
    slower = "f32" if first.precision == "bf16" else "bf16"
    document["milliseconds"] = {slower: 1.0, first.precision: 100.0}
    kept.write_text(json.dumps(document))
    assert OpenVINOEngine(model, options).precision == slower


def test_without_a_place_to_keep_it_nothing_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rostro.runtime.openvino.native_precisions", lambda *_: ("f32", "bf16"))
    engine = OpenVINOEngine(tiny_models.small_net(tmp_path / "small.onnx"), EngineOptions())
    assert engine.measured == {}
    assert engine.precision == "f32", "an instruction that exists need not be fast"


@pytest.mark.parametrize(
    ("limit", "limits", "largest", "bf16"),
    [
        ("", (), None, True),
        ("ALL", (), None, True),
        ("AVX", ("AVX",), 0, False),
        ("avx2", ("AVX2",), 63, False),
        ("AVX512_CORE", ("AVX512_CORE",), 63, False),
        ("AVX512_CORE_VNNI", ("AVX512_CORE_VNNI",), None, False),
    ],
)
def test_what_the_kernels_may_not_use_is_not_counted_on(
    monkeypatch: pytest.MonkeyPatch, limit: str, limits: tuple[str, ...], largest: int | None, bf16: bool
) -> None:
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    usual = largest_weight()
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", limit)
    assert kernel_limits() == limits
    assert largest_weight() == (usual if largest is None else min(usual, largest))
    assert ("bf16" in native_precisions(["BF16", "FP32"])) is bf16


def test_int8_is_compared_only_where_a_model_has_it() -> None:
    native = ("int8", "f32", "bf16")
    assert possible_precisions("auto", native, has_ranges=True, model="m") == native
    assert possible_precisions("auto", native, has_ranges=False, model="m") == ("f32", "bf16")
    assert possible_precisions("bf16", native, has_ranges=False, model="m") == ("bf16",)

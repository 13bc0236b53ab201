"""What only the OpenVINO engine does: forms per shape, the cache of compiled models, precisions."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tiny_models as models

from rostro.core.errors import EngineError
from rostro.runtime import openvino
from rostro.runtime._precision import choose_precision, native_precisions
from rostro.runtime.base import EngineOptions
from rostro.runtime.openvino import OpenVINOEngine


def photos(count: int, height: int, width: int) -> np.ndarray:
    return np.ones((count, 3, height, width), np.float32)


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The shapes that were compiled, in order."""
    shapes: list[list[int]] = []
    original = OpenVINOEngine._compile

    def noted(self: OpenVINOEngine, shape: list[int]) -> openvino._Network:
        shapes.append(list(shape))
        return original(self, shape)

    monkeypatch.setattr(OpenVINOEngine, "_compile", noted)
    return shapes


def test_no_thread_keeps_to_one_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each process pins its threads, all have the first processors: two were 1.16 times as fast as one."""
    compiled = []
    original = OpenVINOEngine._compiled
    monkeypatch.setattr(OpenVINOEngine, "_compiled", lambda *given: compiled.append(original(*given)) or compiled[-1])
    sums = models.sums(tmp_path / "sums.onnx", (1, 3, 128, 96))
    OpenVINOEngine(sums, EngineOptions(precision="f32", threads=2)).run(photos(16, 128, 96))
    assert [model.get_property("ENABLE_CPU_PINNING") for model in compiled] == [False]


def test_a_network_of_one_shape_is_compiled_once(tmp_path: Path, compilations: list[list[int]]) -> None:
    net = OpenVINOEngine(models.sums(tmp_path / "sums.onnx", (1, 3, 128, 96)), EngineOptions(precision="f32"))
    for count in (1, 5, 80):
        net.run(photos(count, 128, 96))
    assert compilations == [[1, 3, 128, 96]]


def test_many_shapes_share_a_form_until_one_comes_often(tmp_path: Path, compilations: list[list[int]]) -> None:
    net = OpenVINOEngine(models.sums(tmp_path / "sums.onnx", (1, 3, 640, 640)), EngineOptions(precision="f32"))
    for side in range(128, 288, 32):
        net.run(photos(1, side, side + 32))
    assert compilations == [[1, 3, -1, -1]]
    for _ in range(3):
        net.run(photos(30, 128, 160))
    assert compilations == [[1, 3, -1, -1], [1, 3, 128, 160]]
    net.run(photos(16, 640, 672))  # large ones gain more
    assert compilations == [[1, 3, -1, -1], [1, 3, 128, 160], [1, 3, 640, 672]]


def test_small_samples_share_requests(tmp_path: Path, compilations: list[list[int]]) -> None:
    net = OpenVINOEngine(models.small_net(tmp_path / "small.onnx"), EngineOptions(precision="f32"))
    for count in (1, 16, 37):
        assert net.run(photos(count, 16, 16))[0].shape == (count, 8)
    assert compilations == [[16, 3, 16, 16]]


def test_a_fixed_batch_of_one_never_shares_requests(tmp_path: Path, compilations: list[list[int]]) -> None:
    net = OpenVINOEngine(models.flattened(tmp_path / "flat.onnx", 1), EngineOptions(precision="f32"))
    batch = np.random.default_rng(2).standard_normal((20, 3, 8, 8)).astype(np.float32)
    np.testing.assert_array_equal(net.run(batch)[0], batch.reshape(20, -1))
    assert compilations == [[1, 3, 8, 8]]


def test_a_model_that_mixes_its_samples_is_refused(tmp_path: Path) -> None:
    net = OpenVINOEngine(models.flattened(tmp_path / "flat.onnx", "n"), EngineOptions(precision="f32"))
    with pytest.raises(EngineError, match="16 samples gave outputs of"):
        net.run(photos(20, 8, 8))


def test_compiled_models_are_kept_and_give_the_same(tmp_path: Path) -> None:
    model = models.small_net(tmp_path / "small.onnx")
    options = EngineOptions(precision="f32", cache_dir=tmp_path / "compiled")
    batch = np.random.default_rng(3).standard_normal((4, 3, 16, 16)).astype(np.float32)
    first = OpenVINOEngine(model, options).run(batch)[0]
    files = sorted((tmp_path / "compiled").glob("*/*"))
    assert files
    again = OpenVINOEngine(model, options).run(batch)[0]
    np.testing.assert_array_equal(first, again)
    assert sorted((tmp_path / "compiled").glob("*/*")) == files


def test_a_damaged_cache_is_not_believed(tmp_path: Path) -> None:
    model = models.small_net(tmp_path / "small.onnx")
    options = EngineOptions(precision="f32", cache_dir=tmp_path / "compiled")
    batch = np.random.default_rng(3).standard_normal((4, 3, 16, 16)).astype(np.float32)
    first = OpenVINOEngine(model, options).run(batch)[0]
    files = list((tmp_path / "compiled").glob("*/*"))
    assert files
    for file in files:
        file.chmod(0o600)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    np.testing.assert_array_equal(OpenVINOEngine(model, options).run(batch)[0], first)


def test_other_devices_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="gpu"):
        OpenVINOEngine(models.small_net(tmp_path / "small.onnx"), EngineOptions(name="openvino:gpu"))


@pytest.mark.parametrize(
    ("capabilities", "largest", "has_ranges", "chosen"),
    [
        (["FP32", "INT8", "BF16"], 127, True, "int8"),
        (["FP32", "INT8"], 127, True, "int8"),
        (["FP32", "INT8"], 63, True, "int8"),
        (["FP32", "INT8"], 127, False, "f32"),
        (["FP32", "INT8"], 0, True, "f32"),
        (["FP32"], 127, True, "f32"),
    ],
)
def test_auto_takes_what_is_probably_fastest_where_nothing_is_measured(
    monkeypatch: pytest.MonkeyPatch, capabilities: list[str], largest: int, has_ranges: bool, chosen: str
) -> None:
    monkeypatch.setattr("rostro.runtime._precision.largest_weight", lambda: largest)
    assert choose_precision("auto", native_precisions(capabilities), has_ranges=has_ranges, model="m") == chosen


def test_forced_precisions_are_kept_or_refused() -> None:
    assert choose_precision("f32", ("bf16", "int8", "f32"), has_ranges=True, model="m") == "f32"
    assert choose_precision("int8", ("bf16", "int8", "f32"), has_ranges=True, model="m") == "int8"
    with pytest.raises(EngineError, match="does not compute int8 natively"):
        choose_precision("int8", ("f32",), has_ranges=True, model="m")
    with pytest.raises(EngineError, match="no int8 form"):
        choose_precision("int8", ("int8", "f32"), has_ranges=False, model="m")
    with pytest.raises(EngineError, match="no precision 'fast'"):
        choose_precision("fast", ("f32",), has_ranges=False, model="m")


class TestMemory:
    def test_forms_of_one_shape_stay_few_and_small(self, tmp_path: Path) -> None:
        net = OpenVINOEngine(models.sums(tmp_path / "sums.onnx", (1, 3, 640, 640)), EngineOptions(precision="f32"))
        for side in (1024, 1056, 1088, 1120):  # of 3 to 4 million numbers each
            net.run(photos(16, side, side))
            assert sum(math.prod(shape) for shape in net._exact) <= openvino._KEPT_NUMBERS
        assert list(net._exact) == [(1, 3, 1088, 1088), (1, 3, 1120, 1120)][-len(net._exact) :]
        for side in range(64, 320, 32):
            net.run(photos(64, side, side))
            assert len(net._exact) <= openvino._KEPT

    def test_one_larger_than_the_bound_has_its_form_all_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(openvino, "_KEPT_NUMBERS", 1000)
        net = OpenVINOEngine(models.sums(tmp_path / "sums.onnx", (1, 3, 640, 640)), EngineOptions(precision="f32"))
        net.run(photos(64, 64, 96))
        assert list(net._exact) == [(1, 3, 64, 96)]

    def test_what_comes_now_and_then_never_becomes_frequent(
        self, tmp_path: Path, compilations: list[list[int]]
    ) -> None:
        net = OpenVINOEngine(models.sums(tmp_path / "sums.onnx", (1, 3, 640, 640)), EngineOptions(precision="f32"))
        net.run(photos(1, 64, 96))
        net.run(photos(1, 96, 64))
        before = len(compilations)
        sides = [32 * n for n in range(1, 7)]
        for _ in range(80):  # each of 36 shapes 80 times: before, all of them were compiled, again and again
            for height in sides:
                for width in sides:
                    net.run(photos(1, height, width))
        assert len(compilations) == before
        assert net._seen.total() <= openvino._LATELY

    @pytest.mark.slow
    def test_it_stays_as_large_as_it_is_however_many_shapes_come(self, samples: dict[str, Path]) -> None:
        script = """
import random, re
from pathlib import Path
import numpy as np, rostro
def resident(): return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
faces = rostro.Recognizer(turn=False)
random.seed(0)
for number in range(1, 401):
    faces.detect(np.zeros((random.randrange(32, 1400), random.randrange(32, 1400), 3), np.uint8))
    if number in {150, 400}: print(resident())
"""
        if not Path("/proc/self/status").exists():
            pytest.skip("this system does not tell how large a process is")
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        early, late = map(int, done.stdout.split())
        assert late < 1.15 * early and late < 600, "megabytes; kernels of 400 shapes were 1,000 more"

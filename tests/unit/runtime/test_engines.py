"""What every engine promises, on models whose answers are known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny_models as models

from rostro.core.errors import EngineError, UnknownModel
from rostro.runtime.base import ENGINES, EngineOptions, open_engine

if TYPE_CHECKING:
    from numpy.typing import NDArray


pytestmark = pytest.mark.parametrize("engine", ENGINES.names)


def opened(model: Path, engine: str, *, precision: str = "f32", **kwargs: Any) -> Any:
    return open_engine(model, EngineOptions(name=engine, precision=precision, threads=2), **kwargs)


def numbered(count: int, *sides: int) -> NDArray[np.float32]:
    """Photos whose pixels say which photo they are."""
    values = np.arange(1, count + 1, dtype=np.float32)
    return np.broadcast_to(values.reshape(-1, 1, 1, 1), (count, 3, *sides)).copy()


def expected_sums(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    return batch.sum(axis=(2, 3))


@pytest.mark.parametrize("shape", [("n", 3, "h", "w"), ("n", 3, 8, 8), (1, 3, 8, 8)], ids=["open", "batch", "fixed"])
@pytest.mark.parametrize("sides", [(8, 8), (8, 16), (200, 160)])
@pytest.mark.parametrize("count", [1, 2, 19, 70])
def test_rows_come_back_in_order(
    engine: str, tmp_path: Path, shape: tuple[int | str, ...], sides: tuple[int, int], count: int
) -> None:
    net = opened(models.sums(tmp_path / "sums.onnx", shape), engine)
    batch = numbered(count, *sides)
    total, double = net.run(batch)
    np.testing.assert_allclose(total, expected_sums(batch), rtol=1e-5)
    np.testing.assert_array_equal(double, 2 * batch)


def test_an_empty_batch_gives_empty_rows(engine: str, tmp_path: Path) -> None:
    net = opened(models.sums(tmp_path / "sums.onnx", ("n", 3, "h", "w")), engine)
    total, double = net.run(np.empty((0, 3, 4, 6), np.float32))
    assert total.shape == (0, 3)
    assert double.shape == (0, 3, 4, 6)
    assert total.dtype == np.float32


def test_shapes_may_change_from_call_to_call(engine: str, tmp_path: Path) -> None:
    net = opened(models.sums(tmp_path / "sums.onnx", (1, 3, 64, 64)), engine)
    for round_ in range(3):
        for sides in [(64, 64), (32, 64), (64, 32), (128, 96), (32, 32), (40, 24)]:
            batch = numbered(30 + round_, *sides)
            np.testing.assert_allclose(net.run(batch)[0], expected_sums(batch), rtol=1e-5)


def test_other_number_types_and_strides_are_taken(engine: str, tmp_path: Path) -> None:
    net = opened(models.sums(tmp_path / "sums.onnx", ("n", 3, "h", "w")), engine)
    photos = np.random.default_rng(0).integers(0, 256, (5, 12, 10, 3), np.uint8)
    total, _ = net.run(photos.transpose(0, 3, 1, 2))
    np.testing.assert_allclose(total, photos.sum(axis=(1, 2)), rtol=1e-6)


def test_answers_are_the_callers_own(engine: str, tmp_path: Path) -> None:
    net = opened(models.sums(tmp_path / "sums.onnx", ("n", 3, "h", "w")), engine)
    batch = numbered(3, 200, 200)
    first = net.run(batch)[0]
    kept = first.copy()
    net.run(batch * 100)
    np.testing.assert_array_equal(first, kept)


def test_many_threads_get_their_own_rows(engine: str, tmp_path: Path) -> None:
    net = opened(models.sums(tmp_path / "sums.onnx", ("n", 3, "h", "w")), engine)

    def ask(number: int) -> bool:
        batch = numbered(1 + number % 7, 32 * (1 + number % 3), 128) * (number + 1)
        return np.allclose(net.run(batch)[0], expected_sums(batch), rtol=1e-5)

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(ask, range(150)))


def test_outputs_are_chosen_and_ordered_by_name(engine: str, tmp_path: Path) -> None:
    model = models.sums(tmp_path / "sums.onnx", ("n", 3, "h", "w"))
    batch = numbered(2, 4, 4)
    double, total = opened(model, engine, outputs=["double", "total"]).run(batch)
    assert double.shape == batch.shape
    assert total.shape == (2, 3)
    (only,) = opened(model, engine, outputs=["double"]).run(batch)
    np.testing.assert_array_equal(only, double)


def test_a_missing_output_is_named(engine: str, tmp_path: Path) -> None:
    model = models.sums(tmp_path / "sums.onnx", ("n", 3, "h", "w"))
    with pytest.raises(EngineError, match=r"sums\.onnx: no output nothing; there is: double, total"):
        opened(model, engine, outputs=["total", "nothing"])


def test_a_broken_file_is_named(engine: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(models.sums(tmp_path / "sums.onnx", ("n", 3, "h", "w")).read_bytes()[:60])
    with pytest.raises(EngineError, match=r"^broken\.onnx: "):
        opened(broken, engine)
    with pytest.raises(EngineError, match=r"^absent\.onnx: "):
        opened(tmp_path / "absent.onnx", engine)


def test_a_model_with_two_inputs_is_refused(engine: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"two\.onnx: has 2 inputs, must have one"):
        opened(models.two_inputs(tmp_path / "two.onnx"), engine)


def test_samples_of_a_wrong_shape_are_refused(engine: str, tmp_path: Path) -> None:
    net = opened(models.small_net(tmp_path / "small.onnx"), engine)
    with pytest.raises(EngineError, match=r"small\.onnx: .*samples of"):
        net.run(np.zeros((2, 5, 16, 16), np.float32))
    with pytest.raises(EngineError, match=r"small\.onnx: .*samples of"):
        net.run(np.zeros((2, 3, 16), np.float32))
    assert net.run(np.zeros((2, 3, 16, 16), np.float32))[0].shape == (2, 8)


def test_the_engines_agree(engine: str, tmp_path: Path) -> None:
    model = models.small_net(tmp_path / "small.onnx")
    batch = np.random.default_rng(1).standard_normal((37, 3, 16, 16)).astype(np.float32)
    mine = opened(model, engine).run(batch)[0]
    reference = opened(model, "openvino").run(batch[::-1])[0][::-1]
    np.testing.assert_allclose(mine, reference, atol=1e-5)


@pytest.mark.parametrize("precision", ["bf16", "int8", "f16"])
def test_a_precision_that_cannot_be_had_is_refused(engine: str, tmp_path: Path, precision: str) -> None:
    model = models.small_net(tmp_path / "small.onnx")
    if precision == "bf16" and "bf16" in ENGINES.get(engine).about()["precisions"]:  # type: ignore[attr-defined]
        pytest.skip("this processor computes bf16")
    with pytest.raises(EngineError, match=r"small\.onnx: "):
        opened(model, engine, precision=precision)


def test_auto_without_ranges_is_never_int8(engine: str, tmp_path: Path) -> None:
    net = opened(models.small_net(tmp_path / "small.onnx"), engine, precision="auto")
    assert net.precision in {"f32", "bf16"}
    assert net.device == "CPU"


def test_an_unknown_device_is_refused(engine: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="abacus"):
        opened(models.small_net(tmp_path / "small.onnx"), f"{engine}:abacus")


def test_about_tells_version_devices_and_precisions(engine: str) -> None:
    about = ENGINES.get(engine).about()  # type: ignore[attr-defined]
    assert about["version"][0].isdigit()
    assert "CPU" in about["devices"]
    assert "f32" in about["precisions"]


def test_an_unknown_engine_is_named(engine: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match=engine):
        opened(tmp_path / "model.onnx", "steam")

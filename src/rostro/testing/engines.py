"""What every engine promises, on models whose answers are known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rostro.core.errors import EngineError
from rostro.runtime.base import ENGINES, Engine, EngineOptions
from rostro.runtime.pictures import Pictures
from rostro.testing.tiny_models import small_net, sums, two_inputs


class EngineContract:
    """Derive from it, in a class whose name starts with ``Test``; give this fixture there or in its module.

    The models are small ONNX files that the tests make; without the extra ``onnx`` they skip. The messages
    of errors are part of the contract, as far as the tests look at them.

    Fixtures to give:
        engine_class: The class, ``type[Engine]``. It runs on the processor where no device is named.
    """

    @pytest.fixture(autouse=True)
    def _models_can_be_made(self) -> None:
        pytest.importorskip("onnx")

    @pytest.mark.parametrize(
        "shape", [("n", 3, "h", "w"), ("n", 3, 8, 8), (1, 3, 8, 8)], ids=["open", "batch", "fixed"]
    )
    @pytest.mark.parametrize("sides", [(8, 8), (8, 16), (200, 160)])
    @pytest.mark.parametrize("count", [1, 2, 19, 70])
    def test_rows_come_back_in_order(
        self,
        engine_class: type[Engine],
        tmp_path: Path,
        shape: tuple[int | str, ...],
        sides: tuple[int, int],
        count: int,
    ) -> None:
        net = _opened(sums(tmp_path / "sums.onnx", shape), engine_class)
        batch = _numbered(count, *sides)
        total, double = net.run(batch)
        np.testing.assert_allclose(total, _expected_sums(batch), rtol=1e-5)
        np.testing.assert_array_equal(double, 2 * batch)

    @pytest.mark.parametrize(
        "pictures",
        [Pictures(), Pictures(bgr=True), Pictures(mean=127.5, scale=128), Pictures(mean=104, scale=0.5, bgr=True)],
        ids=["bytes", "bgr", "normalised", "both"],
    )
    @pytest.mark.parametrize("shape", [(0, 8, 8, 3), (1, 8, 16, 3), (19, 200, 160, 3)], ids=["none", "one", "many"])
    def test_pictures_become_what_the_model_takes(
        self, engine_class: type[Engine], tmp_path: Path, pictures: Pictures, shape: tuple[int, ...]
    ) -> None:
        model = sums(tmp_path / "sums.onnx", ("n", 3, "h", "w"))
        given = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
        taken = (given[..., ::-1] if pictures.bgr else given).transpose(0, 3, 1, 2)
        total, double = _opened(model, engine_class, pictures=pictures).run(given)
        numbers = (taken.astype(np.float32) - pictures.mean) / pictures.scale
        np.testing.assert_allclose(double, 2 * numbers, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(total, _expected_sums(numbers), rtol=1e-4, atol=1)

    def test_an_empty_batch_gives_empty_rows(self, engine_class: type[Engine], tmp_path: Path) -> None:
        net = _opened(sums(tmp_path / "sums.onnx", ("n", 3, "h", "w")), engine_class)
        total, double = net.run(np.empty((0, 3, 4, 6), np.float32))
        assert total.shape == (0, 3)
        assert double.shape == (0, 3, 4, 6)
        assert total.dtype == np.float32

    def test_shapes_may_change_from_call_to_call(self, engine_class: type[Engine], tmp_path: Path) -> None:
        net = _opened(sums(tmp_path / "sums.onnx", (1, 3, 64, 64)), engine_class)
        for round_ in range(3):
            for sides in [(64, 64), (32, 64), (64, 32), (128, 96), (32, 32), (40, 24)]:
                batch = _numbered(30 + round_, *sides)
                np.testing.assert_allclose(net.run(batch)[0], _expected_sums(batch), rtol=1e-5)

    def test_other_number_types_and_strides_are_taken(self, engine_class: type[Engine], tmp_path: Path) -> None:
        net = _opened(sums(tmp_path / "sums.onnx", ("n", 3, "h", "w")), engine_class)
        photos = np.random.default_rng(0).integers(0, 256, (5, 12, 10, 3), np.uint8)
        total, _ = net.run(photos.transpose(0, 3, 1, 2))
        np.testing.assert_allclose(total, photos.sum(axis=(1, 2)), rtol=1e-6)

    def test_answers_are_the_callers_own(self, engine_class: type[Engine], tmp_path: Path) -> None:
        net = _opened(sums(tmp_path / "sums.onnx", ("n", 3, "h", "w")), engine_class)
        batch = _numbered(3, 200, 200)
        first = net.run(batch)[0]
        kept = first.copy()
        net.run(batch * 100)
        np.testing.assert_array_equal(first, kept)

    def test_many_threads_get_their_own_rows(self, engine_class: type[Engine], tmp_path: Path) -> None:
        net = _opened(sums(tmp_path / "sums.onnx", ("n", 3, "h", "w")), engine_class)

        def ask(number: int) -> bool:
            batch = _numbered(1 + number % 7, 32 * (1 + number % 3), 128) * (number + 1)
            return np.allclose(net.run(batch)[0], _expected_sums(batch), rtol=1e-5)

        with ThreadPoolExecutor(12) as pool:
            assert all(pool.map(ask, range(150)))

    def test_outputs_are_chosen_and_ordered_by_name(self, engine_class: type[Engine], tmp_path: Path) -> None:
        model = sums(tmp_path / "sums.onnx", ("n", 3, "h", "w"))
        batch = _numbered(2, 4, 4)
        double, total = _opened(model, engine_class, outputs=["double", "total"]).run(batch)
        assert double.shape == batch.shape
        assert total.shape == (2, 3)
        (only,) = _opened(model, engine_class, outputs=["double"]).run(batch)
        np.testing.assert_array_equal(only, double)

    def test_a_missing_output_is_named(self, engine_class: type[Engine], tmp_path: Path) -> None:
        model = sums(tmp_path / "sums.onnx", ("n", 3, "h", "w"))
        with pytest.raises(EngineError, match=r"sums\.onnx: no output nothing; there is: double, total"):
            _opened(model, engine_class, outputs=["total", "nothing"])

    def test_a_broken_file_is_named(self, engine_class: type[Engine], tmp_path: Path) -> None:
        broken = tmp_path / "broken.onnx"
        broken.write_bytes(sums(tmp_path / "sums.onnx", ("n", 3, "h", "w")).read_bytes()[:60])
        with pytest.raises(EngineError, match=r"^broken\.onnx: "):
            _opened(broken, engine_class)
        with pytest.raises(EngineError, match=r"^absent\.onnx: "):
            _opened(tmp_path / "absent.onnx", engine_class)

    def test_a_model_with_two_inputs_is_refused(self, engine_class: type[Engine], tmp_path: Path) -> None:
        with pytest.raises(EngineError, match=r"two\.onnx: has 2 inputs, must have one"):
            _opened(two_inputs(tmp_path / "two.onnx"), engine_class)

    def test_samples_of_a_wrong_shape_are_refused(self, engine_class: type[Engine], tmp_path: Path) -> None:
        net = _opened(small_net(tmp_path / "small.onnx"), engine_class)
        with pytest.raises(EngineError, match=r"small\.onnx: .*samples of"):
            net.run(np.zeros((2, 5, 16, 16), np.float32))
        with pytest.raises(EngineError, match=r"small\.onnx: .*samples of"):
            net.run(np.zeros((2, 3, 16), np.float32))
        assert net.run(np.zeros((2, 3, 16, 16), np.float32))[0].shape == (2, 8)

    def test_the_engines_agree(self, engine_class: type[Engine], tmp_path: Path) -> None:
        model = small_net(tmp_path / "small.onnx")
        batch = np.random.default_rng(1).standard_normal((37, 3, 16, 16)).astype(np.float32)
        mine = _opened(model, engine_class).run(batch)[0]
        reference = _opened(model, ENGINES.get("openvino")).run(batch[::-1])[0][::-1]
        np.testing.assert_allclose(mine, reference, atol=1e-5)

    @pytest.mark.parametrize("precision", ["bf16", "int8", "f16"])
    def test_a_precision_that_cannot_be_had_is_refused(
        self, engine_class: type[Engine], tmp_path: Path, precision: str
    ) -> None:
        model = small_net(tmp_path / "small.onnx")
        if precision == "bf16" and "bf16" in engine_class.about()["precisions"]:
            pytest.skip("this processor computes bf16")
        with pytest.raises(EngineError, match=r"small\.onnx: "):
            _opened(model, engine_class, precision=precision)

    def test_auto_without_ranges_is_never_int8(self, engine_class: type[Engine], tmp_path: Path) -> None:
        net = _opened(small_net(tmp_path / "small.onnx"), engine_class, precision="auto")
        assert net.precision in {"f32", "bf16"}
        assert net.device == "CPU"

    def test_an_unknown_device_is_refused(self, engine_class: type[Engine], tmp_path: Path) -> None:
        with pytest.raises(EngineError, match="abacus"):
            _opened(small_net(tmp_path / "small.onnx"), engine_class, device=":abacus")

    def test_about_tells_version_devices_and_precisions(self, engine_class: type[Engine]) -> None:
        about = engine_class.about()
        assert about["version"][0].isdigit()
        assert "CPU" in about["devices"]
        assert "f32" in about["precisions"]


def _opened(
    model: Path,
    engine: type[Engine],
    *,
    precision: str = "f32",
    device: str = "",
    outputs: list[str] | None = None,
    pictures: Pictures | None = None,
) -> Engine:
    options = EngineOptions(name=f"{engine.name}{device}", precision=precision, threads=2)
    return engine(model, options, outputs=outputs, pictures=pictures)


def _numbered(count: int, *sides: int) -> NDArray[np.float32]:
    """Photos whose pixels say which photo they are."""
    values = np.arange(1, count + 1, dtype=np.float32)
    return np.broadcast_to(values.reshape(-1, 1, 1, 1), (count, 3, *sides)).copy()


def _expected_sums(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    sums: NDArray[np.float32] = batch.sum(axis=(2, 3))
    return sums

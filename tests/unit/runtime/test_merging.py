"""Small convolutions made one give the same numbers, and fewer convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import openvino
import pytest
import tiny_models as models

from rostro.models.store import ModelStore
from rostro.runtime._merging import merge_convolutions

if TYPE_CHECKING:
    from pathlib import Path


def convolutions(model: Any) -> list[tuple[str, int]]:
    """Kind and output channels of every convolution."""
    nodes = [node for node in model.get_ordered_ops() if node.get_type_name().endswith("Convolution")]
    return sorted((node.get_type_name(), node.get_output_partial_shape(0)[1].get_length()) for node in nodes)


def both(file: Path, batch: np.ndarray) -> tuple[Any, list[np.ndarray], list[np.ndarray]]:
    """The merged model, what the given one says, what the merged one says."""
    core = openvino.Core()
    given, merged = core.read_model(file), core.read_model(file)
    merge_convolutions(merged)
    said = [
        [
            np.array(value)
            for value in core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(batch).values()
        ]
        for model in (given, merged)
    ]
    return merged, *said


@pytest.fixture
def batch() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((2, 8, 9, 11)).astype(np.float32)


@pytest.mark.parametrize("bias", [True, False])
def test_heads_become_one(tmp_path: Path, batch: np.ndarray, bias: bool) -> None:
    model, expected, got = both(models.heads(tmp_path / "heads.onnx", [1, 4, 10, 1], bias=bias), batch)
    assert convolutions(model) == [("Convolution", 16), ("GroupConvolution", 16)]
    assert [part.shape[1] for part in got] == [1, 4, 10, 1]
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_without_single_channels_after_them(tmp_path: Path, batch: np.ndarray) -> None:
    model, expected, got = both(models.heads(tmp_path / "heads.onnx", [2, 8], single=False, stride=2), batch)
    assert convolutions(model) == [("Convolution", 10)]
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


@pytest.mark.parametrize("sizes", [[3], [3, 16]])
def test_what_has_no_small_neighbour_stays(tmp_path: Path, batch: np.ndarray, sizes: list[int]) -> None:
    model, expected, got = both(models.heads(tmp_path / "heads.onnx", sizes, single=False), batch)
    assert convolutions(model) == [("Convolution", size) for size in sorted(sizes)]
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_yunet_has_three_heads_instead_of_twelve(store: ModelStore) -> None:
    from rostro.detection.yunet import YuNet

    photo = np.random.default_rng(0).uniform(0, 255, (1, 3, 128, 160)).astype(np.float32)
    core = openvino.Core()
    file = store.path(YuNet.files[0])
    model = core.read_model(file)
    before = len(convolutions(model))
    merge_convolutions(model)
    assert len(convolutions(model)) == before - 3 * 2 * 3
    model.reshape([1, 3, 128, 160])
    given = core.read_model(file)
    given.reshape([1, 3, 128, 160])
    answers = [core.compile_model(m, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(photo) for m in (given, model)]
    for name in ("cls_8", "obj_16", "bbox_32", "kps_8"):
        np.testing.assert_allclose(answers[1][name], answers[0][name], atol=1e-4)

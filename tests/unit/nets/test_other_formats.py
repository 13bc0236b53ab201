"""Networks of TensorFlow.js and Caffe, written as ONNX: what is not such a file is refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rostro.attributes.aizoo import MaskDetector
from rostro.attributes.faceres import FaceRes
from rostro.core.errors import BadInput
from rostro.models.store import ModelStore
from rostro.nets.caffe import caffe_to_onnx
from rostro.nets.tfjs import tfjs_to_onnx

onnx = pytest.importorskip("onnx")
MASKS = {"boxes": ("loc_branch_concat", 5972, 4), "classes": ("cls_branch_concat", 5972, 2)}


def test_a_tiny_graph_is_what_numpy_says(tmp_path: Path) -> None:
    """A dense layer and its sigmoid, from float16."""
    kernel, bias = np.array([[1, 2], [3, -4], [0, 1]], "<f2"), np.array([0.5, -0.5], "<f2")
    (tmp_path / "w.bin").write_bytes(kernel.tobytes() + bias.tobytes() + np.array([1, 2], "<i4").tobytes())
    half = {"dtype": "float32", "quantization": {"dtype": "float16"}}
    description = {
        "modelTopology": {
            "node": [
                {"name": "x", "op": "Placeholder"},
                {"name": "mean", "op": "Mean", "input": ["x", "axes"], "attr": {}},
                {
                    "name": "sum",
                    "op": "_FusedMatMul",
                    "input": ["mean", "kernel", "bias"],
                    "attr": {"fused_ops": {"list": {"s": ["Qmlhc0FkZA=="]}}},
                },
                {"name": "out", "op": "Sigmoid", "input": ["sum"], "attr": {}},
            ]
        },
        "weightsManifest": [
            {
                "weights": [
                    {"name": "kernel", "shape": [3, 2], **half},
                    {"name": "bias", "shape": [2], **half},
                    {"name": "axes", "shape": [2], "dtype": "int32"},
                ]
            }
        ],
    }
    file = tmp_path / "model.json"
    file.write_text(json.dumps(description))
    model = tfjs_to_onnx(file, tmp_path / "w.bin", size=2, outputs={"y": "out"})
    onnx.checker.check_model(onnx.load_from_string(model), full_check=True)
    (tmp_path / "model.onnx").write_bytes(model)
    import openvino

    given = np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2) / 10
    found = openvino.Core().compile_model(tmp_path / "model.onnx", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(given)
    wanted = 1 / (1 + np.exp(-(given.mean(axis=(2, 3)) @ kernel.astype(np.float32) + bias.astype(np.float32))))
    np.testing.assert_allclose(found["y"], wanted, rtol=1e-5)

    description["modelTopology"]["node"][3]["op"] = "PyFunc"
    file.write_text(json.dumps(description))
    with pytest.raises(BadInput, match=r"model.json: not a graph model .*a node of the kind PyFunc"):
        tfjs_to_onnx(file, tmp_path / "w.bin", size=2, outputs={"y": "out"})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"modelTopology": {"node": []}, "weightsManifest": []}'])
def test_other_files_are_no_graph_model(text: str, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(text)
    (tmp_path / "w.bin").write_bytes(b"1234")
    with pytest.raises(BadInput, match="not a graph model"):
        tfjs_to_onnx(tmp_path / "model.json", tmp_path / "w.bin", size=2, outputs={"y": "out"})


@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff" * 40, b"\xa2\x06\x05ab", bytes(range(256))])
def test_other_files_are_no_network_of_caffe(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.caffemodel").write_bytes(data)
    with pytest.raises(BadInput, match="not a network of Caffe's"):
        caffe_to_onnx(tmp_path / "x.caffemodel", size=260, outputs=MASKS)


def test_a_file_that_was_cut_off_is_refused(store: ModelStore, tmp_path: Path) -> None:
    whole = store.path(MaskDetector.files[0]).read_bytes()
    for length in (100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "x.caffemodel").write_bytes(whole[:length])
        with pytest.raises(BadInput, match="not a network of Caffe's"):
            caffe_to_onnx(tmp_path / "x.caffemodel", size=260, outputs=MASKS)
    description, weights = map(store.path, FaceRes.files)
    (tmp_path / "w.bin").write_bytes(weights.read_bytes()[:-2])
    with pytest.raises(BadInput, match="not a graph model"):
        tfjs_to_onnx(description, tmp_path / "w.bin", size=224, outputs={"age": "age_pred/Softmax"})


def test_what_is_written_is_sound(store: ModelStore) -> None:
    masks = onnx.load_from_string(caffe_to_onnx(store.path(MaskDetector.files[0]), size=260, outputs=MASKS))
    onnx.checker.check_model(masks, full_check=True)
    assert [output.name for output in masks.graph.output] == ["boxes", "classes"]

"""Golden values of the attribute networks, each by what its makers run it with, and by nothing of rostro's.

python -m venv ENV && ENV/bin/pip install numpy "opencv-python-headless<5" openvino onnxruntime
ENV/bin/python tests/golden/make_attributes.py FOLDER_OF_MODELS

Intel's by OpenVINO, the eyes by onnxruntime, the mask detector by OpenCV's reader of Caffe, and faceres, whose graph
only TensorFlow.js runs, by numpy here: node by node, from its description. The crops are drawn from a seed
(``seeded_weights.seeded_crops``), so that no photo is needed.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from math import prod
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import openvino
from seeded_weights import seeded_crops

COUNT = 2


def bgr(side: int) -> np.ndarray:
    return np.ascontiguousarray(seeded_crops(COUNT, side)[..., ::-1].transpose(0, 3, 1, 2), np.float32)


def intel(folder: Path, name: str, side: int, outputs: list[str]) -> np.ndarray:
    compiled = openvino.Core().compile_model(folder / f"{name}.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found = [compiled(crop[None]) for crop in bgr(side)]
    return np.stack([np.concatenate([one[output].ravel() for output in outputs]) for one in found])


def eyes(folder: Path) -> np.ndarray:
    session = onnxruntime.InferenceSession(folder / "open-closed-eye.onnx", providers=["CPUExecutionProvider"])
    return np.stack([session.run(None, {"input.1": (crop[None] - 127) / 255})[0].ravel() for crop in bgr(32)])


def masks(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Every hundredth place: there are 5,972."""
    file = folder / "face_mask_detection"
    net = cv2.dnn.readNetFromCaffe(f"{file}.prototxt", f"{file}.caffemodel")
    net.setInput(np.ascontiguousarray(bgr(260)[:, ::-1]) / 255)
    boxes, classes = net.forward(["loc_branch_concat", "cls_branch_concat"])
    return boxes[:, ::100], classes[:, ::100]


def faceres(folder: Path) -> dict[str, np.ndarray]:
    """The graph, run as TensorFlow defines its nodes: pictures (N, H, W, C)."""
    document = json.loads((folder / "faceres.json").read_text())
    data = (folder / "faceres.bin").read_bytes()
    values: dict[str, np.ndarray] = {}
    start = 0
    for weight in document["weightsManifest"][0]["weights"]:
        kind = {"float16": "<f2", "float32": "<f4", "int32": "<i4"}[
            weight.get("quantization", {}).get("dtype", weight["dtype"])
        ]
        count = prod(weight["shape"])
        values[weight["name"]] = np.frombuffer(data, kind, count, start).reshape(weight["shape"]).astype(np.float32)
        start += count * np.dtype(kind).itemsize
    assert start == len(data)
    values["input_1"] = bgr(224).transpose(0, 2, 3, 1) - np.array([103.939, 116.779, 123.68], np.float32)
    for node in document["modelTopology"]["node"]:
        if node["op"] in {"Const", "Placeholder"}:
            continue
        given = [values[name] for name in node["input"]]
        values[node["name"]] = OPERATIONS[node["op"]](node, *given).astype(np.float32)
    return {"age": values["age_pred/Softmax"], "gender": values["gender_pred/Sigmoid"]}


def patches(node: dict, x: np.ndarray, height: int, width: int) -> np.ndarray:
    """(N, rows, columns, height, width, C): what a kernel sees, padded as TensorFlow's SAME is, more at the end."""
    stride = int(node["attr"]["strides"]["list"]["i"][1])
    pads = []
    for side, kernel in ((x.shape[1], height), (x.shape[2], width)):
        missing = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        pads.append((missing // 2, missing - missing // 2))
    padded = np.pad(x, ((0, 0), *pads, (0, 0)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(1, 2))
    return seen[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)


def dense(node: dict, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    fused = [b64decode(name).decode() for name in node["attr"]["fused_ops"]["list"]["s"]]
    sums = x @ kernel + bias
    return np.maximum(sums, 0) if "Relu" in fused else sums


def softmax(_: dict, x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


OPERATIONS = {
    "Conv2D": lambda node, x, k: np.tensordot(patches(node, x, *k.shape[:2]), k, axes=3),
    "DepthwiseConv2dNative": lambda node, x, k: np.einsum(
        "nrchwi,hwi->nrci", patches(node, x, *k.shape[:2]), k[..., 0]
    ),
    "Add": lambda _, a, b: a + b,
    "Mul": lambda _, a, b: a * b,
    "Relu": lambda _, a: np.maximum(a, 0),
    "Minimum": lambda _, a, b: np.minimum(a, b),
    "Maximum": lambda _, a, b: np.maximum(a, b),
    "Mean": lambda _, x, axes: x.mean(axis=tuple(int(axis) for axis in axes)),
    "_FusedMatMul": dense,
    "Sigmoid": lambda _, x: 1 / (1 + np.exp(-x)),
    "Softmax": softmax,
}


def main() -> None:
    folder = Path(sys.argv[1])
    boxes, classes = masks(folder)
    known = faceres(folder)
    np.savez_compressed(
        Path(__file__).with_name("attributes.npz"),
        retail0013=intel(folder, "age-gender-recognition-retail-0013-int8", 62, ["age_conv3", "prob"]),
        adas0001=intel(folder, "head-pose-estimation-adas-0001", 60, ["angle_y_fc", "angle_p_fc", "angle_r_fc"]),
        eyes=eyes(folder),
        mask_boxes=boxes,
        mask_classes=classes,
        faceres_age=known["age"],
        faceres_gender=known["gender"],
    )


if __name__ == "__main__":
    main()

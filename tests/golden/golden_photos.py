"""The photos that detectors are compared on. Needs only Pillow, OpenCV and numpy: the originals run it too."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

SIDE = 640
SAMPLES = (
    "astronaut.png",
    "biden.jpg",
    "obama.jpg",
    "obama2.jpg",
    "obama3.jpg",
    "obama_partial_face.jpg",
    "obama_partial_face2.jpg",
)


def load(path: Path) -> np.ndarray:
    """RGB uint8, at most 640 pixels long."""
    with Image.open(path) as opened:
        image = np.asarray(opened.convert("RGB"))
    scale = min(1.0, SIDE / max(image.shape[:2]))
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def sample_photos(folder: Path) -> dict[str, np.ndarray]:
    """The seven samples, and each mirrored."""
    photos = {}
    for name in SAMPLES:
        photos[name] = load(folder / name)
        photos[f"mirrored {name}"] = np.ascontiguousarray(photos[name][:, ::-1])
    return photos


def lfw_photos(folder: Path) -> dict[str, np.ndarray]:
    """Every 300th first photo of a person in LFW."""
    return {path.name: load(path) for path in sorted(folder.glob("images/*/*_0001.jpg"))[::300]}


def write(script: str, faces: dict[str, list[dict]]) -> None:
    """Writes ``NAME.json`` beside ``make_NAME.py``, a photo per line."""
    name = Path(script).stem.removeprefix("make_")
    lines = (f"{json.dumps(photo)}: {json.dumps(found)}" for photo, found in faces.items())
    Path(script).with_name(f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def face(box: list[float], score: float, landmarks: list[list[float]] | None) -> dict:
    """A face as it is written."""
    points = None if landmarks is None else [[round(float(v), 2) for v in point] for point in landmarks]
    return {"box": [round(float(v), 2) for v in box], "score": round(float(score), 4), "landmarks": points}

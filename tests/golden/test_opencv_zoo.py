"""YuNet and SFace against OpenCV's own ``FaceDetectorYN`` and ``FaceRecognizerSF``, run here, on the same files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from rostro.alignment.five_point import FivePoint
from rostro.core.types import Image
from rostro.detection.yunet import YuNet
from rostro.embedding.sface import SFace
from rostro.models.store import ModelStore
from rostro.photos.reading import read_photo
from rostro.runtime.base import EngineOptions

SIDE = 640


@pytest.fixture(scope="module")
def yunet(store: ModelStore, engine: EngineOptions) -> YuNet:
    return YuNet(store, engine, max_side=SIDE)


@pytest.fixture(scope="module")
def sface(store: ModelStore, engine: EngineOptions) -> SFace:
    return SFace(store, engine)


@pytest.fixture(scope="module")
def photos(samples: dict[str, Path]) -> dict[str, Image]:
    """The seven sample photos, and each mirrored: fourteen real pictures, scaled to at most 640 pixels."""
    found = {}
    for name, path in samples.items():
        image = read_photo(path).image
        scale = min(1.0, SIDE / max(image.shape[:2]))
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        found[name] = small
        found[f"mirrored {name}"] = np.ascontiguousarray(small[:, ::-1])
    return found


def opencv_faces(store: ModelStore, image: Image) -> np.ndarray:
    detector = cv2.FaceDetectorYN.create(
        str(store.path(YuNet.files[0])), "", image.shape[1::-1], YuNet.default_score, YuNet.nms_iou, 5000
    )
    _, rows = detector.detect(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return np.empty((0, 15), np.float32) if rows is None else rows


def check_same(ours: list, theirs: np.ndarray, name: str) -> int:
    """Boxes and landmarks within a pixel. Returns how many faces were compared."""
    assert len(ours) == len(theirs), name
    for face, row in zip(ours, sorted(theirs, key=lambda row: -row[14]), strict=True):
        x, y, w, h = row[:4]
        np.testing.assert_allclose(face.box, (x, y, x + w, y + h), atol=1.0, err_msg=name)
        # OpenCV numbers from the person's right eye, which is the left one in the image: the same order as ours.
        np.testing.assert_allclose(face.landmarks, row[4:14].reshape(5, 2), atol=1.0, err_msg=name)
        assert face.score == pytest.approx(row[14], abs=0.01), name
    return len(ours)


def test_detects_as_opencv_does(store: ModelStore, yunet: YuNet, photos: dict[str, Image]) -> None:
    compared = 0
    for name, faces in zip(photos, yunet.detect(list(photos.values())), strict=True):
        compared += check_same(faces, opencv_faces(store, photos[name]), name)
    assert compared >= 10


@pytest.mark.data
def test_detects_as_opencv_does_on_lfw(store: ModelStore, yunet: YuNet, lfw_root: Path) -> None:
    paths = sorted((lfw_root / "images").glob("*/*_0001.jpg"))[::97]
    images = [read_photo(path).image for path in paths]
    compared = sum(
        check_same(faces, opencv_faces(store, image), path.name)
        for path, image, faces in zip(paths, images, yunet.detect(images), strict=True)
    )
    assert compared >= 20


def test_embeds_as_opencv_does(store: ModelStore, yunet: YuNet, sface: SFace, photos: dict[str, Image]) -> None:
    """From OpenVINO's boxes to unit vectors, against OpenCV from its own boxes to its own vectors."""
    recognizer = cv2.FaceRecognizerSF.create(str(store.path(SFace.files[0])), "")
    align = FivePoint(112)
    compared = 0
    for name, faces in zip(photos, yunet.detect(list(photos.values())), strict=True):
        image = photos[name]
        bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        theirs = sorted(opencv_faces(store, image), key=lambda row: -row[14])
        for ours, row in zip(sface.embed(align.align(image, faces)), theirs, strict=True):
            vector = recognizer.feature(recognizer.alignCrop(bgr, row))[0]
            cosine = float(ours @ vector / np.linalg.norm(vector))
            assert cosine >= 0.999, f"{name}: {cosine}"
            compared += 1
    assert compared >= 10


def test_many_tiny_images_do_not_mix(yunet: YuNet, photos: dict[str, Image]) -> None:
    """YuNet's file has a batch of one written into its reshapes: engines must not put several samples in a request."""
    tiny = [cv2.resize(image, (32, 32), interpolation=cv2.INTER_AREA) for image in photos.values()]
    yunet_low = YuNet(yunet.store, yunet.engine_options, min_score=0.05)
    together = yunet_low.detect(tiny)
    apart = [yunet_low.detect([image])[0] for image in tiny]
    assert sum(map(len, apart)) > 0
    for a, b in zip(together, apart, strict=True):
        assert [face.score for face in a] == pytest.approx([face.score for face in b], abs=1e-4)

"""Detectors against independent runs of the originals: written down by the ``make_*.py`` scripts, or run here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from golden_photos import lfw_photos, sample_photos

from rostro.core.errors import EngineError, ModelUnavailable
from rostro.core.types import Face, Image
from rostro.detection._boxes import overlap
from rostro.detection.base import DETECTORS
from rostro.models.store import ModelStore
from rostro.runtime.base import EngineOptions, open_engine

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def sample_images(samples: dict[str, Path]) -> dict[str, Image]:
    return sample_photos(next(iter(samples.values())).parent)


@pytest.fixture(scope="module")
def lfw_images(lfw_root: Path) -> dict[str, Image]:
    return lfw_photos(lfw_root)


def detector(name: str, store: ModelStore, engine: EngineOptions, **options: Any) -> Any:
    try:
        return DETECTORS.get(name)(store, engine, **options)
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


def box_of(face: Face) -> np.ndarray:
    return np.array(face.box)


def check(name: str, ours: list[list[Face]], photos: dict[str, Image], *, points: float, score: float) -> int:
    """Each golden face above the detector's score has ours: IoU ≥ 0.95, landmarks, score; and no other is there.

    Landmarks are within 2 pixels or, where ``points`` is not 0, that fraction of a large face's width.
    """
    golden = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    least = DETECTORS.get(name).default_score
    compared = 0
    for photo, faces in zip(photos, ours, strict=True):
        expected = [face for face in golden[photo] if face["score"] >= least]
        assert len(faces) == len(expected), photo
        for face in expected:
            ious = overlap(np.array([face["box"]]), np.array([box_of(other) for other in faces]))[0]
            mine = faces[ious.argmax()]
            assert ious.max() >= 0.95, f"{photo}: {face} {mine}"
            assert mine.score == pytest.approx(face["score"], abs=score), photo
            if face["landmarks"] is not None:
                off = np.abs(mine.landmarks - np.array(face["landmarks"])).max()
                assert off <= max(2.0, points * mine.width), f"{photo}: {face} {mine}"
            compared += 1
    return compared


# InsightFace scales by the same factor in x and y although it rounds the scaled sides down; ours undoes the rounding.
ORIGINALS = [("mtcnn", 0.0, 0.001), ("ssd_mobilenet", 0.0, 0.001), ("scrfd", 0.02, 0.001)]


@pytest.mark.parametrize(("name", "points", "score"), ORIGINALS)
def test_samples_as_the_original(
    name: str, points: float, score: float, store: ModelStore, engine: EngineOptions, sample_images: dict[str, Image]
) -> None:
    found = detector(name, store, engine).detect(list(sample_images.values()))
    assert check(name, found, sample_images, points=points, score=score) >= 12


@pytest.mark.data
@pytest.mark.parametrize(("name", "points", "score"), ORIGINALS)
def test_lfw_as_the_original(
    name: str, points: float, score: float, store: ModelStore, engine: EngineOptions, lfw_images: dict[str, Image]
) -> None:
    found = detector(name, store, engine).detect(list(lfw_images.values()))
    assert check(name, found, lfw_images, points=points, score=score) >= 12


def test_haar_finds_what_opencv_finds(
    store: ModelStore, engine: EngineOptions, sample_images: dict[str, Image]
) -> None:
    """With every face that three windows agree on, as OpenCV does by default."""
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_alt2.xml")
    images = list(sample_images.values())[::2]
    compared = 0
    for image, faces in zip(images, detector("haar", store, engine, min_score=0.0).detect(images), strict=True):
        theirs = cascade.detectMultiScale(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), minSize=(24, 24))
        boxes = sorted((x, y, x + w, y + h) for x, y, w, h in theirs)
        assert sorted(face.box for face in faces) == boxes
        compared += len(boxes)
    assert compared >= 5


@pytest.mark.parametrize("name", ["dlib_hog", "dlib_mmod"])
def test_dlib_finds_what_dlib_finds(
    name: str, store: ModelStore, engine: EngineOptions, sample_images: dict[str, Image]
) -> None:
    """At dlib's own scale, in small photos: its CNN takes seconds for large ones."""
    dlib = pytest.importorskip("dlib")
    ours = detector(name, store, engine, min_face=80)
    points = dlib.shape_predictor(str(store.path(ours.files[-1])))
    if name == "dlib_hog":
        dlibs = dlib.get_frontal_face_detector()
    else:
        cnn = dlib.cnn_face_detection_model_v1(str(store.path(ours.files[0])))
        dlibs = lambda image, times: [found.rect for found in cnn(image, times)]  # noqa: E731
    compared = 0
    for photo in ("obama.jpg", "mirrored obama2.jpg"):
        image = cv2.resize(sample_images[photo][:400], None, fx=0.65, fy=0.65, interpolation=cv2.INTER_AREA)
        theirs = list(dlibs(image, 0))
        faces = ours.detect([image])[0]
        assert sorted(f.box for f in faces) == sorted(
            (r.left(), r.top(), r.right() + 1, r.bottom() + 1) for r in theirs
        )
        if len(theirs) == 1:
            parts = np.array([(p.x, p.y) for p in points(image, theirs[0]).parts()])
            eyes = [parts[2:4].mean(axis=0), parts[:2].mean(axis=0)]
            np.testing.assert_allclose(faces[0].landmarks[:2], eyes, atol=1e-3)
        compared += len(theirs)
    assert compared >= 2


def test_dlib_enlarges_as_dlib_does(store: ModelStore, engine: EngineOptions, sample_images: dict[str, Image]) -> None:
    """Twice, by another interpolation than dlib's own."""
    dlib = pytest.importorskip("dlib")
    ours = detector("dlib_hog", store, engine)
    dlibs = dlib.get_frontal_face_detector()
    compared = 0
    for photo in list(sample_images.values())[:6]:
        image = cv2.resize(photo, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
        theirs, confidences, _ = dlibs.run(image, 1, 0.0)
        boxes = np.array([box_of(face) for face in ours.detect([image])[0]]).reshape(-1, 4)
        for r, confidence in zip(theirs, confidences, strict=True):
            if confidence > 0.5:
                theirs_box = np.array([(r.left(), r.top(), r.right() + 1, r.bottom() + 1)], np.float32)
                assert overlap(theirs_box, boxes).max() > 0.8
                compared += 1
    assert compared >= 5


def test_a_graph_without_the_tensor(store: ModelStore, engine: EngineOptions) -> None:
    path = store.path(DETECTORS.get("ssd_mobilenet").files[0])
    with pytest.raises(EngineError, match="no tensor nothing:0"):
        open_engine(path, engine, outputs=("nothing:0",))

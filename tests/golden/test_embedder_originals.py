"""Embedders against independent runs of the originals: TensorFlow (``make_facenet.py``), onnxruntime, dlib."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from seeded_weights import seeded_crops

from rostro.alignment.base import open_alignment
from rostro.core.errors import ModelUnavailable
from rostro.core.types import AlignmentSpec, Face
from rostro.embedding.base import EMBEDDERS
from rostro.embedding.edgeface import free_batch
from rostro.models.store import ModelStore
from rostro.photos.reading import read_photo
from rostro.runtime.base import EngineOptions

GOLDEN = np.load(Path(__file__).with_name("facenet.npz"))


def made(name: str, store: ModelStore, engine: EngineOptions) -> Any:
    try:
        return EMBEDDERS.get(name)(store, engine)
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


def cosines(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    return (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)


@pytest.mark.parametrize("name", ["facenet128", "facenet512"])
def test_facenet_same_as_tensorflow(name: str, store: ModelStore, engine: EngineOptions) -> None:
    ours, theirs = made(name, store, engine).represent(seeded_crops(2, 160)), GOLDEN[f"{name}/representation"]
    assert cosines(ours, theirs).min() >= 0.999999
    np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())


def test_facenet128_has_the_originals_parameters(store: ModelStore, engine: EngineOptions) -> None:
    assert GOLDEN["facenet128/parameters"] == 22_808_144 == made("facenet128", store, engine).network.parameters


@pytest.mark.parametrize("name", ["mobilefacenet", "edgeface"])
def test_same_as_onnxruntime(
    name: str, store: ModelStore, engine: EngineOptions, tmp_path: Path, portraits: list[Path]
) -> None:
    ort = pytest.importorskip("onnxruntime")
    embedder = made(name, store, engine)
    face = Face((100.0, 100.0, 400.0, 450.0), 1.0)
    align = open_alignment(AlignmentSpec("crop", 112), store).align
    crops = np.concatenate([seeded_crops(1, 112), *(align(read_photo(path).image, [face]) for path in portraits)])
    session = ort.InferenceSession(store.path(embedder.files[0]))
    batch = ((crops / 255 - 0.5) / 0.5).astype(np.float32).transpose(0, 3, 1, 2)
    theirs = np.concatenate([session.run(None, {session.get_inputs()[0].name: row[None]})[0] for row in batch])
    assert cosines(embedder.represent(crops), theirs).min() >= 0.9999
    if name == "edgeface":  # exported for batch 1; freed of that, it gives the same for a batch
        free_batch(store.path(embedder.files[0]), tmp_path / "free.onnx")
        session = ort.InferenceSession(tmp_path / "free.onnx")
        whole = session.run(None, {session.get_inputs()[0].name: batch})[0]
        np.testing.assert_allclose(whole, theirs, atol=1e-4 * np.abs(theirs).max())


def test_dlib_same_as_face_recognition(store: ModelStore, engine: EngineOptions, portraits: list[Path]) -> None:
    """HOG box, 5-point predictor, descriptor: the calls that face_recognition's ``face_encodings`` makes."""
    dlib = pytest.importorskip("dlib")
    embedder = made("dlib", store, engine)
    alignment = open_alignment(embedder.alignment, store)
    find = dlib.get_frontal_face_detector()
    predictor = dlib.shape_predictor(str(store.path(alignment.files[0])))
    network = dlib.face_recognition_model_v1(str(store.path(embedder.files[0])))
    for path in portraits:
        image = np.ascontiguousarray(read_photo(path).image)
        boxes = list(find(image, 1))
        assert boxes
        faces = [Face((b.left(), b.top(), b.right() + 1, b.bottom() + 1), 1.0) for b in boxes]
        ours = embedder.represent(alignment.align(image, faces))
        theirs = np.array([network.compute_face_descriptor(image, predictor(image, box), 1) for box in boxes])
        np.testing.assert_allclose(ours, theirs, atol=1e-5)

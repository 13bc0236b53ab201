"""Intel's landmark and embedding networks against OpenVINO alone (``make_retail.py``), and their makers' alignment."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from seeded_weights import seeded_crops

from rostro.alignment.base import open_alignment
from rostro.alignment.five_point import FivePoint
from rostro.alignment.retail0009 import Retail0009
from rostro.core.errors import ModelUnavailable
from rostro.core.types import Face
from rostro.embedding.retail0095 import Retail0095
from rostro.models.store import ModelStore
from rostro.photos.reading import read_photo
from rostro.recognizer import Recognizer
from rostro.runtime.base import EngineOptions

GOLDEN = np.load(Path(__file__).with_name("retail.npz"))
#: Where the makers' demonstration wants eyes, nose and corners of the mouth, in parts of the crop's sides.
MAKERS = np.array(
    [[30.2946, 51.6963], [65.5318, 51.5014], [48.0252, 71.7366], [33.5493, 92.3655], [62.7299, 92.2041]]
) / [96, 112]  # fmt: skip


@pytest.fixture(scope="module")
def embedder(store: ModelStore, engine: EngineOptions) -> Retail0095:
    try:
        return Retail0095(store, engine)
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


def test_embeds_as_openvino_alone_does(embedder: Retail0095) -> None:
    np.testing.assert_allclose(embedder.represent(seeded_crops(4, 128)), GOLDEN["embedding"], rtol=1e-3, atol=1e-3)


def test_places_landmarks_as_openvino_alone_does(store: ModelStore, engine: EngineOptions) -> None:
    points = Retail0009(store, engine).points(seeded_crops(4, 48))
    np.testing.assert_allclose(points.reshape(4, 10), GOLDEN["landmarks"], atol=1e-4)


def test_crops_have_the_landmarks_where_the_makers_want_them() -> None:
    """A face whose landmarks lie as in the makers' template comes out unmoved: only stretched to the square."""
    image = seeded_crops(1, 112)[0][:, :96]
    face = Face((0.0, 0.0, 96.0, 112.0), 1.0, (MAKERS * [96, 112]).astype(np.float32))
    crop = FivePoint(128, width=96).align(image, [face])[0]
    expected = cv2.warpAffine(image, np.array([[128 / 96, 0, 0], [0, 128 / 112, 0]]), (128, 128))
    assert np.abs(crop.astype(int) - expected).max() <= 2


def test_much_the_same_vectors_as_the_makers_demonstration(
    embedder: Retail0095, recognizer: Recognizer, store: ModelStore, portraits: list[Path]
) -> None:
    """The demonstration's steps, written down again: box × 1.15, landmarks in it, crop, network.

    It cuts the box as it is, higher than wide, where we cut a square: the vectors differ a little.
    """
    align = open_alignment(embedder.alignment, store)
    refiner = Retail0009(store, embedder.engine_options)
    ours, theirs = [], []
    for path in portraits:
        image = read_photo(path).image
        face = max(recognizer.detector.detect([image])[0], key=lambda f: f.area)
        ours.append(embedder.embed(align.align(image, [face]))[0])
        (x, y), (w, h) = face.centre, (1.15 * face.width, 1.15 * face.height)
        x1, y1 = max(0, int(x - w / 2)), max(0, int(y - h / 2))
        box = image[y1 : int(y + h / 2), x1 : int(x + w / 2)]
        points = refiner.points(cv2.resize(box, (48, 48))[None])[0] * box.shape[1::-1]
        matrix, _ = cv2.estimateAffinePartial2D(points, (MAKERS * box.shape[1::-1]).astype(np.float32))
        crop = cv2.resize(cv2.warpAffine(box, matrix, box.shape[1::-1]), (128, 128))
        theirs.append(embedder.embed(crop[None])[0])
    agreement = (np.stack(ours) * np.stack(theirs)).sum(axis=1)
    assert agreement.min() > 0.6, agreement

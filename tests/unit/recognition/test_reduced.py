"""Large photos looked at in reduced pictures: the same faces, in pixels of the photo, and the same vectors nearly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from rostro.photos.reading import Photo, read_photo
from rostro.recognition.pipeline import PhotoFaces
from rostro.recognition.reduced import looks_at, whole, with_pixels
from rostro.recognizer import Recognizer

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.settings import Settings
    from rostro.models.store import ModelStore

SIDE = 640


@pytest.fixture(scope="module")
def fast(store: ModelStore, settings: Settings) -> Recognizer:
    """Looks at photos at 640 pixels, so that a JPEG of 2,560 is a large one."""
    return Recognizer(store=store, settings=settings, max_side=SIDE)


@pytest.fixture(scope="module")
def pair(portraits: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A face that fills a photo of 3,000 pixels, and the same one small in it."""
    portrait = read_photo(portraits[0]).image[..., ::-1]
    scale = 3000 / max(portrait.shape)
    near = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    far = np.full_like(near, 90)
    small = cv2.resize(near, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    far[500 : 500 + small.shape[0], 700 : 700 + small.shape[1]] = small
    folder = tmp_path_factory.mktemp("large")
    for name, image in (("near", near), ("far", far)):
        cv2.imwrite(str(folder / f"{name}.jpg"), image)
    return folder / "near.jpg", folder / "far.jpg"


def test_faces_of_reduced_photos_are_those_of_the_whole(fast: Recognizer, pair: tuple[Path, Path]) -> None:
    reduced = list(fast.photos(pair))
    kept = list(fast.photos(pair, keep=True))  # images are kept whole, so these are looked at whole
    for small, large in zip(reduced, kept, strict=True):
        assert isinstance(small, PhotoFaces)
        assert isinstance(large, PhotoFaces)
        assert (small.width, small.height) == (large.width, large.height) == large.kept_image.shape[1::-1]
        assert len(small) == len(large) == 1
        assert small.faces[0].box == pytest.approx(large.faces[0].box, abs=0.04 * large.faces[0].width)
        assert small.faces[0].score == pytest.approx(large.faces[0].score, abs=0.03)
        assert float(small.embeddings[0] @ large.embeddings[0]) > 0.95
        assert small.qualities[0].value == pytest.approx(large.qualities[0].value, abs=0.1)


def test_a_face_with_few_pixels_is_cut_out_of_the_whole_photo(fast: Recognizer, pair: tuple[Path, Path]) -> None:
    near, far = (read_photo(path, side=SIDE) for path in pair)
    looks = looks_at([near, far], fast.detector, None)
    assert [photo.reduced is not None for photo in (near, far)] == [True, True]
    used = with_pixels([*looks, None], [near, far, far], 112)
    assert used[0] is looks[0]
    assert used[1] is not None
    assert used[1].image.shape == read_photo(pair[1]).image.shape
    assert used[1].faces == looks[1].originals
    assert used[2] is None
    assert whole(used[1], far) is used[1]


def test_without_faces_nothing_is_decoded_again(fast: Recognizer) -> None:
    gray = cv2.imencode(".jpg", np.full((1400, 3000, 3), 120, np.uint8))[1].tobytes()
    photo = read_photo(gray, side=SIDE)
    assert photo.reduced is not None
    broken = Photo(photo.name, photo.image, photo.sha256, None)
    (look,) = looks_at([photo], fast.detector, None)
    assert with_pixels([look], [photo], 112) == [look]
    assert with_pixels([look], [broken], 112) == [look]
    (answer,) = fast.photos([gray])
    assert isinstance(answer, PhotoFaces)
    assert (answer.width, answer.height, len(answer)) == (3000, 1400, 0)

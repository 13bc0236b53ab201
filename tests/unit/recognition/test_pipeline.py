"""The pipeline with stand-ins for the models: order, laziness, errors in their place, and what is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from rostro.alignment.five_point import FivePoint
from rostro.core.errors import NoFace
from rostro.core.types import Crops, Face, Floats, Image
from rostro.detection.base import Detector
from rostro.embedding.base import Embedder
from rostro.recognition.chunks import CHUNK
from rostro.recognition.pipeline import Failure, PhotoFaces, Pipeline

SIZE = 40
LANDMARKS = np.array([[12, 12], [28, 12], [20, 20], [14, 28], [26, 28]], np.float32)


class Stripes(Detector):
    """Finds as many faces as the top left pixel's red value says."""

    default_score = 0.5

    def __init__(self) -> None:
        self.seen = threading.local()

    def detect(self, images: Sequence[Image]) -> list[list[Face]]:
        return [
            [Face((i, 0, i + 20, 20), 0.9, LANDMARKS.copy()) for i in range(int(image[0, 0, 0]))] for image in images
        ]


class Middle(Embedder):
    """The colour in the middle of a crop, as a vector."""

    dims = 3

    def __init__(self) -> None:
        pass

    def represent(self, crops: Crops) -> Floats:
        return crops[:, 60, 60].astype(np.float32) + 1


def pipeline(threads: int = 2, *, embed: bool = True) -> Pipeline:
    return Pipeline(
        detector=Stripes(),
        alignment=FivePoint(112) if embed else None,
        embedder=Middle() if embed else None,
        threads=threads,
        max_bytes=10**6,
        max_pixels=10**6,
        max_faces=100,
    )


def photo(faces: int, blue: int = 0) -> np.ndarray:
    image = np.full((SIZE, SIZE, 3), (10, 10, blue), np.uint8)
    image[0, 0, 0] = faces
    return image


@pytest.mark.parametrize("count", [0, 1, 2, CHUNK - 1, CHUNK, 3 * CHUNK + 5])
@pytest.mark.parametrize("threads", [1, 3])
def test_answers_come_in_order(count: int, threads: int) -> None:
    photos = [photo(i % 4, blue=i) for i in range(count)]
    answers = list(pipeline(threads).run(photos))
    assert [len(answer.faces) for answer in answers] == [i % 4 for i in range(count)]
    for i, answer in enumerate(answers):
        assert len(answer.embeddings) == i % 4
        np.testing.assert_allclose(np.linalg.norm(answer.embeddings, axis=1), 1, atol=1e-5)
        if i % 4:
            red, _, blue = answer.embeddings[0]
            assert blue / red == pytest.approx((i + 1) / 11, rel=0.05)


def test_a_bad_photo_fails_in_its_place() -> None:
    answers = list(pipeline().run([photo(1), b"not a picture", photo(2)]))
    assert [type(answer) for answer in answers] == [PhotoFaces, Failure, PhotoFaces]
    assert isinstance(answers[1], Failure)
    assert answers[1].reason.startswith("not a picture")
    assert (answers[1].kind, answers[1].values) == ("unreadable-photo", {"why": "not-a-picture"})
    assert len(answers[2].faces) == 2


def test_a_rule_that_cannot_be_kept_is_a_failure_of_that_photo() -> None:
    answers = list(pipeline().run([photo(1), photo(0), photo(3)], face="only"))
    assert isinstance(answers[1], Failure) and isinstance(answers[1].error, NoFace)
    assert isinstance(answers[2], Failure) and "3 faces" in answers[2].reason
    assert (answers[2].kind, answers[2].values) == ("several-faces", {"faces": 3})
    assert answers[0].embeddings.shape == (1, 3)


def test_photos_are_read_only_as_far_as_needed() -> None:
    taken = 0

    def endless() -> Iterator[np.ndarray]:
        nonlocal taken
        while True:
            taken += 1
            yield photo(1)

    answers = pipeline(2).run(endless())
    for _ in range(CHUNK):
        next(answers)
    answers.close()
    assert taken <= 8 * CHUNK


def test_without_an_embedder_there_are_faces_only() -> None:
    (answer,) = pipeline(embed=False).run([photo(2)], keep=True)
    assert (len(answer.faces), answer.embeddings.size) == (2, 0)
    assert answer.kept_image.shape == (SIZE, SIZE, 3)


def test_images_and_crops_are_kept_on_demand() -> None:
    (kept,) = pipeline().run([photo(2)], keep=True)
    assert kept.kept_crops.shape == (2, 112, 112, 3)
    (dropped,) = pipeline().run([photo(2)])
    assert dropped.image is None and dropped.crops is None

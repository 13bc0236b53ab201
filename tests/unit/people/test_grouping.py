"""Groups of unknown faces: on drawn vectors, where it is known who is who."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rostro.core.errors import BadInput
from rostro.people.grouping import group_faces, thresholds_among
from rostro.people.neighbours import near_pairs
from rostro.quality.gate import Gate
from rostro.scoring.clustering import bcubed
from rostro.scoring.operating_points import tail_of

SPACE = "sface-0ba9fbfa/five_point-112"
THRESHOLDS = (0.55, 0.5)


def album(people: int, photos: int, seed: int = 0, noise: float = 0.6) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    owners = np.arange(people).repeat(photos)
    vectors = random.normal(size=(people, 128))[owners] + noise * random.normal(size=(owners.size, 128))
    order = random.permutation(owners.size)
    return unit(vectors)[order], owners[order]


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def people_of(labels: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


def test_people_are_found() -> None:
    vectors, owners = album(60, 7)
    labels = group_faces(vectors, np.arange(owners.size), THRESHOLDS)
    assert bcubed(labels, owners).f == 1
    assert np.array_equal(np.unique(labels), np.arange(60))
    assert labels[0] == 0, "groups are counted in the order of their first faces"


def test_the_order_of_the_photos_changes_nothing() -> None:
    vectors, _ = album(150, 4, noise=0.95)  # hard enough that much is on the edge
    photos = np.arange(len(vectors)) // 2
    plain = group_faces(vectors, photos, THRESHOLDS)
    assert 150 < np.unique(plain).size < 600
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(vectors))
        shuffled = group_faces(vectors[order], photos[order], THRESHOLDS)
        back = np.empty_like(shuffled)
        back[order] = shuffled
        assert people_of(back) == people_of(plain)
    assert np.array_equal(group_faces(vectors, photos, THRESHOLDS), plain)


def test_two_faces_of_a_photo_are_two_people() -> None:
    vectors, owners = album(5, 8, noise=0.3)
    photos = np.arange(owners.size)
    twins = np.flatnonzero(owners == 3)[:2]
    photos[twins] = 999  # a mirror
    labels = group_faces(vectors, photos, THRESHOLDS)
    assert labels[twins[0]] != labels[twins[1]]
    for group in people_of(labels):
        assert len(set(photos[list(group)])) == len(group)
    assert np.unique(labels).size == 6, "the others of the photo lose nothing"


def test_photos_may_be_named() -> None:
    vectors = unit(np.ones((3, 8)))
    assert group_faces(vectors, ["a", "a", "b"], THRESHOLDS).tolist() in ([0, 1, 0], [0, 1, 1])


def test_no_chain_leads_through_doubtful_faces() -> None:
    # Two people, and blurred photos that lie on the way from one to the other.
    one, other = unit(np.eye(2, 64)) @ np.eye(64)
    steps = [unit(np.array(one * (1 - part) + other * part)) for part in np.linspace(0, 1, 9)]
    sharp = np.array([True] * 3 + [False] * 7 + [True] * 3)
    vectors = np.array([steps[0]] * 3 + steps[1:-1] + [steps[-1]] * 3, np.float32)
    gate = replace(Gate.floor(SPACE), refuse_below=0.2, sure_from=0.9, margin=0.3)
    for quality, alone in ((0.3, False), (0.1, True)):
        qualities = np.where(sharp, 0.95, quality)
        labels = group_faces(vectors, np.arange(13), THRESHOLDS, qualities=qualities, gate=gate)
        assert len(set(labels[:3])) == len(set(labels[-3:])) == 1
        assert labels[0] != labels[-1]
        assert (labels[3] == labels[0]) != alone, "what is doubtful joins, what is too poor does not"
        if alone:
            assert np.unique(labels).size == 2 + 7


def test_thresholds_grow_with_the_faces() -> None:
    tail = tail_of(SPACE)
    told = [thresholds_among(faces, tail) for faces in (0, 1, 100, 1_000, 10_000, 100_000)]
    assert all(first >= second for first, second in told)
    assert [second for _, second in told] == sorted(second for _, second in told)
    assert told[-1][1] > told[2][1] + 0.1


@pytest.mark.parametrize("faces", [0, 1, 2])
def test_few_faces(faces: int) -> None:
    vectors = unit(np.eye(2, 16))[:faces]
    assert group_faces(vectors, np.arange(faces), THRESHOLDS).tolist() == list(range(faces))


def test_a_photo_twice_is_one_person() -> None:
    vectors, _ = album(1, 1)
    assert group_faces(vectors.repeat(3, axis=0), [1, 2, 3], THRESHOLDS).tolist() == [0, 0, 0]


def test_what_is_no_album_is_refused() -> None:
    vectors, _ = album(2, 2)
    with pytest.raises(BadInput):
        group_faces(vectors, [1, 2], THRESHOLDS)
    with pytest.raises(BadInput):
        group_faces(vectors * np.float32("nan"), np.arange(4), THRESHOLDS)
    with pytest.raises(BadInput):
        group_faces(vectors, np.arange(4), THRESHOLDS, qualities=[1.0], gate=Gate.floor(SPACE))


def test_near_pairs_are_those_of_the_whole_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rostro.people.neighbours._ROWS", 7)
    monkeypatch.setattr("rostro.people.neighbours._COLUMNS", 11)
    vectors, _ = album(20, 5)
    table = np.triu(vectors @ vectors.T, 1)
    first, second = near_pairs(vectors, 0.4)
    assert list(zip(first, second, strict=True)) == list(zip(*np.nonzero(table >= 0.4), strict=True))
    few = near_pairs(vectors, 0.4, most=1)
    assert few[0].size <= 100
    nearest = (vectors @ vectors.T - 2 * np.eye(100)).argmax(axis=1)
    assert {(min(a, b), max(a, b)) for a, b in enumerate(nearest)} == set(zip(*few, strict=True))

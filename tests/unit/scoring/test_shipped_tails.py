"""The tails that ship: they agree with the points beside them, and say where they end."""

from __future__ import annotations

import json

import pytest

from rostro.scoring import operating_points
from rostro.scoring.open_set import most_people, rate_of_search, threshold_of_search

FILES = sorted(
    path for path in operating_points.SHIPPED.glob("*.json") if json.loads(path.read_text(encoding="utf-8")).get("tail")
)


def test_the_default_has_one() -> None:
    assert operating_points.shipped("sface-0ba9fbfa/five_point-112").impostor_tail().people == 4281


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_agrees_with_the_points(path: object) -> None:
    """The points count photos, the tail counts people: those with many photos in LFW resemble others a little more."""
    points = operating_points.read(path)  # type: ignore[arg-type]
    tail = points.impostor_tail()
    for target, off in ((1e-2, 1.2), (1e-3, 1.2), (1e-4, 1.35), (1e-5, 2.0)):
        assert 1 / off < tail.rate(points.at(target).threshold + 1e-6) / target < off, target


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_more_people_need_higher_thresholds(path: object) -> None:
    tail = operating_points.read(path).impostor_tail()  # type: ignore[arg-type]
    found = [threshold_of_search(tail, 0.01, people) for people in (1, 10, 100, 1_000, 10_000, 100_000, 10_000_000)]
    thresholds = [search.threshold for search in found]
    assert thresholds == sorted(set(thresholds))
    assert [search.extrapolated for search in found] == [search.people > most_people(tail, 0.01) for search in found]
    assert found[3].interval.low < 0.01 < found[3].interval.high
    assert not found[4].extrapolated, "4,281 people show it for 10,000"
    assert found[5].extrapolated


def test_the_default_point_among_many_people() -> None:
    """A stranger is named about as many times as often as there are people."""
    points = operating_points.shipped("sface-0ba9fbfa/five_point-112")
    tail = points.impostor_tail()
    rates = [rate_of_search(tail, points.at().threshold, people).fpir for people in (10, 100, 800)]
    assert rates == pytest.approx([0.001, 0.01, 0.075], rel=0.2)

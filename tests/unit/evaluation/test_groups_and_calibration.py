"""Operating points and error rates by group, against slow counts."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from embedded_people import make_embedded

from rostro.core.errors import BadInput
from rostro.evaluation.calibration import operating_points, write_operating_points
from rostro.evaluation.data.groups import Groups
from rostro.evaluation.groups import GroupRate, GroupReport, group_report
from rostro.evaluation.options import Options
from rostro.evaluation.pairs import score_all_pairs
from rostro.evaluation.table import make_table
from rostro.scoring import operating_points as files
from rostro.scoring.counts import RateNotSupported

OPTIONS = Options(replicates=30)


def table_of(embedded, header):
    result = score_all_pairs(embedded)
    rows = (result.probe, result.reference, result.scores)
    return make_table(embedded, {**header, "floor": result.floor}, rows, histogram=result.counts)


def slow_scores(embedded):
    upper = np.triu_indices(embedded.found.size, 1)
    made = embedded.found[upper[0]] & embedded.found[upper[1]]
    first, second = upper[0][made], upper[1][made]
    scores = np.einsum("nd,nd->n", embedded.vectors[first], embedded.vectors[second])
    return first, second, np.floor(scores * 2**20) / 2**20


def test_the_operating_point_is_what_was_measured(tmp_path, header):
    embedded = make_embedded([4] * 50, failed=[3])
    document = operating_points(table_of(embedded, header), 1e-2, "made-up people", OPTIONS)
    write_operating_points(document, tmp_path / "point.json")
    points = files.read(tmp_path / "point.json")
    point = points.at()
    assert points.space == "fake/five_point-112"
    assert sorted(points.points) == [1e-3, 1e-2], "1e-4 needs 30,000 impostor comparisons"
    first, second, scores = slow_scores(embedded)
    owners = embedded.people.owners
    genuine = owners[first] == owners[second]
    assert (point.genuine, point.impostor) == (genuine.sum(), (~genuine).sum())
    assert point.fmr == pytest.approx(np.mean(scores[~genuine] >= point.threshold), abs=2e-4)
    assert point.fmr <= 1e-2
    assert point.fnmr == pytest.approx(np.mean(scores[genuine] < point.threshold), abs=5e-3)
    assert point.fmr_interval[0] < point.fmr < point.fmr_interval[1]
    assert json.loads((tmp_path / "point.json").read_text(encoding="utf-8"))["failed_photos"] == 1


def test_a_rate_for_which_there_are_too_few_people_is_refused(header):
    with pytest.raises(RateNotSupported, match="30,000"):
        operating_points(table_of(make_embedded([3] * 20), header), 1e-4, "few", OPTIONS)


def grouped(people, names):
    """Every third person is of each group; the last person says nothing."""
    of_person = np.arange(len(people.names)) % len(names)
    of_person[-1] = -1
    return Groups("kind", names, of_person[people.owners].astype(np.int32))


def test_rates_by_group_are_those_of_a_slow_count(header):
    embedded = make_embedded([3] * 90, failed=[4])
    table = table_of(embedded, header)
    groups = grouped(embedded.people, ("a", "b", "c"))
    threshold = table.header["floor"]
    report = group_report(table, groups, threshold, 0.02, OPTIONS)
    first, second, scores = slow_scores(embedded)
    owners = embedded.people.owners
    genuine = owners[first] == owners[second]
    assert [row.groups for row in report.fmr] == [
        ("a", "a"), ("a", "b"), ("a", "c"), ("b", "b"), ("b", "c"), ("c", "c"),
    ]  # fmt: skip
    for row in report.fmr:
        numbers = sorted(groups.names.index(name) for name in row.groups)
        both = np.sort(np.stack([groups.of_photo[first], groups.of_photo[second]]), axis=0)
        inside = ~genuine & (both[0] == numbers[0]) & (both[1] == numbers[1])
        assert row.comparisons == inside.sum()
        assert row.rate == pytest.approx(np.mean(scores[inside] >= threshold), abs=1e-3)
        assert row.interval.low <= row.rate <= row.interval.high
    for row in report.fnmr:
        number = groups.names.index(row.groups[0])
        inside = genuine & (groups.of_photo[first] == number) & (groups.of_photo[second] == number)
        assert row.comparisons == inside.sum()
        assert row.rate == pytest.approx(np.mean(scores[inside] < threshold), abs=1e-2)
    within = [row.rate for row in report.fmr if row.groups[0] == row.groups[1]]
    assert report.largest_ratio("fmr") == pytest.approx(max(within) / min(within))


def test_pairs_that_are_all_listed_are_split_too(header):
    embedded = make_embedded([2] * 60)
    first, second = np.arange(0, 118), np.arange(2, 120)
    scores = np.einsum("nd,nd->n", embedded.vectors[first], embedded.vectors[second])
    table = make_table(embedded, header, (first, second, scores))
    report = group_report(table, grouped(embedded.people, ("a", "b")), 0.3, 0.1, OPTIONS)
    assert [row.comparisons for row in report.fmr] == [0, 116, 0]
    assert report.fmr[1].rate == pytest.approx(np.mean(scores[:116] >= 0.3))


def test_a_small_group_gets_a_warning_and_no_rate(header):
    embedded = make_embedded([3] * 30)
    of_photo = np.where(embedded.people.owners < 4, 0, 1).astype(np.int32)
    report = group_report(table_of(embedded, header), Groups("kind", ("few", "many"), of_photo), 0.9, 0.02, OPTIONS)
    few, _, many = report.fmr
    assert (few.rate, few.warning) == (None, "too small to say: 54 comparisons of 4 people")
    assert many.rate is not None
    assert report.fnmr[0].rate is None
    assert report.to_dict()["fmr"][0]["warning"] == few.warning


def test_the_ratio_needs_two_groups_with_errors():
    def report(*rates):
        rows = tuple(GroupRate(groups=(str(n), str(n)), comparisons=9, people=9, rate=r) for n, r in enumerate(rates))
        return GroupReport(attribute="x", threshold=0.5, fmr=rows, fnmr=rows)

    assert report(0.2, 0.1, None).largest_ratio("fmr") == 2
    assert report(0.2, 0.0).largest_ratio("fmr") is None
    assert report(0.2).largest_ratio("fnmr") is None


def test_what_cannot_be_split_is_refused(header):
    embedded = make_embedded([3] * 30)
    table, groups = table_of(embedded, header), grouped(embedded.people, ("a", "b"))
    with pytest.raises(BadInput, match="are not listed"):
        group_report(table, groups, table.header["floor"] - 0.1, 0.02, OPTIONS)
    with pytest.raises(BadInput, match="photos with photos"):
        group_report(replace(table, to_people=True), groups, 0.9, 0.02, OPTIONS)

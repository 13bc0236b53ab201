"""Reports: well-formed, in both languages, with the numbers that were measured."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from embedded_people import SYSTEM, make_embedded

from rostro.evaluation import figures, measures, words
from rostro.evaluation.groups import GroupRate, GroupReport
from rostro.evaluation.measures import Metric, middle_rate, thinned
from rostro.evaluation.options import Options
from rostro.evaluation.pairs import score_all_pairs
from rostro.evaluation.protocols.all_pairs import EveryPair
from rostro.evaluation.report import Shown, write_report
from rostro.evaluation.results import document, write_results
from rostro.evaluation.run import Result
from rostro.evaluation.table import make_table
from rostro.reports.blocks import Tile
from rostro.reports.charts import Axis, Series, histogram_chart, line_chart
from rostro.scoring.bootstrap import SubjectScores
from rostro.scoring.counts import ScoreCounts
from rostro.scoring.intervals import Interval
from rostro.scoring.verification import error_curve

SVG = "{http://www.w3.org/2000/svg}"


def make_result(detector="yunet", embedder="fake", noise=0.6, failed=(2,)):
    embedded = make_embedded([3] * 30, noise=noise, failed=failed)
    scores = score_all_pairs(embedded)
    header = {
        "protocol": "all-pairs", "photos": 90, "people": 30, "data_hash": "ab" * 32, "seconds_per_photo": 0.012,
        "floor": scores.floor,
    }  # fmt: skip
    table = make_table(embedded, header, (scores.probe, scores.reference, scores.scores), histogram=scores.counts)
    rate = GroupRate(
        groups=("a", "b"), comparisons=1234, people=20, rate=0.01, interval=Interval(0.005, 0.02, 0.95, "x")
    )
    small = GroupRate(groups=("b", "b"), comparisons=3, people=2, warning="too small to say")
    return Result(
        protocol="all-pairs",
        system=replace(SYSTEM, detector=detector, embedder=embedder),
        table=table,
        measurement=EveryPair.measure(table, Options(replicates=20)),
        groups=(GroupReport(attribute="<age>", threshold=0.4, fmr=(rate, small), fnmr=(small,)),),
    )


@pytest.fixture(scope="module")
def results():
    return [make_result(), make_result(detector="mtcnn"), make_result(embedder="other", noise=0.9, failed=())]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("count", [1, 3])
def test_the_report_is_one_well_formed_page(tmp_path, results, language, count):
    tile = Tile(np.full((60, 80, 3), 127, np.uint8), "0.424", ("Ana_0001", "Eva_0002"))
    shown = [Shown(result, (tile,), (), "tar@0.001") for result in results[:count]]
    write_report(shown, tmp_path / "report.html", language)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    page = ElementTree.fromstring(text)
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert len(page.findall(f".//{SVG}svg")) == 2 + count
    assert len(page.findall(".//img")) == count
    seen = "".join(page.itertext())
    for result in results[:count]:
        assert result.system.name in seen
        for metric in result.measurement.metrics:
            assert words.metric_value(metric, language) in seen
            assert words.metric_name(metric, language) in seen
    assert "photos/person000/2.jpg" in seen, "the photo without a face is named"
    assert "<age>" in seen
    assert ("demasiado pequeño" if language == "es" else "too small to say") in seen
    assert ("por detector y extractor" in seen or "by detector and embedder" in seen) == (count == 3)


def test_json_and_csv_hold_the_same_numbers(tmp_path, results):
    write_results(results, tmp_path)
    stored = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert stored == json.loads(json.dumps(document(results)))
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    metrics = [(r["system"]["embedder"], m) for r in stored["results"] for m in r["metrics"]]
    assert len(rows) == len(metrics)
    for row, (embedder, metric) in zip(rows, metrics, strict=True):
        assert (row["embedder"], row["metric"]) == (embedder, metric["metric"])
        assert (float(row["value"]) if row["value"] else None) == metric["value"]
    assert stored["results"][0]["failed"] == [{"photo": "photos/person000/2.jpg", "reason": "no face found"}]
    assert stored["results"][0]["false_matches"][0]["score"] >= stored["results"][0]["false_matches"][1]["score"]


def test_curves_are_thinned_without_losing_their_ends_or_the_tail():
    random = np.random.default_rng(0)
    curve = error_curve(ScoreCounts.of(random.normal(2, 1, 5000), random.normal(0, 1, 100_000)))
    thin = thinned(curve)
    assert thin.thresholds.size <= measures.CURVE_POINTS
    assert (thin.fmr[0], thin.fnmr[-1]) == (1, 1)
    assert thin.fmr[thin.fmr > 0].min() == pytest.approx(1e-5)
    steps = np.diff(np.log10(thin.fmr[(thin.fmr > 0)]))
    assert np.abs(steps).max() < 0.31, "even a step from one to two errors is kept"


@pytest.mark.parametrize(("impostors", "rate"), [(100, None), (300, 1e-2), (3000, 1e-3), (30_000, 1e-3), (10**6, 1e-4)])
def test_the_threshold_shown_is_one_that_the_data_support(impostors, rate):
    assert middle_rate((1e-2, 1e-3, 1e-4, 1e-5), impostors) == rate


def test_numbers_are_written_as_the_language_does():
    metric = Metric(kind="tar", at=1e-3, value=0.98765, interval=Interval(0.9, 1.0, 0.95, ""))
    assert words.metric_name(metric, "en") == "TAR at FMR 0.1\u00a0%"
    assert words.metric_value(metric, "en") == "98.77\u00a0% [90.00; 100.00]"
    assert words.metric_value(metric, "es") == "98,77\u00a0% [90,00; 100,00]"
    assert words.metric_name(Metric(kind="rank", at=10), "es") == "Hallados hasta el puesto 10"
    assert words.metric_value(Metric(kind="tar"), "en") == "–"


def axis(**how):
    return Axis(**{"title": "x < y", "low": 0.0, "high": 1.0, "show": lambda v: f"{v:g}", **how})


def test_axes():
    assert axis(low=0.001, high=1.0, logarithmic=True).ticks() == pytest.approx([0.001, 0.01, 0.1, 1])
    assert axis(low=0.001, high=1.0, logarithmic=True).place(0.1) == pytest.approx(2 / 3)
    assert axis(low=-0.13, high=1.02).ticks() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert axis().place(7) == 1


def test_charts_draw_every_line_and_escape_every_name():
    series = [Series(f"<line {n}>", [0.1, 0.5, 1.0], [0.2, 0.4, 0.9]) for n in range(10)]
    chart = ElementTree.fromstring(line_chart(series, axis(), axis()))
    assert [text.text for text in chart.iter(f"{SVG}text")].count("x < y") == 2
    assert len({(p.get("stroke"), p.get("stroke-dasharray"), p.get("d")) for p in chart.iter(f"{SVG}path")}) > 20
    bars = histogram_chart([Series("a", [0, 0.5, 1], [0.25, 0.75])], axis(), axis(), ("here", 0.5))
    assert "here" in "".join(ElementTree.fromstring(bars).itertext())


def test_a_perfect_system_is_drawn_too():
    scores = np.repeat([0.9, 0.1], [20, 400])
    first = np.arange(420) % 20
    sample = SubjectScores(scores, first, np.where(scores > 0.5, first, (first + 1) % 20), 20)
    spread = measures.Rates(sample.counts(), sample, (1e-2,), Options(replicates=10)).spread()
    for chart in (
        figures.roc([("x", spread)], "en"),
        figures.det([("x", spread)], "es"),
        figures.scores(spread, "en"),
        figures.cmc([("x", (1.0,))], "en"),
    ):
        assert ElementTree.fromstring(chart).tag == f"{SVG}svg"

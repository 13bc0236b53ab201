"""The report: one HTML file that a laboratory can print and a beginner can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rostro.core.words import Language, count
from rostro.evaluation import figures
from rostro.evaluation.words import metric_name, metric_value, number, percent, say
from rostro.reports.page import Page
from rostro.reports.typeset import write_drawing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rostro.evaluation.groups import GroupRate, GroupReport
    from rostro.evaluation.run import Result
    from rostro.reports.blocks import Tile
    from rostro.reports.typeset import Format

#: Failures listed by name.
_MOST_FAILURES = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A result and its worst mistakes.

    Attributes:
        result: The numbers.
        false_matches: Tiles of the worst.
        false_non_matches: Tiles of the worst.
        headline: Key of the metric that systems are compared by.
    """

    result: Result
    false_matches: Sequence[Tile]
    false_non_matches: Sequence[Tile]
    headline: str

    @property
    def name(self) -> str:
        """The system's name."""
        return self.result.system.name


def write_report(shown: Sequence[Shown], path: Path, language: Language, formats: Sequence[Format] = ()) -> None:
    """Writes the report of one or more systems on one protocol, as HTML and in other formats besides.

    Raises:
        BadInput: A file cannot be written.
    """
    _Report(shown, language).page().write(path, formats)


def write_curves(shown: Sequence[Shown], folder: Path, language: Language, formats: Sequence[Format] = ()) -> None:
    """Writes the curves of the report as drawings of their own: ``roc.svg``, ``det.svg``, ``cmc.svg``.

    Raises:
        BadInput: One cannot be written.
    """
    for name, svg in _Report(shown, language).curves():
        write_drawing(svg, folder / name, formats)


class _Report:
    def __init__(self, shown: Sequence[Shown], language: Language) -> None:
        self._shown = shown
        self._language = language
        first = shown[0].result
        self._page = Page(self._say("title", self._say(first.protocol)), language)

    def page(self) -> Page:
        self._data()
        self._results()
        self._matrix()
        self._curves()
        self._scores()
        self._groups()
        self._mistakes()
        self._systems()
        self._failures()
        return self._page

    def _say(self, word: str, *values: object) -> str:
        return say(word, self._language, *values)

    def _data(self) -> None:
        first = self._shown[0].result
        header = first.table.header
        photos, people = (count(header[name], self._language) for name in ("photos", "people"))
        self._page.add_text(self._say("data", photos, people, self._say(first.system.face), header["data_hash"][:12]))

    def _results(self) -> None:
        self._page.add_heading(self._say("results"))
        metrics = self._shown[0].result.measurement.metrics
        rows = [
            [shown.name, *(metric_value(metric, self._language) for metric in shown.result.measurement.metrics)]
            for shown in self._shown
        ]
        if len(rows) == 1:
            table = list(zip((metric_name(metric, self._language) for metric in metrics), rows[0][1:], strict=True))
            self._page.add_table(["", rows[0][0]], table)
        else:
            self._page.add_table(
                [self._say("system"), *(metric_name(metric, self._language) for metric in metrics)], rows
            )
        self._page.add_text(self._say("intervals"))

    def _matrix(self) -> None:
        detectors = sorted({shown.result.system.detector for shown in self._shown})
        embedders = sorted({shown.result.system.embedder for shown in self._shown})
        if len(detectors) < 2:
            return
        cells = {
            (shown.result.system.detector, shown.result.system.embedder): shown.result.measurement.metric(
                shown.headline
            )
            for shown in self._shown
        }
        name = metric_name(next(iter(cells.values())), self._language)
        self._page.add_table(
            [self._say("detector"), *embedders],
            [
                [
                    detector,
                    *(
                        metric_value(cells[detector, e], self._language) if (detector, e) in cells else ""
                        for e in embedders
                    ),
                ]
                for detector in detectors
            ],
            caption=self._say("matrix", name),
        )

    def curves(self) -> Iterator[tuple[str, str]]:
        """(name, drawing) of each."""
        if spreads := self._spreads():
            yield "roc", figures.roc(spreads, self._language)
            yield "det", figures.det(spreads, self._language)
        ranked = [(shown.name, shown.result.measurement.cmc) for shown in self._shown if shown.result.measurement.cmc]
        if ranked:
            yield "cmc", figures.cmc(ranked, self._language)

    def _curves(self) -> None:
        for index, (name, svg) in enumerate(self.curves()):
            if index == 0:
                self._page.add_heading(self._say("curves"))
            self._page.add_drawing(svg, self._say(name))

    def _scores(self) -> None:
        spreads = self._spreads()
        if spreads:
            self._page.add_heading(self._say("scores"))
        for name, spread in spreads:
            self._page.add_drawing(figures.scores(spread, self._language), self._say("spread", name))

    def _spreads(self) -> list[figures.Named]:
        return [(shown.name, spread) for shown in self._shown if (spread := shown.result.measurement.spread)]

    def _groups(self) -> None:
        for shown in self._shown:
            for report in shown.result.groups:
                self._page.add_heading(f"{self._say('groups', report.attribute)}, {shown.name}")
                self._group_table(report, "fmr")
                self._group_table(report, "fnmr")

    def _group_table(self, report: GroupReport, kind: str) -> None:
        rows: tuple[GroupRate, ...] = getattr(report, kind)
        ratio = report.largest_ratio(kind)
        self._page.add_table(
            [self._say(word) for word in ("group", "with", "rate", "comparisons", "people")],
            [[*row.groups, self._group_rate(row), row.comparisons, row.people] for row in rows],
            caption=self._say(f"group_{kind}", number(report.threshold, self._language)),
        )
        if ratio is not None:
            self._page.add_text(self._say("ratio", number(ratio, self._language, 1)))

    def _group_rate(self, row: GroupRate) -> str:
        if row.rate is None or row.interval is None:
            return self._say("too_small")
        low, high = (percent(end, self._language, 3) for end in (row.interval.low, row.interval.high))
        return f"{percent(row.rate, self._language, 3)} [{low}; {high}]"

    def _mistakes(self) -> None:
        if not any(shown.false_matches or shown.false_non_matches for shown in self._shown):
            return
        self._page.add_heading(self._say("mistakes"))
        for shown in self._shown:
            for word, tiles in (
                ("false_matches", shown.false_matches),
                ("false_non_matches", shown.false_non_matches),
            ):
                if tiles:
                    self._page.add_tiles(tiles, self._say(word, shown.name))

    def _systems(self) -> None:
        self._page.add_heading(self._say("systems"))
        self._page.add_table(
            [self._say(word) for word in ("system", "space", "engine", "size", "time")],
            [
                [
                    shown.name,
                    shown.result.system.space,
                    f"{shown.result.system.engine}: {shown.result.system.runs_on}",
                    f"{number(shown.result.system.model_bytes / 1e6, self._language, 1)}\u00a0MB",
                    self._time(shown.result.seconds_per_photo),
                ]
                for shown in self._shown
            ],
            caption=self._say("time_note"),
        )

    def _time(self, seconds: float | None) -> str:
        return "–" if seconds is None else f"{number(1000 * seconds, self._language, 1)}\u00a0ms"

    def _failures(self) -> None:
        self._page.add_heading(self._say("failures"))
        for shown in self._shown:
            failures = shown.result.table.failures
            if not failures:
                self._page.add_text(f"{shown.name}: {self._say('no_failures')}")
                continue
            rows = [[photo, reason] for photo, reason in failures[:_MOST_FAILURES]]
            if len(failures) > _MOST_FAILURES:
                rows.append([self._say("more", count(len(failures) - _MOST_FAILURES, self._language)), ""])
            self._page.add_table([self._say("photo"), self._say("reason")], rows, caption=shown.name)

"""Learning curves: the numbers as CSV, a drawing of them as SVG, and events for TensorBoard where it is installed."""

from __future__ import annotations

import csv
import importlib.util
import io
import math
from typing import TYPE_CHECKING

from rostro.core.files import write_file
from rostro.core.words import in_language
from rostro.reports.charts import Axis, Series, line_chart, side_by_side, standing_alone
from rostro.training.words import metric_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rostro.core.words import Language

#: What the two losses are called in tables and cards. Of classes that nobody was trained on there is no second one.
TRAINING_LOSS, VALIDATION_LOSS = LOSSES = ("training loss", "validation loss")


def write_curves(folder: Path, history: Sequence[dict[str, float]], language: Language = "en") -> None:
    """Writes ``curves.csv`` (a line per epoch), ``curves.svg`` (the losses, and the first other value), and events.

    Args:
        folder: Where to.
        history: Per epoch its number under ``epoch``, its `LOSSES`, and what was measured; an epoch may lack something.
        language: Of the drawing; the table and the events are for programs.

    Raises:
        BadInput: The folder cannot be written.
    """
    if not history:
        return
    table = io.StringIO()
    # epochs of an earlier version lack the validation loss
    writer = csv.DictWriter(table, list(history[-1]), restval="nan", lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_file(folder / "curves.csv", table.getvalue().encode())
    write_file(folder / "curves.svg", standing_alone(side_by_side(_charts(history, language))).encode())
    _write_events(folder / "tensorboard", history[-1])


def _write_events(folder: Path, row: dict[str, float]) -> None:
    """The last epoch's numbers as an event file; TensorBoard reads all files of a folder as one run."""
    if importlib.util.find_spec("tensorboard") is None:
        return
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder)) as writer:
        for name, value in row.items():
            if name != "epoch":
                writer.add_scalar(name, value, int(row["epoch"]))


def _charts(history: Sequence[dict[str, float]], language: Language) -> list[str]:
    """The losses over each other, which shows where learning by heart begins; beside them the first other value."""
    names = [name for name in history[-1] if name != "epoch"]
    losses = [name for name in names if name in LOSSES]
    others = [name for name in names if name not in LOSSES][:1]
    return [_chart(shown, history, language) for shown in (losses, others) if shown]


def _chart(names: Sequence[str], history: Sequence[dict[str, float]], language: Language) -> str:
    epochs = [row["epoch"] for row in history]
    series = []
    for name in names:
        points = [(row["epoch"], row[name]) for row in history if math.isfinite(row.get(name, math.nan))]
        series.append(Series(metric_name(name, language), [x for x, _ in points], [y for _, y in points]))
    values = [value for line in series for value in line.y]
    first = min(epochs)
    across = Axis(
        title=metric_name("epoch", language), low=first, high=max(*epochs, first + 1), show="{:g}".format, whole=True
    )
    title = metric_name("loss" if len(names) > 1 else names[0], language)

    def show(value: float) -> str:
        return in_language(f"{value:.4g}", language)

    if not set(names) & set(LOSSES) and all(
        0 <= value <= 1 for value in values
    ):  # a part of all: accuracies can be compared
        return line_chart(series, across, Axis(title=title, low=0, high=1, show=show))
    return line_chart(series, across, Axis.around(title, values, show))

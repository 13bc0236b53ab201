"""Learning curves: the numbers as CSV, a drawing of them, and events for TensorBoard where it is installed.

Tables and events keep one name for each number, in English: programs read them. The drawing speaks its reader's tongue.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import math
from typing import TYPE_CHECKING, Final

from rostro.core.files import write_file
from rostro.core.words import Language, Words, in_language
from rostro.reports.charts import Axis, Series, line_chart, side_by_side
from rostro.reports.typeset import write_drawing
from rostro.training.words import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rostro.reports.typeset import Format

#: What the two losses are called in tables and cards. Of classes that nobody was trained on there is no second one.
TRAINING_LOSS, VALIDATION_LOSS = LOSSES = ("training loss", "validation loss")

#: What the drawing says; a measure of another package's recipe is called as the recipe calls it.
_WORDS: Final[dict[str, tuple[str, str]]] = {
    **{name: (name, spanish) for name, spanish in METRICS.items()},
    "loss of": ("loss ({})", "pérdida ({})"),
    "validated": ("{}, validation part", "{}, parte de validación"),
    "cross entropy, nats": ("cross entropy, nats", "entropía cruzada, nats"),
    "mean binary cross entropy, nats": ("mean binary cross entropy, nats", "entropía cruzada binaria media, nats"),
    "arcface: cross entropy, nats": ("ArcFace: cross entropy, nats", "ArcFace: entropía cruzada, nats"),
    "cosface: cross entropy, nats": ("CosFace: cross entropy, nats", "CosFace: entropía cruzada, nats"),
    "triplet: squared distance": ("triplet: squared distance", "tripletes: distancia al cuadrado"),
}
_DICTIONARY: Final = Words(_WORDS)


def _say(word: str, language: Language, *values: object) -> str:
    return _DICTIONARY.say(word, language, *values) if word in set(_DICTIONARY) else word


def write_curves(
    folder: Path,
    history: Sequence[dict[str, float]],
    *,
    loss: str = "",
    language: Language = "en",
    formats: Sequence[Format] = (),
) -> None:
    """Writes ``curves.csv`` (a line per epoch), ``curves.svg`` (the losses, and the first other value), and events.

    Args:
        folder: Where to.
        history: Per epoch its number under ``epoch``, its `LOSSES`, and what was measured; an epoch may lack something.
        loss: What the loss is, with its unit: ``cross entropy, nats``.
        language: Of the drawing.
        formats: What it is written as besides SVG.

    Raises:
        BadInput: The folder cannot be written.
        MissingExtra: A format needs the extra ``pdf``.
    """
    if not history:
        return
    table = io.StringIO()
    # epochs of an earlier version lack the validation loss
    writer = csv.DictWriter(table, list(history[-1]), restval="nan", lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_file(folder / "curves.csv", table.getvalue().encode())
    write_drawing(side_by_side(_charts(history, loss, language)), folder / "curves", formats)
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


def _charts(history: Sequence[dict[str, float]], loss: str, language: Language) -> list[str]:
    """The losses over each other, which shows where learning by heart begins; beside them the first other value."""
    names = [name for name in history[-1] if name != "epoch"]
    losses = [name for name in names if name in LOSSES]
    others = [name for name in names if name not in LOSSES][:1]
    title = _say("loss of", language, _say(loss, language)) if loss else _say("loss", language)
    charts = [_chart(losses, history, title, language)] if losses else []
    return charts + [_chart([n], history, _say("validated", language, _say(n, language)), language) for n in others]


def _chart(names: Sequence[str], history: Sequence[dict[str, float]], title: str, language: Language) -> str:
    epochs = [row["epoch"] for row in history]
    series = []
    for name in names:
        points = [(row["epoch"], row[name]) for row in history if math.isfinite(row.get(name, math.nan))]
        series.append(Series(_say(name, language), [x for x, _ in points], [y for _, y in points]))
    values = [value for line in series for value in line.y]
    first = min(epochs)
    across = Axis(
        title=_say("epoch", language), low=first, high=max(*epochs, first + 1), show="{:g}".format, whole=True
    )

    def plain(value: float) -> str:
        return in_language(f"{value:.4g}", language)

    if set(names) & set(LOSSES) or not all(0 <= value <= 1 for value in values):
        return line_chart(series, across, Axis.around(title, values, plain))
    # a part of all, from none to all: such curves can be compared
    rate = any("accuracy" in name for name in names)
    show = (lambda value: in_language(f"{100 * value:.4g}\u00a0%", language)) if rate else plain
    return line_chart(series, across, Axis(title=title, low=0, high=1, show=show))

"""Learning curves: the numbers as CSV, a drawing of them as SVG, and events for TensorBoard where it is installed."""

from __future__ import annotations

import csv
import importlib.util
import io
import math
from html import escape
from typing import TYPE_CHECKING

from rostro.photos.writing import replace_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _GAP = 340, 230, 56, 34, 40, 24
_COLOURS = ("#0072b2", "#d55e00")
#: What the two losses are called in tables and cards. Of classes that nobody was trained on there is no second one.
TRAINING_LOSS, VALIDATION_LOSS = LOSSES = ("training loss", "validation loss")


def write_curves(folder: Path, history: Sequence[dict[str, float]]) -> None:
    """Writes ``curves.csv`` (a line per epoch), ``curves.svg`` and events.

    The drawing has two charts: the losses, and the first validation value.

    Args:
        folder: Where to.
        history: Per epoch its number under ``epoch``, its `LOSSES`, and what was measured; an epoch may lack something.

    Raises:
        BadInput: The folder cannot be written.
    """
    if not history:
        return
    names = list(history[-1])  # epochs of an earlier version lack the validation loss
    table = io.StringIO()
    writer = csv.DictWriter(table, names, restval="nan", lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    replace_file(folder / "curves.csv", table.getvalue().encode())
    losses = [name for name in names if name in LOSSES]
    measured = [name for name in names if name != "epoch" and name not in LOSSES][:1]
    panels = [lines for lines in (losses, measured) if lines]
    charts = "".join(
        _chart({name: [row.get(name, math.nan) for row in history] for name in lines}, index * (_WIDTH + _GAP))
        for index, lines in enumerate(panels)
    )
    width = len(panels) * (_WIDTH + _GAP)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" '
        f'font-family="sans-serif" font-size="12" fill="#444">'
        f'<rect width="100%" height="100%" fill="#fff"/>{charts}</svg>'
    )
    replace_file(folder / "curves.svg", svg.encode())
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


def _chart(lines: dict[str, list[float]], left: float) -> str:
    finite = [value for values in lines.values() for value in values if math.isfinite(value)] or [0.0]
    low, high = min(*finite, 0.0), max(*finite, 1e-9)
    low, high = (0.0, 1.0) if low >= 0 and high <= 1 and not set(lines) & set(LOSSES) else (low, high)
    right, bottom = left + _WIDTH - 12, _HEIGHT - _BOTTOM
    x0 = left + _LEFT
    count = max(len(values) for values in lines.values())
    across = (right - x0) / max(count - 1, 1)
    parts = []
    for fraction in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = bottom - fraction * (bottom - _TOP)
        parts.append(f'<path d="M{x0} {y:.1f}H{right}" stroke="#ddd"/>')
        parts.append(f'<text x="{x0 - 6}" y="{y + 4:.1f}" text-anchor="end">{low + fraction * (high - low):.3g}</text>')
    for index, (name, values) in enumerate(lines.items()):
        x = x0 + index * (right - x0) / len(lines)
        parts.append(
            f'<text x="{x:.1f}" y="{_TOP - 14}" font-weight="bold" fill="{_COLOURS[index]}">{escape(name)}</text>'
        )
        points = " ".join(
            f"{x0 + place * across:.1f},{bottom - (value - low) / (high - low) * (bottom - _TOP):.1f}"
            for place, value in enumerate(values)
            if math.isfinite(value)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{_COLOURS[index]}" stroke-width="2"/>')
    parts.append(f'<text x="{x0}" y="{bottom + 16}">1</text>')
    parts.append(f'<text x="{right}" y="{bottom + 16}" text-anchor="end">{count}</text>')
    parts.append(f'<text x="{(x0 + right) / 2}" y="{bottom + 30}" text-anchor="middle">epoch</text>')
    return "".join(parts)

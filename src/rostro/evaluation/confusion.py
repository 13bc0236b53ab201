"""The confusion matrix as a drawing: rows are whose photo it is, columns who it is said to be."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from rostro.drawing.text import shorten, text_width
from rostro.reports.charts import LINE, WIDER, drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_CELL, _LETTER = 22, 12
_LONGEST = 150
#: Counts are written into the cells of matrices up to this many columns.
_WRITTEN = 40
_RIGHT, _WRONG = "#0072b2", "#d55e00"


def confusion_chart(rows: Sequence[str], columns: Sequence[str], counts: NDArray[Any], titles: tuple[str, str]) -> str:
    """One ``<svg>``: right answers blue, wrong ones orange, the stronger the larger their part of the row.

    Args:
        rows: Names.
        columns: Names; those of the rows come first.
        counts: (rows, columns).
        titles: Of the rows and of the columns.
    """
    names = {name: shorten(name, _LETTER, _LONGEST) for name in (*rows, *columns)}
    margin = WIDER * max(text_width(name, _LETTER) for name in names.values()) + 30
    # a title may be wider than a matrix of two or three
    left, top = (
        max(margin, (WIDER * text_width(title, _LETTER) - _CELL * len(cells)) / 2 + 4)
        for title, cells in ((titles[1], columns), (titles[0], rows))
    )
    width = left + max(
        _CELL * len(columns) + 8, (_CELL * len(columns) + WIDER * text_width(titles[1], _LETTER)) / 2 + 4
    )
    height = top + max(_CELL * len(rows) + 8, (_CELL * len(rows) + WIDER * text_width(titles[0], _LETTER)) / 2 + 4)
    parts = [
        f'<text transform="translate(13 {top + _CELL * len(rows) / 2:.0f}) rotate(-90)" text-anchor="middle">'
        f"{escape(titles[0])}</text>",
        f'<text x="{left + _CELL * len(columns) / 2:.0f}" y="13" text-anchor="middle">{escape(titles[1])}</text>',
    ]
    for index, name in enumerate(rows):
        parts.append(_text(left - 6, top + _CELL * (index + 0.5) + 4, names[name], "end"))
    for index, name in enumerate(columns):
        x = left + _CELL * (index + 0.5) + 4
        parts.append(f'<text transform="translate({x:.1f} {top - 6}) rotate(-90)">{escape(names[name])}</text>')
    for row, line in enumerate(counts.tolist()):
        for column, count in enumerate(line):
            x, y = left + _CELL * column, top + _CELL * row
            part = count / max(sum(line), 1)
            fill = f'fill="{_RIGHT if row == column else _WRONG}" fill-opacity="{part:.2f}"' if count else 'fill="none"'
            parts.append(
                f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" {fill} class="thin" stroke="{LINE[0]}"/>'
            )
            if count and len(columns) <= _WRITTEN:
                colour = ' fill="#fff"' if part > 0.5 else ""
                parts.append(
                    f'<text x="{x + _CELL / 2}" y="{y + _CELL / 2 + 4}" text-anchor="middle"{colour}>{count}</text>'
                )
    return drawing(width, height, "".join(parts), _LETTER)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'

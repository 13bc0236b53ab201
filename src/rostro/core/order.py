"""The order in which people list things: 2 before 10."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

_DIGITS = re.compile(r"([0-9]+)")

#: A name cut into texts and numbers, then the name itself, so that ``01`` and ``1`` have an order too.
Natural = tuple[tuple[str | tuple[int, str], ...], str]


def natural(name: str | PathLike[str]) -> Natural:
    """What to sort names and paths by: runs of digits count as numbers, everything else as its characters.

    >>> sorted(["10.jpg", "2.jpg", "a10", "a9"], key=natural)
    ['2.jpg', '10.jpg', 'a9', 'a10']
    """
    text = str(name)
    parts = _DIGITS.split(text)
    # a number is its length and its digits: no conversion, which has a limit
    return tuple(_number(part) if place % 2 else part for place, part in enumerate(parts)), text


def _number(digits: str) -> tuple[int, str]:
    plain = digits.lstrip("0")
    return len(plain), plain

r"""Texts as a terminal may have them: what nobody sees, and what would command the terminal, is written out.

Names of people, of files and of whatever else came from elsewhere may hold escapes that colour, move or retitle a
terminal, signs that turn the direction of a line, and letters of no width. They are shown as Python writes them,
``\x1b`` and ``\u202e``, so that who reads a line sees all that is in it.
"""

from __future__ import annotations

import logging
import re
import unicodedata

from rostro.core.names import BLANK_LETTERS, belongs

#: What is no letter to see: controls, formats (directions among them), halves of pairs, ends of lines.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_IN_JSON = re.compile(
    "[\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def on_terminal(text: str) -> str:
    r"""The text with what is hidden in it written out.

    Ends of lines stay where the next line is indented, as our own lists are: nothing that came from elsewhere can begin
    a line. Joiners stay within words, where scripts need them.

    >>> on_terminal("Ada\x1b[31m\u202egpj.exe")
    'Ada\\x1b[31m\\u202egpj.exe'
    """
    if text.isprintable() and BLANK_LETTERS.isdisjoint(text):
        return text
    return "".join(
        character if _harmless(text, place, character) else _written(character) for place, character in enumerate(text)
    )


def in_json(document: str) -> str:
    r"""A JSON document with what is hidden in its texts written ``\u202e``: to whoever reads JSON it is the same."""
    return _IN_JSON.sub(lambda found: "".join(f"\\u{unit:04x}" for unit in _units(found[0])), document)


class PlainFormatter(logging.Formatter):
    """Formats a record as a terminal may have it."""

    def format(self, record: logging.LogRecord) -> str:
        """The record in one text; lines of a traceback stay lines."""
        return "\n".join(on_terminal(line) for line in super().format(record).splitlines())


def _harmless(text: str, place: int, character: str) -> bool:
    if character == "\n":
        return text.startswith("  ", place + 1)
    if character in BLANK_LETTERS:
        return False
    return unicodedata.category(character) not in _HIDDEN or belongs(text, place)


def _written(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _units(character: str) -> list[int]:
    """The one or two units of UTF-16, as JSON writes them."""
    data = character.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]

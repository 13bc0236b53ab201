"""Two languages, and what is said in both."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Literal

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Language = Literal["en", "es"]


class Words:
    """A small dictionary: what a room says, by key, in English and in Spanish.

    Args:
        table: Key → (English, Spanish). Empty braces are places of values, as many in the one as in the other.

    Raises:
        BadInput: A Spanish text has other places than the English one.
    """

    def __init__(self, table: Mapping[str, tuple[str, str]]) -> None:
        self._table = dict(table)
        for key, (english, spanish) in self._table.items():
            if _places(english) != _places(spanish):
                raise BadInput(f"{key!r}: the Spanish text has other places for values than the English one")

    def __iter__(self) -> Iterator[str]:
        """The keys."""
        return iter(self._table)

    def say(self, word: str, language: Language, *values: object) -> str:
        """The words for a key, with values filled in.

        Raises:
            BadInput: The language is neither ``en`` nor ``es``.
            KeyError: There is no such key.
        """
        return self._table[word][check_language(language) == "es"].format(*values)


def _places(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def check_language(language: Language) -> Language:
    """Returns the language.

    Raises:
        BadInput: It is neither ``en`` nor ``es``.
    """
    if language not in ("en", "es"):
        raise BadInput(f"the language is en or es, got {language!r}")
    return language


def count(number: int, language: Language) -> str:
    """A whole number with its thousands apart: 1,000 and 12,000 in English, 1000 and 12 000 in Spanish."""
    if language == "en":
        return f"{number:,}"
    return str(number) if number < 10_000 else f"{number:,}".replace(",", "\u00a0")

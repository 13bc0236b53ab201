"""Two languages, and what is said in both."""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING, Literal

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Language = Literal["en", "es"]

#: A place whose value may be a finished English text itself, and is said in Spanish, too: ``{:said}``.
_SAID = "said"


class Words:
    """A small dictionary: what a room says, by key, in English and in Spanish.

    Args:
        table: Key → (English, Spanish). Braces are places of values, as many in the one as in the other. A place may
            have a format, ``{:.3f}`` or ``{:,}``: such a number is written as the language writes numbers. In Spanish,
            places may stand in another order, ``{1} … {0}``; have no format where the English one has; and
            ``{:said}`` is the place of a text that is in the dictionary itself.

    Raises:
        BadInput: A Spanish text has other places than the English one.
    """

    def __init__(self, table: Mapping[str, tuple[str, str]]) -> None:
        self._table = dict(table)
        for key, (english, spanish) in self._table.items():
            if sorted(_places(english)) != sorted(_places(spanish)):
                raise BadInput(f"{key!r}: the Spanish text has other places for values than the English one")
        #: English → Spanish of texts without values.
        self._plain = {
            english.format(): spanish.format() for english, spanish in self._table.values() if not _places(english)
        }
        #: (what stands between the values, a pattern, key) of the others, the most telling first.
        self._patterns = sorted(
            ((*_pattern(english), key) for key, (english, _) in self._table.items() if _places(english)),
            key=lambda row: -sum(map(len, row[0])),
        )

    @classmethod
    def of(cls, spanish: Mapping[str, str]) -> Words:
        """A dictionary whose keys are the English texts themselves: for what is written in English where it arises."""
        return cls({english: (english, told) for english, told in spanish.items()})

    def __iter__(self) -> Iterator[str]:
        """The keys."""
        return iter(self._table)

    def __contains__(self, key: object) -> bool:
        return key in self._table

    def say(self, word: str, language: Language, *values: object) -> str:
        """The words for a key, with values filled in.

        Raises:
            BadInput: The language is neither ``en`` nor ``es``.
            KeyError: There is no such key.
        """
        english, spanish = self._table[word]
        if check_language(language) == "en":
            return english.format(*values)
        formats = {name: form for name, form in _formats(english) if form}
        return "".join(
            literal + ("" if name is None else self._value(values[name], form or formats.get(name, "")))
            for literal, name, form in _pieces(spanish)
        )

    def translate(self, text: str, language: Language) -> str:
        """A finished English text in another language, as far as it was made of one that is in the dictionary.

        Errors are raised in English, with values filled in, wherever they arise; only who shows them knows in which
        language. Such a text is found again by what stands between its values; before it may stand what it is about:
        ``people.db: the gallery is closed``. What is not found stays as it is.
        """
        if check_language(language) == "en":
            return text
        found = self._spanish(text)
        if found is not None:
            return found
        for at in (match.end() for match in re.finditer(r": ", text)):
            found = self._spanish(text[at:])
            if found is not None:
                return text[:at] + found
        return text

    def _spanish(self, text: str) -> str | None:
        plain = self._plain.get(text)
        if plain is not None:
            return plain
        for pieces, pattern, key in self._patterns:
            if all(piece in text for piece in pieces):
                found = re.fullmatch(pattern, text, re.DOTALL)
                if found:
                    return self.say(key, "es", *found.groups())
        return None

    def _value(self, value: object, form: str) -> str:
        if form == _SAID:
            return self.translate(str(value), "es")
        if isinstance(value, str):  # a number in a finished text
            return in_language(value, "es") if form else value
        shown = format(value, form)
        return in_language(shown, "es") if form and isinstance(value, int | float) else str(shown)


_NUMBER = r"([-+]?[\d.,]+(?:e[-+]?\d+)?%?|nan|[-+]?inf)"


def _pattern(text: str) -> tuple[list[str], str]:
    pieces = list(_pieces(text))
    places = ("" if name is None else _NUMBER if form else "(.*?)" for _, name, form in pieces)
    literals = [literal for literal, *_ in pieces]
    return list(filter(None, literals)), "".join(map("".join, zip(map(re.escape, literals), places, strict=True)))


def _pieces(text: str) -> Iterator[tuple[str, int | None, str]]:
    """(what stands before, number of the place, its format); places without a number are counted."""
    counted = 0
    for literal, name, form, _ in Formatter().parse(text):
        if name is None:
            yield literal, None, ""
        else:
            yield literal, int(name) if name else counted, form or ""
            counted += 1


def _formats(text: str) -> list[tuple[int, str]]:
    return [(name, form) for _, name, form in _pieces(text) if name is not None]


def _places(text: str) -> list[int]:
    return [name for name, _ in _formats(text)]


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
    return in_language(f"{number:,}", language)


def in_language(number: str, language: Language) -> str:
    """A number that Python has written, as the language writes it: 0.52, 12,000 and 5.2% are 0,52, 12 000 and 5,2 %.

    Spanish has a comma before decimals, a blank that does not break between thousands, none in numbers of four
    figures, and one before the sign of per cent.
    """
    if check_language(language) == "en":
        return number
    whole, point, decimals = number.partition(".")
    figures = whole.replace(",", "")
    if whole != figures:
        whole = figures if len(figures.lstrip("-+")) < 5 else whole.replace(",", "\u00a0")
    return re.sub(r"(?<=\d)%", "\u00a0%", whole + ("," if point else "") + decimals)

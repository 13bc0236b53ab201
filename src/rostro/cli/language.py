"""In which language the command line speaks, and what it says in Spanish.

English is written where it arises, here and in the library, and is the key of its Spanish in ``es/*.json``.
"""

from __future__ import annotations

import json
import os
from contextvars import ContextVar, copy_context
from functools import cache
from importlib import resources
from itertools import zip_longest
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from rostro.core.settings import Settings
from rostro.core.words import Words, check_language, in_language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rostro.core.words import Language

P = ParamSpec("P")
T = TypeVar("T")
#: What ``--language`` of the running command says; a thread that was started since asks the environment.
_ASKED: ContextVar[Language] = ContextVar("language")
_VARIABLE = "ROSTRO_LANGUAGE"
_OPTION = "--language"


def ask(arguments: Sequence[str]) -> None:
    """Takes the language from ``--language`` among a command's arguments, else from ``ROSTRO_LANGUAGE``.

    Before anything is parsed: help and what is wrong with options are said in it, too.

    Raises:
        BadInput: It is neither ``en`` nor ``es``.
    """
    _ASKED.set("en")  # in which it is said that there is no such language
    _ASKED.set(_from_environment())
    for given, value in zip_longest(arguments, arguments[1:], fillvalue=""):
        if given == "--":
            return
        option, equals, attached = given.partition("=")
        if option == _OPTION and (equals or value):
            _ASKED.set(check_language(cast("Language", attached if equals else value)))


def _from_environment() -> Language:
    return Settings.from_environment({_VARIABLE: os.environ[_VARIABLE]} if _VARIABLE in os.environ else {}).language


def language() -> Language:
    """The language of what is printed and drawn."""
    return _ASKED.get(None) or _from_environment()


def here(function: Callable[P, T]) -> Callable[P, T]:
    """A function that speaks as its maker does, whichever thread calls it."""
    made = copy_context()
    return lambda *args, **kwargs: made.copy().run(function, *args, **kwargs)


@cache
def spanish() -> Words:
    """Every text of the command line, of its help and of the library's errors: English → Spanish."""
    from rostro.training.words import METRICS

    found = dict(METRICS)
    for file in sorted((resources.files("rostro.cli") / "es").iterdir(), key=lambda file: file.name):
        found |= json.loads(file.read_text(encoding="utf-8"))
    return Words.of(found)


def tell(text: str, *values: object) -> str:
    """An English text with its values filled in, or its Spanish: the text is a key of the catalogue.

    Raises:
        KeyError: The language is Spanish, and the catalogue does not have it.
    """
    return text.format(*values) if language() == "en" else spanish().say(text, "es", *values)


def counted(number: int, one: str, several: str) -> str:
    """How many of something, in words.

    Args:
        number: How many.
        one: What is said of one: ``1 photo``.
        several: What is said of none and of several: ``{:,} photos``.
    """
    return tell(one) if number == 1 else tell(several, number)


def translated(text: str) -> str:
    """A finished text of the library, as an error's, in the language of the command line."""
    return text if language() == "en" else spanish().translate(text, "es")


def figure(value: float, form: str) -> str:
    """A number as the language writes it."""
    return in_language(format(value, form), language())

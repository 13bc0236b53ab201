"""Every verb of the command line with its arguments and options: the table by which one language is kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import typer

from rostro.cli.main import VERBS, build

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Option:
    """As the help shows it."""

    name: str
    hidden: bool
    repeatable: bool
    flag: bool
    help: str


@dataclass(frozen=True)
class Verb:
    """``name`` as it is called: ``verify``, ``gallery migrate``."""

    name: str
    command: Any
    arguments: tuple[str, ...]
    options: dict[str, Option]

    def parse(self, *arguments: object) -> dict[str, Any]:
        """The verb's parameters as it would get them; nothing is run."""
        context = None
        for word in ("rostro", *self.name.split()[:-1]):
            context = _context(word, context)
        made = self.command.make_context(self.name.split()[-1], [str(a) for a in arguments], parent=context)
        return dict(made.params)


def _context(name: str, parent: Any) -> Any:
    """Typer brings click's class of contexts along, and names it nowhere."""
    made = _root().make_context("rostro", ["doctor"], resilient_parsing=True)
    return type(made)(_root(), info_name=name, parent=parent)


@cache
def _root() -> Any:
    return typer.main.get_command(build(*VERBS))


@cache
def verbs() -> dict[str, Verb]:
    """All of them, by name."""
    return {verb.name: verb for verb in _walk(_root(), ())}


def _walk(command: Any, words: tuple[str, ...]) -> Iterator[Verb]:
    if hasattr(command, "commands"):
        for word, inner in command.commands.items():
            yield from _walk(inner, (*words, word))
        return
    arguments = tuple(p.name for p in command.params if p.param_type_name == "argument")
    options = {
        name: Option(name, p.hidden, p.multiple, p.is_flag, p.help or "")
        for p in command.params
        if p.param_type_name != "argument"
        for name in p.opts
        if name.startswith("--")
    }
    yield Verb(" ".join(words), command, arguments, options)

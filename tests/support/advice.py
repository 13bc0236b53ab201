"""Commands that documents, help and messages advise, held against the command line that there is."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import Any

import typer
from pages import ROOT

from rostro.alignment.base import ALIGNMENTS
from rostro.cli.main import VERBS, build
from rostro.detection.base import DETECTORS
from rostro.embedding.base import EMBEDDERS
from rostro.evaluation.protocols.base import PROTOCOLS
from rostro.runtime.base import ENGINES

#: What readers put something else for, and what is put there for the tests.
PLACEHOLDERS = {"RECIPE": "head", "RECETA": "head"}
#: What is put into the places of values.
ANY = "x"
#: Options whose values are names of parts; a value that looks like a path, or several names, is not checked.
_PARTS: dict[str, Any] = {
    "--detector": {*DETECTORS, "all"},
    "--embedder": {*EMBEDDERS, "installed", "sface_mirrored"},  # the last is the example of adding a part
    "--alignment": ALIGNMENTS,
    "--engine": ENGINES,
    "--protocol": {*PROTOCOLS, "classification", "liveness"},
}
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
#: Of our own scripts, which documents speak of, too.
SCRIPTS = {
    option
    for folder in ("benchmarks", "scripts")
    for script in (ROOT / folder).glob("*.py")
    for option in re.findall(r'add_argument\(\s*"(--[a-z-]+)"', script.read_text(encoding="utf-8"))
}


@cache
def command_line() -> Any:
    return typer.main.get_command(build(*VERBS))


def parse(arguments: list[str]) -> None:
    """Takes arguments as the command line does, without running the verb."""
    command, context = command_line(), None
    words = [PLACEHOLDERS.get(word, word) for word in arguments]
    while True:
        context = command.make_context(command.name, words, parent=context)
        if not hasattr(command, "resolve_command"):
            return
        _, command, words = command.resolve_command(context, [*context._protected_args, *context.args])


def unknown_words(arguments: list[str]) -> list[str]:
    """Of a command in the text, which may lack what it needs: the verb or the options that there are not."""
    command = command_line()
    words = [PLACEHOLDERS.get(word, word) for word in arguments]
    while words and hasattr(command, "commands") and words[0] not in ("…", ANY) and not words[0].startswith("-"):
        verb = words.pop(0)
        if verb not in command.commands:
            return [verb]
        command = command.commands[verb]
    if words[:1] in (["…"], [ANY]):
        return []
    options = {"--help", *(option for parameter in command.params for option in parameter.opts)}
    options |= {option for parameter in command.params for option in parameter.secondary_opts}
    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in options]
    return unknown + strange_parts(arguments)


def strange_parts(arguments: list[str]) -> list[str]:
    """Names of parts among a command's arguments that no part has: ``evaluate verification``."""
    pairs = [word.partition("=")[::2] if "=" in word else (word, after) for word, after in _pairs(arguments)]
    strange = [value for name, value in pairs if re.fullmatch(r"[a-z][a-z0-9_-]*", value) and not _is_part(name, value)]
    if arguments[:1] == ["evaluate"] and arguments[1:2] and "/" not in arguments[1]:
        strange += [value for value in arguments[1:2] if value.islower() and not _is_part("--protocol", value)]
    return strange


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    return list(zip(words, [*words[1:], ""], strict=True))


def _is_part(option: str, value: str) -> bool:
    parts = _PARTS.get(option)
    return parts is None or value.startswith("-") or all(name in parts for name in re.split(r"[,+]", value))


@cache
def options() -> frozenset[str]:
    """Every option of every verb."""

    def of(command: Any) -> set[str]:
        own = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        return own.union(*map(of, getattr(command, "commands", {}).values()))

    return frozenset({*of(command_line()), "--help", "--version"})


def unknown_options(text: str) -> list[str]:
    """Options that a text names and no verb has."""
    return [option for option in _OPTION.findall(text) if option not in options() and option not in SCRIPTS]


def advised(text: str) -> list[list[str]]:
    """Arguments of every ``rostro …`` that a message advises: in quotation marks, after a colon, or as an example."""
    quoted = re.findall(r"['`]rostro ([^'`]+)['`]", text)
    said = re.findall(r': rostro ([^;,()"]+?)(?: ?[;,()"]|$|\n)', text)
    return [split(_filled(words)) for words in (*quoted, *said)]


def split(words: str) -> list[str]:
    """As a shell does, where the quotation marks allow it."""
    try:
        return shlex.split(words)
    except ValueError:
        return words.split()


def _filled(words: str) -> str:
    """With something in the places of values."""
    return re.sub(r"\{[^}]*\}", ANY, words)

"""What messages, help, hints, pages and documents advise can be done: no command, no option that there is not."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import pytest
import said
from advice import ANY, advised, options, parse, split, strange_parts, unknown_options, unknown_words
from pages import ROOT, pages

from rostro.cli import language, output

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = said.SOURCE / "server" / "page" / "words.js"
#: Places that stand for names, and what is put there.
EXAMPLE = re.compile(r"^\s*(?:Example|Ejemplo): rostro (.+)$", re.MULTILINE)


@cache
def messages() -> tuple[tuple[str, str], ...]:
    """(where, text) of everything that a program of ours may say; reading it takes seconds."""
    return tuple(_messages())


def _messages() -> Iterator[tuple[str, str]]:
    yield from said.raised()
    yield from said.told()
    yield from said.progress()
    yield from said.helps()
    yield from said.hints()
    known = language.spanish()
    yield from (("cli/es", known.say(text, "es", *["{}"] * text.count("{"))) for text in known if "rostro" in text)
    yield from ((f"page/words.js:{n}", line) for n, line in enumerate(PAGE.read_text(encoding="utf-8").splitlines(), 1))
    for where, tree in (*said.trees(), *said.trees(root=ROOT / "benchmarks"), *said.trees(root=ROOT / "scripts")):
        yield from ((where, text) for text in said.texts(tree) if "rostro " in text)


def refusals(arguments: list[str]) -> str:
    """Why the command line would not take a command; empty where it would."""
    wrong = unknown_words(arguments) + strange_parts(arguments)
    if not wrong and ANY not in arguments[:2] and len([word for word in arguments if not word.startswith("-")]) > 2:
        try:
            parse(arguments)
        except Exception as error:  # noqa: BLE001 - typer carries click's errors, which have no public name in it
            wrong = [getattr(error, "message", str(error))]
    return ", ".join(wrong)


def test_commands_that_messages_advise_are_commands() -> None:
    found = [(where, command) for where, text in messages() for command in advised(text)]
    assert len(found) > 20, "the advice is read in a way that finds none"
    wrong = [f"{where}: rostro {' '.join(command)}: {why}" for where, command in found if (why := refusals(command))]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def test_examples_of_the_help_are_commands() -> None:
    examples = [(path, found) for path, command in said.commands() for found in EXAMPLE.findall(command.help or "")]
    assert len(examples) > 30
    wrong = []
    for path, example in examples:
        try:
            parse(split(example))
        except Exception as error:  # noqa: BLE001
            wrong.append(f"{path}: rostro {example}: {getattr(error, 'message', error)}")
        wrong += [f"{path}: rostro {example}: no {name}" for name in strange_parts(split(example))]
    assert not wrong, "\n".join(wrong)


def test_options_that_messages_name_are_options() -> None:
    wrong = [f"{where}: {option}" for where, text in messages() for option in unknown_options(text)]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


@pytest.mark.parametrize("page", pages())
def test_options_that_pages_name_are_options(page: str) -> None:
    """In spans of code; blocks are parsed whole, see test_pages.py."""
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    spans = [span for span in re.findall(r"`([^`\n]+)`", text) if not re.match(r"(?!rostro)[a-z]+ ", span)]
    wrong = [f"`{span}`: {option}" for span in spans for option in unknown_options(span)]
    wrong += [
        f"`{span}`: no {name}"
        for span in spans
        if span.startswith("rostro ")
        for name in strange_parts(span.split()[1:])
    ]
    assert not wrong, "\n".join(wrong)


def test_a_hint_names_no_option_of_another_verb() -> None:
    """Each verb's errors are hinted at with what that verb has."""
    for hints in output._HINTS.values():
        for hint in hints:
            for option in output._OPTION.findall(hint):
                assert option in options(), hint
    from rostro.core.errors import SeveralFaces

    error = SeveralFaces("a.jpg", "2 faces found, which one is meant?")
    with ThreadPoolExecutor(1) as elsewhere:  # where no test before this one ran a verb
        assert elsewhere.submit(output.hint, error).result() == "", "no verb runs, so no option can be taken"


def test_the_checks_see_what_is_wrong() -> None:
    assert advised("run: rostro models fetch {name}") == [["models", "fetch", "x"]]
    assert advised("'rostro gallery reindex' helps; see: rostro models list") == [
        ["gallery", "reindex"],
        ["models", "list"],
    ]
    assert refusals(["evaluate", "verification"]) == "verification, verification"
    assert refusals(["models", "fitch", "sface"]) == "fitch"
    assert refusals(["verify", "a", "b", "--largest"]) == "--largest"
    assert unknown_options("give --no-such-thing or --json") == ["--no-such-thing"]
    assert strange_parts(["verify", "a", "b", "--detector", "yunet", "--embedder=sfece"]) == ["sfece"]

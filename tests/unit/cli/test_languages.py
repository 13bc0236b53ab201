"""Everything that the command line says, it says in Spanish, too; nothing here needs a model."""

from __future__ import annotations

import ast
import json
import re
import threading
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
import said
from command_line import rostro

from rostro.cli import language
from rostro.cli.main import VERBS
from rostro.core.quality import REASONS, Doubt, Quality
from rostro.gallery.base import Info
from rostro.recognition.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ES = said.SOURCE / "cli" / "es"
_PRINTING = {"say", "note"}


@pytest.fixture
def spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSTRO_LANGUAGE", "es")


def missing(found: Iterator[tuple[str, str]], has: Callable[[str], bool]) -> str:
    """What lacks Spanish, ready to be put into the catalogue."""
    lacking = {text: where for where, text in found if not has(text)}
    return "\n".join(f"{where}: {json.dumps(text, ensure_ascii=False)}: " for text, where in lacking.items())


def has_words(text: str) -> bool:
    return re.search(r"[a-z]{2}", re.sub(r"\{[^}]*\}", "", text)) is not None


def has_error(text: str) -> bool:
    """Whether the catalogue has an error's text, or what follows the thing that it is about."""
    known = language.spanish()
    ends = [text, *(text[match.end() :] for match in re.finditer(r": ", text))]
    return not has_words(text) or any(end in known for end in ends)


@pytest.mark.parametrize("kind", ["helps", "told", "hints", "ranges", "progress", "raised"])
def test_everything_that_is_said_has_spanish(kind: str) -> None:
    known = language.spanish()
    has = has_error if kind == "raised" else lambda text: text in known or text.replace("{", "{{") in known
    if kind == "helps":  # braces of a help are its own
        has = lambda text: text.replace("{", "{{").replace("}", "}}") in known  # noqa: E731
    found = list(getattr(said, kind)())
    assert len(found) > 5, "the code is read in a way that finds nothing"
    lacking = missing(iter(found), has)
    assert not lacking, f"texts that lack their Spanish in cli/es/:\n{lacking}"


def test_words_that_come_from_other_rooms_have_spanish(tmp_path: Path) -> None:
    """What verbs take from values, and so is in no literal: facts of galleries, tasks, events, doubts."""
    known = language.spanish()
    words = {field.name for field in fields(Info)} | {"gallery", "space", "appeared", "recognised", "left"}
    words |= {model.task for model in catalogue()} | {model.about for model in catalogue()}
    assert not {word for word in words if word not in known}
    for photo in ("", "a photo.jpg"):
        for kind in REASONS:
            for other in REASONS:
                text = Doubt(Quality(0.1, (kind, other)), photo, close=True).reason
                told = known.translate(text, "es")
                assert told.startswith("no se puede decidir: la cara "), told
                assert not re.search(r"\b(is|the|and|face|it)\b", told), told


def test_no_line_is_printed_that_is_only_english() -> None:
    """Texts with words go through ``tell`` or ``translated``; what is printed as it is are names and numbers."""
    allowed = {"rostro", "http", "ms", "MB", "sha256", "s", "left_out"}
    found = []
    for where, tree in said.trees("cli/"):
        lines = [node.value for node in ast.walk(tree) if isinstance(node, ast.Yield) and node.value is not None]
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in _PRINTING:
                lines.append(call.args[0])
        for line in lines:
            text = said.template(line) or ""
            words = set(re.findall(r"[A-Za-z]\w*", re.sub(r"\{[^}]*\}", "", text))) - allowed
            found += [f"{where}:{line.lineno}: {text}"] if words else []
    assert not found


def test_numbers_of_a_text_are_numbers_in_the_catalogue_too() -> None:
    """``similarity {:.3f}`` in the code and ``similarity {}`` in the catalogue would leave a point in Spanish."""

    def bare(text: str) -> str:
        return re.sub(r"\{:[^}]*\}", "{}", text)

    keys = {bare(key): key for key in language.spanish()}
    found = [
        f"{where}: {text} is {keys[end]}"
        for where, tree in said.trees()
        for text in said.texts(tree)
        for end in (bare(text), bare(text).partition(": ")[2])
        if "{:" in text and end in keys and not text.endswith(keys[end])
    ]
    assert not found


def test_every_file_of_the_catalogue_says_each_text_once() -> None:
    texts: list[str] = []
    for file in sorted(ES.glob("*.json")):
        pairs = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=list)
        texts += [english for english, _ in pairs]
        assert all(spanish.strip() for _, spanish in pairs)
    twice = {text for text in texts if texts.count(text) > 1}
    assert not twice
    assert len(texts) > 500


def test_spanish_is_not_english_again() -> None:
    """A text of several words is another one in Spanish: a translation that was forgotten is seen."""
    same = [
        english
        for file in ES.glob("*.json")
        for english, spanish in json.loads(file.read_text(encoding="utf-8")).items()
        if english == spanish and len(re.findall(r"[a-z]{2,}", english)) > 2
    ]
    assert not same


@pytest.mark.parametrize("path", [path for path, _ in said.commands()])
def test_help_is_spanish_from_the_usage_to_the_last_option(path: str) -> None:
    verb = path.split()[1:]
    english, spanish = (" ".join(rostro(*verb, "--help", "--language", code).stdout.split()) for code in ("en", "es"))
    assert spanish.startswith("Uso: rostro")
    assert "Opciones: " in spanish
    left = {text for _, text in said.helps() if len(text) > 30 and text in english and text in spanish}
    assert not left
    assert not re.search(r"\b(default|required|Options|Usage|Arguments|Example):", spanish)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["verify", "nope.jpg", "nor.jpg"], "nope.jpg: no existe el archivo o la carpeta"),
        (["verify", "nope.jpg", "nor.jpg"], "2 fotos no se pudieron usar"),
        (["verify", "a", "b", "--detector", "yune"], "¿Quiso decir 'yunet'?"),
        (["verify", "a", "b", "--threshold", "3"], "un umbral de coseno está en [-1; 1], se recibió 3"),
        (["identify", "nope.jpg", "--gallery", "none.db"], "none.db: no existe esa galería"),
        (["people", "list", "--gallery", "none.db"], "none.db: no existe esa galería"),
        (["gallery", "info", "--gallery", "postgres://h/x"], "¿Quiso decir 'postgresql'?"),
        (["gallery", "check", "--gallery", "none.db"], "none.db: no existe esa galería"),
        (["enroll", "nowhere"], "no existe el archivo o la carpeta"),
        (["models", "info", "sfac"], "¿Quiso decir 'sface'?"),
        (["detect"], "Falta el argumento 'photos'"),
        (["detectt"], "¿Quiso decir 'detect'?"),
        (["people", "lst"], "¿Quiso decir 'list'?"),
        (["serve", "--port", "0"], "un puerto está en [1; 65\u00a0535], se recibió 0"),
        (["identify", "a", "--candidates", "many"], "debe ser un número entero"),
        (["identify", "a", "--no-such-thing"], "No hay ninguna opción --no-such-thing"),
    ],
)
def test_errors_are_spanish(
    arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spanish: None
) -> None:
    monkeypatch.chdir(tmp_path)
    done = rostro(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert not done.stdout
    assert not re.search(r"\b(the|is not|no such|photos could|Usage|Error: Missing)\b", done.stderr), done.stderr


def test_the_option_goes_before_the_environment_and_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROSTRO_LANGUAGE", "es")
    for arguments in (
        ["people", "list", "--gallery", "no.db", "--language", "en"],
        ["--language=en", "people", "list", "--gallery", "no.db"],
    ):
        assert "no such gallery" in rostro(*arguments).stderr
    monkeypatch.delenv("ROSTRO_LANGUAGE")
    assert "no existe esa galería" in rostro("--language", "es", "people", "list", "--gallery", "no.db").stderr
    assert "no such gallery" in rostro("people", "list", "--gallery", "no.db").stderr, "it was only for that command"


@pytest.mark.parametrize("verb", [["doctor"], ["people", "list"], ["verify", "a", "b"]])
def test_another_language_is_refused_by_its_name(verb: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    done = rostro(*verb, "--language", "fr")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the language is en or es, got 'fr'" in done.stderr
    monkeypatch.setenv("ROSTRO_LANGUAGE", "de")
    assert "ROSTRO_LANGUAGE: the language is en or es, got 'de'" in rostro(*verb).stderr


def test_documents_for_programs_stay_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spanish: None) -> None:
    monkeypatch.chdir(tmp_path)
    done = rostro("people", "list", "--gallery", "no.db", "--json")
    document = json.loads(done.stdout)
    assert document["error"] == "no.db: no such gallery"
    assert document["kind"] == "gallery-error"
    settings = json.loads(rostro("doctor", "--json").stdout)["settings"]
    assert settings["language"] == "es"
    assert settings["offline"] in (True, False)


def test_a_thread_speaks_as_whoever_made_its_task(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def made() -> Callable[[], None]:
        language.ask(["verify", "--language", "es"])
        return language.here(lambda: heard.append(language.tell("no face")))

    from contextvars import copy_context

    tasks = [copy_context().run(made)] * 2
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == ["ninguna cara"] * 2
    assert language.language() == "en"


def test_every_verb_takes_the_language() -> None:
    lacking = [
        path
        for path, command in said.commands()
        if not hasattr(command, "commands") and not any("--language" in p.opts for p in command.params)
    ]
    assert not lacking
    assert len(VERBS) > 10

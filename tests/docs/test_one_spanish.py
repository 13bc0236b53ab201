"""One register, one orthography, one word for each thing, and numbers as Spanish writes them: in every door."""

from __future__ import annotations

import importlib
import json
import re
from typing import TYPE_CHECKING

import pytest
import said
from pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What is not written, and what is instead.
INSTEAD = {
    r"[Ss]ólo": "solo",
    r"[Éé]st[aeo]s?": "este, esta",
    r"[Aa]qu[é]l\w*": "aquel",
    r"guión": "guion",
    r"[Ff]icheros?": "archivo",
    r"[Vv]ídeos?": "video",
    r"[Oo]rdenador(?:es)?|[Cc]omputadora?s?": "equipo, máquina",
    r"modelos? de vectores": "extractor",
    r"puntos faciales": "puntos de referencia",
    r"línea de comandos": "línea de órdenes",
    r"[Dd](?:ar|ad[oa]s?|en) de alta": "registrar",
    r"[Cc]heckpoints?": "punto de control",
    r"[Ee]mbeddings?": "representación",
    r"tú|tuy[oa]s?|tienes|puedes|quieres|debes|haz|contigo|vosotr[oa]s|vuestr[oa]s?|tus?": "usted",
}
_WRONG = re.compile(r"(?<![\w-])(?:" + "|".join(f"(?:{wrong})" for wrong in INSTEAD) + r")(?![\w-])")
_CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)]*\)|https?://\S+|<!--.*?-->|\*\w+\*", re.DOTALL)
#: A point in a number, and what stands before one in a version.
_POINT = re.compile(r"(?<![\w.,*-])\d+\.\d+(?![\w.*])")
_VERSION = re.compile(r"(?:[A-Z]\w+ \(?|(?:pgvector|torch|deepface|uniface|insightface|face_recognition|pymilvus) )$")
SPANISH = sorted([*(ROOT / "docs" / "es").glob("*.md"), ROOT / "README.es.md"])


def prose(text: str) -> str:
    """Without code, links and names in asterisks; lines stay where they are."""
    return _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def words_of_the_page() -> Iterator[tuple[str, str]]:
    """(English, Spanish) of every word of the page."""
    text = (said.SOURCE / "server" / "page" / "words.js").read_text(encoding="utf-8")
    table = text[text.index("const WORDS") : text.index("export const LANGUAGES")]
    yield from re.findall(r'\[\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)",?\s*\]', table)


def words_in_python() -> Iterator[tuple[str, str]]:
    for name in ("drawing.words", "evaluation.words", "evaluation.classification_report", "evaluation.liveness_report"):
        yield from importlib.import_module(f"rostro.{name}")._WORDS.values()
    yield from importlib.import_module("rostro.training.words").METRICS.items()


def catalogue() -> Iterator[tuple[str, str]]:
    for file in sorted((said.SOURCE / "cli" / "es").glob("*.json")):
        yield from json.loads(file.read_text(encoding="utf-8")).items()


TABLES = {"page": words_of_the_page, "pictures, reports and curves": words_in_python, "command line": catalogue}


@pytest.mark.parametrize("page", SPANISH, ids=lambda page: page.name)
def test_pages_keep_to_one_spelling(page: Path) -> None:
    text = prose(page.read_text(encoding="utf-8"))
    found = [
        f"{number}: {word[0]!r}"
        for number, line in enumerate(text.splitlines(), 1)
        for word in _WRONG.finditer(line)
        if not ((page.name == "glossary.md" and "| checkpoint |" in line) or "| embedding" in line)
    ]
    assert not found, f"{found}; instead: {INSTEAD}"


@pytest.mark.parametrize("page", SPANISH, ids=lambda page: page.name)
def test_pages_write_numbers_as_spanish_does(page: Path) -> None:
    text = prose(page.read_text(encoding="utf-8"))
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for point in _POINT.finditer(line):
            if not _VERSION.search(line[: point.start()]):
                found.append(f"{number}: {point[0]}")
        found += [f"{number}: {per_cent[0]}" for per_cent in re.finditer(r"\d%", line)]
    assert not found, found


@pytest.mark.parametrize("table", TABLES)
def test_tables_keep_to_one_spelling(table: str) -> None:
    pairs = list(TABLES[table]())
    assert len(pairs) > 20
    assert not [spanish for _, spanish in pairs if _WRONG.search(re.sub(r"'[^']*'|\{[^}]*\}", "", spanish))]
    assert not [spanish for _, spanish in pairs if re.search(r"\d%", spanish)]


def test_the_page_has_both_languages() -> None:
    pairs = list(words_of_the_page())
    assert len(pairs) > 100
    same = {english for english, spanish in pairs if english == spanish}
    assert same == set(), "a translation was forgotten"
    for english, spanish in pairs:
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", spanish)), english
        assert english.rstrip()[-1] in ".?!" or spanish.rstrip()[-1] not in ".", spanish
        assert ("?" in spanish) == ("¿" in spanish), spanish


def test_the_glossary_has_the_same_words_in_both_languages() -> None:
    rows = []
    for page in ("docs/glossary.md", "docs/es/glossary.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        rows.append(re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)[1:])
    english, spanish = rows
    assert len(english) > 40
    assert english == [(one, other) for other, one in spanish]
    assert len({word for word, _ in english}) == len({word for _, word in english}) == len(english)


@pytest.mark.parametrize("page", ["docs/decisions/README.md", "docs/es/decisiones.md"])
def test_every_decision_has_its_line(page: str) -> None:
    path = ROOT / page
    linked = [
        (path.parent / link).resolve() for link in re.findall(r"\]\(([^)]*\d{4}-[^)]*)\)", path.read_text("utf-8"))
    ]
    there = {file.resolve() for file in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    assert there == set(linked), "a page without a line here, or a line without a page"
    assert len(linked) == len(set(linked))
    assert linked == sorted(linked)


def test_the_checks_see_what_is_wrong() -> None:
    for wrong in ("sólo uno", "para éste", "el fichero", "un vídeo", "tu cara", "¿puedes?", "la línea de comandos"):
        assert _WRONG.search(wrong), wrong
    for right in ("solo uno", "para este", "el archivo", "este", "estatua", "tuvo", "actitud", "estas"):
        assert not _WRONG.search(right), right
    assert prose("`a.b` 0.5 [x](y.z)").split() == ["0.5", "[x"]

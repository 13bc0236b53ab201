"""What all documents show: commands that there are, Python that the package has, links that lead somewhere.

The READMEs' blocks are run, see test_readme.py, and those of contributing-parts.md in tests/contract. Here nothing runs
but imports, so that no model is needed.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import shlex
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from advice import parse, unknown_words
from pages import ROOT, Block, blocks, pages

from rostro.alignment.base import ALIGNMENTS
from rostro.attributes.base import ATTRIBUTES
from rostro.detection.base import DETECTORS
from rostro.embedding.base import EMBEDDERS
from rostro.evaluation.protocols.base import PROTOCOLS
from rostro.gallery.base import GALLERIES
from rostro.liveness.base import LIVENESS
from rostro.quality.base import QUALITIES
from rostro.runtime.base import ENGINES
from rostro.training.base import RECIPES

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = pages()
INLINE = re.compile(r"`rostro ([^`]+)`")
#: Blocks that say no language are commands, too, where a line of theirs starts so.
SHELL = ("", "sh", "console")


def command_lines(page: str) -> Iterator[tuple[str, list[str]]]:
    """(where, arguments of ``rostro``) of every line of the page's blocks that calls it."""
    for block in blocks(page, *SHELL):
        for number, line in enumerate(block.text.replace("\\\n", " " * 2).splitlines()):
            found = re.match(r"(?:\$ )?(?:rostro|(?:torchrun|python) .*-m rostro) (.*)", line)
            if found:
                command, _, _ = found[1].partition("; echo")
                yield f"{page}:{block.line + number}", shlex.split(command, comments=True)


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_blocks_are_commands(page: str) -> None:
    refused = []
    for where, arguments in command_lines(page):
        try:
            parse(arguments)
        except Exception as error:  # noqa: BLE001 - typer carries click's errors, which have no public name in it
            refused.append(f"{where}: rostro {shlex.join(arguments)}: {getattr(error, 'message', error)}")
    assert not refused, "\n".join(refused)


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_the_text_are_commands(page: str) -> None:
    refused = []
    for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
        for found in INLINE.finditer(line):
            if unknown := unknown_words(found[1].split()):
                refused.append(f"{page}:{number}: rostro {found[1]}: no {', '.join(unknown)}")
    assert not refused, "\n".join(refused)


def test_the_checks_find_commands_and_what_is_wrong_with_them() -> None:
    assert sum(1 for page in PAGES for _ in command_lines(page)) > 80
    for wrong in (
        ["detekt", "a.jpg"],
        ["detect", "a.jpg", "--no-such"],
        ["gallery", "inform"],
        ["people", "rename", "Ada"],
    ):
        with pytest.raises(Exception, match=r"(?i)no such|missing"):
            parse(wrong)
    assert unknown_words(["detekt"]) == ["detekt"]
    assert unknown_words(["watch", "--keep-crops", "--keep-craps"]) == ["--keep-craps"]
    assert unknown_words(["…", "--json"]) == []


PYTHON = [block for page in PAGES for block in blocks(page, "python") if not block.page.startswith("README")]


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.where)
def test_python_says_what_the_package_has(block: Block) -> None:
    """It compiles, its imports are there, and what it calls of ours takes the arguments that it gives."""
    # with the page's own line numbers, so that errors name them
    tree = ast.parse("\n" * (block.line - 1) + block.text, filename=block.page)
    names: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and "rostro_example" not in ast.unparse(node):
            code = compile(ast.fix_missing_locations(ast.Module([node], [])), block.page, "exec")
            exec(code, names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            check_call(node, names, block.page)


def check_call(node: ast.Call, names: dict[str, Any], page: str) -> None:
    called = resolve(node.func, names)
    if called is None or not str(getattr(called, "__module__", "")).startswith("rostro"):
        return
    if any(isinstance(argument, ast.Starred) for argument in node.args) or None in {k.arg for k in node.keywords}:
        return
    try:
        inspect.signature(called).bind(*node.args, **{str(keyword.arg): keyword for keyword in node.keywords})
    except TypeError as error:
        pytest.fail(f"{page}:{node.lineno}: {ast.unparse(node)}: {error}")


def resolve(node: ast.expr, names: dict[str, Any]) -> Any:
    """What a name or an attribute of an imported module is; None where only running would tell."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = resolve(node.value, names)
        return getattr(owner, node.attr) if inspect.ismodule(owner) or inspect.isclass(owner) else None
    return None


JSON = [block for page in PAGES for block in blocks(page, "json")]


@pytest.mark.parametrize("block", JSON, ids=lambda block: block.where)
def test_json_is_json(block: Block) -> None:
    for number, line in enumerate(block.text.splitlines()):
        assert isinstance(json.loads(line), dict), f"{block.page}:{block.line + number}"


DECISIONS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "decisions").glob("*.md"))


@pytest.mark.parametrize("page", [*PAGES, *DECISIONS])
def test_links_lead_somewhere(page: str) -> None:
    found, missing = 0, []
    for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", line):
            found += 1
            if "://" not in link and not (ROOT / page).parent.joinpath(link).exists():
                missing.append(f"{page}:{number}: {link}")
    assert found or not page.startswith("README"), "the scan found too little to mean anything"
    assert not missing, "\n".join(missing)


#: Spanish pages that are called otherwise in English.
TRANSLATED = {
    "docs/es/anonimizar.md": "docs/anonymising.md",
    "docs/es/agrupar.md": "docs/grouping.md",
    "docs/es/encontrar.md": "docs/finding.md",
    "docs/es/auditar.md": "docs/auditing.md",
    "docs/es/revisar.md": "docs/review.md",
    "docs/es/muchas-maquinas.md": "docs/many-machines.md",
    "docs/es/atributos.md": "docs/attributes.md",
    "docs/es/decisiones.md": "docs/decisions/README.md",
    "docs/es/seguridad.md": "SECURITY.md",
}


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/es/")])
def test_spanish_pages_have_the_same_commands(page: str) -> None:
    """The verbs, in their order; paths, names and comments are translated."""
    english = TRANSLATED.get(page, page.replace("docs/es/", "docs/"))
    assert [line[0] for _, line in command_lines(page)] == [line[0] for _, line in command_lines(english)]


def test_modules_that_the_text_names_are_there() -> None:
    """`rostro.…` in code type: a module, or what is in one."""
    for page in PAGES:
        for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
            for name in re.findall(r"`(rostro(?:\.[a-zA-Z_]\w*)+)`", line):
                assert exists(name), f"{page}:{number}: {name}"


ROOMS = (ALIGNMENTS, ATTRIBUTES, DETECTORS, EMBEDDERS, ENGINES, GALLERIES, LIVENESS, PROTOCOLS, QUALITIES, RECIPES)


def exists(name: str) -> bool:
    """Groups of entry points are names, too."""
    parent, _, leaf = name.rpartition(".")
    if name in {room.group for room in ROOMS}:
        return True
    try:
        return hasattr(import_module(parent), leaf) or bool(import_module(name))
    except ModuleNotFoundError:
        return False

"""Everything that the command line can say, read from the code: what stands in ``cli``, and errors of every room."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

import rostro
from rostro.cli import output
from rostro.cli.main import VERBS, build
from rostro.core import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(rostro.__file__).parent
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
#: This one needs torch where it stands.
ERRORS |= {"Interrupted"}
#: Errors whose first argument is a photo's name, and the second what is wrong with it.
ABOUT_PHOTOS = {name for name in ERRORS if issubclass(getattr(errors, name, object), errors.PhotoError)}


def trees(*folders: str, root: Path = SOURCE) -> Iterator[tuple[str, ast.Module]]:
    """(path, syntax tree) of the package's files, or of some rooms' only."""
    for path in sorted(root.rglob("*.py")):
        where = path.relative_to(root).as_posix()
        if not where.startswith("testing/") and (not folders or where.startswith(folders)):
            yield where, ast.parse(path.read_text(encoding="utf-8"))


def template(node: ast.expr | None) -> str | None:
    """A text with its places: ``f"{name}: {count:,} photos"`` is ``{}: {:,} photos``; None for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("{", "{{").replace("}", "}}")
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_piece, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        both = template(node.left), template(node.right)
        return "".join("{}" if text is None else text for text in both) if any(both) else None
    return None


def _piece(node: ast.expr) -> str:
    if isinstance(node, ast.FormattedValue):
        form = template(node.format_spec) or ""
        return "{:%s}" % form if form and form[-1] in ",efg%n" else "{}"  # noqa: UP031 - braces in braces
    return template(node) or ""


def raised() -> Iterator[tuple[str, str]]:
    """(where, text) of every error that the package raises on purpose."""
    for where, tree in trees():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name in ERRORS and name != "MissingExtra":
                text = template(
                    call.args[int(name in ABOUT_PHOTOS)] if len(call.args) > (name in ABOUT_PHOTOS) else None
                )
                if text is not None:
                    yield f"{where}:{call.lineno}", text


def told() -> Iterator[tuple[str, str]]:
    """(where, text) of every literal that is given to ``tell`` and ``counted``."""
    for where, tree in trees("cli/"):
        names = _assigned(tree)
        for call in ast.walk(tree):
            if isinstance(call, ast.Call):
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                texts = {"tell": call.args[:1], "counted": call.args[1:]}.get(name, ())
                yield from ((f"{where}:{call.lineno}", text) for node in texts for text in _literals(node, names))


def _literals(node: ast.expr, names: dict[str, list[str]]) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _literals(node.body, names)
        yield from _literals(node.orelse, names)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name):
        yield from names.get(node.id, ())


def _assigned(tree: ast.Module) -> dict[str, list[str]]:
    """Name → the texts that a file gives it, so that a text may have a name before it is told."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=True))
                for name, value in pairs:
                    if isinstance(name, ast.Name):
                        found.setdefault(name.id, []).extend(_literals(value, {}))
    return found


def hints() -> Iterator[tuple[str, str]]:
    """(where, text) of every hint."""
    for kind, texts_ in output._HINTS.items():
        yield from ((f"cli/output.py, {kind}", output._PLACE.sub("{}", text)) for text in texts_)


def ranges() -> Iterator[tuple[str, str]]:
    """(where, text) of what every range is of: errors begin with it."""
    for where, tree in trees():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"Range", "counted"}:
                for given in call.keywords:
                    if given.arg == "what" and isinstance(given.value, ast.Constant):
                        yield f"{where}:{call.lineno}", str(given.value.value)


def progress() -> Iterator[tuple[str, str]]:
    """(where, text) of every line that a training tells."""
    for where, tree in trees("training/"):
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in {"say", "on_photo"} and call.args:
                text = template(call.args[0])
                if text is not None:
                    yield f"{where}:{call.lineno}", text


def commands(command: Any = None, path: str = "rostro") -> Iterator[tuple[str, Any]]:
    """(how it is called, command) of every verb, and of the command line itself."""
    command = command or typer.main.get_command(build(*VERBS))
    yield path, command
    for name, verb in getattr(command, "commands", {}).items():
        yield from commands(verb, f"{path} {name}")


def helps() -> Iterator[tuple[str, str]]:
    """(where, text) of every paragraph of the help but its examples."""
    for path, command in commands():
        for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
            text = " ".join(paragraph.split())
            if not text.startswith("Example: "):
                yield path, text
        if command.short_help:
            yield path, command.short_help
        for parameter in command.params:
            for said in (parameter.help, getattr(parameter, "show_default", None)):
                if isinstance(said, str) and said:
                    yield f"{path} {parameter.opts[0]}", said


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text of a file that is no docstring, with its places."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        whole = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and id(node) not in inside)
        text = template(node) if whole and id(node) not in docs and isinstance(node, ast.expr) else None
        if text:
            yield text

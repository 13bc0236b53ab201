"""``rostro models``: the model files: what there is, under which licence, fetched or not, sound or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rostro.cli import options, output
from rostro.cli.language import figure, here, tell, translated
from rostro.core.errors import BadInput, ModelCorrupt, ModelUnavailable, RostroError
from rostro.recognition.catalogue import catalogue, defaults, entries, find, judge_of_quality, measured

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.recognition.catalogue import Model

app = typer.Typer(help="List, show, fetch, verify and import model files.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Argument(help="Models or files, by name.", show_default=False)]


def _store() -> ModelStore:
    from rostro.core.settings import Settings
    from rostro.models.store import ModelStore

    return ModelStore(
        Settings.from_environment(), on_progress=output.download_progress(), on_licence=here(output.announce_licence)
    )


@app.command("list")
def list_models(json: options.Json = False) -> None:
    """Every detector, embedder and sample photo: size, licence, installed or not.

    Example: rostro models list
    """
    store = _store()
    rows = [_row(model, store) for model in catalogue()]
    if json:
        output.print_json({"models": rows})
    else:
        _print_table(rows)


@app.command()
def info(name: Annotated[str, typer.Argument(help="A model or file.")], json: options.Json = False) -> None:
    """Everything about a model: its files, their hashes, sources, licence and paper.

    Example: rostro models info sface
    """
    store = _store()
    models = [
        _row(model, store)
        | {"paper": model.paper, "files": [_details(entry, store) for entry in (*model.files, *model.optional)]}
        for model in find(name)
    ]
    if json:
        output.print_json({"models": models})
    else:
        for model in models:
            _print_info(model)


@app.command()
def fetch(
    names: Names = None,
    default: Annotated[bool, typer.Option("--default", help="What is used where nothing is named.")] = False,
    all_permissive: Annotated[
        bool, typer.Option("--all-permissive", help="All models whose licence allows commercial use.")
    ] = False,
    accept_unpinned: Annotated[
        bool, typer.Option("--accept-unpinned", help="Also take files that no published hash pins.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Fetch model files, so that later runs need no network. What is there and sound stays.

    Example: rostro models fetch --default
    """
    wanted = [entry for name in names or () for entry in entries(name)]
    wanted += _files(defaults() if default else ())
    wanted += _files(model for model in catalogue() if all_permissive and _permissive(model, accept_unpinned))
    if not wanted:
        raise BadInput("name models to fetch, or give --default or --all-permissive")
    store = _store()
    fetched, failed = [], []
    for entry in _files([judge_of_quality()]) if default else ():
        try:
            store.fetch(entry)
            fetched.append(_stored(entry, store))
        except ModelUnavailable:  # one can do without
            without = tell("no source has it here; faces are judged without it, less well")
            output.note(f"{entry.name}: {without}")
    for entry in dict.fromkeys(wanted):
        try:
            store.fetch(entry, accept_unpinned=accept_unpinned)
            fetched.append(_stored(entry, store))
        except RostroError as error:
            failed.append({"file": entry.name, "reason": f"{translated(str(error))}{output.hint(error)}"})
    _answer(json, {"fetched": fetched, "failed": failed}, [f"{row['path']}  {row['sha256']}" for row in fetched])
    raise typer.Exit(output.NO_ANSWER if failed else output.YES)


@app.command()
def verify(names: Names = None, json: options.Json = False) -> None:
    """Hash the installed files again and compare. Exit code 1: one is damaged; 2: one that you named is not installed.

    Example: rostro models verify
    """
    store = _store()
    named = [entry for name in names or () for entry in entries(name)]
    wanted = dict.fromkeys(named or _files(catalogue()))
    missing = [entry.name for entry in named if not store.is_installed(entry)]
    sound, failed = [], []
    for entry in wanted:
        if not store.is_installed(entry):
            continue
        try:
            store.verify(entry)
            sound.append(_stored(entry, store))
        except ModelCorrupt as error:
            failed.append({"file": entry.name, "reason": f"{translated(str(error))}{output.hint(error)}"})
    _answer(
        json,
        {"sound": sound, "failed": failed, "missing": missing},
        [f"{row['file']}: {tell('sound')}" for row in sound],
    )
    for name in missing:
        output.note(f"{name}: {tell('not installed')}")
    raise typer.Exit(output.NO_ANSWER if missing else output.NO if failed else output.YES)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A file that you have.")],
    name: Annotated[str, typer.Option("--as", help="The model or file that it is.")],
    json: options.Json = False,
) -> None:
    """Take a file that you have into the store; where the entry pins a hash, it must match.

    Example: rostro models import face_recognition_sface_2021dec.onnx --as sface
    """
    found = entries(name)
    if len(found) != 1:
        raise BadInput(f"{name} has several files; name one: {', '.join(entry.name for entry in found)}")
    store = _store()
    store.import_file(file, found[0])
    stored = _stored(found[0], store)
    _answer(json, {"imported": stored}, [f"{stored['path']}  {stored['sha256']}"])


def _files(models: Iterable[Model]) -> list[ModelFile]:
    return [entry for model in models for entry in model.files]


def _permissive(model: Model, accept_unpinned: bool) -> bool:
    return model.task != "sample" and model.commercial and (model.pinned or accept_unpinned)


def _row(model: Model, store: ModelStore) -> dict[str, Any]:
    figures = measured().get(model.name, {})
    return {
        "task": model.task,
        "name": model.name,
        "about": model.about,
        "dims": model.dims,
        "size": model.size,
        "licence": model.licence,
        "commercial": model.commercial,
        "pinned": model.pinned,
        "lfw_accuracy": figures.get("lfw_accuracy"),
        "milliseconds": figures.get("ms_1"),
        "installed": all(store.is_installed(entry) for entry in model.files),
    }


def _details(entry: ModelFile, store: ModelStore) -> dict[str, Any]:
    return {
        "file": entry.name,
        "size": entry.size,
        "sha256": entry.sha256,
        "licence": entry.licence,
        "commercial": entry.commercial,
        "paper": entry.paper,
        "sources": list(entry.sources),
        "installed": store.is_installed(entry),
        "path": str(store.folder / entry.name),
        "origin": store.origin(entry),
    }


def _stored(entry: ModelFile, store: ModelStore) -> dict[str, Any]:
    path = store.folder / entry.name
    return {"file": entry.name, "sha256": store.hash_of(entry), "size": path.stat().st_size, "path": str(path)}


def _answer(json: bool, document: dict[str, Any], lines: Iterable[str]) -> None:
    """The document, or its lines; what failed goes to stderr either way."""
    for failure in document.get("failed", ()):
        output.note(f"{failure['file']}: {failure['reason'].removeprefix(failure['file'] + ': ')}")
    if json:
        output.print_json(document)
        return
    for line in lines:
        output.say(line)


def _megabytes(size: int | None) -> str:
    """The size of a model's files; of one that comes with a library there are none."""
    if size == 0:
        return ""
    return "?" if size is None else f"{figure(size / 1e6, '.1f')} MB"


def _print_table(rows: Iterable[dict[str, Any]]) -> None:
    """Columns as wide as they need to be, whatever the terminal: a cut name is of no use."""
    head = ("task", "name", "dims", "size", "LFW", "ms per face", "licence", "commercial", "installed")
    table = [tuple(map(tell, head))]
    table += [
        (
            tell(row["task"]),
            row["name"],
            str(row["dims"] or ""),
            _megabytes(row["size"]),
            "" if row["lfw_accuracy"] is None else figure(row["lfw_accuracy"], ".2%"),
            "" if row["milliseconds"] is None else figure(row["milliseconds"], ".1f"),
            row["licence"],
            tell("yes" if row["commercial"] else "NO"),
            tell("yes" if row["installed"] else "no"),
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for cells in table:
        output.say("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())


def _print_info(model: dict[str, Any]) -> None:
    output.say(f"{model['name']} ({tell(model['task'])}): {translated(model['about'])}")
    bound = "" if model["commercial"] else f" ({tell('NOT for commercial use')})"
    output.say(f"  {tell('licence')}: {model['licence']}{bound}")
    output.say(f"  {tell('cite')}: {model['paper']}")
    for file in model["files"]:
        state = tell("installed" if file["installed"] else "not installed")
        output.say(f"  {file['file']}  {_megabytes(file['size'])}  {state}")
        output.say(f"    sha256: {file['sha256'] or tell('not pinned')}")
        for source in file["sources"]:
            output.say(f"    {tell('source')}: {source}")
        if file["origin"]:
            origin = file["origin"]
            output.say(f"    {tell('came from: {} on {}', origin.get('source'), origin.get('time'))}")

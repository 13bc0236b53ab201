"""``rostro gallery``: what a gallery holds, whether it is sound, and copies of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import options, output
from rostro.gallery.base import open_gallery, without_password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.gallery.base import Gallery

app = typer.Typer(
    help="Show, check, copy and back up galleries, and make their search index anew.", no_args_is_help=True
)


def _url(url: str | None) -> str:
    from rostro.core.settings import Settings

    return url or Settings.from_environment().gallery


def _open(url: str | None) -> Gallery:
    return open_gallery(_url(url), create=False)


@app.command()
def info(gallery: options.GalleryUrl = None, json: options.Json = False) -> None:
    """Embedding space, people, templates, poor ones among them, size, and the state of the search index.

    Example: rostro gallery info --gallery people.db
    """
    from rostro.quality.judge import level_of

    with _open(gallery) as opened:
        about = {"gallery": without_password(opened.url), "space": opened.space, **asdict(opened.info())}
        level = None if opened.space is None else level_of(opened.space)
        about["poor_templates"] = None if level is None else opened.count_poor(level)
    if json:
        output.print_json(about)
        return
    size = "unknown" if about["size"] is None else f"{about['size'] / 1e6:.1f} MB"
    for name, value in (about | {"size": size}).items():
        output.say(f"{name.replace('_', ' ') + ':':<16}{'none' if value is None else value}")


@app.command()
def migrate(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Path or URL of a gallery.", show_default=False)],
    target: Annotated[
        str, typer.Argument(metavar="TO", help="Path or URL of another; made if it is not there.", show_default=False)
    ],
    json: options.Json = False,
) -> None:
    """Copy everybody from any gallery to any other, and compare. Interrupted, it goes on where it stopped.

    Exit code 1: the copy is not what was copied.

    Example: rostro gallery migrate people.db "postgresql://me@host/db?gallery=people"
    """
    from rostro.gallery.upkeep.migrate import migrate

    with _bar("copying") as bar:
        result = migrate(source, target, bar)
    if json:
        output.print_json(result.to_dict())
    else:
        output.say(f"{result.people} people with {result.templates} templates, {result.copied} of them copied now")
        output.say(f"checksum {result.checksum}")
    _report(result.differences)


@app.command()
def reindex(gallery: options.GalleryUrl = None, json: options.Json = False) -> None:
    """Make the search index anew from the stored templates.

    Example: rostro gallery reindex --gallery people.db
    """
    with _open(gallery) as opened:
        opened.reindex()
        state = opened.info().index
    if json:
        output.print_json({"index": state})
    else:
        output.say(state)


@app.command()
def check(gallery: options.GalleryUrl = None, json: options.Json = False) -> None:
    """Read all of a gallery and name what is damaged. Exit code 1: something is.

    Example: rostro gallery check --gallery people.db
    """
    from rostro.gallery.upkeep import check as upkeep

    found = upkeep.check(_url(gallery))
    if json:
        output.print_json({"damage": found})
    elif not found:
        output.say("sound")
    _report(found)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The SQLite file to write; it must not be there.", show_default=False)],
    gallery: options.GalleryUrl = None,
    json: options.Json = False,
) -> None:
    """Copy a gallery, also one that is in use, into a new SQLite file, which is itself a gallery.

    Example: rostro gallery backup people-monday.db --gallery people.db
    """
    from rostro.gallery.upkeep.backup import back_up

    with _bar("copying") as bar:
        about = back_up(_url(gallery), file, bar)
    if json:
        output.print_json({"backup": str(file), "people": about.people, "templates": about.templates})
    else:
        output.say(f"{file}: {about.people} people, {about.templates} templates")


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar, as a function that takes how much is done and of how much."""
    with output.progress() as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _report(problems: list[str] | tuple[str, ...]) -> None:
    for problem in problems:
        output.note(problem)
    raise typer.Exit(output.NO if problems else output.YES)

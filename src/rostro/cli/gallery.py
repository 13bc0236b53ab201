"""``rostro gallery``: what a gallery holds, whether it is sound, and copies of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rostro.cli import encryption, keeping, options, output
from rostro.cli.language import counted, tell, translated
from rostro.core.redaction import redacted
from rostro.gallery.base import open_gallery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.gallery.base import Gallery

app = typer.Typer(
    help="Show, check, copy, back up and encrypt galleries, and make their search index anew.", no_args_is_help=True
)

app.command()(keeping.policy)
app.command()(keeping.audit)


def _open(file: str | None, url: str | None, key: str | None) -> Gallery:
    return open_gallery(encryption.where(file, url), create=False, key=key)


@app.command()
def info(
    file: encryption.Which = None,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Embedding space, people, templates, poor ones among them, size, and the state of the search index.

    Example: rostro gallery info people.db
    """
    from rostro.quality.judge import level_of

    with _open(file, gallery, key_file) as opened:
        about = {"gallery": redacted(opened.url), "space": opened.space, **asdict(opened.info())}
        level = None if opened.space is None else level_of(opened.space)
        about["poor_templates"] = None if level is None else opened.count_poor(level)
    if json:
        output.print_json(about)
        return
    for name, value in about.items():
        output.say(f"{tell(name.replace('_', ' ')) + ':':<16}{_shown(name, value)}")
    if not about["people"]:
        output.note(tell("{}: nobody is enrolled", about["gallery"]))


def _shown(name: str, value: Any) -> str:
    """A fact about a gallery; what is not known says so."""
    if name in {"size", "poor_templates"} and value is None:
        return tell("unknown")
    if name == "size":
        return output.size(value)
    if value is None:
        return tell("none, until somebody is enrolled" if name == "space" else "none")
    return translated(value) if isinstance(value, str) and name in {"index", "encryption"} else str(value)


@app.command()
def migrate(
    to: Annotated[
        str, typer.Option("--to", help="Path or URL of the other gallery; made if it is not there.", show_default=False)
    ],
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    to_key_file: Annotated[
        str | None,
        typer.Option("--to-key-file", metavar="FILE", help="Key of the other gallery.", show_default="the same"),
    ] = None,
    json: options.Json = False,
) -> None:
    """Copy everybody from a gallery to any other, and compare. Interrupted, it goes on where it stopped.

    Exit code 1: the copy is not what was copied.

    Example: rostro gallery migrate --gallery people.db --to "postgresql://me@host/db?gallery=people"
    """
    from rostro.gallery.upkeep.migrate import migrate

    with _bar(tell("copying")) as bar:
        result = migrate(options.gallery_url(gallery), to, bar, key=key_file, target_key=to_key_file)
    if json:
        output.print_json(result.to_dict())
    else:
        copied = "{:,} people with {:,} templates, {:,} of them copied now"
        output.say(tell(copied, result.people, result.templates, result.copied))
        output.say(tell("checksum {}", result.checksum))
    _report(result.differences)


@app.command()
def reindex(
    file: encryption.Which = None,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Make the search index anew from the stored templates.

    Example: rostro gallery reindex people.db
    """
    with _open(file, gallery, key_file) as opened:
        opened.reindex()
        state = opened.info().index
    if json:
        output.print_json({"index": state})
    else:
        output.say(translated(state))


@app.command()
def check(
    file: encryption.Which = None,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Read all of a gallery and name what is damaged, and pictures of nobody beside it. Exit code 1: something is.

    Example: rostro gallery check people.db
    """
    from rostro.people import soundness

    found = soundness.check(encryption.where(file, gallery), key=key_file)
    if json:
        output.print_json({"damage": found})
    elif not found:
        output.say(tell("sound"))
    _report(found)


@app.command()
def backup(
    file: Annotated[
        Path, typer.Option("--output", help="The SQLite file to write; it must not be there.", show_default=False)
    ],
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Copy a gallery, also one that is in use, into a new SQLite file, which is itself a gallery.

    Example: rostro gallery backup --gallery people.db --output people-monday.db
    """
    from rostro.gallery.upkeep.backup import back_up

    with _bar(tell("copying")) as bar:
        about = back_up(options.gallery_url(gallery), file, bar, key=key_file)
    if json:
        output.print_json({"backup": str(file), "people": about.people, "templates": about.templates})
    else:
        people = counted(about.people, "1 person", "{:,} people")
        output.say(f"{file}: {people}, {counted(about.templates, '1 template', '{:,} templates')}")


for verb in (encryption.encrypt, encryption.decrypt, encryption.rekey, encryption.new_key):
    app.command(verb.__name__.replace("_", "-"))(verb)


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar, as a function that takes how much is done and of how much."""
    with output.progress() as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _report(problems: list[str] | tuple[str, ...]) -> None:
    for problem in problems:
        output.note(translated(problem))
    raise typer.Exit(output.NO if problems else output.YES)

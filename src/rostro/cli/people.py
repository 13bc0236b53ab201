"""``rostro people``: who is in a gallery, and out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import auditing, keeping, options, output, rejecting, review
from rostro.cli.language import counted, tell, translated
from rostro.core.names import clean_name
from rostro.core.redaction import redacted
from rostro.gallery.base import open_gallery
from rostro.people.people import People
from rostro.recognition import answers

if TYPE_CHECKING:
    from rostro.gallery.base import Gallery

app = typer.Typer(
    help="List, show, rename, merge and remove the people of a gallery; mend their photos; note their consent.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="A person's name.", show_default=False)]
Photo = Annotated[
    str,
    typer.Argument(
        help="The photo's file, its name as it is listed, or the beginning of its hash.", show_default=False
    ),
]
Of = Annotated[str | None, typer.Option("--of", help="Whose it is, where several have it.", show_default=False)]
Names = Annotated[list[str], typer.Argument(help="Names of people.", show_default=False)]


def _open(url: str | None, key: str | None) -> Gallery:
    return open_gallery(options.gallery_url(url), create=False, key=key)


@app.command("list")
def list_people(
    search: Annotated[
        str, typer.Option("--search", help="Part of the name, with or without accents.", show_default=False)
    ] = "",
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Everybody, by name, with the number of their templates. Exit code 1: nobody.

    Example: rostro people list --gallery people.db

    Example: rostro people list --search jose
    """
    with _open(gallery, key_file) as opened:
        people = People(opened).page(search=search, limit=None)
    if json:
        output.print_json({"people": [{"name": p.name, "templates": p.templates} for p in people]})
    else:
        for person in people:
            output.say(f"{person.name}  {person.templates}")
        if not people:
            output.note(tell("{}: nobody is enrolled", redacted(opened.url)))
    raise typer.Exit(output.YES if people else output.NO)


@app.command()
def show(
    name: Name, gallery: options.GalleryUrl = None, key_file: options.KeyFile = None, json: options.Json = False
) -> None:
    """One person's templates: photo, hash, quality.

    Example: rostro people show "Ada Lovelace"
    """
    with _open(gallery, key_file) as opened:
        found = answers.person(opened, name)
    if json:
        output.print_json(found)
    else:
        output.say(f"{found['name']}: {counted(len(found['templates']), '1 template', '{:,} templates')}")
        for row in found["templates"]:
            output.say(f"  {row['photo']}  {tell('quality {:.2f}', row['quality'])}")


@app.command()
def photos(
    name: Name, gallery: options.GalleryUrl = None, key_file: options.KeyFile = None, json: options.Json = False
) -> None:
    """One person's photos: hash, quality, file. Any of these but the quality says which photo to move or to forget.

    Photos with a face that was said not to be theirs follow.

    Example: rostro people photos "Ada Lovelace"
    """
    with _open(gallery, key_file) as opened:
        found = answers.photos(opened, name)
        rejected = [one.to_dict() for one in People(opened).rejections(name)]
    if rejected:
        found["rejected"] = rejected
    if json:
        output.print_json(found)
    else:
        for row in found["photos"]:
            output.say(f"{row['sha256'][:12]}  {tell('quality {:.2f}', row['quality'])}  {row['photo']}")
        for row in rejected:
            output.say(f"{row['sha256'][:12]}  {tell('is not {}', name)}  {row['photo']}")


@app.command()
def move(
    photo: Photo,
    to: Annotated[str, typer.Option("--to", help="Whose photo it is; made if nobody has that name.")],
    of: Of = None,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Give one photo to another person: it was enrolled under the wrong name.

    Example: rostro people move wrong.jpg --to "Ada Lovelace"
    """
    with _open(gallery, key_file) as opened:
        moved = People(opened).move(photo, to, of=of)
    document: dict[str, object] = {
        "moved": moved.photo,
        "sha256": moved.source_hash,
        "from": moved.person,
        "to": clean_name(to),
    }
    _done(json, document, tell("{} of {} is now a photo of {}", moved.photo, moved.person, document["to"]))


@app.command()
def forget(
    photo: Photo,
    of: Of = None,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Erase one photo's template and picture, for good. Who has no photo left is gone. It may be enrolled again.

    Example: rostro people forget wrong.jpg --of "Ada Lovelace"
    """
    with _open(gallery, key_file) as opened:
        people = People(opened)
        forgotten, pending = people.forget(photo, of=of), people.pending()
    document: dict[str, object] = {
        "forgotten": forgotten.photo,
        "sha256": forgotten.source_hash,
        "of": forgotten.person,
        **pending,
    }
    _done(json, document, tell("{} of {} was forgotten", forgotten.photo, forgotten.person))


@app.command()
def rename(
    name: Name,
    to: Annotated[str, typer.Argument(help="The new name.", show_default=False)],
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Give a person another name.

    Example: rostro people rename Ada "Ada Lovelace"
    """
    with _open(gallery, key_file) as opened:
        People(opened).rename(name, to)
    _done(json, {"renamed": name, "to": to}, tell("{} is now {}", name, to))


@app.command()
def merge(
    name: Name,
    into: Annotated[str, typer.Argument(help="Who takes the templates.", show_default=False)],
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Give all templates of one person to another: they were the same.

    Example: rostro people merge "A. Lovelace" "Ada Lovelace"
    """
    with _open(gallery, key_file) as opened:
        People(opened).merge(name, into)
    _done(json, {"merged": name, "into": into}, tell("{} was merged into {}", name, into))


@app.command()
def remove(
    names: Names, gallery: options.GalleryUrl = None, key_file: options.KeyFile = None, json: options.Json = False
) -> None:
    """Erase people and every template and picture of theirs, for good. Many at once take little longer than one.

    A keyed hash of each photo stays, so that enrolling the same folder again does not bring them back unasked.

    Example: rostro people remove "Ada Lovelace" "Charles Babbage"
    """
    with _open(gallery, key_file) as opened:
        people = People(opened)
        erased, pending = people.erase(*names), people.pending()
    removed = names[0] if len(names) == 1 else names
    gone = "{} was removed with {}" if len(names) == 1 else "{} were removed with {}"
    held = counted(erased, "1 template", "{:,} templates")
    _done(json, {"removed": removed, "templates": erased, **pending}, tell(gone, ", ".join(names), held))


def _done(json: bool, document: dict[str, object], sentence: str) -> None:
    if pending := document.get("pending"):
        output.note(f"rostro: {translated(str(pending))}")
    if json:
        output.print_json(document)
    else:
        output.say(sentence)


# What one looks for first stands first in the help.
app.command()(auditing.audit)
app.command()(keeping.consent)
app.command()(keeping.consents)
app.command()(keeping.expire)
app.command()(keeping.export)
app.command()(rejecting.reject)
app.command("review")(review.command)

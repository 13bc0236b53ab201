"""``rostro album``: who is in an album of people nobody named, and what is said of them."""

from __future__ import annotations

from typing import Annotated

import typer

from rostro.cli import album_tag, albums, options, output
from rostro.cli.albums import caption, count_faces
from rostro.cli.language import figure, tell, translated
from rostro.core.names import clean_name
from rostro.core.redaction import redacted

app = typer.Typer(
    help="The groups of an album: list, show, name, merge, split, ignore and erase them; say who somebody is not.",
    no_args_is_help=True,
)

app.command()(album_tag.tag)
app.command()(album_tag.read)


@app.command("list")
def list_groups(
    album: albums.AlbumUrl,
    named: Annotated[
        bool | None, typer.Option("--named/--unnamed", help="Only groups with a name, or without.", show_default=False)
    ] = None,
    ignored: Annotated[bool, typer.Option("--ignored", help="Only groups that are ignored.")] = False,
    singles: Annotated[bool, typer.Option("--singles", help="The faces that are alone instead.")] = False,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """The groups of an album, the largest first. Exit code 1: there is none.

    Example: rostro album list --album holidays.db

    Example: rostro album list --album holidays.db --unnamed
    """
    with albums.open_album(album, key_file) as held:
        found = held.singles() if singles else held.groups(named=named, ignored=ignored)
    if json:
        output.print_json({"groups": [group.to_dict() for group in found]})
    else:
        for group in found:
            output.say(f"{caption(group.id, group.name, group.faces)}: {group.cover.photo}")
        if not found:
            output.note(albums.no_groups())
    raise typer.Exit(output.YES if found else output.NO)


@app.command()
def show(
    group: albums.Group, album: albums.AlbumUrl, key_file: options.KeyFile = None, json: options.Json = False
) -> None:
    """One group's faces: id, similarity to the others, quality, photo.

    Example: rostro album show 3ba7fe97028e --album holidays.db
    """
    with albums.open_album(album, key_file) as held:
        found = held.group(group)
    if json:
        output.print_json(found.to_dict())
        return
    output.say(caption(found.id, found.name, len(found)))
    for face in found.faces:
        alike = "" if face.similarity is None else figure(face.similarity, ".3f")
        output.say(f"  {face.id}  {alike:>6}  {tell('quality {:.2f}', face.quality)}  {face.photo}")


@app.command()
def name(
    group: albums.Group,
    name: Annotated[str, typer.Argument(help="A person's name.", show_default=False)],
    album: albums.AlbumUrl,
    gallery: Annotated[
        str | None,
        typer.Option("--gallery", help="Enrol the group's best faces in this gallery, too.", show_default=False),
    ] = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Say who a group is. Where a group has that name already, the two become one.

    With --gallery the best faces are enrolled there under that name, and erasing the person there erases the group.

    Example: rostro album name 3ba7fe97028e "Ada Lovelace" --album holidays.db

    Example: rostro album name 3ba7fe97028e "Ada Lovelace" --album holidays.db --gallery people.db
    """
    name = clean_name(name)
    if gallery is None:
        with albums.open_album(album, key_file) as held:
            named = held.name(group, name)
        _done(json, {"group": named, "name": name}, tell("{} is now {}", named, name))
        return
    key = albums.key_of_both(key_file)
    with albums.open_album(album, key) as held:
        named, enrolled = albums.name_and_enrol(held, group, name, gallery, key)
    sentence = tell("{} is now {}; {} enrolled in {}", named, name, count_faces(enrolled), redacted(gallery))
    _done(json, {"group": named, "name": name, "enrolled": enrolled}, sentence)


@app.command()
def merge(
    group: albums.Group,
    into: Annotated[str, typer.Argument(help="The group that takes the faces.", show_default=False)],
    album: albums.AlbumUrl,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Make one group of two: they are the same person.

    Example: rostro album merge 56f7d8f2477f "Ada Lovelace" --album holidays.db
    """
    with albums.open_album(album, key_file) as held:
        kept = held.merge(group, into)
    _done(json, {"merged": group, "into": kept}, tell("{} was merged into {}", group, into))


@app.command()
def split(
    group: albums.Group,
    faces: albums.Faces,
    album: albums.AlbumUrl,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Make a group of some faces of another: they are somebody else, one person.

    Example: rostro album split 3ba7fe97028e holidays/a.jpg holidays/b.jpg --album holidays.db
    """
    with albums.open_album(album, key_file) as held:
        made = held.split(group, faces)
    _done(
        json,
        {"split": group, "into": made, "faces": len(set(faces))},
        tell("{} of {} are now {}", count_faces(len(set(faces))), group, made),
    )


@app.command()
def ignore(
    group: albums.Group,
    album: albums.AlbumUrl,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Leave a group out of lists for ever: a statue, a poster, a passer-by. New photos of it join it all the same.

    Example: rostro album ignore 56f7d8f2477f --album holidays.db
    """
    with albums.open_album(album, key_file) as held:
        kept = held.ignore(group, not undo)
    said = tell("{} is shown again", group) if undo else tell("{} is ignored", group)
    _done(json, {"group": kept, "ignored": not undo}, said)


@app.command()
def reject(
    group: albums.Group,
    faces: albums.Faces,
    album: albums.AlbumUrl,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Not this person: the faces leave the group, and never come back to it by themselves.

    Example: rostro album reject "Ada Lovelace" holidays/c.jpg --album holidays.db
    """
    with albums.open_album(album, key_file) as held:
        alone = held.reject(group, faces)
    _done(
        json,
        {"rejected": len(alone), "of": group, "groups": alone},
        tell("{} left {}", count_faces(len(alone)), group),
    )


@app.command()
def erase(
    groups: albums.Groups, album: albums.AlbumUrl, key_file: options.KeyFile = None, json: options.Json = False
) -> None:
    """Erase groups for good: their faces, pictures, and what was said of them.

    A keyed hash of each photo stays, so that photos in which nobody else is do not bring them back unasked.

    Example: rostro album erase 56f7d8f2477f --album holidays.db
    """
    with albums.open_album(album, key_file) as held:
        erased, pending = held.erase(*groups), held.people.pending()
    said = tell("{} erased: {}", ", ".join(groups), count_faces(erased))
    _done(json, {"erased": groups, "faces": erased, **pending}, said)


def _done(json: bool, document: dict[str, object], sentence: str) -> None:
    if pending := document.get("pending"):
        output.note(f"rostro: {translated(str(pending))}")
    if json:
        output.print_json(document)
    else:
        output.say(sentence)

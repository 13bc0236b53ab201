"""``rostro people review``: what was uncertain, to be confirmed, corrected or ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import options, output, waiting
from rostro.cli.language import tell
from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from rostro.people.asked import Item, Queue, Reviewed
    from rostro.people.teaching import Fate

#: Why a confirmed face taught nothing.
_FATES: dict[Fate, str] = {
    "known": "shows nothing new",
    "poor": "too poor",
    "far": "too unlike the others, until one comes that lies between",
    "other": "more like somebody else",
    "full": "no room among what was enrolled",
    "erased": "of somebody who was erased",
    "no-consent": "no consent is known",
}


def command(
    album: Annotated[str, typer.Option("--album", help="The album in which faces wait.", show_default=False)],
    confirm: Annotated[
        str | None,
        typer.Option(
            "--confirm", metavar="ID", help="It is who is suggested, or whom --name says.", show_default=False
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Whose photos these are.", show_default=False)] = None,
    ignore: Annotated[
        str | None,
        typer.Option("--ignore", metavar="ID", help="Nobody wants to know; never ask again.", show_default=False),
    ] = None,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """What was uncertain: faces near the threshold, groups, and who was seen once. Confirmed ones teach the gallery.

    Without --confirm and --ignore, list what waits. Exit code 1: nothing does.

    Example: rostro people review --album unknown.db --gallery people.db

    Example: rostro people review --album unknown.db --confirm 4be1a0c2d39f

    Example: rostro people review --album unknown.db --confirm 4be1a0c2d39f --name "Ada Lovelace"

    Example: rostro people review --album unknown.db --ignore 77f0d1e2c3b4
    """
    from rostro.people.albums.album import Album

    options.refuse_both(confirm=confirm, ignore=ignore)
    if name is not None and confirm is None:
        raise BadInput("--name says who it is that --confirm confirms")
    recognizer = options.make_recognizer(
        gallery=options.gallery_url(gallery), key=waiting.gallery_key(key_file, album), create_gallery=False
    )
    with recognizer, Album.open(album, key=waiting.album_key(key_file, album)) as opened:
        review = recognizer.review(opened)
        if confirm is not None:
            done = review.confirm(confirm) if name is None else review.correct(confirm, name)
        elif ignore is not None:
            done = review.ignore(ignore)
        else:
            _list(review.queue(), json=json)
    if json:
        output.print_json(done.to_dict())
    else:
        _tell(done)


def _list(queue: Queue, *, json: bool) -> None:
    if json:
        output.print_json(queue.to_dict())
    else:
        for item in queue.items:
            output.say(f"{item.id}  {_why(item)}  {item.face.photo}")
        if not queue.items:
            output.note(tell("nothing waits"))
    raise typer.Exit(output.YES if queue.items else output.NO)


def _why(item: Item) -> str:
    if item.suggested is not None:
        return tell("near {} ({:.3f})", item.suggested.name, item.suggested.similarity)
    return tell("{:,} faces of somebody unknown", item.faces) if item.faces > 1 else tell("seen once")


def _tell(done: Reviewed) -> None:
    if done.name is None:
        output.say(tell("{} is ignored", done.id))
        return
    output.say(f"{done.id}: {done.name}")
    if done.taught is None:
        output.say(f"  {tell('nobody of that name is enrolled: nothing is taught')}")
        return
    output.say(f"  {tell('{:,} templates taught', done.taught.templates)}")
    for photo, fate in done.taught.photos:
        if fate != "taught":
            output.say(f"  {photo}: {tell(_FATES[fate])}")
    for photo in done.taught.dropped:
        output.say(f"  {tell('{} made room', photo)}")

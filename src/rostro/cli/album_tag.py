"""``rostro album tag`` and ``rostro album read``: an album's names in the sidecars of photos, and names out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import albums, options, output
from rostro.cli.language import tell, translated
from rostro.photos.listing import find_photos

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.people.tagging import Differing, Untold

_DryRun = Annotated[bool, typer.Option("--dry-run", help="Say only what would be done.")]


def tag(
    photos: options.Photos,
    album: albums.AlbumUrl,
    dry_run: _DryRun = False,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Write who is in photos into the XMP files beside them, as digiKam, Lightroom and Immich read it.

    What other programs wrote there stays, and photos are not changed. Exit code 0: somebody is named there, 1: nobody
    of the album is in these photos, 2: a photo or its XMP could not be used.

    Example: rostro album tag holidays/ --album holidays.db --dry-run
    """
    from rostro.people.tagging import tag_album

    found = find_photos(photos)
    with albums.open_album(album, key_file) as held, output.progress() as bar:
        task = bar.add_task("", total=None)
        done = tag_album(held, found, dry_run=dry_run, on_photo=lambda: bar.advance(task))
    if json:
        output.print_json({"dry_run": dry_run, **done.to_dict()})
    else:
        for one in done.written:
            output.say(f"{one.sidecar}: {', '.join(one.names) or tell('nobody (any more)')}")
        told = "XMP files to be written: {:,}; as they should be: {:,}; photos of nobody who has a name: {:,}"
        if not dry_run:
            told = "XMP files written: {:,}; as they should be: {:,}; photos of nobody who has a name: {:,}"
        output.note(tell(told, len(done.written), done.same, done.others))
    _report(done.differing, done.failed, json)
    if done.failed:
        raise typer.Exit(output.NO_ANSWER)
    raise typer.Exit(output.YES if done.written or done.same else output.NO)


def read(
    photos: options.Photos,
    album: albums.AlbumUrl,
    dry_run: _DryRun = False,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Take names that other programs gave, in photos or in the XMP files beside them, for groups that have none.

    Exit code 0: a group got a name, 1: none did, 2: a photo or its XMP could not be used.

    Example: rostro album read holidays/ --album holidays.db
    """
    from rostro.people.tagging import read_album

    found = find_photos(photos)
    with albums.open_album(album, key_file) as held, output.progress() as bar:
        task = bar.add_task("", total=None)
        done = read_album(held, found, dry_run=dry_run, on_photo=lambda: bar.advance(task))
    if json:
        output.print_json({"dry_run": dry_run, **done.to_dict()})
    else:
        for group, name in done.names.items():
            output.say(tell("{} is now {}", group, name) if not dry_run else f"{group}: {name}")
        told = "faces that have a name elsewhere: {:,} in the album, {:,} not in it"
        output.note(tell(told, done.faces, done.unknown))
    _report(done.differing, done.failed, json)
    if done.failed:
        raise typer.Exit(output.NO_ANSWER)
    raise typer.Exit(output.YES if done.names else output.NO)


def _report(differing: Sequence[Differing], failed: Sequence[Untold], json: bool) -> None:
    if not json:
        for one in differing:
            said = tell("{} is called {} by another program", one.name, one.other)
            output.note(f"{one.photo}: {said}" if one.photo else said)
    for photo in failed:
        output.note(f"{photo.photo}: {translated(photo.reason)}")

"""``rostro group``: who are these people? Faces that nobody named, by person."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import albums, folders, options, output
from rostro.cli import on as elsewhere
from rostro.cli.language import counted, figure, language, tell
from rostro.cli.listed import Listed
from rostro.core.errors import BadInput
from rostro.gallery.base import file_of
from rostro.gallery.keys import Key
from rostro.photos.listing import find_photos
from rostro.photos.writing import check_picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rostro.people.album import FaceGroup, Grouped
    from rostro.people.albums.album import Album
    from rostro.recognizer import Recognizer

_Gallery = Annotated[
    str | None,
    typer.Option("--gallery", help="Path or URL of a gallery that says who groups may be.", show_default=False),
]
#: Photos of a group that a line names.
_NAMED = 3


def command(
    photos: options.Photos,
    gallery: _Gallery = None,
    album: albums.AlbumOrNone = None,
    keep_crops: Annotated[
        bool, typer.Option("--keep-crops", help="Keep small pictures of the faces beside the album.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Take photos of people who were erased, too, instead of refusing them.")
    ] = False,
    key_file: options.KeyFile = None,
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    zone: options.Zone = None,
    min_face: options.MinFace = None,
    min_score: options.MinScore = None,
    embedder: options.Embedder = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    threshold: options.Threshold = None,
    operating_point: options.OperatingPointFile = None,
    quality: options.Quality = None,
    min_quality: options.MinQuality = None,
    picture: options.Picture = None,
    output_: folders.Output = None,
    links: folders.Links = False,
    on: elsewhere.On = None,
    json: options.Json = False,
) -> None:
    """Who are these people? The faces of photos, by person, though nobody is enrolled.

    How alike faces must be grows with the number of faces. Two faces of one photo are never one person, and faces too
    poor to be judged stay alone. Exit code 0: somebody is there twice, 1: nobody, 2: a photo could not be used.

    With --album the groups stay: photos that are there are not looked at again, new faces join old groups, and
    'rostro album' names, merges and splits them.

    Example: rostro group holidays/ --picture people.png

    Example: rostro group holidays/ --gallery people.db --json

    Example: rostro group holidays/ --album holidays.db

    Example: rostro group holidays/ --output people/
    """
    people = folders.opened(output_, photos, links=links)
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, zone=zone, min_face=min_face, min_score=min_score, embedder=embedder,
        alignment=alignment, engine=engine, precision=precision, threshold=threshold, operating_point=operating_point,
        quality=quality, min_quality=min_quality, gallery=gallery, key=_key(key_file, gallery, album),
        create_gallery=False,
    )  # fmt: skip
    check_picture(picture, *photos, *(file_of(url) for url in (gallery, album) if url is not None), operating_point)
    if key_file is not None and gallery is None and album is None:
        raise BadInput("--key-file is of a gallery: --gallery names it, or --album")
    if (keep_crops or again) and album is None:
        raise BadInput("--keep-crops and --again are of an album: --album names it")
    left_out: list[Path] = []
    found = Listed(find_photos(photos, on_other=left_out.append))
    recognizer = elsewhere.on(recognizer, on)
    with output.progress() as bar:
        task = bar.add_task("", total=None)
        with _album(album, recognizer, key_file) as opened:
            grouped = recognizer.group(
                found, suggest=gallery is not None, album=opened, keep_crops=keep_crops, again=again,
                on_photo=lambda: bar.advance(task),
            )  # fmt: skip
    if picture is not None:
        _draw(grouped, found.paths, picture)
    if people is not None:
        folders.put(people, grouped, found.paths, lambda wall: _draw(grouped, found.paths, wall))
    if json:
        output.print_json({**grouped.to_dict(), **output.not_pictures(left_out)})
    else:
        for line in _lines(grouped):
            output.say(line)
        output.note(_summary(grouped))
    output.report_left_out(left_out)
    output.report_failures(grouped.failed)
    if grouped.failed:
        raise typer.Exit(output.NO_ANSWER)
    raise typer.Exit(output.YES if grouped.groups else output.NO)


def _key(given: str | None, gallery: str | None, album: str | None) -> Key | str | None:
    """The key of the gallery; beside an album it may be the album's alone."""
    if given is None or gallery is None:
        return None
    return given if album is None else albums.key_of_both(given)


@contextmanager
def _album(url: str | None, recognizer: Recognizer, key: str | None) -> Iterator[Album | None]:
    """The album, made where it is not there."""
    if url is None:
        yield None
        return
    from rostro.people.albums.album import Album

    with Album.open(url, create=True, key=key, space=recognizer.space) as opened:
        yield opened


def _lines(grouped: Grouped) -> Iterator[str]:
    for group in grouped.groups:
        named = ", ".join(face.photo for face in group.faces[:_NAMED])
        more = len(group) - _NAMED
        photos = named if more <= 0 else tell("{} and {:,} more", named, more)
        yield f"{_caption(group)}: {photos}"


def _caption(group: FaceGroup) -> str:
    told = albums.caption(group.id, group.name, len(group))
    if group.suggested is None:
        return told
    who = tell("perhaps {} ({})", group.suggested.name, figure(group.suggested.similarity, ".3f"))
    return f"{told}, {who}"


def _summary(grouped: Grouped) -> str:
    return tell(
        "{}: {}, {} (threshold {:.3f})",
        albums.count_photos(grouped.photos),
        counted(len(grouped.groups), "1 group of two or more faces", "{:,} groups of two or more faces"),
        counted(len(grouped.singles), "1 face alone", "{:,} faces alone"),
        grouped.threshold,
    )


def _draw(grouped: Grouped, paths: dict[str, Path], picture: Path) -> None:
    """A row of faces for each group; photos are read again, and only those that are shown."""
    from rostro.drawing.walls import FACES, ROWS, wall
    from rostro.photos.reading import read_photo
    from rostro.photos.writing import write_picture

    rows = [
        (
            group.name or (albums.count_faces(len(group)) if group.suggested is None else group.suggested.name),
            [(read_photo(paths[face.photo]).image, face.face) for face in group.faces if face.photo in paths][:FACES],
        )
        for group in grouped.groups[:ROWS]
    ]
    if rows:
        write_picture(wall(rows, total=len(grouped.groups), language=language()), picture)

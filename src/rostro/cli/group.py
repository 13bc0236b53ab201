"""``rostro group``: who are these people? Faces that nobody named, by person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import on as elsewhere
from rostro.cli import options, output
from rostro.cli.language import figure, language, tell
from rostro.core.errors import BadInput
from rostro.gallery.base import file_of
from rostro.photos.listing import find_photos
from rostro.photos.reading import name_of
from rostro.photos.writing import check_picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rostro.people.album import FaceGroup, Grouped

_Gallery = Annotated[
    str | None,
    typer.Option("--gallery", help="Path or URL of a gallery that says who groups may be.", show_default=False),
]
#: Photos of a group that a line names.
_NAMED = 3


def command(
    photos: options.Photos,
    gallery: _Gallery = None,
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
    on: elsewhere.On = None,
    json: options.Json = False,
) -> None:
    """Who are these people? The faces of photos, by person, though nobody is enrolled.

    How alike faces must be grows with the number of faces. Two faces of one photo are never one person, and faces too
    poor to be judged stay alone. Exit code 0: somebody is there twice, 1: nobody, 2: a photo could not be used.

    Example: rostro group holidays/ --picture people.png

    Example: rostro group holidays/ --gallery people.db --json
    """
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, zone=zone, min_face=min_face, min_score=min_score, embedder=embedder,
        alignment=alignment, engine=engine, precision=precision, threshold=threshold, operating_point=operating_point,
        quality=quality, min_quality=min_quality, gallery=gallery, key=key_file, create_gallery=False,
    )  # fmt: skip
    check_picture(picture, *photos, *([] if gallery is None else [file_of(gallery)]), operating_point)
    if key_file is not None and gallery is None:
        raise BadInput("--key-file is of a gallery: --gallery names it")
    left_out: list[Path] = []
    found = _Found(find_photos(photos, on_other=left_out.append))
    recognizer = elsewhere.on(recognizer, on)
    with output.progress() as bar:
        task = bar.add_task("", total=None)
        album = recognizer.group(found, suggest=gallery is not None, on_photo=lambda: bar.advance(task))
    if picture is not None:
        _draw(album, found.paths, picture)
    if json:
        output.print_json({**album.to_dict(), **output.not_pictures(left_out)})
    else:
        for line in _lines(album):
            output.say(line)
        output.note(_summary(album))
    output.report_left_out(left_out)
    output.report_failures(album.failed)
    if album.failed:
        raise typer.Exit(output.NO_ANSWER)
    raise typer.Exit(output.YES if album.groups else output.NO)


class _Found:
    """The photos as they are listed, and which file each name means: a name is made fit to be printed."""

    def __init__(self, listed: Iterable[Path]) -> None:
        self.paths: dict[str, Path] = {}
        self._listed = listed

    def __iter__(self) -> Iterator[Path]:
        for path in self._listed:
            self.paths[name_of(path)] = path
            yield path


def _lines(album: Grouped) -> Iterator[str]:
    for group in album.groups:
        named = ", ".join(face.photo for face in group.faces[:_NAMED])
        more = len(group) - _NAMED
        photos = named if more <= 0 else tell("{} and {:,} more", named, more)
        yield f"{_caption(group)}: {photos}"


def _caption(group: FaceGroup) -> str:
    faces = tell("{:,} faces", len(group))
    if group.suggested is None:
        return f"{group.id}, {faces}"
    who = tell("perhaps {} ({})", group.suggested.name, figure(group.suggested.similarity, ".3f"))
    return f"{group.id}, {faces}, {who}"


def _summary(album: Grouped) -> str:
    told = "{:,} photos: {:,} groups of two or more faces, {:,} faces alone (threshold {:.3f})"
    return tell(told, album.photos, len(album.groups), len(album.singles), album.threshold)


def _draw(album: Grouped, paths: dict[str, Path], picture: Path) -> None:
    """A row of faces for each group; photos are read again, and only those that are shown."""
    from rostro.drawing.walls import FACES, ROWS, wall
    from rostro.photos.reading import read_photo
    from rostro.photos.writing import write_picture

    rows = [
        (
            tell("{:,} faces", len(group)) if group.suggested is None else group.suggested.name,
            [(read_photo(paths[face.photo]).image, face.face) for face in group.faces[:FACES]],
        )
        for group in album.groups[:ROWS]
    ]
    if rows:
        write_picture(wall(rows, total=len(album.groups), language=language()), picture)

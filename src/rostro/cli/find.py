"""``rostro find``: all photos of one face among others, though nobody is enrolled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import on as elsewhere
from rostro.cli import options, output
from rostro.cli.albums import count_faces, count_photos
from rostro.cli.language import figure, language, tell, translated
from rostro.cli.listed import Listed
from rostro.cli.numbers import within
from rostro.core.ranges import SEARCH_RATE
from rostro.photos.listing import find_photos
from rostro.photos.writing import check_picture

if TYPE_CHECKING:
    from rostro.people.finding import Found, FoundFace

_Like = Annotated[
    list[Path],
    typer.Option("--like", help="A photo of the person who is looked for; several find more.", show_default=False),
]
_Fpir = Annotated[
    float | None,
    typer.Option(
        "--fpir",
        help="Of searches for somebody who is in no photo, this share finds a stranger, for example 0.01.",
        show_default="0.1, and never laxer than verify",
        **within(SEARCH_RATE),
    ),
]


def command(
    photos: options.Photos,
    like: _Like,
    face: options.Face = "dominant",
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
    fpir: _Fpir = None,
    quality: options.Quality = None,
    min_quality: options.MinQuality = None,
    picture: options.Picture = None,
    on: elsewhere.On = None,
    json: options.Json = False,
) -> None:
    """All photos of one face among others, the most alike first. Nobody has to be enrolled, and nothing is kept.

    How alike a face must be grows with the number of faces that are looked through. Exit code 0: somebody was found, 1:
    nobody, 2: a photo could not be used.

    Example: rostro find holidays/ --like ada.jpg

    Example: rostro find holidays/ --like ada.jpg --like ada2.jpg --picture found.png

    Example: rostro find holidays/ --like ada.jpg --json
    """
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, zone=zone, min_face=min_face, min_score=min_score, embedder=embedder,
        alignment=alignment, engine=engine, precision=precision, threshold=threshold, operating_point=operating_point,
        fpir=fpir, quality=quality, min_quality=min_quality, create_gallery=False,
    )  # fmt: skip
    check_picture(picture, *photos, *like, operating_point)
    rule = options.face_rule(face) or "dominant"
    left_out: list[Path] = []
    listed = Listed(find_photos(photos, on_other=left_out.append), remember=picture is not None)
    recognizer = elsewhere.on(recognizer, on)
    with output.progress() as bar:
        task = bar.add_task("", total=None)
        found = recognizer.like(like, listed, face=rule, on_photo=lambda: bar.advance(task))
    if picture is not None and found:
        _draw(found, listed.paths, picture)
    if json:
        output.print_json({**found.to_dict(), **output.not_pictures(left_out)})
    else:
        for one in found.faces:
            output.say(f"{one.photo}: {figure(one.similarity, '.3f')}")
        for one in found.unsure:
            output.note(_unsure(one))
        output.note(_summary(found))
    output.report_left_out(left_out)
    output.report_failures(found.failed)
    if found.failed:
        raise typer.Exit(output.NO_ANSWER)
    raise typer.Exit(output.YES if found else output.NO)


def _unsure(one: FoundFace) -> str:
    reason = "" if one.doubt is None else translated(one.doubt.reason)
    return tell("{} ({:.3f}): {}", one.photo, one.similarity, reason)


def _summary(found: Found) -> str:
    photos, faces = count_photos(found.photos + len(found.failed)), count_faces(found.searched)
    words = tell("{}, {}: {:,} like it (threshold {:.3f})", photos, faces, len(found), found.threshold)
    if found.search is None or found.strangers is None:
        return words
    rate = "{}; a search for somebody who is not there finds a stranger in {:.2%} of cases"
    beyond = "{}; a search for somebody who is not there finds a stranger in {:.2%} of cases, beyond what data can show"
    return tell(beyond if found.search.extrapolated else rate, words, found.search.fpir)


def _draw(found: Found, paths: dict[str, Path], picture: Path) -> None:
    """The faces found, each with its photo's name; photos are read again, and only those that are shown."""
    from rostro.drawing.hits import MOST, hits
    from rostro.photos.reading import read_photo
    from rostro.photos.writing import write_picture

    shown = [
        (Path(one.photo).name, one.similarity, read_photo(paths[one.photo]).image, one.face)
        for one in found.faces[:MOST]
    ]
    write_picture(hits(shown, total=len(found), language=language()), picture)

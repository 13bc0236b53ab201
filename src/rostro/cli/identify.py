"""``rostro identify``: who is in these photos?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import options, output
from rostro.cli.detect import exit_code
from rostro.photos.listing import find_photos
from rostro.recognition import answers
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.decisions import Identification
    from rostro.scoring.open_set import SearchRate


def command(
    photos: options.Photos,
    gallery: options.GalleryUrl = None,
    candidates: Annotated[int, typer.Option("--candidates", min=1, help="People to list per face.")] = 5,
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    embedder: options.Embedder = "sface",
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    threshold: options.Threshold = None,
    fmr: options.Fmr = None,
    operating_point: options.OperatingPointFile = None,
    collection: options.Collections = None,
    fpir: options.Fpir = None,
    quality: options.Quality = None,
    min_quality: options.MinQuality = None,
    picture: options.Picture = None,
    json: options.Json = False,
) -> None:
    """Who is in these photos? Every face is looked up; below the threshold it is unknown.

    The threshold grows with the number of people searched, so that a stranger is named in 1 % of searches at most.

    Exit code 0: somebody was recognised, 1: nobody, 2: a photo could not be used.

    Example: rostro identify party.jpg --gallery people.db --picture names.png

    Example: rostro identify door.jpg --collection staff --collection visitors

    Example: rostro identify door.jpg --gallery people.db --fpir 0.001
    """
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, embedder=embedder, alignment=alignment, engine=engine,
        precision=precision, threshold=threshold, fmr=fmr, operating_point=operating_point, gallery=gallery,
        fpir=fpir, quality=quality, min_quality=min_quality, create_gallery=False,
    )  # fmt: skip
    failed: list[Failure] = []
    answered: list[tuple[PhotoFaces, list[Identification]]] = []
    with recognizer.open():  # a gallery that is not there is an error, not an empty one
        search = recognizer.search_rate(collections=collection or None)
        for answer in recognizer.photos(find_photos(photos), keep=picture is not None):
            if isinstance(answer, Failure):
                failed.append(answer)
            else:
                row = recognizer.look_up(answer, candidates=candidates, collections=collection or None)
                answered.append((answer, row))
    if picture is not None:
        _draw(answered, picture)
    if search is not None and not json:
        output.note(_search_sentence(search))
    if json:
        output.print_json(answers.identification(answered, failed))
    else:
        for found, row in answered:
            output.say(f"{found.photo}: {', '.join(map(_sentence, row)) or 'no face'}")
    output.report_failures(failed)
    raise typer.Exit(exit_code(any(answer.name is not None for _, row in answered for answer in row), failed))


def _sentence(answer: Identification) -> str:
    if answer.name is not None:
        return f"{answer.name} ({answer.similarity:.3f})"
    if answer.doubt is not None:
        return f"unknown: {answer.doubt.reason}"
    best = answer.candidates[0] if answer.candidates else None
    return "unknown" if best is None else f"unknown (nearest {best.name}, {best.similarity:.3f})"


def _search_sentence(search: SearchRate) -> str:
    low, high = search.interval.low, search.interval.high
    beyond = "; beyond what the data can show" if search.extrapolated else ""
    return (
        f"{search.people} people searched ({search.templates} templates), threshold {search.threshold:.3f}: "
        f"a stranger is named in {search.fpir:.2%} (95 %: {low:.2%} to {high:.2%}{beyond})"
    )


def _draw(answered: list[tuple[PhotoFaces, list[Identification]]], picture: Path) -> None:
    from rostro.drawing.sheets import identification_sheet
    from rostro.photos.writing import write_picture

    write_picture(identification_sheet([(found.photo, found.kept_image, row) for found, row in answered]), picture)

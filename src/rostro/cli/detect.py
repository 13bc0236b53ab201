"""``rostro detect``: where are the faces?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rostro.cli import options, output
from rostro.cli.language import language, tell, translated
from rostro.cli.shown import Sheet, shown_face
from rostro.cli.streaming import Stream
from rostro.core.errors import BadInput
from rostro.detection.base import CROWDS
from rostro.drawing.sheets import detection_sheet
from rostro.photos.listing import find_photos
from rostro.photos.writing import check_picture
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rostro.core.types import Face


def command(
    photos: options.Photos,
    detector: options.Detectors = None,
    max_side: options.MaxSide = None,
    zone: options.Zone = None,
    min_face: options.MinFace = None,
    min_score: options.MinScore = None,
    embedder: options.Embedder = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    crowd: Annotated[
        bool, typer.Option("--crowd", help="Photos of many small faces: the detector eresfd at 2,048 pixels.")
    ] = False,
    picture: options.Picture = None,
    json: options.Json = False,
) -> None:
    """Find the faces of photos: box, score, landmarks.

    Of several detectors (--detector all: every one) each looks at the same photos; the picture shows them side by
    side, with times.

    Example: rostro detect party.jpg --picture boxes.png

    Example: rostro detect crowd.jpg --max-side 4000 --picture boxes.png

    Example: rostro detect stadium.jpg --crowd --min-face 10

    Example: rostro detect party.jpg --detector all --picture detectors.png
    """
    given: dict[str, Any] = {
        "embedder": embedder, "engine": engine, "precision": precision, "min_score": min_score, "max_side": max_side,
        "zone": zone, "min_face": min_face,
    }  # fmt: skip
    check_picture(picture, *photos)
    names = options.several(detector)
    if crowd:
        if names:
            raise BadInput("--crowd names the detector, and so does --detector: give one of them")
        names = [CROWDS]
    if names == ["all"] or len(names) > 1:
        chosen = None if names == ["all"] else names
        raise typer.Exit(_side_by_side(photos, chosen, picture, given, json=json))
    recognizer = options.make_recognizer(detector=names[0] if names else None, **given)
    told = Stream(json=json)
    sheet: Sheet[list[Face]] = Sheet(picture, find_photos(photos, on_other=told.left_out.append))
    with told:
        for answer in recognizer.photos(sheet.photos, embed=False, keep=sheet.keep):
            if isinstance(answer, Failure):
                told.fail(answer)
                continue
            told.answer(answer.to_dict, partial(_lines, answer), yes=bool(answer.faces))
            sheet.add(answer, lambda found: [shown_face(face, found) for face in found])
        sheet.draw(detection_sheet)
    if told.interrupted:
        sheet.draw(detection_sheet)
    told.end()


def _side_by_side(
    photos: list[Path], names: list[str] | None, picture: Path | None, given: dict[str, Any], *, json: bool
) -> int:
    """Several detectors on the same photos: a row per photo, a column per detector."""
    from rostro.evaluation.detectors import detect_with_all

    others: list[Path] = []
    found = detect_with_all(
        list(find_photos(photos, on_other=others.append)),
        detectors=names,
        max_side=given["max_side"],
        keep=picture is not None,
        make=lambda name: options.make_recognizer(detector=name, **given),
    )
    for name, reason in found.left_out.items():
        output.note(f"{name}: {tell('left out: {}', translated(str(reason)))}")
    if picture is not None and found.rows:
        from rostro.drawing.sheets import detector_sheet
        from rostro.photos.writing import write_picture

        rows = [
            (r.found.photo, r.detector, r.milliseconds, r.found.kept_image, [shown_face(f, r.found) for f in r.found])
            for r in found.rows
            if r.found.image is not None
        ]
        write_picture(
            detector_sheet(rows, total=len({r.found.photo for r in found.rows}), language=language()), picture
        )
    if json:
        output.print_json({**found.to_dict(), **output.not_pictures(others)})
    else:
        for row in found.rows:
            output.say(f"{row.found.photo}: {row.detector} {count_faces(len(row.found))}, {row.milliseconds:.0f} ms")
    output.report_left_out(others)
    output.report_failures(found.failed)
    return exit_code(any(row.found.faces for row in found.rows), list(found.failed))


def exit_code(yes: bool, failed: list[Failure]) -> int:
    """2 when a photo failed, else 0 for yes and 1 for no."""
    if failed:
        return output.NO_ANSWER
    return output.YES if yes else output.NO


def count_faces(faces: int) -> str:
    """How many faces, in words."""
    if faces < 2:
        return tell("1 face" if faces else "no face")
    return tell("{:,} faces", faces)


def _lines(answer: PhotoFaces) -> Iterator[str]:
    yield f"{answer.photo}: {count_faces(len(answer.faces))}"
    for face in answer.faces:
        x1, y1, x2, y2 = face.box
        box = tell("{:.0f},{:.0f} to {:.0f},{:.0f}  score {:.2f}", x1, y1, x2, y2, face.score)
        yield f"  {box}"

"""``rostro detect``: where are the faces?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from rostro.cli import options, output
from rostro.cli.language import language, tell, translated
from rostro.photos.listing import find_photos
from rostro.photos.writing import check_picture
from rostro.recognition import answers
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from pathlib import Path


def command(
    photos: options.Photos,
    detector: options.Detector = None,
    embedder: options.Embedder = "sface",
    engine: options.Engine = None,
    precision: options.Precision = None,
    threshold: options.Threshold = None,
    min_score: options.MinScore = None,
    max_side: options.MaxSide = None,
    picture: options.Picture = None,
    json: options.Json = False,
) -> None:
    """Find the faces of photos: box, score, landmarks.

    With --detector all every detector looks at the same photos; the picture shows them side by side, with times.

    Example: rostro detect party.jpg --picture boxes.png

    Example: rostro detect crowd.jpg --max-side 4000 --picture boxes.png

    Example: rostro detect party.jpg --detector all --picture detectors.png
    """
    given: dict[str, Any] = {
        "embedder": embedder, "engine": engine, "precision": precision, "threshold": threshold, "min_score": min_score,
        "max_side": max_side,
    }  # fmt: skip
    check_picture(picture, *photos)
    if detector == "all":
        raise typer.Exit(_with_all(photos, picture, given, json=json))
    recognizer = options.make_recognizer(detector=detector, **given)
    others: list[Path] = []
    listed = find_photos(photos, on_other=others.append)
    answered = list(recognizer.photos(listed, embed=False, keep=picture is not None))
    found = [answer for answer in answered if isinstance(answer, PhotoFaces)]
    failed = [answer for answer in answered if isinstance(answer, Failure)]
    if picture is not None:
        _draw(found, picture)
    if json:
        output.print_json({**answers.detection(found, failed), **output.not_pictures(others)})
    else:
        for answer in found:
            output.say(f"{answer.photo}: {count_faces(len(answer.faces))}")
            for face in answer.faces:
                x1, y1, x2, y2 = face.box
                box = tell("{:.0f},{:.0f} to {:.0f},{:.0f}  score {:.2f}", x1, y1, x2, y2, face.score)
                output.say(f"  {box}")
    output.report_left_out(others)
    output.report_failures(failed)
    raise typer.Exit(exit_code(any(answer.faces for answer in found), failed))


def _with_all(photos: list[Path], picture: Path | None, given: dict[str, Any], *, json: bool) -> int:
    """Every detector on the same photos: a row per photo, a column per detector."""
    from rostro.evaluation.detectors import detect_with_all

    others: list[Path] = []
    found = detect_with_all(
        list(find_photos(photos, on_other=others.append)),
        max_side=given["max_side"],
        keep=picture is not None,
        make=lambda name: options.make_recognizer(detector=name, **given),
    )
    for name, reason in found.left_out.items():
        output.note(f"{name}: {tell('left out: {}', translated(str(reason)))}")
    if picture is not None and found.rows:
        from rostro.drawing.sheets import detector_sheet
        from rostro.photos.writing import write_picture

        rows = [(r.found.photo, r.detector, r.milliseconds, r.found.kept_image, r.found.faces) for r in found.rows]
        write_picture(detector_sheet(rows, language=language()), picture)
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


def _draw(found: list[PhotoFaces], picture: Path) -> None:
    from rostro.drawing.sheets import detection_sheet
    from rostro.photos.writing import write_picture

    sheet = detection_sheet([(answer.photo, answer.kept_image, answer.faces) for answer in found], language=language())
    write_picture(sheet, picture)

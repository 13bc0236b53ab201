"""``rostro classify``: which celebrity is it, by the network's own class head?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rostro.cli import options, output
from rostro.cli.detect import count_faces, exit_code
from rostro.cli.language import figure
from rostro.photos.listing import find_photos
from rostro.recognition.celebrities import classify
from rostro.recognition.pipeline import Failure


def command(
    photos: options.Photos,
    embedder: Annotated[str, typer.Option("--embedder", help="A network with a class head.")] = "vggface2_resnet50",
    top: Annotated[int, typer.Option("--top", min=1, help="Names per face.")] = 5,
    detector: options.Detector = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    json: options.Json = False,
) -> None:
    """Name the celebrities that a network was trained on, with probabilities: the five most probable of each face.

    Such a network always names somebody: of a stranger it names whom they resemble. To recognise your own people use
    enroll and identify.

    Example: rostro classify film.jpg --embedder vggface2_resnet50
    """
    recognizer = options.make_recognizer(
        detector=detector, embedder=embedder, alignment=alignment, engine=engine, precision=precision
    )
    others: list[Path] = []
    answers = list(classify(recognizer, find_photos(photos, on_other=others.append), top=top))
    failed = [answer for answer in answers if isinstance(answer, Failure)]
    rows = [answer for answer in answers if not isinstance(answer, Failure)]
    if json:
        found = [row.to_dict() for row in rows]
        failures = [each.to_dict() for each in failed]
        output.print_json({"photos": found, "failed": failures, **output.not_pictures(others)})
    else:
        for row in rows:
            output.say(f"{row.photo}: {count_faces(len(row.faces))}")
            for classes in row.classes:
                output.say("  " + ", ".join(f"{name} {figure(probability, '.1%')}" for name, probability in classes))
    output.report_left_out(others)
    output.report_failures(failed)
    raise typer.Exit(exit_code(any(row.faces for row in rows), failed))

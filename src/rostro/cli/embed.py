"""``rostro embed``: the vectors of faces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rostro.cli import options, output
from rostro.cli.detect import exit_code
from rostro.imaging.listing import find_photos
from rostro.recognition import answers
from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.recognition.tables import writer_for


def command(
    photos: options.Photos,
    detector: options.Detector = None,
    embedder: options.Embedder = "sface",
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    threshold: options.Threshold = None,
    output_file: Annotated[
        Path | None, typer.Option("--output", help="Write a table of faces: .npz or .parquet.", show_default=False)
    ] = None,
    json: options.Json = False,
) -> None:
    """The vector of every face of photos.

    Example: rostro embed album/ --output faces.npz
    """
    write = None if output_file is None else writer_for(output_file)
    faces = options.make_recognizer(
        detector=detector, embedder=embedder, alignment=alignment, engine=engine, precision=precision,
        threshold=threshold,
    )  # fmt: skip
    answered = list(faces.photos(find_photos(photos)))
    found = [answer for answer in answered if isinstance(answer, PhotoFaces)]
    failed = [answer for answer in answered if isinstance(answer, Failure)]
    if write is not None and output_file is not None:
        write(output_file, found, faces.space)
    if json:
        output.print_json(answers.embedding(faces.space, found, failed))
    else:
        count = sum(len(answer.faces) for answer in found)
        output.say(f"{count} faces of {len(found)} photos, space {faces.space}")
    output.report_failures(failed)
    raise typer.Exit(exit_code(any(answer.faces for answer in found), failed))

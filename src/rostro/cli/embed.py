"""``rostro embed``: the vectors of faces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rostro.cli import options, output
from rostro.cli.detect import exit_code, photo_json
from rostro.imaging.listing import find_photos
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
    answers = list(faces.photos(find_photos(photos)))
    found = [answer for answer in answers if isinstance(answer, PhotoFaces)]
    failed = [answer for answer in answers if isinstance(answer, Failure)]
    if write is not None and output_file is not None:
        write(output_file, found, faces.space)
    if json:
        output.print_json(
            {
                "space": faces.space,
                "photos": [photo_json(answer, _faces(answer)) for answer in found],
                "failed": [failure.to_json() for failure in failed],
            }
        )
    else:
        count = sum(len(answer.faces) for answer in found)
        output.say(f"{count} faces of {len(found)} photos, space {faces.space}")
    output.report_failures(failed)
    raise typer.Exit(exit_code(any(answer.faces for answer in found), failed))


def _faces(answer: PhotoFaces) -> list[dict[str, object]]:
    return [
        {**face.to_json(), "embedding": [round(float(v), 6) for v in row]}
        for face, row in zip(answer.faces, answer.embeddings, strict=True)
    ]

"""``rostro embed``: the vectors of faces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import options, output
from rostro.cli.detect import exit_code
from rostro.errors import BadInput
from rostro.imaging.listing import find_photos
from rostro.recognition import answers
from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.recognition.tables import writer_for

if TYPE_CHECKING:
    from rostro.recognition.recognizer import Recognizer

MOST_BARCODES = 2


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
    picture: options.Picture = None,
    json: options.Json = False,
) -> None:
    """The vector of every face of photos.

    The picture draws the representation as a bar code; of two photos both, their difference and their distances.

    Example: rostro embed album/ --output faces.npz

    Example: rostro embed a.jpg b.jpg --picture barcodes.png
    """
    write = None if output_file is None else writer_for(output_file)
    faces = options.make_recognizer(
        detector=detector, embedder=embedder, alignment=alignment, engine=engine, precision=precision,
        threshold=threshold,
    )  # fmt: skip
    answered = list(faces.photos(find_photos(photos), keep=picture is not None))
    found = [answer for answer in answered if isinstance(answer, PhotoFaces)]
    failed = [answer for answer in answered if isinstance(answer, Failure)]
    if write is not None and output_file is not None:
        write(output_file, found, faces.space)
    if picture is not None:
        _draw(faces, found, picture)
    if json:
        output.print_json(answers.embedding(faces.space, found, failed))
    else:
        count = sum(len(answer.faces) for answer in found)
        output.say(f"{count} faces of {len(found)} photos, space {faces.space}")
    output.report_failures(failed)
    raise typer.Exit(exit_code(any(answer.faces for answer in found), failed))


def _draw(faces: Recognizer, found: list[PhotoFaces], picture: Path) -> None:
    """Bar codes of the first face of one photo, or of two."""
    from rostro.imaging.barcode import barcode, barcode_pair
    from rostro.imaging.writing import write_picture

    shown = [answer for answer in found if answer.faces]
    if not 1 <= len(shown) <= MOST_BARCODES:
        raise BadInput(f"a bar code shows the face of one photo or of two, not of {len(shown)}")
    vectors = [faces.embedder.represent(answer.kept_crops[:1])[0] for answer in shown]
    names = [f"{answer.photo}, {faces.embedder_name}" for answer in shown]
    if len(shown) == 1:
        write_picture(barcode(vectors[0], name=names[0]), picture)
    else:
        write_picture(barcode_pair(vectors[0], vectors[1], names=(names[0], names[1])), picture)

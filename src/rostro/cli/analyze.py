"""``rostro analyze``: what do the faces look like?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rostro.cli import options
from rostro.cli.describe import label, spoken
from rostro.cli.detect import count_faces
from rostro.cli.language import tell
from rostro.cli.shown import Sheet, shown_face
from rostro.cli.streaming import Stream
from rostro.drawing.described import analysis_sheet
from rostro.photos.listing import find_photos
from rostro.photos.writing import check_picture
from rostro.recognition.analysis import PhotoAnalysis
from rostro.recognition.describing import KNOWN
from rostro.recognition.pipeline import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.core.types import Face
    from rostro.drawing.faces import Kind
    from rostro.recognition.pipeline import PhotoFaces

What = Annotated[
    list[str] | None,
    typer.Option(
        "--what",
        help="What is asked: age, gender, mask, eyes, pose, quality, liveness; commas between them, or given several "
        "times.",
        show_default="all of them",
    ),
]


def command(
    photos: options.Photos,
    what: What = None,
    checkpoint: options.Checkpoint = None,
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    zone: options.Zone = None,
    min_face: options.MinFace = None,
    min_score: options.MinScore = None,
    embedder: options.Embedder = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    picture: options.Picture = None,
    json: options.Json = False,
) -> None:
    """What do the faces look like? Age, gender, mask, pose, eyes, quality, and whether they look alive.

    Each with how sure it is: an age with the years between which four in five such people are; a gender only of adults,
    and only where it is right nearly always. Nothing is said of race, and nothing of feelings. A checkpoint of 'rostro
    train attributes' says of each face what it learned, too.

    Example: rostro analyze party.jpg --picture ages.png

    Example: rostro analyze photos/ --what age,mask --json

    Example: rostro analyze party.jpg --what age --checkpoint attributes/
    """
    check_picture(picture, *photos)
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, zone=zone, min_face=min_face, min_score=min_score, embedder=embedder,
        engine=engine, precision=precision,
    )  # fmt: skip
    told = Stream(json=json)
    asked: list[Any] = list(KNOWN) if what is None else options.several(what)
    if checkpoint is not None:
        from rostro.training.predictor import CheckpointAttributes

        asked.append(CheckpointAttributes(checkpoint, recognizer))
    sheet: Sheet[list[tuple[Face, str, Kind]]] = Sheet(picture, find_photos(photos, on_other=told.left_out.append))
    with told:
        for answer in recognizer.analyses(sheet.photos, what=asked, keep=sheet.keep):
            if isinstance(answer, Failure):
                told.fail(answer)
                continue
            told.answer(answer.to_dict, partial(_lines, answer), yes=bool(answer.faces))
            sheet.add(answer, _row)
        sheet.draw(analysis_sheet)
    if told.interrupted:
        sheet.draw(analysis_sheet)
    told.end()


def _lines(answer: PhotoAnalysis) -> Iterator[str]:
    yield f"{answer.photo}: {count_faces(len(answer.faces))}"
    for face in answer.analyses:
        x1, y1, x2, y2 = face.face.box
        yield f"  {tell('{:.0f},{:.0f} to {:.0f},{:.0f}  score {:.2f}', x1, y1, x2, y2, face.face.score)}"
        for line in spoken(face):
            yield f"    {line}"


def _row(found: PhotoFaces) -> list[tuple[Face, str, Kind]]:
    """The faces, with a few words on each."""
    analyses = found.analyses if isinstance(found, PhotoAnalysis) else []
    return [
        (
            shown_face(face.face, found),
            label(face),
            "unknown" if face.liveness is not None and not face.liveness else "neutral",
        )
        for face in analyses
    ]

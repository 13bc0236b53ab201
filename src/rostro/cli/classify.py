"""``rostro classify``: which celebrity is it, by the network's own class head?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import options
from rostro.cli.detect import count_faces
from rostro.cli.language import figure
from rostro.cli.streaming import Stream
from rostro.photos.listing import find_photos
from rostro.recognition.celebrities import classify
from rostro.recognition.pipeline import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognition.celebrities import NamedFaces


def command(
    photos: options.Photos,
    embedder: Annotated[str, typer.Option("--embedder", help="A network with a class head.")] = "vggface2_resnet50",
    candidates: options.Candidates = 5,
    face: options.FaceOfMany = None,
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    min_score: options.MinScore = None,
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
        detector=detector, max_side=max_side, min_score=min_score, embedder=embedder, alignment=alignment,
        engine=engine, precision=precision,
    )  # fmt: skip
    with Stream(json=json) as told:
        listed = find_photos(photos, on_other=told.left_out.append)
        for answer in classify(recognizer, listed, top=candidates, face=options.face_rule(face)):
            if isinstance(answer, Failure):
                told.fail(answer)
            else:
                told.answer(answer.to_dict, partial(_lines, answer), yes=bool(answer.faces))
    told.end()


def _lines(answer: NamedFaces) -> Iterator[str]:
    yield f"{answer.photo}: {count_faces(len(answer.faces))}"
    for classes in answer.classes:
        yield "  " + ", ".join(f"{name} {figure(probability, '.1%')}" for name, probability in classes)

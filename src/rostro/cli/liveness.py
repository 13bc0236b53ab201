"""``rostro liveness``: is it a living person, or a picture of one?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rostro.cli import options, output
from rostro.cli.language import tell
from rostro.cli.shown import Sheet, shown_face
from rostro.cli.streaming import Stream
from rostro.drawing.sheets import liveness_sheet
from rostro.photos.listing import find_photos
from rostro.photos.writing import check_picture
from rostro.recognition.living import living
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.core.liveness import Liveness
    from rostro.core.types import Face
    from rostro.liveness.point import LivenessPoint


def command(
    photos: options.Photos,
    liveness: options.Liveness = None,
    face: options.FaceOfMany = None,
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    min_score: options.MinScore = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    picture: options.Picture = None,
    json: options.Json = False,
) -> None:
    """Does each face look like a living person's, or like one on paper or on a screen?

    A sign, not security: some pictures do pass, and what is printed says how many did, of how few. Exit code 0: every
    face looks alive, 1: one does not, or there is none, 2: a photo could not be used.

    Example: rostro liveness door.jpg --picture answer.png

    Example: rostro liveness selfies/ --json

    Example: rostro liveness door.jpg --liveness ours.json
    """
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, min_score=min_score, engine=engine, precision=precision,
        liveness=liveness,
    )  # fmt: skip
    check_picture(picture, *photos)
    told = Stream(json=json)
    sheet: Sheet[list[tuple[Face, Liveness]]] = Sheet(picture, find_photos(photos, on_other=told.left_out.append))
    alive: list[bool] = []
    with told:
        rule = options.face_rule(face)
        for answer in recognizer.photos(sheet.photos, embed=False, face=rule, keep=sheet.keep, liveness=True):
            if isinstance(answer, Failure):
                told.fail(answer)
                continue
            alive += [life.live for life in answer.liveness] or [False]
            told.answer(partial(living, answer), partial(_lines, answer), yes=all(alive))
            sheet.add(answer, _shown)
        sheet.draw(liveness_sheet)
    if told.interrupted:
        sheet.draw(liveness_sheet)
    if alive and not json:
        output.note(_measured(recognizer.liveness_judge.point))
    told.end(yes=all(alive) and bool(alive))


def _shown(found: PhotoFaces) -> list[tuple[Face, Liveness]]:
    return [(shown_face(face, found), life) for face, life in zip(found.faces, found.liveness, strict=True)]


def _lines(found: PhotoFaces) -> Iterator[str]:
    if not found.faces:
        yield f"{found.photo}: {tell('no face')}"
    for face, life in zip(found.faces, found.liveness, strict=True):
        told = tell("looks alive ({:.3f})" if life else "does not look alive ({:.3f})", life.score)
        of = f" {tell('{:.0f},{:.0f} to {:.0f},{:.0f}', *face.box)}:" if len(found.faces) > 1 else ""  # which of them
        yield f"{found.photo}:{of} {told}"


def _measured(point: LivenessPoint) -> str:
    """How often it was wrong, where it was measured."""
    worst = max(point.errors.attacks.values(), key=lambda rate: rate.rate)
    living, (low, high), (least, most) = point.errors.living, worst.interval, point.errors.living.interval
    told = (
        "a sign, not security: {:.1%} of the attacks passed (95 %: {:.1%} to {:.1%}; {:,} attacks), "
        "{:.1%} of the living were refused ({:.1%} to {:.1%}; {:,} people and films)"
    )
    return tell(told, worst.rate, low, high, worst.subjects, living.rate, least, most, living.subjects)

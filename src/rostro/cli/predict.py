"""``rostro predict``: what does a checkpoint say about these photos?"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rostro.cli import options
from rostro.cli.language import figure, language, tell
from rostro.cli.streaming import Stream
from rostro.cli.train import shown
from rostro.core.errors import BadInput
from rostro.drawing.shapes import BLUE, GREEN, PAPER
from rostro.drawing.sheets import MOST_PHOTOS
from rostro.photos.listing import find_photos
from rostro.photos.reading import name_of, read_photo
from rostro.photos.writing import check_picture, write_picture
from rostro.recognition.pipeline import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rostro.core.types import Image
    from rostro.training.base import Prediction

_SHOWN = 3
#: Widths of the picture's parts in pixels, and how many probabilities it shows.
_PHOTO, _COLUMN, _LABEL, _FIGURE, _BARS = 420, 660, 300, 80, 8
_TRACK = (226, 229, 233)


def command(
    photos: options.Photos,
    checkpoint: options.Checkpoint = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    picture: options.Picture = None,
    json: options.Json = False,
) -> None:
    """Names or attributes of photos, by a checkpoint that was trained here.

    Example: rostro predict party.jpg --checkpoint trained/ --picture answer.png
    """
    from rostro.training.run import open_checkpoint, predict

    if checkpoint is None:
        raise BadInput("--checkpoint says what is asked: a folder that 'rostro train' wrote")
    recognizer = options.make_recognizer(engine=engine, precision=precision)
    check_picture(picture, *photos)
    read = open_checkpoint(checkpoint)
    kept: list[Prediction] = []
    with shown() as seen, Stream(json=json, head=lambda: {"recipe": read.card.recipe}) as told:
        on_photo = None if sys.stdout.isatty() else seen.photo  # the answers themselves show how far it is
        listed = list(find_photos(photos, on_other=told.left_out.append))
        for answer in predict(read, listed, recognizer=recognizer, on_photo=on_photo):
            if isinstance(answer, Failure):
                told.fail(answer)
                continue
            told.answer(answer.to_dict, partial(_lines, answer), yes=bool(answer.labels))
            if picture is not None and len(kept) < MOST_PHOTOS:
                kept.append(answer)
        if picture is not None and kept:
            write_picture(_sheet(kept, {name_of(path): path for path in listed}, told.photos), picture)
    told.end()


def _lines(answer: Prediction) -> list[str]:
    return [f"{answer.photo}: {_labels(answer)} ({_shown(answer)})"]


def _labels(answer: Prediction) -> str:
    return ", ".join(answer.labels) or tell("none of the known")


def _shown(answer: Prediction) -> str:
    return ", ".join(f"{name} {figure(value, '.3f')}" for name, value in answer.probabilities[:_SHOWN])


def _sheet(answers: Sequence[Prediction], files: Mapping[str, Path], total: int) -> Image:
    """One answer under the other: the photo with the face that was looked at; beside it the answer and its reasons.

    Args:
        answers: What is shown.
        files: The photos, by their names in answers.
        total: How many answers there were.
    """
    from rostro.core.types import Face
    from rostro.core.words import count
    from rostro.drawing.faces import mark_faces
    from rostro.drawing.layout import GAP, MARGIN, SMALL, below, beside, fit, framed, line
    from rostro.drawing.words import say

    blocks = []
    for answer in answers:
        faces = [] if answer.box is None else [Face(answer.box, 1.0)]
        image, faces = fit(read_photo(files[answer.photo]).image, faces, _PHOTO, _PHOTO)
        mark_faces(image, faces, kinds=["match" if answer.labels else "unknown"] * len(faces))
        column = np.full((_PHOTO, _PHOTO, 3), PAPER, np.uint8)
        column[: image.shape[0], : image.shape[1]] = image
        blocks.append(beside([column[: image.shape[0]], _words(answer)], GAP))
    if total > len(answers):
        note = say("left_out", language(), count(len(answers), language()), count(total, language()))
        blocks.append(line(note, SMALL, _PHOTO + GAP + _COLUMN))
    return framed(below(blocks, 2 * GAP), MARGIN)


def _words(answer: Prediction) -> Image:
    """The photo's name, the answer, and a bar for each of the highest probabilities."""
    from rostro.drawing.layout import SMALL, TEXT, below, line, paragraph

    bars = [_bar(name, value, name in answer.labels) for name, value in answer.probabilities[:_BARS]]
    head = [line(Path(answer.photo).name, SMALL, _COLUMN), paragraph(_plain(_labels(answer)), TEXT, _COLUMN)]
    return below([*head, *bars], 8)


def _bar(name: str, value: float, taken: bool) -> Image:
    from rostro.drawing.layout import SMALL, beside, blank, line

    label = line(_plain(name), SMALL, _LABEL)
    track = blank(_COLUMN - _LABEL - _FIGURE - 16, label.shape[0])
    thick = slice(label.shape[0] // 2 - 6, label.shape[0] // 2 + 6)
    track[thick] = _TRACK
    track[thick, : round(value * track.shape[1])] = GREEN if taken else BLUE
    return beside([label, track, line(figure(value, ".3f"), SMALL, _FIGURE)], 8)


def _plain(text: str) -> str:
    """Names as people write them."""
    return text.replace("_", " ")

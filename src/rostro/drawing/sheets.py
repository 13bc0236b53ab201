"""Sheets that show an answer: the faces found, two photos compared, the people recognised."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rostro.core.errors import BadInput
from rostro.core.types import Face, check_image
from rostro.core.words import Language, count
from rostro.drawing.faces import Kind, draw_faces, draw_mark, mark_faces
from rostro.drawing.layout import (
    GAP,
    MARGIN,
    SMALL,
    TEXT,
    TITLE,
    WIDTH,
    below,
    beside,
    blank,
    centred,
    fit,
    framed,
    line,
    paragraph,
)
from rostro.drawing.scorebar import score_bar, signed
from rostro.drawing.shapes import MUTED, TILE
from rostro.drawing.text import text_width
from rostro.drawing.words import say, say_doubt, say_faces, say_false_match_rate, say_search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.decisions import Decided, Identification, Verification
    from rostro.core.liveness import Liveness
    from rostro.core.person_decision import PersonVerification
    from rostro.core.types import Crops, Image

#: Photos on one contact sheet; more would make it too large to look at.
MOST_PHOTOS: Final = 200
#: Side of a contact sheet's tiles: so that the sheet is about this wide, within bounds.
LARGEST_TILE: Final = 520
_SMALLEST_TILE, _USUAL_WIDTH = 220, 2600
_CROP = 200


@dataclass(frozen=True, slots=True)
class _Cell:
    """One photo of a sheet and what is drawn on it."""

    name: str
    note: str
    image: Image
    faces: Sequence[Face]
    labels: Sequence[str]
    kinds: Sequence[Kind] = field(default_factory=list)


def detection_sheet(
    photos: Sequence[tuple[str, Image, Sequence[Face]]], *, total: int | None = None, language: Language = "en"
) -> Image:
    """The faces found: one photo at its own size, or several as a contact sheet.

    Args:
        photos: (name, RGB image, faces) of each; the name is any text, also "yunet, 4 ms" to compare detectors.
        total: How many photos there were, where these are the first of them; None: these are all.
        language: Of the captions.

    Returns:
        RGB uint8. Of more than `MOST_PHOTOS` photos the first are shown, and the sheet says so.

    Raises:
        BadInput: No photos; not an image; another language than ``en`` or ``es``.
    """
    told: list[tuple[str, Image, list[tuple[Face, str, Kind]]]] = [
        (name, image, [(face, signed(face.score, 2, language), "neutral") for face in faces])
        for name, image, faces in photos[:MOST_PHOTOS]
    ]
    return told_sheet(told, total=total or len(photos), language=language)


def told_sheet(
    photos: Sequence[tuple[str, Image, Sequence[tuple[Face, str, Kind]]]], *, total: int | None, language: Language
) -> Image:
    """Some words on each face: photos of (face, what is said of it, how it is marked); else as `detection_sheet`."""
    cells = [
        _Cell(
            name,
            say_faces(len(told), language),
            image,
            [face for face, _, _ in told],
            [label for _, label, _ in told],
            [kind for _, _, kind in told],
        )
        for name, image, told in photos[:MOST_PHOTOS]
    ]
    return _contact_sheet(cells, total or len(photos), language)


def detector_sheet(
    rows: Sequence[tuple[str, str, float, Image, Sequence[Face]]],
    *,
    total: int | None = None,
    language: Language = "en",
) -> Image:
    """What several detectors found: a row per photo, a column per detector.

    Args:
        rows: (photo, detector, milliseconds, RGB image, faces) of each answer.
        total: How many photos there were, where these are the first of them; None: these are all.
        language: Of the captions.

    Returns:
        RGB uint8. A detector that gave no answer about a photo leaves its place empty. Of more than `MOST_PHOTOS`
        answers the first photos are shown, and the sheet says so.

    Raises:
        BadInput: No answers; not an image; another language than ``en`` or ``es``.
    """
    if not rows:
        raise BadInput("a sheet shows at least one photo")
    detectors = sorted({detector for _, detector, *_ in rows})
    photos = list(dict.fromkeys(photo for photo, *_ in rows))
    shown = photos[: max(1, MOST_PHOTOS // len(detectors))]
    side = min(LARGEST_TILE, max(_SMALLEST_TILE, _USUAL_WIDTH // len(detectors)))
    answers = {(photo, detector): (time, image, faces) for photo, detector, time, image, faces in rows}
    blocks = [beside([line(name, SMALL, side, bold=True) for name in detectors], GAP)]
    for photo in shown:
        cells = []
        for detector in detectors:
            if (photo, detector) in answers:
                milliseconds, image, faces = answers[photo, detector]
                labels = [signed(face.score, 2, language) for face in faces]
                note = f"{say_faces(len(faces), language)}, {milliseconds:.0f} ms"
                cells.append(_Cell(note, "", image, faces, labels, ["neutral"] * len(faces)))
            else:
                cells.append(_Cell("", "", blank(side, side // 2, TILE), [], []))
        width = len(detectors) * (side + GAP) - GAP
        blocks += [line(photo, SMALL, width, MUTED), _row(cells, side)]
    if (total or len(photos)) > len(shown):
        note = say("left_out", language, count(len(shown), language), count(total or len(photos), language))
        blocks.append(line(note, SMALL, text_width(note, SMALL) + SMALL, MUTED))
    return framed(below(blocks, GAP // 2), GAP)


def identification_sheet(
    photos: Sequence[tuple[str, Image, Sequence[Identification]]],
    *,
    total: int | None = None,
    language: Language = "en",
) -> Image:
    """Who is who: names and scores; strangers have another colour and other lines, doubles a question mark.

    Args:
        photos: (name, RGB image, identifications) of each.
        total: How many photos there were, where these are the first of them; None: these are all.
        language: Of the captions.

    Returns:
        RGB uint8. Of more than `MOST_PHOTOS` photos the first are shown, and the sheet says so.

    Raises:
        BadInput: No photos; not an image; another language than ``en`` or ``es``.
    """
    cells = []
    for name, image, found in photos[:MOST_PHOTOS]:
        kinds: list[Kind] = ["unknown" if one.name is None else "match" for one in found]
        labels = [_name_and_score(one, language) for one in found]
        thresholds = {signed(one.operating_point.threshold, 3, language) for one in found}
        searches = [say_search(one.search, language) for one in found[:1] if one.search]
        told = [say("threshold", language, threshold) for threshold in thresholds]
        note = ", ".join([say_faces(len(found), language), *told, *searches])
        cells.append(_Cell(name, note, image, [one.face for one in found], labels, kinds))
    return _contact_sheet(cells, total or len(photos), language)


def liveness_sheet(
    photos: Sequence[tuple[str, Image, Sequence[tuple[Face, Liveness]]]],
    *,
    total: int | None = None,
    language: Language = "en",
) -> Image:
    """Which faces look alive; the others have another colour and other lines.

    Args:
        photos: (name, RGB image, faces and what was said of each) of each.
        total: How many photos there were, where these are the first of them; None: these are all.
        language: Of the captions.

    Returns:
        RGB uint8. Of more than `MOST_PHOTOS` photos the first are shown, and the sheet says so.

    Raises:
        BadInput: No photos; not an image; another language than ``en`` or ``es``.
    """
    cells = []
    for name, image, found in photos[:MOST_PHOTOS]:
        kinds: list[Kind] = ["match" if life else "unknown" for _, life in found]
        labels = [say("live" if life else "not_live", language, signed(life.score, 2, language)) for _, life in found]
        note = f"{say_faces(len(found), language)}, {say('a_sign', language)}"
        cells.append(_Cell(name, note, image, [face for face, _ in found], labels, kinds))
    return _contact_sheet(cells, total or len(photos), language)


def verification_sheet(
    verification: Verification | PersonVerification,
    photos: Sequence[tuple[str, Image]],
    crops: Crops | None = None,
    *,
    details: str = "",
    language: Language = "en",
) -> Image:
    """The photos, the faces compared, their aligned crops, the score on its scale and what it means.

    Args:
        verification: The answer.
        photos: (name, RGB image) of each: two, or the one that was compared with a person.
        crops: (photos, h, w, 3) uint8, the aligned crops that were compared; None leaves them out.
        details: One more line, for example which models were used.
        language: ``en`` or ``es``.

    Returns:
        RGB uint8, 1,200 pixels wide.

    Raises:
        BadInput: Not an image; another language.
    """
    kind: Kind = "match" if verification.same else "unknown"
    cells = [
        _Cell(name, "", image, [face], [""], [kind])
        for (name, image), face in zip(photos, verification.faces, strict=True)
    ]
    shown = [] if crops is None else [fit(check_image(crop), [], _CROP, _CROP)[0] for crop in crops]
    bar_width = WIDTH - sum(crop.shape[1] + GAP for crop in shown)
    blocks = [
        _headline(_verdict(verification, language), kind),
        _row(cells, (WIDTH - GAP) // 2),
        beside([*shown, score_bar(verification, kind, bar_width, _CROP, language)], GAP),
        paragraph(_meaning(verification, language), TEXT, WIDTH),
    ]
    if details:
        blocks.append(paragraph(details, SMALL, WIDTH, MUTED))
    return framed(below(blocks, GAP), MARGIN)


def _name_and_score(found: Identification, language: Language) -> str:
    name = say("unknown", language) if found.name is None else found.name
    if found.doubt is not None:
        return f"{name}: {say('the_face', language).lower()} {say(found.doubt.kinds[0], language)}"
    odd = " ?" if any(remark.kind == "twice" for remark in found.remarks) else ""
    return name if found.similarity is None else f"{name} {signed(found.similarity, 2, language)}{odd}"


def _verdict(verification: Verification | PersonVerification, language: Language) -> str:
    if verification.doubt is not None:
        return say("undecided", language)
    if len(verification.faces) == 2:
        return say("same" if verification.same else "different", language)
    return say("that_person" if verification.same else "other_person", language, verification.person)


def _meaning(verification: Decided, language: Language) -> str:
    if verification.doubt is not None:
        return say_doubt(verification.doubt, language)
    return say_false_match_rate(verification.operating_point, language)


def _headline(text: str, kind: Kind) -> Image:
    block = blank(round(TITLE * 1.2), round(TITLE * 1.4))
    draw_mark(block, (TITLE * 0.4, TITLE * 0.72), TITLE * 0.32, kind)
    return beside([block, line(text, TITLE, WIDTH - block.shape[1], bold=True)], 0)


def _contact_sheet(cells: Sequence[_Cell], total: int, language: Language) -> Image:
    if not cells:
        raise BadInput("a sheet shows at least one photo")
    for cell in cells:
        check_image(cell.image)
    if len(cells) == 1:
        return _single(cells[0])
    columns = math.ceil(math.sqrt(len(cells) * 1.4))
    side = min(LARGEST_TILE, max(_SMALLEST_TILE, _USUAL_WIDTH // columns))
    rows = [_row(cells[first : first + columns], side) for first in range(0, len(cells), columns)]
    if total > len(cells):
        note = say("left_out", language, count(len(cells), language), count(total, language))
        rows.append(line(note, SMALL, text_width(note, SMALL) + SMALL, MUTED))
    return framed(below(rows, GAP), GAP)


def _single(cell: _Cell) -> Image:
    """A photo at its own size, and under it a caption that grows with it."""
    drawn = draw_faces(cell.image, cell.faces, cell.labels, kinds=cell.kinds)
    size = max(16, round(max(drawn.shape[:2]) / 48))
    return below([drawn, framed(_caption(cell, drawn.shape[1] - size, size), size // 2)], 0)


def _row(cells: Sequence[_Cell], side: int) -> Image:
    """Photos next to each other on tiles of one height, with their captions."""
    marked = []
    for cell in cells:
        picture, faces = fit(check_image(cell.image), cell.faces, side, side)
        marked.append(mark_faces(picture, faces, cell.labels, kinds=cell.kinds))
    tallest = max(picture.shape[0] for picture in marked)
    tiles = []
    for cell, picture in zip(cells, marked, strict=True):
        tile = centred(picture, side, tallest, TILE)
        tiles.append(below([tile, _caption(cell, side, SMALL)], SMALL // 2))
    return beside(tiles, GAP)


def _caption(cell: _Cell, width: int, size: int) -> Image:
    width = max(1, width)
    notes = [line(cell.note, size, width, MUTED)] if cell.note else []
    return below([line(cell.name, size, width, bold=True), *notes], 0)

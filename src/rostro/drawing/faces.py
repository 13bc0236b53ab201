"""Faces drawn on their photo: boxes, landmarks and labels that can be read on any background and at any size."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from PIL import Image as Pillow

from rostro.core.errors import BadInput
from rostro.core.types import Face, check_image
from rostro.drawing.labels import distance, head_of, overlap, place_labels
from rostro.drawing.shapes import BLUE, GREEN, INK, PAPER, VERMILLION, Box, Colour, disc, rounded_box, segment
from rostro.drawing.text import draw_text, shorten, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Image

Kind = Literal["match", "unknown", "neutral"]

#: A kind is told by its shape as well as by its colour.
COLOURS: Final[dict[Kind, Colour]] = {"match": GREEN, "unknown": VERMILLION, "neutral": BLUE}
_OPENING: Final[dict[Kind, float]] = {"match": 0.0, "unknown": 0.5, "neutral": 0.0}
#: Pictures with no side this long are enlarged before text is put on them.
_SHORTEST_LONG_SIDE = 480
#: Longest label, in widths of the letter M; shorter where labels would cover the neighbours.
_LETTERS, _LETTERS_IN_CROWD, _CROWD = 16, 9, 12
#: Further than so many letter sizes from its face, a label has a line to it.
_FAR: Final = 1.2
#: Below so many faces letters are no smaller than this part of the longer side.
_SMALLEST: Final = ((5, 45), (_CROWD, 60), (math.inf, 85))


def draw_faces(
    image: Image,
    faces: Sequence[Face],
    labels: Sequence[str] | None = None,
    *,
    kinds: Sequence[Kind] | None = None,
) -> Image:
    """A copy of the photo with boxes, landmarks and labels.

    Lines and letters grow with the picture, letters also with the faces. A box is a coloured line on a wider white
    one, so it stands out from any background; the box of an unknown face is four corner brackets. A photo with no
    side of 480 pixels is enlarged by a whole factor first. A label covers no face while the picture has room for it: it
    stands under its face, above the head, or beside it; elsewhere, with a line to its face, where others leave no room
    there; and where there is none at all, in a strip below the photo.

    Args:
        image: RGB uint8 (H, W, 3); not changed.
        faces: In pixels of `image`; may reach outside of it.
        labels: One for each face, any text; "" for none. None draws no labels.
        kinds: One for each face; None makes all of them ``neutral``.

    Returns:
        RGB uint8, as large as `image` or a whole multiple of it; higher where there is a strip.

    Raises:
        BadInput: Not an image; not as many labels or kinds as faces; a kind that there is not.
    """
    check_image(image)
    factor = math.ceil(_SHORTEST_LONG_SIDE / max(image.shape[:2]))
    canvas = image.copy() if factor == 1 else resize(image, image.shape[1] * factor, image.shape[0] * factor)
    return mark_faces(canvas, [scale_face(face, factor) for face in faces], labels, kinds=kinds)


def mark_faces(
    canvas: Image,
    faces: Sequence[Face],
    labels: Sequence[str] | None = None,
    *,
    kinds: Sequence[Kind] | None = None,
) -> Image:
    """As `draw_faces`, but onto the picture itself, whatever its size.

    Returns:
        The picture; a higher one where a label needs a strip below it.

    Raises:
        BadInput: Not as many labels or kinds as faces; a kind that there is not.
    """
    labels = [""] * len(faces) if labels is None else labels
    kinds = ["neutral"] * len(faces) if kinds is None else kinds
    if not len(faces) == len(labels) == len(kinds):
        raise BadInput(f"{len(faces)} faces, {len(labels)} labels and {len(kinds)} kinds: the numbers differ")
    if strange := set(kinds) - set(COLOURS):
        raise BadInput(f"a face is drawn as {', '.join(COLOURS)}, not as {', '.join(sorted(strange))}")
    size = _letter_size(canvas, faces)
    for face, kind in zip(faces, kinds, strict=True):
        _draw_face(canvas, face, kind, size)
    return _draw_labels(canvas, faces, labels, kinds, size)


def resize(image: Image, width: int, height: int) -> Image:
    """The image at another size: Lanczos when it gets smaller, bicubic when it gets larger."""
    smaller = width * height < image.shape[0] * image.shape[1]
    how = Pillow.Resampling.LANCZOS if smaller else Pillow.Resampling.BICUBIC
    return np.array(Pillow.fromarray(image).resize((width, height), how))


def scale_face(face: Face, factor: float) -> Face:
    """The face in a picture that was scaled by ``factor``."""
    x1, y1, x2, y2 = (edge * factor for edge in face.box)
    points = None if face.landmarks is None else (face.landmarks * factor).astype(np.float32)
    return Face((x1, y1, x2, y2), face.score, points)


def _letter_size(canvas: Image, faces: Sequence[Face]) -> int:
    """One size for the whole picture: a sixth of the usual face, within what can be read and what is not loud.

    What can be read is set by a phone, whose screen is 400 points wide, not by the number of pixels; in a crowd labels
    would cover the neighbours, and the reader has to look closer.
    """
    longest = max(canvas.shape[:2])
    usual = float(np.median([face.width for face in faces])) / 6 if faces else 0.0
    fewest = next(part for most, part in _SMALLEST if len(faces) < most)
    return round(float(np.clip(usual, max(longest / fewest, 14.0), max(longest / 36, 16.0))))


def _draw_face(canvas: Image, face: Face, kind: Kind, size: int) -> None:
    stroke = max(1.5, min(size / 7, face.width / 16))
    casing = stroke + 2 * max(1.5, stroke * 0.4)
    radius = min(face.width, face.height) * 0.06
    for width, colour in ((casing, PAPER), (stroke, COLOURS[kind])):
        rounded_box(canvas, face.box, radius, colour, stroke=width, opening=_OPENING[kind])
    if face.landmarks is None:
        return
    for x, y in face.landmarks.tolist():
        disc(canvas, (x, y), casing * 0.6, PAPER)
        disc(canvas, (x, y), stroke * 0.8, COLOURS[kind])


def _draw_labels(
    canvas: Image, faces: Sequence[Face], labels: Sequence[str], kinds: Sequence[Kind], size: int
) -> Image:
    height, width = canvas.shape[:2]
    plate_height = round(size * 1.5)
    room = width - _plate_extra(size)
    usual = size * (_LETTERS if len(faces) < _CROWD else _LETTERS_IN_CROWD)
    shown = [
        (shorten(label, size, min(room, max(face.width * 1.2, usual)), bold=True), face, kind)
        for label, face, kind in zip(labels, faces, kinds, strict=True)
    ]
    shown = [item for item in shown if item[0]] if height >= plate_height else []
    sizes = [(text_width(text, size, bold=True) + _plate_extra(size), plate_height) for text, _, _ in shown]
    boxes = [face.box for _, face, _ in shown]
    gap = size * 0.3
    places = place_labels(sizes, boxes, width, height, gap=gap, avoid=[face.box for face in faces], far=True)
    plates = [(x, y, x + w, y + h) for (x, y), (w, h) in zip(places, sizes, strict=True)]
    below: float = height
    for index, (plate, box) in enumerate(zip(plates, boxes, strict=True)):
        others = [face.box for face in faces if face.box != box]
        if _cover(plate, box) > 0 or any(_lies_on(plate, other) for other in others):  # no room: into the strip
            left = min(max(box[0], 0.0), width - sizes[index][0])
            plates[index] = (left, below, left + sizes[index][0], below + plate_height)
            below += plate_height
    if below > height:
        canvas = np.vstack([canvas, np.full((round(below) - height, width, 3), INK, np.uint8)])
    for (_, face, kind), plate in zip(shown, plates, strict=True):
        if plate[1] < height and distance(plate, head_of(face.box)) > size * _FAR:
            _draw_leader(canvas, plate, face.box, kind, size)
    for (text, _, kind), plate in zip(shown, plates, strict=True):
        _draw_plate(canvas, plate, text, kind, size)
    return canvas


def _draw_leader(canvas: Image, plate: Box, box: Box, kind: Kind, size: int) -> None:
    """A line from a label to its face, between their nearest edges; it ends before the face."""
    (x, y), (to_x, to_y) = _nearest(plate, box), _nearest(box, plate)
    stroke = max(1.2, size / 10)
    casing = stroke * 2.2
    left = max(0.0, 1 - casing / max(math.hypot(to_x - x, to_y - y), 1e-9))
    end = x + (to_x - x) * left, y + (to_y - y) * left
    segment(canvas, (x, y), end, casing, PAPER)
    segment(canvas, (x, y), end, stroke, COLOURS[kind])


def _nearest(box: Box, other: Box) -> tuple[float, float]:
    """The point of a box that is nearest to the middle of another."""
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])


def _cover(plate: Box, box: Box) -> float:
    """How many pixels of a face its label hides."""
    return float(overlap(np.asarray([plate]), np.asarray([box]))[0])


def _lies_on(plate: Box, box: Box) -> bool:
    """Whether a label lies wholly on a face: it seems to be that one's."""
    return box[0] <= plate[0] and box[1] <= plate[1] and plate[2] <= box[2] and plate[3] <= box[3]


def _plate_extra(size: int) -> int:
    """Width of a plate besides its text: the mark and the space around."""
    return round(size * 1.8)


def _draw_plate(canvas: Image, plate: Box, text: str, kind: Kind, size: int) -> None:
    x, top, _, bottom = plate
    rounded_box(canvas, plate, size * 0.25, INK, opacity=0.9)
    draw_mark(canvas, (x + size * 0.7, (top + bottom) / 2), size * 0.28, kind)
    draw_text(canvas, (x + size * 1.3, bottom - size * 0.44), text, size, PAPER, bold=True)


def draw_mark(canvas: Image, centre: tuple[float, float], radius: float, kind: Kind) -> None:
    """The sign of a kind, in place: a disc, for the unknown a square, in the kind's colour with a white rim."""
    x, y = centre
    half, rim = radius * 0.9, max(1.0, radius * 0.25)
    corner = half * 0.15 if kind == "unknown" else radius
    for reach, colour in ((half + rim, PAPER), (half, COLOURS[kind])):
        rounded_box(canvas, (x - reach, y - reach, x + reach, y + reach), corner + reach - half, colour)

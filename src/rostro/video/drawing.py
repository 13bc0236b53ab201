"""A frame with the boxes and names of its tracks, in a few milliseconds."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from rostro.drawing.faces import Kind, draw_mark, mark_faces
from rostro.drawing.labels import place_labels
from rostro.drawing.shapes import INK, PAPER, rounded_box
from rostro.drawing.text import draw_text, shorten, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Floats, Image
    from rostro.video.identity import State
    from rostro.video.track import Seen

_KINDS: Final[dict[State, Kind]] = {"known": "match", "unknown": "unknown", "undecided": "neutral"}
#: Letters, in pixels, per pixel of the picture's longer side; and how many of them, about, a name may have.
_LETTERS, _LONGEST = 1 / 40, 16


class _Label(NamedTuple):
    """A label, ready to be put on any picture: ``picture × transparency + ink``."""

    ink: Floats
    transparency: Floats

    @property
    def size(self) -> tuple[int, int]:
        return self.ink.shape[1], self.ink.shape[0]


def draw_scene(image: Image, seen: Sequence[Seen], *, unknown: str = "unknown") -> Image:
    """A copy of a frame with boxes and names; of who is undecided the box alone.

    Args:
        image: RGB uint8 (H, W, 3).
        seen: Its tracks.
        unknown: What is written at a face that nobody in the gallery has.
    """
    canvas = image.copy()
    faces = [replace(one.face, landmarks=None) for one in seen]
    kinds = [_KINDS[one.state] for one in seen]
    mark_faces(canvas, faces, kinds=kinds)
    height, width = canvas.shape[:2]
    size = max(14, round(max(height, width) * _LETTERS))
    names = [one.name or (unknown if one.state == "unknown" else "") for one in seen]
    named = [(_label(n, kind, size, width), face.box) for n, kind, face in zip(names, kinds, faces, strict=True) if n]
    sizes = [(float(label.size[0]), float(label.size[1])) for label, _ in named]
    boxes = [box for _, box in named]
    places = place_labels(sizes, boxes, width, height, gap=size * 0.3, avoid=[face.box for face in faces])
    for (label, _), (x, y) in zip(named, places, strict=True):
        _put(canvas, label, round(x), round(y))
    return canvas


@lru_cache(maxsize=256)
def _label(name: str, kind: Kind, size: int, width: int) -> _Label:
    """Drawn once on black and once on white, from which it follows what is ink and what shines through."""
    extra = round(size * 1.8)
    text = shorten(name, size, min(width - extra, size * _LONGEST), bold=True)
    shape = (round(size * 1.5), text_width(text, size, bold=True) + extra, 3)
    on_black, on_white = np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8)
    for canvas in (on_black, on_white):
        rounded_box(canvas, (0, 0, shape[1], shape[0]), size * 0.25, INK, opacity=0.9)
        draw_mark(canvas, (size * 0.7, shape[0] / 2), size * 0.28, kind)
        draw_text(canvas, (size * 1.3, shape[0] - size * 0.44), text, size, PAPER, bold=True)
    ink = on_black.astype(np.float32)
    return _Label(ink, (on_white - ink) / np.float32(255))


def _put(canvas: Image, label: _Label, left: int, top: int) -> None:
    """Puts a label on the picture; what lies outside is cut off."""
    width, height = label.size
    x1, y1 = max(0, left), max(0, top)
    x2, y2 = min(canvas.shape[1], left + width), min(canvas.shape[0], top + height)
    if x1 >= x2 or y1 >= y2:
        return
    part = np.s_[y1 - top : y2 - top, x1 - left : x2 - left]
    region = canvas[y1:y2, x1:x2]
    region[...] = (region * label.transparency[part] + label.ink[part] + 0.5).astype(np.uint8)

"""A frame with the boxes and names of its tracks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rostro.imaging.drawing import Kind, mark_faces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.types import Image
    from rostro.video.identity import State
    from rostro.video.track import Seen

_KINDS: Final[dict[State, Kind]] = {"known": "match", "unknown": "unknown", "undecided": "neutral"}


def draw_scene(image: Image, seen: Sequence[Seen], *, unknown: str = "unknown") -> Image:
    """A copy of a frame with boxes and names; of who is undecided the box alone.

    Args:
        image: RGB uint8 (H, W, 3).
        seen: Its tracks.
        unknown: What is written at a face that nobody in the gallery has.
    """
    canvas = image.copy()
    labels = [one.name or (unknown if one.state == "unknown" else "") for one in seen]
    faces = [replace(one.face, landmarks=None) for one in seen]
    mark_faces(canvas, faces, labels, kinds=[_KINDS[one.state] for one in seen])
    return canvas

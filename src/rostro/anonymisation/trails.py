"""A face through the film, frame by frame, and what two frames and a box tell of it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rostro.anonymisation.whom import Evidence
from rostro.core.types import Face
from rostro.video.flow import Flow

if TYPE_CHECKING:
    from rostro.anonymisation.covering import Box
    from rostro.core.types import Image

#: The longer side with which frames are kept.
_KEPT_SIDE = 400
#: A face whose middle is within this part of its size of the edge of the picture may have left it.
_EDGE = 0.75
#: A scene is cut where pixels change by so much (of 255) in the mean, and none of them can be followed.
_CHANGED = 20.0


class Span(NamedTuple):
    """Frames, the first and the last."""

    first: int
    last: int


@dataclass(slots=True)
class Trail:
    """A face through the film.

    Attributes:
        boxes: Where it is, by frame.
        found: The frame in which it was found last.
        times: How often it was found.
        lost: The first frame to which it could not be followed since then; None while it can.
        evidence: Who it may be.
        looks: The frames of the looks at that which could be judged.
        looked: The frame of the last look, judged or not.
        unsure: Frames in which it is guessed.
    """

    boxes: dict[int, Box] = field(default_factory=dict)
    found: int = 0
    times: int = 0
    lost: int | None = None
    evidence: Evidence = field(default_factory=Evidence)
    looks: list[int] = field(default_factory=list)
    looked: int | None = None
    unsure: list[Span] = field(default_factory=list)

    def widen(self, frame: int, box: Box) -> None:
        """Has the face in this box, too: both are covered."""
        own = self.boxes.get(frame)
        self.boxes[frame] = box if own is None else _both(own, box)

    def cut_off(self, frame: int) -> Trail:
        """Ends before a frame: what follows is somebody's of whom nothing is known."""
        rest = Trail({at: box for at, box in self.boxes.items() if at >= frame}, self.found)
        self.boxes = {at: box for at, box in self.boxes.items() if at < frame}
        return rest

    def vouched(self, frame: int, reach: int) -> bool:
        """Whether somebody was looked at near to a frame."""
        place = bisect_left(self.looks, frame - reach)
        return place < len(self.looks) and self.looks[place] <= frame + reach


def are_apart(before: Image, now: Image) -> bool:
    """Whether two frames are of two scenes."""
    if now.shape != before.shape:
        return True
    if float(np.abs(now.astype(np.int16) - before).mean()) < _CHANGED:
        return False
    height, width = before.shape[:2]
    flow = Flow()
    flow.motions(before, [])
    return flow.motions(now, [Face((0.0, 0.0, float(width), float(height)), 1.0)])[0] is None


def bridge(trail: Trail, before: int, now: int) -> None:
    """Covers what lies between two places where a face was found, on the straight way from one to the other, too."""
    start, end = np.array(trail.boxes[before]), np.array(trail.boxes[now])
    for frame in range(before + 1, now):
        part = (frame - before) / (now - before)
        x1, y1, x2, y2 = (start + part * (end - start)).tolist()
        trail.widen(frame, (x1, y1, x2, y2))


def _both(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def small(image: Image) -> Image:
    """A copy of a frame, as small as pixels can be followed in."""
    import cv2

    scale = _KEPT_SIDE / max(image.shape[:2])
    if scale >= 1:
        return image.copy()
    kept: Image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return kept


def inside(box: Box, image: Image) -> bool:
    """Whether the middle of a box is in the picture."""
    height, width = image.shape[:2]
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return bool(0 <= x < width and 0 <= y < height)


def at_edge(box: Box, image: Image) -> bool:
    """Whether a face may have left the picture, or have just come into it."""
    height, width = image.shape[:2]
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    aside, above = _EDGE * (box[2] - box[0]), _EDGE * (box[3] - box[1])
    return bool(x < aside or y < above or x > width - aside or y > height - above)

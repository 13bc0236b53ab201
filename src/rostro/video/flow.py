"""How a face moved from one frame to the next, by the pixels: cheap enough for every frame between two detections.

Median flow (Kalal, Mikolajczyk, Matas: Forward-Backward Error: Automatic Detection of Tracking Failures. ICPR 2010):
points spread over the face are followed by Lucas and Kanade's method forth and back; those that come back to where they
started vote by their median for a shift and a scale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rostro.core.types import Face, Floats, Image

#: Points followed per face, on a grid of this many rows and columns.
_GRID = 5
#: Part of the box that the grid covers: around it is background, which moves otherwise.
_INNER = 0.7
#: A point that comes back further than this from where it started, in pixels, was not followed.
_ASTRAY = 1.0
#: Fewer points than this say nothing.
_FEWEST = 8
#: Frames are looked at no larger than this: the shift of a face needs no fine detail.
_LARGEST_SIDE = 400
#: The grid around the middle of a box of side 1.
_SPREAD = (np.stack(np.meshgrid(*2 * (np.arange(_GRID),)), axis=-1).reshape(-1, 2) + 0.5) / _GRID * _INNER - _INNER / 2
_WINDOW, _LEVELS = (15, 15), 2


class Motion(NamedTuple):
    """Where the points of a face went: first scaled by `scale` about `centre`, then moved by `shift`."""

    centre: tuple[float, float]
    shift: tuple[float, float]
    scale: float

    def of_points(self, points: Floats) -> Floats:
        """Where points (N, 2) are now."""
        moved: Floats = ((points - self.centre) * self.scale + self.centre + self.shift).astype(np.float32)
        return moved

    def of_box(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Where a box is now."""
        (x1, y1), (x2, y2) = self.of_points(np.array(box, np.float32).reshape(2, 2)).tolist()
        return x1, y1, x2, y2


class Flow:
    """Remembers the last frame, and tells for each face how it moved since."""

    def __init__(self) -> None:
        self._before: Image | None = None

    def forget(self) -> None:
        """What comes next has nothing to do with what was seen."""
        self._before = None

    def motions(self, image: Image, faces: Sequence[Face]) -> list[Motion | None]:
        """How faces of the last frame moved to this one; None where it cannot be told.

        Args:
            image: RGB uint8 (H, W, 3); it becomes the last frame.
            faces: Where they were in the last frame.
        """
        import cv2

        scale = min(1.0, _LARGEST_SIDE / max(image.shape[:2]))
        now: Image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if scale < 1:
            now = cv2.resize(now, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        before, self._before = self._before, now
        if before is None or before.shape != now.shape or not faces:
            return [None] * len(faces)
        starts = np.concatenate([_grid(face) for face in faces]) * np.float32(scale)
        ends, forth, _ = cv2.calcOpticalFlowPyrLK(before, now, starts, None, winSize=_WINDOW, maxLevel=_LEVELS)
        again, back, _ = cv2.calcOpticalFlowPyrLK(now, before, ends, None, winSize=_WINDOW, maxLevel=_LEVELS)
        good = (forth.ravel() == 1) & (back.ravel() == 1) & (np.abs(again - starts).max(axis=1) < _ASTRAY)
        size = _GRID * _GRID
        return [
            _vote(starts[at : at + size][good[at : at + size]], ends[at : at + size][good[at : at + size]], scale)
            for at in range(0, len(starts), size)
        ]


def _grid(face: Face) -> Floats:
    points: Floats = (face.centre + _SPREAD * (face.width, face.height)).astype(np.float32)
    return points


def _vote(starts: Floats, ends: Floats, scale: float) -> Motion | None:
    if len(starts) < _FEWEST:
        return None
    centre, target = np.median(starts, axis=0), np.median(ends, axis=0)
    distances, distances_now = _pairwise(starts), _pairwise(ends)
    far = distances > 1
    growth = float(np.median(distances_now[far] / distances[far])) if far.any() else 1.0
    x, y = (centre / scale).tolist()
    right, down = ((target - centre) / scale).tolist()
    return Motion((x, y), (right, down), float(np.clip(growth, 0.8, 1.25)))


def _pairwise(points: Floats) -> NDArray[np.float32]:
    first, second = np.triu_indices(len(points), 1)
    distances: NDArray[np.float32] = np.linalg.norm(points[first] - points[second], axis=1)
    return distances

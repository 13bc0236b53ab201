"""Which detection is which track: the assignment with the largest overlap in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rostro.core.types import Face

#: Boxes that overlap less (intersection over union) are not the same face.
LEAST_OVERLAP = 0.2


def overlaps(a: Sequence[Face], b: Sequence[Face]) -> NDArray[np.float64]:
    """Intersection over union of every face of ``a`` with every face of ``b``: (len(a), len(b))."""
    first = np.array([face.box for face in a], np.float64).reshape(-1, 1, 4)
    second = np.array([face.box for face in b], np.float64).reshape(1, -1, 4)
    sides = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2])
    shared = np.prod(np.clip(sides, 0, None), axis=-1)
    areas = [np.prod(boxes[..., 2:] - boxes[..., :2], axis=-1) for boxes in (first, second)]
    result: NDArray[np.float64] = shared / (areas[0] + areas[1] - shared)
    return result


def match(tracks: Sequence[Face], detections: Sequence[Face]) -> list[tuple[int, int]]:
    """(track, detection) pairs, each at most once, by Jonker and Volgenant's assignment.

    Raises:
        MissingExtra: ``lap`` is not installed.
    """
    try:
        import lap
    except ModuleNotFoundError as error:
        raise MissingExtra("lap", "video") from error
    if not tracks or not detections:
        return []
    shared = overlaps(tracks, detections)
    _, of_track, _ = lap.lapjv(1 - shared, extend_cost=True, cost_limit=1 - LEAST_OVERLAP)
    return [(track, int(found)) for track, found in enumerate(of_track) if found >= 0]

"""Which detection is which track: the assignment with the largest overlap in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.core.errors import MissingExtra
from rostro.core.geometry import boxes_of, overlap

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from rostro.core.types import Face

#: Boxes that overlap less (intersection over union) are not the same face.
LEAST_OVERLAP = 0.2


def match(
    tracks: Sequence[Face], detections: Sequence[Face], impossible: NDArray[np.bool_] | None = None
) -> list[tuple[int, int]]:
    """(track, detection) pairs, each at most once, by Jonker and Volgenant's assignment.

    Args:
        tracks: Where the tracks are.
        detections: Where faces were found.
        impossible: (tracks, detections) pairs that are two people whatever their place; None: none are.

    Raises:
        MissingExtra: ``lap`` is not installed.
    """
    if not tracks or not detections:
        return assign(None, LEAST_OVERLAP)
    shared = overlap(boxes_of(tracks), boxes_of(detections))
    if impossible is not None:
        shared[impossible] = 0
    return assign(shared, LEAST_OVERLAP)


def assign(gains: NDArray[np.floating[Any]] | None, least: float) -> list[tuple[int, int]]:
    """(row, column) pairs, each at most once, with the largest sum of gains in [-1, 1], none below ``least``.

    Raises:
        MissingExtra: ``lap`` is not installed.
    """
    try:
        import lap
    except ModuleNotFoundError as error:
        raise MissingExtra("lap", "video") from error
    if gains is None or not gains.size:
        return []
    _, of_row, _ = lap.lapjv(1 - gains, extend_cost=True, cost_limit=1 - least)
    return [(row, int(found)) for row, found in enumerate(of_row) if found >= 0]

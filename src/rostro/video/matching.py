"""Which detection is which track: the assignment with the largest overlap in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.core.errors import MissingExtra
from rostro.core.geometry import boxes_of, overlap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face

#: Boxes that overlap less (intersection over union) are not the same face.
LEAST_OVERLAP = 0.2


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
    shared = overlap(boxes_of(tracks), boxes_of(detections))
    _, of_track, _ = lap.lapjv(1 - shared, extend_cost=True, cost_limit=1 - LEAST_OVERLAP)
    return [(track, int(found)) for track, found in enumerate(of_track) if found >= 0]

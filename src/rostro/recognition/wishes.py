"""What the numbers among a recogniser's options may be, and which of them contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rostro.core.errors import BadInput
from rostro.core.ranges import FALSE_MATCH_RATE, QUALITY, SCORE, SEARCH_RATE, SIDE, SIMILARITY, check_all
from rostro.recognition.judging import NONE
from rostro.scoring import operating_points

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What the numbers may be.
RANGES: Final = {
    "threshold": SIMILARITY,
    "fmr": FALSE_MATCH_RATE,
    "fpir": SEARCH_RATE,
    "min_score": SCORE,
    "max_side": SIDE,
    "min_face": SIDE,
    "min_quality": QUALITY,
}


def check_options(options: Mapping[str, Any]) -> None:
    """Refuses, before anything is loaded, what cannot be.

    Raises:
        BadInput: A number is outside of its range, two options each ask for another threshold, or one takes away what
            another one is about; says which.
    """
    check_all(options, RANGES)
    if options["min_quality"] is not None and options["quality"] in {None, NONE}:
        raise BadInput("a least quality says nothing where no face is judged (quality: none): give one of them")
    operating_points.check_wishes(
        threshold=options["threshold"], fmr=options["fmr"], given=options["operating_point"], fpir=options["fpir"]
    )

"""Operating points: thresholds that were measured, as files.

A file holds the points of one embedding space, measured in one go::

    {"space": "sface-0ba9fbfa/five_point-112", "metric": "cosine", "measured_on": "…",
     "genuine": 242257, "impostor": 29000000, "default_fmr": 0.0001,
     "points": [{"target_fmr": 0.001, "threshold": 0.3, "fmr": 0.001, "fmr_interval": [0.0009, 0.0011], "fnmr": 0.01}],
     "tail": {"thresholds": […], "rates": […], "fit": […], "draws": […], "people": 4281, "pairs": 9161340}}

``tail`` is what searches among many people need (`rostro.scoring.impostor_tail`). Files from before it have none, and
neither have those of too few people.

The shipped ones stand in the folder ``shipped/``, one file per space. They are written by ``rostro calibrate``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rostro.core.decisions import OperatingPoint
from rostro.core.errors import BadInput, NoOperatingPoint, SpaceMismatch
from rostro.core.foreign import read_json, shaped
from rostro.core.ranges import FALSE_MATCH_RATE, SIMILARITY
from rostro.scoring.impostor_tail import ImpostorTail

SHIPPED = Path(__file__).with_name("shipped")


@dataclass(frozen=True, slots=True)
class OperatingPoints:
    """The operating points of one space, by the false match rate that they aim at.

    Attributes:
        space: The embedding space.
        default_fmr: The target taken when the caller names none.
        points: Target false match rate → operating point.
        tail: The upper end of impostor scores; None in files without it.
    """

    space: str
    default_fmr: float
    points: dict[float, OperatingPoint]
    tail: ImpostorTail | None = None

    def __post_init__(self) -> None:
        for rate in (self.default_fmr, *self.points):
            FALSE_MATCH_RATE.check(rate)
        if not self.points:
            raise BadInput("there is no operating point in it")
        falling = [self.points[target].threshold for target in sorted(self.points)]
        if falling != sorted(falling, reverse=True):
            raise BadInput("a lower false match rate has a lower threshold in it")

    def at(self, fmr: float | None = None) -> OperatingPoint:
        """The point that aims at ``fmr`` (None: the default).

        Raises:
            NoOperatingPoint: None was measured for that rate; lists those that were.
        """
        wanted = self.default_fmr if fmr is None else fmr
        for target, point in self.points.items():
            if abs(target - wanted) <= 1e-6 * wanted:
                return point
        measured = ", ".join(f"{target:g}" for target in sorted(self.points, reverse=True))
        raise NoOperatingPoint(f"{self.space}: no threshold was measured for FMR {wanted:g}; there is: {measured}")

    def impostor_tail(self) -> ImpostorTail:
        """What the error of a search among many people follows from; see `rostro.scoring.open_set`.

        Raises:
            NoOperatingPoint: The file has none: it is older, or it was measured on too few people.
        """
        if self.tail is None:
            raise NoOperatingPoint(
                f"{self.space}: how high strangers score was not kept when its threshold was measured, or there were "
                "too few people; measure it again: rostro calibrate"
            )
        return self.tail


def read(path: Path) -> OperatingPoints:
    """Reads an operating point file.

    Raises:
        BadInput: Missing or malformed; names the file and what is wrong.
    """
    what = "an operating point file"
    data = read_json(path, what)
    with shaped(path, what):
        points = {float(point["target_fmr"]): _point(data, point) for point in data["points"]}
        if len(points) < len(data["points"]):
            raise BadInput("two points aim at the same false match rate")
        tail = ImpostorTail.from_dict(data["tail"]) if data.get("tail") is not None else None
        return OperatingPoints(data["space"], float(data["default_fmr"]), points, tail)


def shipped(space: str) -> OperatingPoints:
    """The operating points that come with rostro for a space.

    Raises:
        NoOperatingPoint: None was measured for it.
    """
    path = SHIPPED / f"{file_stem(space)}.json"
    if not path.is_file():
        raise NoOperatingPoint(
            f"no threshold was ever measured for {space}; give a threshold, or an operating point that you calibrated",
            space=space,
        )
    found = read(path)
    if found.space != space:
        raise BadInput(f"{path}: holds operating points of {found.space}, not of {space}")
    return found


def check_threshold(threshold: float) -> float:
    """Returns the threshold, or raises `BadInput` where no cosine can reach it."""
    return SIMILARITY.check(threshold)


def check_wishes(
    *, threshold: float | None, fmr: float | None, given: str | Path | OperatingPoint | None, fpir: float | None
) -> None:
    """Refuses wishes about errors that are out of range, or of which each asks for another threshold.

    Raises:
        BadInput: Says which.
    """
    if threshold is not None:
        check_threshold(threshold)
        if fmr is not None or given is not None:
            raise BadInput("give either a threshold, or a false match rate and an operating point, not both")
    if fpir is not None:
        if not 0 < fpir < 1:
            raise BadInput(f"a false positive identification rate lies in (0, 1), got {fpir}")
        if threshold is not None or fmr is not None:
            raise BadInput("give either a false positive identification rate, or a threshold or false match rate")


def chosen(space: str, threshold: float) -> OperatingPoint:
    """An operating point for a threshold that the caller chose: nothing is known about its error rates."""
    return OperatingPoint(
        space, check_threshold(threshold), None, None, None, "chosen by the caller, not measured", 0, 0
    )


def file_stem(space: str) -> str:
    """The file name, without ending, of a space's operating points."""
    return space.replace("/", "+").replace(",", "+").replace("=", "").replace("*", "x")


def _point(data: dict[str, Any], point: dict[str, Any]) -> OperatingPoint:
    low, high = point["fmr_interval"]
    return OperatingPoint(
        space=data["space"],
        threshold=float(point["threshold"]),
        fmr=float(point["fmr"]),
        fmr_interval=(float(low), float(high)),
        fnmr=float(point["fnmr"]),
        measured_on=str(data["measured_on"]),
        genuine=int(data["genuine"]),
        impostor=int(data["impostor"]),
        metric=data["metric"],
    )


def tail_of(space: str, given: str | Path | OperatingPoint | None = None) -> ImpostorTail:
    """The tail of impostor scores from which the error of a search follows.

    Args:
        space: The embedding space.
        given: A file of operating points instead of the shipped ones; an operating point alone has no tail.

    Raises:
        NoOperatingPoint: None was measured for this space, or without a tail.
        SpaceMismatch: The given one was measured in another space.
    """
    if isinstance(given, OperatingPoint):
        raise NoOperatingPoint("an operating point alone does not say how impostor scores go on above it")
    points = shipped(space) if given is None else read(Path(given))
    if points.space != space:
        raise SpaceMismatch(f"{given}: measured in the space {points.space}, this is {space}")
    return points.impostor_tail()


def deciding(
    space: str,
    *,
    threshold: float | None = None,
    fmr: float | None = None,
    given: str | Path | OperatingPoint | None = None,
) -> OperatingPoint:
    """The operating point that decides in a space.

    Args:
        space: The embedding space.
        threshold: A threshold that the caller chose; nothing is known of its error rates.
        fmr: Aim at this false match rate; None takes the default one.
        given: A file of operating points, or one of them, instead of the shipped ones.

    Raises:
        NoOperatingPoint: None was measured for this space or rate.
        SpaceMismatch: The given one was measured in another space.
    """
    if threshold is not None:
        return chosen(space, threshold)
    if given is None:
        return shipped(space).at(fmr)
    if isinstance(given, OperatingPoint):
        of, point = given.space, given
    else:
        points = read(Path(given))
        of, point = points.space, points.at(fmr)
    if of != space:
        raise SpaceMismatch(f"{given}: measured in the space {of}, this is {space}")
    return point

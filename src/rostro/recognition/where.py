"""Which faces are looked at at all: those in a part of the picture, those that are large enough."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(%?)")


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of a picture.

    Attributes:
        corners: (x, y) of each, in pixels, or in hundredths of the picture where `relative` says so; three at least.
        relative: See ``corners``.
    """

    corners: tuple[tuple[float, float], ...]
    relative: bool

    @classmethod
    def parse(cls, text: str) -> Zone:
        """Reads ``x,y x,y``, two opposite corners of a rectangle, or as many corners of any other shape, in its order.

        All numbers are pixels, or all are parts of the picture: ``10%,0% 90%,60%``.

        Raises:
            BadInput: It is none of these.
        """
        corners, units = [], set()
        for corner in text.replace(";", " ").split():
            parts = [_NUMBER.fullmatch(part) for part in corner.split(",")]
            found = [(float(part[1]), part[2]) for part in parts if part is not None]
            if len(parts) != 2 or len(found) != 2:
                raise BadInput(f"a zone is corners, as in '10%,0% 90%,60%' or '0,0 640,0 320,480', got {text!r}")
            corners.append((found[0][0], found[1][0]))
            units |= {unit for _, unit in found}
        if len(corners) == 2:
            (x1, y1), (x2, y2) = corners
            corners = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
        if len(corners) < 3 or len(units) != 1:
            raise BadInput(f"a zone has two corners or more, all in pixels or all in %, got {text!r}")
        if _area(corners) == 0:
            raise BadInput(f"the zone {text!r} has no inside")
        return cls(tuple(corners), "%" in units)

    def holds(self, x: float, y: float, *, width: int, height: int) -> bool:
        """Whether a point of a picture of that size lies inside; on the border counts."""
        import cv2

        scale = np.array([width / 100, height / 100]) if self.relative else np.ones(2)
        outline = (np.array(self.corners) * scale).astype(np.float32)
        return cv2.pointPolygonTest(outline, (float(x), float(y)), False) >= 0


@dataclass(frozen=True, slots=True)
class Where:
    """What is asked of a face before anything else is.

    Attributes:
        zone: The middle of its box lies in this part of the picture; None: anywhere.
        min_face: The shorter side of its box, in pixels of the picture as it came, is at least this.
    """

    zone: Zone | None = None
    min_face: int = 0

    def __bool__(self) -> bool:
        """Whether anything is asked."""
        return self.zone is not None or self.min_face > 0

    def among(self, faces: Sequence[Face], *, width: int, height: int) -> list[int]:
        """Positions of the faces that are looked at, in a picture of that size; faces in pixels of it."""
        return [
            number
            for number, face in enumerate(faces)
            if min(face.width, face.height) >= self.min_face
            and (self.zone is None or self.zone.holds(*face.centre, width=width, height=height))
        ]


def _area(corners: Sequence[tuple[float, float]]) -> float:
    x, y = np.array(corners).T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2

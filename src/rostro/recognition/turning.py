"""Photos that lie on their side or stand on their head: looked at again, turned, where the first look leaves doubt.

A face's landmarks say how far it is tilted, up to some 30°. Beyond, they lie: those of a face on its head look upright,
and what is aligned by them is like every other face on its head. Only trying tells. The turn at which the detector is
surest of the largest face was the right one for all of 1,600 photos of LFW (``benchmarks/turned_photos.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from rostro.core.types import Face
from rostro.detection.scaling import within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rostro.core.types import Floats, Image
    from rostro.detection.base import Detector

    Matrix = NDArray[np.float64]

#: Turns that are tried first: a camera held on its side, a scan put in the wrong way round.
RIGHT_ANGLES = (180, 90, 270)
#: Turns that are tried where those leave doubt, and are taken where they leave none: so turned are few photos.
BETWEEN = (45, 135, 225, 315)
#: Canvases of turns between the right angles: OpenCV takes sides below this, and more pixels than this (48 Mpx are
#: 144 MB) are not worth it.
_LONGEST, _LARGEST = 32_767, 48_000_000
#: Numbers of all turned pictures that are looked at together.
_AT_ONCE = 30_000_000
#: Two turns show a face about as well when their scores differ by less.
_ALIKE = 0.25
#: Another turn must be this much better than the photo as it is.
_BETTER = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A photo as it was looked at.

    Attributes:
        turned: How far the photo is turned, counterclockwise, in degrees: 180 stands on its head. 0 for nearly all.
        image: The photo turned back: RGB uint8; what faces are to be cut out of.
        faces: Faces in pixels of ``image``, best score first.
        originals: The same faces in pixels of the photo as it came. At turns between the right angles a box is as large
            as it was found, about the same centre.
    """

    turned: int
    image: Image
    faces: tuple[Face, ...]
    originals: tuple[Face, ...]

    @classmethod
    def plain(cls, image: Image, faces: Sequence[Face]) -> Self:
        """A look at the photo as it came."""
        return cls(0, image, tuple(faces), tuple(faces))

    @property
    def worth(self) -> float:
        """The score of the largest face; 0 where there is none."""
        return max(self.faces, key=lambda face: face.area).score if self.faces else 0.0

    def sure(self, score: float) -> bool:
        """Whether its faces leave no doubt that the photo is upright: the largest, or more than half of them.

        Of faces on their head one in a hundred is scored so high; more than half of three or more are not.
        """
        high = sum(face.score >= score for face in self.faces)
        return bool(self.faces) and (self.worth >= score or 2 * high > len(self.faces))

    def only(self, *indices: int) -> Self:
        """The same look, with some of its faces."""
        return replace(
            self,
            faces=tuple(self.faces[index] for index in indices),
            originals=tuple(self.originals[index] for index in indices),
        )


class Turner:
    """Finds faces in photos whatever way they are turned. Safe to call from several threads at once.

    Attributes:
        sure: A photo whose largest face is scored below this, and half of all, is looked at again, turned, as is one
            without faces.
    """

    def __init__(self, detector: Detector, *, sure: float | None = None) -> None:
        """Notes the detector.

        Args:
            detector: Finds the faces.
            sure: See `Turner.sure`; None takes the detector's own `Detector.sure_score`.
        """
        self._detector = detector
        self.sure = detector.sure_score if sure is None else sure

    def look(self, images: Sequence[Image]) -> list[Look]:
        """The faces of each image, at the turn at which the detector is surest of them."""
        found = self._detector.detect(images)
        looks = [Look.plain(image, faces) for image, faces in zip(images, found, strict=True)]
        doubtful = [index for index, look in enumerate(looks) if not look.sure(self.sure)]
        again, others = self._again([looks[index] for index in doubtful], [images[index] for index in doubtful])
        between = []
        for index, look, other in zip(doubtful, again, others, strict=True):
            looks[index] = look
            # A face between two right angles is seen about as well from both; an upright one that is hard to see, from
            # one alone. Photos of nobody, and those are many, are not turned any further.
            if look.faces and look.worth < self.sure and other > look.worth - _ALIKE:
                between.append(index)
        again, _ = self._again([looks[index] for index in between], [images[index] for index in between], BETWEEN)
        for index, look in zip(between, again, strict=True):
            looks[index] = look
        return looks

    def again(self, looks: Sequence[Look]) -> list[Look]:
        """The same photos turned in every way, where that is better: for faces that another judge doubts.

        Args:
            looks: At photos as they came.
        """
        return self._again(looks, [look.image for look in looks], (*RIGHT_ANGLES, *BETWEEN), handicap=0.0)[0]

    def _again(
        self,
        looks: Sequence[Look],
        images: Sequence[Image],
        turns: Sequence[int] = RIGHT_ANGLES,
        handicap: float = _BETTER,
    ) -> tuple[list[Look], list[float]]:
        """The best of what was known and of the new turns, and what the next best was worth.

        Turned is what the detector looks at, which is smaller than many photos, and the photo itself only where a turn
        is better. Large pictures are looked at turn by turn, which bounds what is held.
        """
        best, second = list(looks), [0.0] * len(looks)
        levels = [within(image, self._detector.finest_side) for image in images]
        needed = [look.worth + (0.0 if look.turned else handicap) for look in looks]
        pixels = len(turns) * sum(level.image.size for level in levels)
        for some in (turns,) if pixels <= _AT_ONCE else zip(turns, strict=True):
            tries = [(turn, place) for turn in some for place, image in enumerate(images) if _fits(image, turn)]
            upright = [turned_back(levels[place].image, turn) for turn, place in tries]
            for (turn, place), image, faces in zip(tries, upright, self._detector.detect(upright), strict=True):
                height, width = levels[place].image.shape[:2]
                originals = tuple(original(face, turn, width=width, height=height) for face in faces)
                look = Look(turn, image, tuple(faces), originals)
                if look.worth > needed[place] and (turn in RIGHT_ANGLES or look.worth >= self.sure):
                    second[place] = max(second[place], best[place].worth)
                    best[place], needed[place] = look, look.worth
                else:
                    second[place] = max(second[place], look.worth)
        for place, (look, level, image) in enumerate(zip(best, levels, images, strict=True)):
            if look is not looks[place] and level.image is not image:
                best[place] = _enlarged(look, level.back, image)
        return best, second


def turned_back(image: Image, turn: int) -> Image:
    """A photo that is turned by that many degrees counterclockwise, put upright; what is outside of it is black.

    Args:
        image: RGB uint8 (H, W, 3).
        turn: Degrees; at multiples of 90 no pixel changes its value.
    """
    if turn % 90 == 0:
        return np.ascontiguousarray(np.rot90(image, -(turn // 90)))
    import cv2

    height, width = image.shape[:2]
    matrix = _upright(turn, width, height)
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5  # OpenCV counts from the middle of the first pixel
    turned: Image = cv2.warpAffine(image, matrix, _size(turn, width, height)).astype(np.uint8, copy=False)
    return turned


def original(face: Face, turn: int, *, width: int, height: int) -> Face:
    """A face found in `turned_back`, in pixels of the photo as it came.

    Args:
        face: In pixels of the turned photo.
        turn: The photo's turn.
        width: The photo's own width in pixels.
        height: Its own height.
    """
    matrix = _upright(turn, width, height)
    back = matrix[:, :2].T  # of a rotation, its inverse
    return _placed(face, back, -back @ matrix[:, 2], turn)


def _enlarged(look: Look, back: Floats, image: Image) -> Look:
    """A look at a smaller picture of a photo as one at the photo."""
    height, width = image.shape[:2]
    originals = tuple(moved(face, *map(float, back)) for face in look.originals)
    faces = tuple(_put_upright(face, look.turned, width=width, height=height) for face in originals)
    return Look(look.turned, turned_back(image, look.turned), faces, originals)


def moved(face: Face, right: float, down: float, shift: float = 0.0) -> Face:
    """A face in pixels of a picture in another size.

    Args:
        face: In pixels of this one.
        right: How many of the other's columns are one of this one's.
        down: Likewise of the rows.
        shift: Where the other's first pixel begins, in pixels of it.
    """
    x1, y1, x2, y2 = face.box
    box = (x1 * right + shift, y1 * down + shift, x2 * right + shift, y2 * down + shift)
    points = None if face.landmarks is None else (face.landmarks * (right, down) + shift).astype(np.float32)
    return replace(face, box=box, landmarks=points)


def _put_upright(face: Face, turn: int, *, width: int, height: int) -> Face:
    """What `original` takes back."""
    matrix = _upright(turn, width, height)
    return _placed(face, matrix[:, :2], matrix[:, 2], turn)


def _placed(face: Face, rotation: Matrix, shift: Matrix, turn: int) -> Face:
    x, y = rotation @ np.array(face.centre) + shift
    wide, high = (face.height, face.width) if turn % 180 == 90 else (face.width, face.height)
    box = (float(x - wide / 2), float(y - high / 2), float(x + wide / 2), float(y + high / 2))
    if face.landmarks is None:
        return replace(face, box=box)
    points = face.landmarks.astype(np.float64) @ rotation.T + shift
    return replace(face, box=box, landmarks=points.astype(np.float32))


def _fits(image: Image, turn: int) -> bool:
    """Whether the turned photo can be made: between the right angles it needs a canvas of up to twice its pixels."""
    wide, high = _size(turn, image.shape[1], image.shape[0])
    return turn % 90 == 0 or (max(wide, high, *image.shape[:2]) < _LONGEST and wide * high <= _LARGEST)


def _size(turn: int, width: int, height: int) -> tuple[int, int]:
    """Width and height of the canvas that holds all of the turned photo."""
    cos, sin = abs(math.cos(math.radians(turn))), abs(math.sin(math.radians(turn)))
    return round(width * cos + height * sin), round(width * sin + height * cos)


def _upright(turn: int, width: int, height: int) -> Matrix:
    """(2, 3): a point of the photo, counted from the corner of its first pixel, to its place in the upright one."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    wide, high = _size(turn, width, height)
    rotation = np.array([[cos, -sin], [sin, cos]])  # clockwise, y pointing down
    shift = np.array([wide / 2, high / 2]) - rotation @ (width / 2, height / 2)
    return np.column_stack([rotation, shift])

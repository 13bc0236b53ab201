"""Every face that may be one: a face that is missed here is given away, one too many costs a box.

So the detector is asked otherwise than for recognition: it says what it is less sure of, looks at photos larger than
they are, where small faces hide, and smaller, where a face fills them, and at all of them turned.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.lazy import Lazy
from rostro.drawing.faces import scale_face
from rostro.recognition.turning import RIGHT_ANGLES, original, turned_back

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rostro.core.types import Face, Image
    from rostro.detection.base import Detector
    from rostro.recognizer import Recognizer

#: Part of the detector's usual least score that is enough, and that is enough in a photo that is turned: of patterns
#: that look like a face one way or another there are many.
_EAGER, _TURNED = 0.43, 0.75
#: Photos are enlarged so many times, up to this many pixels on their longer side; larger ones are looked at as they
#: are, up to that many.
_ENLARGED, _SIDE, _LARGEST = 2.0, 2560, 4096
#: And looked at once as small as this, for faces of at least this part of it: one of more than some 300 pixels is
#: larger than those that networks learn, and others are seen better in a larger picture.
_SMALL, _LARGE_FACE = 256, 0.2
#: Frames of a film, of which there are many and in which faces come again.
_FRAME_SIDE = 1920
#: A box is of a face that was found already if it has this much in common with it (intersection over union), or lies
#: in it with this part of itself. A larger one around a smaller stays: which of the two is the face is not known.
_SAME, _INSIDE = 0.45, 0.75


class Finder:
    """Finds faces eagerly. Safe to call from several threads at once.

    Attributes:
        good_score: From this score on it is a face; below, it may be one.
    """

    def __init__(self, recognizer: Recognizer) -> None:
        """Notes how the recogniser's detector is asked; it is loaded once more when it is first needed.

        Args:
            recognizer: Which detector. Its own ``min_score`` and ``max_side``, where it was given any, are kept to.
        """
        own = recognizer.detector
        kind = type(own)
        given = own.min_score != kind.default_score
        self._least = own.min_score if given else _EAGER * kind.default_score
        self._least_turned = self._least if given else max(self._least, _TURNED * kind.default_score)
        self.good_score: float = own.min_score if given else max(self._least, _TURNED * kind.default_score)
        self._turn = recognizer.turn
        self._asked = recognizer.max_side
        self._fixed = kind.least_side is None
        sides = (_FRAME_SIDE, _SIDE, _LARGEST) if self._asked is None and not self._fixed else (self._asked,)
        self._detectors: dict[int | None, Lazy[Detector]] = {
            side: Lazy(partial(kind, recognizer.store, recognizer.engine_options, min_score=self._least, max_side=side))
            for side in sides
        }

    def in_photo(self, image: Image) -> list[Face]:
        """The faces of a photo, in its pixels, best score first.

        Args:
            image: RGB uint8 (H, W, 3).
        """
        side = _SIDE if max(image.shape[:2]) <= _SIDE else _LARGEST
        return _distinct(list(self._looks(image, side, _ENLARGED, turned=self._turn)))

    def in_frame(self, image: Image, *, turned: bool = False) -> list[Face]:
        """The faces of a frame of a film, in its pixels, best score first.

        Args:
            image: RGB uint8 (H, W, 3).
            turned: Whether to look at it turned, too, which takes four times as long.
        """
        return _distinct(list(self._looks(image, _FRAME_SIDE, 1.0, turned=turned and self._turn)))

    def _looks(self, image: Image, side: int, enlarged: float, *, turned: bool) -> Iterator[Face]:
        longest = max(image.shape[:2])
        detector = self._detectors[self._asked if self._asked is not None or self._fixed else side]()
        scale = min(enlarged, (self._asked or side) / longest)
        large = _resized(image, scale)
        for turn in (0, *RIGHT_ANGLES) if turned else (0,):
            upright = turned_back(large, turn) if turn else large
            for face in detector.detect([upright])[0]:
                if not turn:
                    yield scale_face(face, 1 / scale)
                elif face.score >= self._least_turned:
                    back = original(face, turn, width=large.shape[1], height=large.shape[0])
                    yield scale_face(back, 1 / scale)
        if longest > _SMALL and enlarged > 1:
            small = _SMALL / longest
            for face in detector.detect([_resized(image, small)])[0]:
                if max(face.width, face.height) >= _LARGE_FACE * _SMALL:
                    yield scale_face(face, 1 / small)


def _resized(image: Image, scale: float) -> Image:
    import cv2

    if scale == 1:
        return image
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    resized: Image = cv2.resize(image, (width, height), interpolation=way).astype(np.uint8, copy=False)
    return resized


def _distinct(faces: Sequence[Face]) -> list[Face]:
    """Each face once, as the look saw it that was surest."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if not any(_is_same(face, other) for other in kept):
            kept.append(face)
    return kept


def _is_same(face: Face, other: Face) -> bool:
    (x1, y1, x2, y2), (u1, v1, u2, v2) = face.box, other.box
    common = max(0.0, min(x2, u2) - max(x1, u1)) * max(0.0, min(y2, v2) - max(y1, v1))
    return common >= _INSIDE * face.area or common >= _SAME * (face.area + other.area - common)

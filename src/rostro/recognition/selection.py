"""Which face of a photo is meant, where one is needed. Never guessed: the caller names the rule."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, get_args

from rostro.core.errors import BadInput, NoFace, SeveralFaces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face

FaceRule = Literal["only", "dominant", "largest", "centre"]

#: A dominant face shows at least this many times the area of any other, …
DOMINANT_AREA = 1.75
#: … and no other is nearer to the photo's centre by more than this share of its longer side. Of the 1,216 photos of LFW
#: in which several faces are found, 69 % have a dominant one, and it is the person meant in all of them; without the
#: centre, and from 1.5 times the area on, it was somebody else in 2 of 7,701 photos (``benchmarks/dominant_face.py``).
DOMINANT_CENTRE = 0.1


def select(faces: Sequence[Face], rule: FaceRule, *, photo: str, width: int, height: int) -> int:
    """Index of the face that is meant.

    Args:
        faces: The faces of one photo.
        rule: ``only``: there must be exactly one. ``dominant``: where there are several, one must show
            `DOMINANT_AREA` times the area of any other inside the photo, and none may be more central by more than
            `DOMINANT_CENTRE`. ``largest``: the largest box. ``centre``: the face whose centre is nearest to the photo's
            (LFW's convention).
        photo: Its name, for errors.
        width: Its width in pixels.
        height: Its height in pixels.

    Raises:
        NoFace: There is none.
        SeveralFaces: There are several, and the rule is ``only``, or ``dominant`` and none of them is.
    """
    if rule not in get_args(FaceRule):
        raise BadInput(f"a face rule is one of {', '.join(get_args(FaceRule))}, got {rule!r}")
    if not faces:
        raise NoFace(photo)
    found = dominant(faces, width=width, height=height) if rule == "dominant" else None
    if found is not None:
        return found
    if rule in {"only", "dominant"} and len(faces) > 1:
        raise SeveralFaces(photo, f"{len(faces)} faces found, which one is meant?", faces=len(faces))
    if rule == "centre":
        return min(range(len(faces)), key=lambda i: _from_centre(faces[i], width, height))
    return max(range(len(faces)), key=lambda i: faces[i].area)


def dominant(faces: Sequence[Face], *, width: int, height: int) -> int | None:
    """Index of the face that is much larger than any other and about as central; None where there is no such face.

    Args:
        faces: The faces of one photo, one or more.
        width: The photo's width in pixels.
        height: Its height in pixels.
    """
    areas = [_visible_area(face, width, height) for face in faces]
    first = max(range(len(faces)), key=areas.__getitem__)
    others = [i for i in range(len(faces)) if i != first]
    if any(areas[first] < DOMINANT_AREA * areas[i] for i in others):
        return None
    near = _from_centre(faces[first], width, height) - DOMINANT_CENTRE * max(width, height)
    return None if any(near > _from_centre(faces[i], width, height) for i in others) else first


def _from_centre(face: Face, width: int, height: int) -> float:
    return math.hypot(face.centre[0] - width / 2, face.centre[1] - height / 2)


def _visible_area(face: Face, width: int, height: int) -> float:
    """What is inside the photo: the box of somebody at its edge reaches out of it."""
    x1, y1, x2, y2 = face.box
    return max(0.0, min(x2, width) - max(x1, 0.0)) * max(0.0, min(y2, height) - max(y1, 0.0))

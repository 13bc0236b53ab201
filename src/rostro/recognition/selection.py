"""Which face of a photo is meant, where one is needed. Never guessed: the caller names the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from rostro.core.errors import BadInput, NoFace, SeveralFaces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face

FaceRule = Literal["only", "largest", "centre"]


def select(faces: Sequence[Face], rule: FaceRule, *, photo: str, width: int, height: int) -> int:
    """Index of the face that is meant.

    Args:
        faces: The faces of one photo.
        rule: ``only``: there must be exactly one. ``largest``: the largest box. ``centre``: the face whose centre is
            nearest to the photo's (LFW's convention).
        photo: Its name, for errors.
        width: Its width in pixels.
        height: Its height in pixels.

    Raises:
        NoFace: There is none.
        SeveralFaces: There are several, and the rule is ``only``.
    """
    if rule not in get_args(FaceRule):
        raise BadInput(f"a face rule is one of {', '.join(get_args(FaceRule))}, got {rule!r}")
    if not faces:
        raise NoFace(photo)
    if rule == "only" and len(faces) > 1:
        raise SeveralFaces(photo, f"{len(faces)} faces found, which one is meant?", faces=len(faces))
    if rule == "centre":
        return min(
            range(len(faces)),
            key=lambda i: (faces[i].centre[0] - width / 2) ** 2 + (faces[i].centre[1] - height / 2) ** 2,
        )
    return max(range(len(faces)), key=lambda i: faces[i].area)

"""Faces looked for in reduced pictures of large photos, and cut out of the whole where the picture has too few pixels.

A photo is looked at with a longer side of 1,280 pixels, whatever it has; a JPEG that is four times as large need not be
decoded whole for that. Most of what such photos are made for is near, and has pixels enough even so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from rostro.recognition.turning import Look, moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.detection.base import Detector
    from rostro.photos.reading import Photo
    from rostro.recognition.turning import Turner

Other = TypeVar("Other")

#: Side of scorers' crops.
_LEAST = 112
#: A box as wide as this part of a crop's side has as many pixels as the face in the crop: crops show more than boxes.
_BOX = 0.75


def looks_at(photos: Sequence[Photo], detector: Detector, turner: Turner | None) -> list[Look]:
    """The faces of each photo: `Look.faces` in pixels of the picture that was looked at, `Look.originals` of the photo.

    Args:
        photos: Whole or reduced.
        detector: Finds the faces.
        turner: Looks at doubtful photos turned; None looks at every photo as it comes.
    """
    images = [photo.image for photo in photos]
    if turner is None:
        found = detector.detect(images)
        looks = [Look.plain(image, faces) for image, faces in zip(images, found, strict=True)]
    else:
        looks = turner.look(images)
        for place, (photo, look) in enumerate(zip(photos, looks, strict=True)):
            if look.turned and photo.reduced is not None:  # seldom, and turned pictures' sides are rounded
                looks[place] = turner.look([photo.reduced.whole()])[0]
    return [_in_photo(look, photo) for look, photo in zip(looks, photos, strict=True)]


def with_pixels(looks: Sequence[Look | Other], photos: Sequence[Photo], size: int) -> list[Look | Other]:
    """Looks that faces can be cut out of: at the whole photo where a face has fewer pixels than its crop.

    Args:
        looks: Those of `looks_at`, each with the faces that are meant; what is no look stays.
        photos: What they are looks at.
        size: Side of the crops in pixels.
    """
    least = _BOX * max(size, _LEAST)
    return [
        whole(look, photo)
        if isinstance(look, Look) and any(min(face.width, face.height) < least for face in look.faces)
        else look
        for look, photo in zip(looks, photos, strict=True)
    ]


def whole(look: Look, photo: Photo) -> Look:
    """The same faces, in the whole photo."""
    if photo.reduced is None or look.image is not photo.image:
        return look
    return Look.plain(photo.reduced.whole(), look.originals)


def _in_photo(look: Look, photo: Photo) -> Look:
    if photo.reduced is None or look.image is not photo.image:
        return look
    factor = photo.reduced.factor
    # What is cut is cut by pixels' middles; the first pixel's is half a pixel from the edge in either picture.
    shift = 0.5 / factor - 0.5
    return replace(
        look,
        faces=tuple(moved(face, 1, 1, shift) for face in look.faces),
        originals=tuple(moved(face, factor, factor) for face in look.faces),
    )

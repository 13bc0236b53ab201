"""The faces that findings are about: pictures that are kept, else the photos, where they still are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import PhotoError
from rostro.core.types import Face
from rostro.drawing.walls import whole
from rostro.photos.reading import photo_hash, read_photo

if TYPE_CHECKING:
    from rostro.core.types import Image
    from rostro.people.pictures import Pictures
    from rostro.people.trust.held import HeldFace


def picture_of(face: HeldFace, pictures: Pictures | None) -> tuple[Image, Face] | None:
    """The picture of a template's face.

    Args:
        face: Whose and from which photo.
        pictures: Those that are kept beside the gallery; None: none are.

    Returns:
        RGB uint8 and where the face is in it. None where no picture is kept, and the photo's file is not where it was
        enrolled from, or is another one now.
    """
    try:
        kept = None if pictures is None else pictures.picture(face.person, face.sha256)
        if kept is not None:
            image = read_photo(kept, name=face.photo).image
            return image, whole(image)
        if not Path(face.photo).is_file() or photo_hash(face.photo) != face.sha256:
            return None
        image = read_photo(face.photo).image
    except (PhotoError, OSError, ValueError):  # moved, or not to be read any more
        return None
    return image, whole(image) if face.box is None else Face(face.box, 1.0)

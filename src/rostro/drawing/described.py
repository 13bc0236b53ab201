"""The sheet that shows what faces look like: a few words on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.drawing.sheets import told_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Image
    from rostro.core.words import Language
    from rostro.drawing.faces import Kind


def analysis_sheet(
    photos: Sequence[tuple[str, Image, Sequence[tuple[Face, str, Kind]]]],
    *,
    total: int | None = None,
    language: Language = "en",
) -> Image:
    """What the faces look like: a few words on each.

    Args:
        photos: (name, RGB image, (face, what is said of it, how it is marked) of each face) of each.
        total: How many photos there were, where these are the first of them; None: these are all.
        language: Of the captions.

    Returns:
        RGB uint8. Of more than `MOST_PHOTOS` photos the first are shown, and the sheet says so.

    Raises:
        BadInput: No photos; not an image; another language than ``en`` or ``es``.
    """
    return told_sheet(photos, total=total, language=language)

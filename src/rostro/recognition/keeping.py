"""What answers carry besides faces, and how much memory that may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rostro.core.types import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What answers carry.

    Attributes:
        side: Longer side, in pixels, that images are scaled down to: a photo of 24 megapixels takes 72 MB, and what is
            shown of it among others takes less than one. None keeps images as they are. Faces stay in pixels of the
            photo.
        images: Whether images are kept at all.
        crops: Whether the aligned crops are kept.
    """

    side: int | None = None
    images: bool = True
    crops: bool = True

    def image(self, image: Image) -> Image | None:
        """The image, as it is kept."""
        if not self.images:
            return None
        longer = max(image.shape[:2])
        if self.side is None or longer <= self.side:
            return image
        import cv2

        height, width = (max(1, round(length * self.side / longer)) for length in image.shape[:2])
        small: Image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        return small


def what_to_keep(keep: bool | Keep) -> Keep | None:
    """Everything, nothing, or what was said."""
    if isinstance(keep, Keep):
        return keep
    return Keep() if keep else None

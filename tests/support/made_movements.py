"""One person who turns their head and blinks, made of photos: LFW has no film of anybody.

Turned to one side is another photo, to the other that one mirrored; eyelids are painted. The networks take it for what
it shows, which says as much about them as about the challenge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.photos.reading import read_photo
from rostro.photos.writing import encode_picture

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.types import Floats, Image
    from rostro.recognizer import Recognizer

_PERSON = "George_W_Bush"
_STRAIGHT, _TURNED = "0007", "0145"
#: Side of a frame in pixels.
_SIDE = 480


class Movements:
    """Pictures of one person, as many as wanted: each has other noise, as frames of a camera have."""

    def __init__(self, lfw: Path, recognizer: Recognizer) -> None:
        import cv2

        straight, right = (
            cv2.resize(read_photo(lfw / "images" / _PERSON / f"{_PERSON}_{number}.jpg").image, (_SIDE, _SIDE))
            for number in (_STRAIGHT, _TURNED)
        )
        (face,) = recognizer.detect(straight)
        assert face.landmarks is not None
        left = np.ascontiguousarray(right[:, ::-1])
        self._pictures = {
            "straight": straight, "left": left, "right": right, "closed": lids_closed(straight, face.landmarks)
        }  # fmt: skip
        self._random = np.random.default_rng(0)

    def frame(self, shown: str) -> bytes:
        """A frame: ``straight``, ``left``, ``right`` or ``closed``, as JPEG."""
        picture = self._pictures[shown] + self._random.normal(0, 1.5, (_SIDE, _SIDE, 3))
        return encode_picture(np.clip(picture, 0, 255).astype(np.uint8), ".jpg")

    def doing(self, ask: str) -> list[bytes]:
        """What somebody shows who does what they are asked."""
        return [self.frame(shown) for shown in (["closed", "straight"] if ask == "blink" else [ask])]


def lids_closed(image: Image, landmarks: Floats) -> Image:
    """The eyes painted over with skin, and a line where the lashes would be."""
    import cv2

    out = image.astype(np.float32)
    across = float(np.hypot(*(landmarks[1] - landmarks[0])))
    for x, y in landmarks[:2].astype(int).tolist():
        below = (
            slice(int(y + 0.3 * across), int(y + 0.38 * across)),
            slice(x - int(0.1 * across), x + int(0.1 * across)),
        )
        cover, lashes = np.zeros(image.shape[:2], np.float32), np.zeros(image.shape[:2], np.float32)
        cv2.ellipse(cover, (x, y), (int(0.28 * across), int(0.16 * across)), 0, 0, 360, 1.0, -1)
        cv2.ellipse(lashes, (x, y), (int(0.22 * across), int(0.08 * across)), 0, 10, 170, 1.0, 2, cv2.LINE_AA)
        cover = cv2.GaussianBlur(cover, (0, 0), 0.03 * across)[..., None]
        out = out * (1 - cover) + image[below].reshape(-1, 3).mean(axis=0) * cover
        out *= 1 - 0.75 * cv2.GaussianBlur(lashes, (0, 0), 0.7)[..., None]
    return np.clip(out, 0, 255).astype(np.uint8)

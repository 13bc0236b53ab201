"""What can be wrong with a photo, made from good ones: the rows of `bad_photos.py`.

Every damage takes an RGB uint8 photo (H, W, 3), where its face is (x1, y1, x2, y2) and a random generator, and gives
a photo. The sizes are those of LFW's: faces about 94 pixels wide in photos of 250; other photos are damaged in
proportion to their face.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.core.types import Image

    Box = tuple[float, float, float, float]
    Damage = Callable[[Image, Box, np.random.Generator], Image]

#: Width of a face that the numbers in the names of the rows hold for.
FACE = 94.0


def _unit(box: Box) -> float:
    return (box[2] - box[0]) / FACE


def turned(degrees: float) -> Damage:
    """Turned about its middle, on a canvas that holds all of it; the corners black."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        if degrees % 90 == 0:
            return np.ascontiguousarray(np.rot90(image, round(degrees / 90)))
        height, width = image.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        c, s = abs(matrix[0, 0]), abs(matrix[0, 1])
        wide, high = round(width * c + height * s), round(width * s + height * c)
        matrix[:, 2] += (wide - width) / 2, (high - height) / 2
        return cv2.warpAffine(image, matrix, (wide, high))

    return apply


def blurred(sigma: float) -> Damage:
    """Gaussian blur."""
    return lambda image, box, random: cv2.GaussianBlur(image, (0, 0), sigma * _unit(box))


def moved(length: float) -> Damage:
    """Blur of a straight movement in a random direction."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        size = max(3, 2 * round(length * _unit(box) / 2) + 1)
        kernel = np.zeros((size, size), np.float32)
        angle, middle = random.uniform(0, np.pi), size / 2
        step = np.array([np.cos(angle), np.sin(angle)]) * (size / 2 - 0.5)
        ends = [tuple(int(v) for v in np.round(middle - 0.5 + sign * step)) for sign in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0)
        return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)

    return apply


def defocused(radius: float) -> Damage:
    """Blur of a lens out of focus: a disc."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        size = 2 * int(np.ceil(radius * _unit(box))) + 1
        y, x = np.mgrid[:size, :size] - size // 2
        kernel = (x**2 + y**2 <= (radius * _unit(box)) ** 2).astype(np.float32)
        return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)

    return apply


def small(pixels: float, way: int = cv2.INTER_CUBIC) -> Damage:
    """Shrunk until the face is that wide, and blown up again."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        scale = pixels / (box[2] - box[0])
        height, width = image.shape[:2]
        size = max(1, round(width * scale)), max(1, round(height * scale))
        return cv2.resize(cv2.resize(image, size, interpolation=cv2.INTER_AREA), (width, height), interpolation=way)

    return apply


def jpeg(quality: int) -> Damage:
    """Through a JPEG."""
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality]
    return lambda image, box, random: cv2.imdecode(cv2.imencode(".jpg", image, flags)[1], cv2.IMREAD_COLOR)


def levels(gain: float, shift: float, noise: float = 0) -> Damage:
    """Darker, brighter, flatter; with noise."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        grain = random.normal(0, noise, image.shape) if noise else 0
        return np.clip(image.astype(np.float32) * gain + shift + grain, 0, 255).astype(np.uint8)

    return apply


def covered(x1: float, y1: float, x2: float, y2: float, shade: int = 60) -> Damage:
    """A plain patch over a part of the face, in fractions of its box."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        image = image.copy()
        width, height = box[2] - box[0], box[3] - box[1]
        corner = round(box[0] + x1 * width), round(box[1] + y1 * height)
        other = round(box[0] + x2 * width), round(box[1] + y2 * height)
        cv2.rectangle(image, corner, other, (shade, shade, shade), -1)
        return image

    return apply


def cut(x1: float, y1: float, x2: float, y2: float) -> Damage:
    """The photo ends inside the face: fractions of its box that stay, 0 and 1 keeping the photo's own edge."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        height, width = image.shape[:2]
        w, h = box[2] - box[0], box[3] - box[1]
        left = 0 if x1 == 0 else max(0, round(box[0] + x1 * w))
        top = 0 if y1 == 0 else max(0, round(box[1] + y1 * h))
        right = width if x2 == 1 else min(width, round(box[0] + x2 * w))
        bottom = height if y2 == 1 else min(height, round(box[1] + y2 * h))
        return np.ascontiguousarray(image[top:bottom, left:right])

    return apply


def after(*damages: Damage) -> Damage:
    """One damage after another; each is told where the face was at first."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        for damage in damages:
            image = damage(image, box, random)
        return image

    return apply


def _gray(image: Image, box: Box, random: np.random.Generator) -> Image:
    return np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)


def _two_tones(image: Image, box: Box, random: np.random.Generator) -> Image:
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    x1, y1, x2, y2 = (max(0, round(v)) for v in box)
    tones = np.where(gray > np.median(gray[y1:y2, x1:x2]), 230, 25).astype(np.uint8)
    return np.repeat(tones[:, :, None], 3, axis=2)


def _same(image: Image, box: Box, random: np.random.Generator) -> Image:
    return image


_NEGATIVE = levels(-1, 255)

#: Name → what is done. The first is what everything is compared with.
ROWS: dict[str, Damage] = {
    "upright": _same,
    "gray": _gray,
    "mirrored": lambda image, box, random: np.ascontiguousarray(image[:, ::-1]),
    "turned 180": turned(180),
    "turned 90": turned(90),
    "turned 270": turned(270),
    "turned 45": turned(45),
    "turned 60": turned(60),
    "turned 135": turned(135),
    "turned 30": turned(30),
    "turned 210": turned(210),
    "negative": _NEGATIVE,
    "blurred 1": blurred(1),
    "blurred 2": blurred(2),
    "blurred 3": blurred(3),
    "blurred 4": blurred(4),
    "blurred 6": blurred(6),
    "blurred 8": blurred(8),
    "defocused 4": defocused(4),
    "defocused 8": defocused(8),
    "defocused 12": defocused(12),
    "moved 9": moved(9),
    "moved 17": moved(17),
    "moved 25": moved(25),
    "moved 35": moved(35),
    "small 11": small(11),
    "small 13": small(13),
    "small 16": small(16),
    "small 24": small(24),
    "mosaic 10": small(10, cv2.INTER_NEAREST),
    "mosaic 16": small(16, cv2.INTER_NEAREST),
    "JPEG 5": jpeg(5),
    "JPEG 2": jpeg(2),
    "dark": levels(0.06, 0, 1.5),
    "very dark": levels(0.03, 0, 1.5),
    "overexposed": levels(2.6, 60),
    "much overexposed": levels(4, 120),
    "flat": levels(0.08, 118),
    "noise 40": levels(1, 0, 40),
    "noise 80": levels(1, 0, 80),
    "two tones": _two_tones,
    "dark glasses": covered(0.02, 0.24, 0.98, 0.46, 15),
    "mask": covered(0.02, 0.55, 0.98, 1.02, 200),
    "right half covered": covered(0.5, -0.2, 1.1, 1.1),
    "upper half covered": covered(-0.1, -0.3, 1.1, 0.48),
    "left half cut off": cut(0.5, 0, 1, 1),
    "lower half cut off": cut(0, 0, 1, 0.6),
    "small 24, JPEG 5": after(small(24), jpeg(5)),
    "blurred 4, noise 20": after(blurred(4), levels(1, 0, 20)),
    "negative, blurred 4": after(_NEGATIVE, blurred(4)),
    "blurred 6, sharpened": after(blurred(6), levels(1, 0, 12), jpeg(40)),
    "turned 180, blurred 3": after(turned(180), blurred(3)),
}

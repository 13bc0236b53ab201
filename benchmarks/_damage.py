"""What can be wrong with a photo, made from good ones: the rows of `bad_photos.py`.

Every damage takes an RGB uint8 photo (H, W, 3), where its face is (x1, y1, x2, y2) and a random generator, and gives
a photo. The sizes are those of LFW's: faces about 94 pixels wide in photos of 250; other photos are damaged in
proportion to their face.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def _pixels(image: Any) -> Image:
    pixels: Image = np.asarray(image).astype(np.uint8, copy=False)
    return pixels


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
        return _pixels(cv2.warpAffine(image, matrix, (wide, high)))

    return apply


def blurred(sigma: float) -> Damage:
    """Gaussian blur."""
    return lambda image, box, random: _pixels(cv2.GaussianBlur(image, (0, 0), sigma * _unit(box)))


def moved(length: float) -> Damage:
    """Blur of a straight movement in a random direction."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        size = max(3, 2 * round(length * _unit(box) / 2) + 1)
        kernel = np.zeros((size, size), np.float32)
        angle, middle = random.uniform(0, np.pi), size / 2
        step = np.array([np.cos(angle), np.sin(angle)]) * (size / 2 - 0.5)
        ends = [tuple(int(v) for v in np.round(middle - 0.5 + sign * step)) for sign in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0)
        return _pixels(cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE))

    return apply


def defocused(radius: float) -> Damage:
    """Blur of a lens out of focus: a disc."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        size = 2 * int(np.ceil(radius * _unit(box))) + 1
        y, x = np.mgrid[:size, :size] - size // 2
        kernel = (x**2 + y**2 <= (radius * _unit(box)) ** 2).astype(np.float32)
        return _pixels(cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE))

    return apply


def small(pixels: float, way: int = cv2.INTER_CUBIC) -> Damage:
    """Shrunk until the face is that wide, and blown up again."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        scale = pixels / (box[2] - box[0])
        height, width = image.shape[:2]
        size = max(1, round(width * scale)), max(1, round(height * scale))
        smaller = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        return _pixels(cv2.resize(smaller, (width, height), interpolation=way))

    return apply


def jpeg(quality: int) -> Damage:
    """Through a JPEG."""
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality]
    return lambda image, box, random: _pixels(cv2.imdecode(cv2.imencode(".jpg", image, flags)[1], cv2.IMREAD_COLOR))


def levels(gain: float, shift: float, noise: float = 0) -> Damage:
    """Darker, brighter, flatter; with noise."""

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        grain = random.normal(0, noise, image.shape) if noise else 0
        return _pixels(np.clip(image.astype(np.float32) * gain + shift + grain, 0, 255))

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

#: Masks: shape, where their upper edge and their lower one lie in the middle, how far they reach to the sides.
MASKS = {
    "surgical": (0.33, 1.62, 0.86),
    "pointed": (0.26, 1.66, 0.72),
    "cloth": (0.38, 1.72, 0.90),
}
#: Their colours; "patterned" is a colour and dots of another, both drawn by chance.
COLOURS = {"blue": (150, 190, 215), "white": (232, 232, 228), "black": (32, 32, 36), "patterned": None}


def masked(landmarks: Any, kind: tuple[str, str] | None = None) -> Damage:
    """A mask over mouth and nose, laid by landmarks: it turns and tilts with the face, and is as bright as the face is.

    Args:
        landmarks: (5, 2): eyes, nose, corners of the mouth, in pixels of the photo.
        kind: Shape and colour; None draws both, so that everybody wears another.
    """

    def apply(image: Image, box: Box, random: np.random.Generator) -> Image:
        shape, colour = kind or (str(random.choice(list(MASKS))), str(random.choice(list(COLOURS))))
        eyes = np.asarray(landmarks[:2], np.float64).mean(axis=0)
        across = np.asarray(landmarks[1] - landmarks[0], np.float64)
        down = np.asarray(landmarks[3:], np.float64).mean(axis=0) - eyes
        axes = np.stack([across, down])
        nose = float(
            np.linalg.solve(axes.T, np.asarray(landmarks[2], np.float64) - eyes)[0]
        )  # aside, where the face turns
        top, bottom, wide = MASKS[shape] + random.normal(0, (0.04, 0.04, 0.03))
        outline = _outline(shape, top, bottom, wide, nose)
        canvas, alpha = _cloth(shape, COLOURS[colour], outline, nose, random)
        # The canvas is a square of ±2 by -1 to 3 in distances of the eyes and from eyes to mouth.
        corners = np.array([[-2, -1], [2, -1], [-2, 3]], np.float32)
        matrix = cv2.getAffineTransform(
            np.array([[0, 0], [_CANVAS, 0], [0, _CANVAS]], np.float32), (corners @ axes + eyes).astype(np.float32)
        )
        height, width = image.shape[:2]
        laid = cv2.warpAffine(canvas, matrix, (width, height), flags=cv2.INTER_AREA)
        cover = cv2.warpAffine(alpha, matrix, (width, height), flags=cv2.INTER_AREA)[:, :, None]
        x1, y1, x2, y2 = (max(0, round(v)) for v in box)
        light = float(np.clip(np.percentile(image[y1:y2, x1:x2], 80) / 190, 0.35, 1.15))
        return _pixels(np.clip(image * (1 - cover) + laid * light * cover, 0, 255))

    return apply


#: Side of what a mask is painted on before it is laid over a face: finer than any face here.
_CANVAS = 512


def _outline(shape: str, top: float, bottom: float, wide: float, nose: float) -> np.ndarray:
    """Its edge, around: eyes lie at y = 0, the mouth at y = 1, x counts distances of the eyes from their middle."""
    peak = (nose * 0.8, top)
    if shape == "surgical":
        return np.array([(-wide, top + 0.22), (-0.35, top + 0.06), peak, (0.35, top + 0.06), (wide, top + 0.22),
                         (wide * 0.92, 1.2), (0.45, bottom - 0.06), (nose * 0.5, bottom), (-0.45, bottom - 0.06),
                         (-wide * 0.92, 1.2)])  # fmt: skip
    if shape == "pointed":
        return np.array([(-wide, 0.86), (-0.28, top + 0.12), peak, (0.28, top + 0.12), (wide, 0.86),
                         (wide * 0.72, 1.35), (0.3, bottom - 0.05), (nose * 0.5, bottom), (-0.3, bottom - 0.05),
                         (-wide * 0.72, 1.35)])  # fmt: skip
    turns = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    middle, half = (top + 0.1 + bottom) / 2, (bottom - top - 0.1) / 2
    rounded = np.stack([np.sign(np.cos(turns)) * np.abs(np.cos(turns)) ** 0.7 * wide, middle + half * np.sin(turns)], 1)
    rounded[np.abs(rounded[:, 0]) < 0.2, 1] -= np.where(rounded[np.abs(rounded[:, 0]) < 0.2, 1] < 1, 0.1, 0)
    return rounded


def _stroke(canvas: Any, ends: np.ndarray, colour: Any, width: int) -> None:
    first, last = ends.tolist()
    cv2.line(canvas, first, last, colour, width, cv2.LINE_AA)


def _cloth(
    shape: str, colour: tuple[int, int, int] | None, outline: np.ndarray, nose: float, random: np.random.Generator
) -> tuple[Any, Any]:
    """A mask on its canvas: (side, side, 3) float32 in [0, 255], and how far it covers, (side, side) in [0, 1]."""
    scale = _CANVAS / 4

    def place(points: Any) -> Any:
        return np.round((np.asarray(points, np.float64) + np.array([2, 1])) * scale).astype(np.int32)

    base = np.array(colour if colour is not None else random.uniform(30, 230, 3), np.float32)
    canvas = np.empty((_CANVAS, _CANVAS, 3), np.float32)
    canvas[:] = base + random.normal(0, 8, 3)
    if colour is None:
        other = tuple(map(float, random.uniform(20, 240, 3)))
        size, step = int(random.integers(4, 14)), int(random.integers(28, 60))
        for y in range(0, _CANVAS, step):
            for x in range(step // 2 * (y // step % 2), _CANVAS, step):
                cv2.circle(canvas, (x, y), size, other, -1, cv2.LINE_AA)
    if shape == "surgical":
        for fold in (0.75, 0.98, 1.2):
            _stroke(canvas, place([(-1, fold), (1, fold)]), (base * 0.82).tolist(), 3)
    elif shape == "pointed":
        _stroke(canvas, place([(nose, 0), (nose * 0.5, 2)]), (base * 0.8).tolist(), 3)
    y, x = np.mgrid[:_CANVAS, :_CANVAS] / scale - np.array([1, 2]).reshape(2, 1, 1)
    shade = 1.05 - 0.35 * ((x - nose * 0.5) / 0.9) ** 2 - 0.18 * np.clip(y - 1, 0, 1)
    canvas *= np.clip(shade, 0.45, 1.1)[:, :, None]
    canvas += random.normal(0, 3, (_CANVAS, _CANVAS, 1))
    alpha = np.zeros((_CANVAS, _CANVAS), np.float32)
    for side in (-1, 1):  # the straps
        ends = place([(side * 0.7, 0.75), (side * 1.25, 0.1), (side * 0.68, 1.3)])
        for end in (ends[0], ends[2]):
            _stroke(alpha, np.array([end, ends[1]]), 0.8, 5)
    cv2.fillPoly(alpha, [place(outline)], 1.0, cv2.LINE_AA)
    return canvas, cv2.GaussianBlur(alpha, (0, 0), 1.5)


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

"""Weights that two programs can make independently of each other: numpy's generator, seeded by the layer's name.

They stand in for files of hundreds of megabytes: the golden scripts put them into the original networks, the tests into
ours. Needs numpy only, as it runs in the originals' environments too.
"""

from __future__ import annotations

import zlib

import numpy as np

HEADS = ("fc8", "classifier")


def seeded_weights(layer: str, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
    """Arrays for a layer, scaled so that activations neither vanish nor grow through fifty layers.

    Args:
        layer: Its name in the original.
        shapes: (kernel[, bias]) of a convolution or dense layer, or ([gamma, ]beta, mean, variance).
    """
    generator = np.random.default_rng(zlib.crc32(layer.encode()))
    if len(shapes[0]) > 1:
        fan_in = int(np.prod(shapes[0][:-1]))
        gain = 0.02 if layer in HEADS else 1.0  # a class head that is not certain shows more digits
        kernel = generator.standard_normal(shapes[0], np.float32) * np.float32(gain * np.sqrt(2 / fan_in))
        return [kernel, *(generator.standard_normal(shape, np.float32) * np.float32(0.1) for shape in shapes[1:])]
    *gamma, beta, mean, variance = shapes
    return [
        *(generator.uniform(0.4, 0.8, shape).astype(np.float32) for shape in gamma),
        generator.standard_normal(beta, np.float32) * np.float32(0.1),
        generator.standard_normal(mean, np.float32) * np.float32(0.1),
        generator.uniform(0.5, 1.5, variance).astype(np.float32),
    ]


def seeded_crops(count: int, size: int) -> np.ndarray:
    """Smooth random pictures, RGB uint8 (count, size, size, 3): a few waves per channel."""
    generator = np.random.default_rng(2015)
    ramp = np.linspace(0, 2 * np.pi, size)
    frequency = generator.uniform(-6, 6, (count, 4, 3, 2))
    phase = generator.uniform(0, 2 * np.pi, (count, 4, 3))
    angle = (
        frequency[..., 0, None, None] * ramp[:, None] + frequency[..., 1, None, None] * ramp + phase[..., None, None]
    )
    return np.rint(127.5 + 31.8 * np.sin(angle).sum(axis=1)).astype(np.uint8).transpose(0, 2, 3, 1).copy()

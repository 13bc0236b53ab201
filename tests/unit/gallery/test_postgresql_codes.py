"""Codes tell angles, and never change."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from gallery_backends import unit_vectors

from rostro.gallery.postgresql.codes import codes_of


@pytest.mark.parametrize(("dims", "bits"), [(1, 1024), (8, 1024), (100, 1024), (128, 1024), (512, 512), (4096, 4096)])
def test_length(dims: int, bits: int) -> None:
    assert codes_of(unit_vectors(3, dims=dims)).shape == (3, bits)


@pytest.mark.parametrize("dims", [64, 100, 128, 512])
def test_bits_that_differ_are_the_angle(dims: int) -> None:
    """Charikar: a bit differs with the probability angle / pi."""
    a = unit_vectors(200, seed=1, dims=dims)
    b = a + unit_vectors(200, seed=2, dims=dims) * np.linspace(0, 2, 200)[:, None]
    b = (b / np.linalg.norm(b, axis=1, keepdims=True)).astype(np.float32)
    angle = np.arccos(np.clip((a * b).sum(axis=1), -1, 1))
    differ = (codes_of(a) != codes_of(b)).mean(axis=1)
    assert np.abs(differ - angle / np.pi).max() < 0.1
    assert abs((differ - angle / np.pi).mean()) < 0.01


def test_they_are_stored_and_so_must_stay() -> None:
    vectors = np.stack([np.arange(128) * k * 7919 % 17 - 8 for k in range(1, 4)]).astype(np.float32)  # exact sums
    digest = hashlib.sha256(np.packbits(codes_of(vectors)).tobytes()).hexdigest()
    assert digest == "6e6683a7f409fe3e58157927e5133588a13fb369829dd8e2cc371df46131c6be"

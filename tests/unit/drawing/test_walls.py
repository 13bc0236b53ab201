"""A wall of people: each face is cut out, also at the photo's edge, and what is left out is said."""

from __future__ import annotations

import numpy as np
import pytest

from rostro.core.errors import BadInput
from rostro.core.types import Face
from rostro.drawing.walls import FACES, ROWS, wall

RED, BLUE = (200, 20, 30), (20, 40, 200)


def photo(colour: tuple[int, int, int], box: tuple[float, float, float, float]) -> tuple[np.ndarray, Face]:
    image = np.full((120, 160, 3), 128, np.uint8)
    x1, y1, x2, y2 = (max(0, round(side)) for side in box)
    image[y1:y2, x1:x2] = colour
    return image, Face(box, 0.9, None)


def has(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(picture.astype(int) - colour).max(axis=2) < 12).sum())


def test_faces_are_cut_out() -> None:
    drawn = wall([("Ada", [photo(RED, (40, 30, 90, 90))]), ("2 faces", [photo(BLUE, (-20, -10, 40, 50))])])
    assert has(drawn, RED) > 5_000
    assert has(drawn, BLUE) > 2_000, "a face that reaches out of its photo"
    assert drawn.dtype == np.uint8


def test_no_more_are_shown_than_can_be_looked_at() -> None:
    many = [("somebody", [photo(RED, (40, 30, 90, 90))] * (FACES + 3))] * (ROWS + 2)
    full = wall(many)
    assert full.shape[1] == wall([("one", many[0][1])]).shape[1]
    assert full.shape[0] > wall(many[:ROWS]).shape[0], "a line says how many are shown"
    assert full.shape == wall(many[:ROWS], total=ROWS + 2).shape


def test_a_wall_of_nobody_is_refused() -> None:
    with pytest.raises(BadInput):
        wall([])

"""Frames with names on them: any script, at any edge, and quick because labels are drawn once."""

from __future__ import annotations

import numpy as np
import pytest

from rostro.core.types import Face
from rostro.drawing.shapes import GREEN, VERMILLION
from rostro.video.drawing import draw_scene
from rostro.video.identity import Match, State
from rostro.video.track import Seen

GREY = np.full((480, 640, 3), 120, np.uint8)


def seen(state: State, name: str | None = None, x: float = 200, y: float = 200) -> Seen:
    match = None if name is None else Match(1, name, 0.8)
    return Seen(1, Face((x, y, x + 100, y + 120), 0.9), state, match)


def has(image: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((np.abs(image.astype(int) - colour).max(axis=2) < 3).any())


def test_the_frame_itself_is_left_alone() -> None:
    before = GREY.copy()
    drawn = draw_scene(GREY, [seen("known", "Ada")])
    assert (before == GREY).all() and (drawn != GREY).any() and drawn.shape == GREY.shape


def test_kinds_are_told_apart() -> None:
    known, unknown = draw_scene(GREY, [seen("known", "Ada")]), draw_scene(GREY, [seen("unknown")])
    assert has(known, GREEN) and not has(known, VERMILLION)
    assert has(unknown, VERMILLION) and not has(unknown, GREEN)
    under = np.s_[324:370, 150:350]
    assert (known[under] != GREY[under]).any(), "a label"
    assert (draw_scene(GREY, [seen("undecided")])[under] == GREY[under]).all(), "none while undecided"


@pytest.mark.parametrize("name", ["José Ñandú Müller-Łódź", "王小明", "a" * 300, "Ada"])
@pytest.mark.parametrize(("x", "y"), [(-90, -100), (600, 440), (270, 0)])
def test_any_name_at_any_edge(name: str, x: float, y: float) -> None:
    drawn = draw_scene(GREY, [seen("known", name, x, y)])
    assert (drawn != GREY).any()


def test_a_label_is_the_same_on_any_background() -> None:
    """A label drawn over noise differs from one over grey only by what shines through it."""
    noise = np.random.default_rng(0).integers(0, 255, GREY.shape, dtype=np.uint8)
    over_grey, over_noise = (draw_scene(image, [seen("known", "Ada")]) for image in (GREY, noise))
    inside = np.s_[328:345, 224:275]
    assert np.abs(over_grey[inside].astype(int) - over_noise[inside]).max() <= 16


def test_nobody() -> None:
    assert (draw_scene(GREY, []) == GREY).all()

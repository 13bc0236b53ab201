"""What is left of a covered box."""

from __future__ import annotations

import numpy as np
import pytest

from rostro.anonymisation.covering import Shapes, Style, check_style, cover, covered, shapes, widened
from rostro.core.errors import BadInput

STYLES: tuple[Style, ...] = ("solid", "pixelated", "blurred")
NOISE = np.random.default_rng(7).integers(0, 256, (120, 160, 3), dtype=np.uint8)


def test_nothing_is_left_under_a_solid_box_and_all_is_left_beside_it() -> None:
    made = covered(NOISE, Shapes([(20.4, 30.0, 60.0, 79.2)]), "solid")
    assert not made[30:80, 20:60].any(), "a pixel that is only touched is covered, too"
    made[30:80, 20:60] = NOISE[30:80, 20:60]
    assert np.array_equal(made, NOISE)


def test_what_is_given_stays_as_it_is() -> None:
    before = NOISE.copy()
    covered(NOISE, Shapes([(0.0, 0.0, 100.0, 100.0)]), "blurred")
    assert np.array_equal(NOISE, before)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("box", [(-30.0, -9.0, 20.0, 20.0), (150.0, 110.0, 400.0, 300.0), (10.2, 10.2, 10.4, 10.4)])
def test_boxes_may_reach_out_of_the_picture_and_be_small(style: Style, box: tuple[float, float, float, float]) -> None:
    made = covered(NOISE, Shapes([box]), style)
    assert made.shape == NOISE.shape
    changed = (made != NOISE).any(axis=2)
    inside = np.zeros_like(changed)
    x1, y1, x2, y2 = (max(0, int(np.floor(box[0]))), max(0, int(np.floor(box[1])), 0), *map(int, np.ceil(box[2:])))
    inside[y1:y2, x1:x2] = True
    assert not (changed & ~inside).any()


@pytest.mark.parametrize("style", STYLES)
def test_a_box_outside_of_the_picture_is_none(style: Style) -> None:
    assert np.array_equal(covered(NOISE, Shapes([(200.0, 5.0, 300.0, 50.0), (-9.0, -9.0, 0.0, 0.0)]), style), NOISE)


def test_a_pixelated_face_has_few_colours_and_a_blurred_one_no_edges() -> None:
    box = (10.0, 10.0, 110.0, 110.0)
    coarse = covered(NOISE, Shapes([box]), "pixelated")[10:110, 10:110]
    assert len(np.unique(coarse.reshape(-1, 3), axis=0)) <= 8 * 8
    soft = covered(NOISE, Shapes([box]), "blurred")[10:110, 10:110].astype(int)
    assert np.abs(np.diff(soft, axis=0)).max() <= 4, "a step of noise is up to 255"


@pytest.mark.parametrize("style", ["pixelated", "blurred"])
def test_what_lies_around_a_box_does_not_get_into_it(style: Style) -> None:
    image = np.full((60, 60, 3), 255, np.uint8)
    image[20:40, 20:40] = 0
    assert not covered(image, Shapes([(20.0, 20.0, 40.0, 40.0)]), style)[20:40, 20:40].any()


def test_planes_of_a_film_are_covered_like_pictures() -> None:
    plane = NOISE[..., 0].copy()
    cover(plane, [(0.0, 0.0, 80.0, 120.0)], "solid", fill=16)
    assert (plane[:, :80] == 16).all()
    assert np.array_equal(plane[:, 80:], NOISE[:, 80:, 0])


def test_a_box_grows_by_parts_of_its_sides() -> None:
    assert widened((10.0, 20.0, 30.0, 60.0), 0.25) == (5.0, 10.0, 35.0, 70.0)


@pytest.mark.parametrize("style", STYLES)
def test_who_stays_open_is_hidden_by_a_face_and_not_by_what_is_wider_than_one(style: Style) -> None:
    ada, beside, perhaps = (40.0, 40.0, 80.0, 80.0), (78.0, 40.0, 118.0, 80.0), (30.0, 30.0, 60.0, 60.0)
    made = covered(NOISE, shapes([(beside, True), (perhaps, False)], [ada], 0.25), style)
    assert np.array_equal(made[40:80, 40:78], NOISE[40:80, 40:78])
    assert (made[40:80, 78:118] != NOISE[40:80, 78:118]).mean() > 0.9
    assert (made[30:40, 30:60] != NOISE[30:40, 30:60]).mean() > 0.9
    assert np.array_equal(shapes([], [], 0.25).scaled(0.5).wide, [])


def test_another_style_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(BadInput, match="solid, pixelated or blurred"):
        check_style("pixelate")

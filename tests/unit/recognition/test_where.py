"""Faces outside of the zone, and those that are too small, are not looked at: by any door."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.core.types import Face
from rostro.recognition.where import Where, Zone
from rostro.recognizer import Recognizer

if TYPE_CHECKING:
    from pathlib import Path


def face(x: float, y: float, side: float = 10) -> Face:
    return Face((x - side / 2, y - side / 2, x + side / 2, y + side / 2), 0.9)


def test_two_corners_are_a_rectangle_in_any_order() -> None:
    for text in ("10,20 30,40", "30,40 10,20", "10,40 30,20", "10,20;30,40"):
        zone = Zone.parse(text)
        assert zone.holds(20, 30, width=100, height=100)
        assert zone.holds(10, 20, width=100, height=100), "the border counts"
        assert not zone.holds(31, 30, width=100, height=100)


def test_parts_grow_with_the_picture() -> None:
    zone = Zone.parse("50%,0% 100%,50%")
    assert zone.holds(75, 25, width=100, height=100)
    assert zone.holds(750, 25, width=1000, height=100)
    assert not zone.holds(75, 25, width=1000, height=100)


def test_other_shapes() -> None:
    triangle = Zone.parse("0,0 100,0 0,100")
    assert triangle.holds(20, 20, width=100, height=100)
    assert not triangle.holds(80, 80, width=100, height=100)


@pytest.mark.parametrize(
    "text", ["", "1,2", "1,2 3", "1,2 3,4,5", "a,b c,d", "1%,2 3,4", "1,2 1,9", "5,5 5,5 5,5", "-1,0 2,2", "nan,0 1,1"]
)
def test_what_is_no_zone_is_named(text: str) -> None:
    with pytest.raises(BadInput, match="zone"):
        Zone.parse(text)


@given(
    st.tuples(st.integers(0, 90), st.integers(0, 90), st.integers(1, 10), st.integers(1, 10)),
    st.tuples(st.floats(0, 100), st.floats(0, 100)),
)
def test_a_rectangle_holds_what_lies_between_its_sides(
    corner: tuple[int, int, int, int], point: tuple[float, float]
) -> None:
    x, y, width, height = corner
    zone = Zone.parse(f"{x},{y} {x + width},{y + height}")
    inside = x <= np.float32(point[0]) <= x + width and y <= np.float32(point[1]) <= y + height
    assert zone.holds(*map(np.float32, point), width=100, height=100) is bool(inside)


def test_faces_are_chosen_by_middle_and_by_shorter_side() -> None:
    faces = [face(20, 20), face(80, 20), face(20, 20, side=4), replace(face(20, 20), box=(0, 0, 40, 5))]
    where = Where(Zone.parse("0%,0% 50%,50%"), 6)
    assert where
    assert where.among(faces, width=100, height=100) == [0]
    assert not Where()
    assert Where().among(faces, width=100, height=100) == [0, 1, 2, 3]


def test_a_recogniser_leaves_them_out_in_turned_photos_too(samples: dict[str, Path], recognizer: Recognizer) -> None:
    from rostro.photos.reading import read_photo

    image = read_photo(samples["astronaut.png"]).image
    for turns in (0, 2):
        turned = np.ascontiguousarray(np.rot90(image, turns))
        (everybody,) = recognizer.photos([turned])
        assert len(everybody.faces) == 1
        x, y = everybody.faces[0].centre
        width = turned.shape[1]
        there = f"{x - 20:.0f},{y - 20:.0f} {x + 20:.0f},{y + 20:.0f}"
        elsewhere = f"0%,0% {max(1, 100 * x / width - 10):.0f}%,100%"
        for zone, count in ((there, 1), (elsewhere, 0)):
            with Recognizer(store=recognizer.store, gallery=":memory:", zone=zone) as other:
                (found,) = other.photos([turned])
                assert len(found.faces) == count
        with Recognizer(
            store=recognizer.store, gallery=":memory:", min_face=int(everybody.faces[0].width) + 30
        ) as other:
            assert [len(found.faces) for found in other.photos([turned])] == [0]


@pytest.mark.parametrize("options", [{"zone": "1,1"}, {"min_face": 0}, {"min_face": -3}])
def test_what_cannot_be_is_refused_before_anything_is_loaded(options: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        Recognizer(gallery=":memory:", **options)  # type: ignore[arg-type]

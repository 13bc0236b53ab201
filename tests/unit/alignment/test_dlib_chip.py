"""The box that dlib's predictor is given."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.alignment.base import open_alignment
from rostro.alignment.dlib_chip import predictor_box
from rostro.core.errors import MissingExtra
from rostro.core.settings import Settings
from rostro.core.types import AlignmentSpec, Face
from rostro.models.store import ModelStore

WHOLE = st.integers(-500, 5000)


@given(WHOLE, WHOLE, st.integers(40, 3000), st.sampled_from([-1, 0, 1]))
def test_dlibs_own_boxes_stay_though_rounded(left: int, top: int, side: int, more: int) -> None:
    face = Face((left, top, left + side, top + side + more), 0.9)
    assert predictor_box(face) == (left, top, left + side - 1, top + side + more - 1)


@given(WHOLE, WHOLE, st.integers(10, 3000), st.integers(10, 3000))
def test_others_become_square_with_the_same_middle_and_area(left: int, top: int, width: int, height: int) -> None:
    face = Face((left, top, left + width, top + height), 0.9)
    x1, y1, x2, y2 = predictor_box(face)
    assert abs((x2 - x1) - (y2 - y1)) <= max(1, 0.16 * max(width, height))
    assert (x1 + x2 + 1) / 2 == pytest.approx(face.centre[0], abs=1)
    assert (y1 + y2 + 1) / 2 == pytest.approx(face.centre[1], abs=1)
    assert (x2 - x1 + 1) ** 2 == pytest.approx(face.area, rel=0.25)


def test_without_dlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dlib", None)
    store = ModelStore(Settings(offline=True))
    with pytest.raises(MissingExtra, match=r"rostro\[dlib\]"):
        open_alignment(AlignmentSpec("dlib_chip", 150), store)

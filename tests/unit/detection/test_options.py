"""Options out of their range, and a library that is not there."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from rostro.core.errors import BadInput, MissingExtra
from rostro.detection.base import DETECTORS
from rostro.runtime.base import EngineOptions


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mtcnn", {"min_face": 0}),
        ("mtcnn", {"max_side": 11}),
        ("scrfd", {"max_side": 31}),
        ("yunet", {"max_side": 31}),
        ("ssd_mobilenet", {"max_side": 640}),
        ("haar", {"max_side": 0}),
        ("dlib_hog", {"min_face": 0}),
        ("dlib_mmod", {"max_side": 0}),
    ],
)
def test_out_of_range(name: str, options: dict[str, Any]) -> None:
    """Said before anything is fetched: there is no store here."""
    with pytest.raises(BadInput, match=next(iter(options))):
        DETECTORS.get(name)(None, EngineOptions(), **options)


@pytest.mark.parametrize("name", ["dlib_hog", "dlib_mmod"])
def test_without_dlib(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dlib", None)
    with pytest.raises(MissingExtra, match=r"rostro\[dlib\]"):
        DETECTORS.get(name)(None, EngineOptions())

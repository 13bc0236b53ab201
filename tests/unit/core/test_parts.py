"""Parts are found by their names, in tables that load nothing, and in other packages."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from rostro.alignment.base import ALIGNMENTS
from rostro.attributes.base import ATTRIBUTES
from rostro.core import parts
from rostro.core.errors import UnknownModel
from rostro.core.parts import Room
from rostro.detection.base import DETECTORS, Detector
from rostro.embedding.base import EMBEDDERS
from rostro.evaluation.protocols.base import PROTOCOLS
from rostro.gallery.base import GALLERIES
from rostro.liveness.base import LIVENESS
from rostro.quality.base import QUALITIES
from rostro.runtime.base import ENGINES
from rostro.training.base import RECIPES

ROOMS = [DETECTORS, ALIGNMENTS, ATTRIBUTES, EMBEDDERS, ENGINES, GALLERIES, LIVENESS, QUALITIES, RECIPES, PROTOCOLS]


def added(monkeypatch: pytest.MonkeyPatch, *points: tuple[str, str]) -> Room[Detector]:
    """A room in which other packages have added parts."""
    listed = [EntryPoint(name, value, "rostro.made_up") for name, value in points]
    monkeypatch.setattr(
        "importlib.metadata.entry_points", lambda group: [point for point in listed if point.group == group]
    )
    parts._others.cache_clear()
    return Room(Detector, "detector", "rostro.made_up", {"yunet": "rostro.detection.yunet:YuNet"})


@pytest.fixture(autouse=True)
def forget() -> object:
    yield
    parts._others.cache_clear()


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.group)
def test_every_part_is_where_its_table_says_and_calls_itself_so(room: Room[object]) -> None:
    assert room.names == tuple(sorted(room.names))
    for name in room:
        part = room.get(name)
        assert issubclass(part, room.base)
        assert part.name == name  # type: ignore[attr-defined]


def test_names_load_no_part() -> None:
    names = "from rostro.detection.base import DETECTORS; print(DETECTORS.names"
    script = f"import sys; {names}, 'rostro.detection.yunet' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "'yunet'" in answer.stdout
    assert answer.stdout.strip().endswith("False")


@pytest.mark.parametrize(
    ("asked", "meant"), [("yunnet", "yunet"), ("YuNet", "yunet"), ("dlib-hog", "dlib_hog"), ("mtcn", "mtcnn")]
)
def test_an_unknown_name_says_what_was_meant_and_what_there_is(asked: str, meant: str) -> None:
    said = rf"no detector named '{asked}'\. Did you mean '{meant}'\? There is: .*scrfd.*yunet"
    with pytest.raises(UnknownModel, match=said):
        DETECTORS.get(asked)


def test_nothing_near_is_not_guessed() -> None:
    with pytest.raises(UnknownModel, match=r"no detector named 'nonsense'\. There is:"):
        DETECTORS.get("nonsense")


def test_another_package_adds_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    room = added(monkeypatch, ("mtcnn", "rostro.detection.mtcnn:MTCNN"))
    assert room.names == ("mtcnn", "yunet")
    assert "mtcnn" in room
    assert room.get("mtcnn").name == "mtcnn"


def test_our_names_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    room = added(monkeypatch, ("yunet", "rostro.detection.mtcnn:MTCNN"))
    assert room.get("yunet").__name__ == "YuNet"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("no_such_package:Mine", "cannot be loaded: No module named 'no_such_package'"),
        ("rostro.detection.mtcnn:Mine", "cannot be loaded"),
        ("rostro.core.errors:BadInput", "not a class that derives from Detector"),
        ("rostro.detection.mtcnn:MTCNN", "calls itself 'mtcnn'"),
    ],
)
def test_a_part_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, value: str, reason: str) -> None:
    with pytest.raises(UnknownModel, match=reason):
        added(monkeypatch, ("theirs", value)).get("theirs")


def test_two_packages_with_one_name_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    room = added(monkeypatch, ("mtcnn", "rostro.detection.mtcnn:MTCNN"), ("mtcnn", "rostro.detection.scrfd:SCRFD"))
    with pytest.raises(UnknownModel, match=r"'mtcnn' comes from .* and .*; uninstall one"):
        room.get("mtcnn")

"""Parts are found by their file names."""

from __future__ import annotations

import pytest

from rostro import registry
from rostro.detection.base import Detector
from rostro.errors import UnknownModel


def test_a_file_is_a_part() -> None:
    assert "yunet" in registry.names("detection")
    assert issubclass(registry.part("detection", "yunet"), Detector)
    assert registry.part("detection", "yunet").__module__ == "rostro.detection.yunet"


def test_base_and_private_files_are_not() -> None:
    for room in registry.BASES:
        if room != "training":
            assert all(name != "base" and not name.startswith("_") for name in registry.names(room))


def test_an_unknown_part_lists_the_known() -> None:
    with pytest.raises(UnknownModel, match=r"no detection named 'nonsense'.*yunet"):
        registry.part("detection", "nonsense")


@pytest.mark.parametrize("room", ["detection", "alignment", "embedding", "gallery", "runtime"])
def test_every_file_of_a_room_can_be_had(room: str) -> None:
    for name in registry.names(room):
        assert registry.part(room, name).__name__

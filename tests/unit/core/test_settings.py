"""Settings come from the environment, and a wrong value is named."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from rostro.core.errors import BadInput
from rostro.core.settings import Settings


def test_defaults() -> None:
    settings = Settings.from_environment({})
    assert (settings.offline, settings.gallery, settings.engine) == (False, "rostro.db", "openvino")
    assert settings.threads >= 1


def test_environment_wins() -> None:
    settings = Settings.from_environment({"ROSTRO_OFFLINE": "1", "ROSTRO_HOME": "/h", "ROSTRO_MAX_PIXELS": "10"})
    assert (settings.offline, settings.home, settings.max_pixels) == (True, Path("/h"), 10)


@pytest.mark.parametrize(
    ("name", "value"), [("ROSTRO_OFFLINE", "perhaps"), ("ROSTRO_THREADS", "0"), ("ROSTRO_MAX_BYTES", "many")]
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(BadInput, match=name):
        Settings.from_environment({name: value})


def test_every_setting_has_help_and_its_own_variable() -> None:
    names = [item.metadata["env"] for item in fields(Settings)]
    assert len(set(names)) == len(names)
    assert all(item.metadata["help"] for item in fields(Settings))

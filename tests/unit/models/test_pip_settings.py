from __future__ import annotations

import os
from pathlib import Path

import pytest

from rostro.core.errors import BadInput
from rostro.models.pip_settings import PYPI, IndexSettings


@pytest.fixture(autouse=True)
def no_machine_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hides the configuration of the machine that runs the tests; user configuration is read from tmp_path."""
    monkeypatch.setattr("platformdirs.site_config_dir", lambda *_, **__: str(tmp_path / "site"))
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(tmp_path / "user"))
    monkeypatch.setattr("sys.prefix", str(tmp_path / "venv"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr("rostro.models.pip_settings._SYSTEM", tmp_path / "etc")
    monkeypatch.setattr("rostro.models.pip_settings._FILE", "pip.conf")


def write(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pip.conf").write_text(text)
    return folder / "pip.conf"


def test_without_settings_it_is_pypi() -> None:
    assert IndexSettings.from_pip({}) == IndexSettings(indexes=(PYPI,), cert=None)


def test_environment() -> None:
    settings = IndexSettings.from_pip(
        {
            "PIP_INDEX_URL": "https://me:secret@one/simple",
            "PIP_EXTRA_INDEX_URL": " file:///two\nhttps://three/simple ",
            "PIP_CERT": "/c.pem",
        }
    )
    assert settings.indexes == ("https://me:secret@one/simple", "file:///two", "https://three/simple")
    assert settings.cert == "/c.pem"


def test_an_index_named_twice_is_asked_once() -> None:
    assert IndexSettings.from_pip({"PIP_EXTRA_INDEX_URL": PYPI}).indexes == (PYPI,)


@pytest.mark.parametrize("value", ["1", "true", "Yes"])
def test_no_index(value: str) -> None:
    assert IndexSettings.from_pip({"PIP_NO_INDEX": value}).indexes == ()


def test_files_override_in_the_order_of_pip(tmp_path: Path) -> None:
    write(tmp_path / "etc", "[global]\nindex-url = https://etc\nextra-index-url =\n    https://a\n    https://b\n")
    assert IndexSettings.from_pip({}).indexes == ("https://etc", "https://a", "https://b")
    write(tmp_path / "user", "[global]\nindex-url = https://user\n[install]\nextra-index-url = https://c")
    assert IndexSettings.from_pip({}).indexes == ("https://user", "https://c")
    write(tmp_path / "venv", "[global]\nindex-url = https://venv\n")
    assert IndexSettings.from_pip({}).indexes[0] == "https://venv"
    assert IndexSettings.from_pip({"PIP_INDEX_URL": "https://env"}).indexes[0] == "https://env"


def test_a_named_file_stands_for_the_users_own(tmp_path: Path) -> None:
    write(tmp_path / "user", "[global]\nextra-index-url = https://user\n")
    named = write(tmp_path / "named", "[global]\nindex-url = https://named\n")
    assert IndexSettings.from_pip({"PIP_CONFIG_FILE": str(named)}).indexes == ("https://named",)


def test_the_null_device_turns_files_off(tmp_path: Path) -> None:
    write(tmp_path / "user", "[global]\nindex-url = https://user\n")
    assert IndexSettings.from_pip({"PIP_CONFIG_FILE": os.devnull}).indexes == (PYPI,)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "user", "index-url = https://no-section\n")
    with pytest.raises(BadInput, match=str(file)):
        IndexSettings.from_pip({})

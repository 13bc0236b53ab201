"""``rostro models`` on made-up files that come from a mirror folder: exit codes, one JSON document, licences."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from rostro.cli.models import app
from rostro.core.errors import BadInput, ModelCorrupt, UnknownModel
from rostro.models.entry import ModelFile
from rostro.recognition import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

DATA = {"open.bin": b"open weights", "closed.bin": b"closed weights", "loose.bin": b"nobody pins me"}


def made_up(name: str, *, pinned: bool = True, commercial: bool = True) -> ModelFile:
    return ModelFile(
        name=name,
        sha256=hashlib.sha256(DATA[name]).hexdigest() if pinned else None,
        size=len(DATA[name]) if pinned else None,
        licence="MIT" if commercial else "CC-BY-NC-4.0",
        commercial=commercial,
        paper="made up",
        sources=(f"https://127.0.0.1:1/{name}",),
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    for name, data in DATA.items():
        (mirror / name).write_bytes(data)
    monkeypatch.setenv("ROSTRO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ROSTRO_MODEL_MIRROR", str(mirror))
    monkeypatch.setenv("ROSTRO_OFFLINE", "1")
    entries = (made_up("open.bin"), made_up("closed.bin", commercial=False), made_up("loose.bin", pinned=False))
    monkeypatch.setattr(catalogue, "SAMPLES", entries)
    return tmp_path / "home"


@pytest.fixture
def rostro(home: Path) -> Callable[..., Result]:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, arguments)

    return run


def document(result: Result) -> Any:
    """The only thing on stdout."""
    return json.loads(result.stdout)


def test_list_shows_licence_and_whether_installed(rostro: Callable[..., Result]) -> None:
    rostro("fetch", "open.bin")
    rows = {row["name"]: row for row in document(rostro("list", "--json"))["models"]}
    assert {"yunet", "sface", *DATA} <= set(rows)
    assert rows["sface"]["task"] == "embedder"
    assert rows["sface"]["dims"] == 128
    assert rows["open.bin"]["installed"] is True
    assert rows["closed.bin"]["installed"] is False
    assert rows["closed.bin"]["commercial"] is False
    assert rows["loose.bin"]["pinned"] is False
    assert rows["loose.bin"]["size"] is None
    table = rostro("list")
    assert table.exit_code == 0
    line = next(line for line in table.stdout.splitlines() if " closed.bin " in line)
    assert line.split() == ["sample", "closed.bin", "0.0", "MB", "CC-BY-NC-4.0", "NO", "no"]


def test_info_shows_sources_and_where_it_came_from(rostro: Callable[..., Result], home: Path) -> None:
    before = document(rostro("info", "open.bin", "--json"))["models"][0]["files"][0]
    assert before["sources"] == ["https://127.0.0.1:1/open.bin"]
    assert (before["installed"], before["origin"]) == (False, {})
    rostro("fetch", "open.bin")
    after = document(rostro("info", "open.bin", "--json"))["models"][0]["files"][0]
    assert after["path"] == str(home / "models" / "open.bin")
    assert after["origin"]["source"].startswith("mirror ")
    text = rostro("info", "open.bin").stdout
    assert "licence: MIT" in text
    assert after["sha256"] in text
    assert "NOT for commercial use" in rostro("info", "closed.bin").stdout


def test_info_of_nothing(rostro: Callable[..., Result]) -> None:
    assert isinstance(rostro("info", "nonsense").exception, UnknownModel)


def test_fetch_says_the_licence_once_and_gives_the_path(rostro: Callable[..., Result], home: Path) -> None:
    first = rostro("fetch", "closed.bin", "--json")
    assert first.exit_code == 0
    assert "CC-BY-NC-4.0; NOT for commercial use" in first.stderr
    (row,) = document(first)["fetched"]
    assert row == {
        "file": "closed.bin",
        "sha256": hashlib.sha256(DATA["closed.bin"]).hexdigest(),
        "size": len(DATA["closed.bin"]),
        "path": str(home / "models" / "closed.bin"),
    }
    assert rostro("fetch", "closed.bin", "--json").stderr == ""


def test_fetch_goes_on_after_a_failure_and_ends_with_2(rostro: Callable[..., Result]) -> None:
    result = rostro("fetch", "loose.bin", "open.bin", "--json")
    assert result.exit_code == 2
    answer = document(result)
    assert [row["file"] for row in answer["fetched"]] == ["open.bin"]
    assert [row["file"] for row in answer["failed"]] == ["loose.bin"]
    assert "--accept-unpinned" in answer["failed"][0]["reason"]
    assert rostro("fetch", "loose.bin", "--accept-unpinned").exit_code == 0


def test_fetch_default_names_both_files_when_they_cannot_be_had(rostro: Callable[..., Result]) -> None:
    result = rostro("fetch", "--default", "--json")
    assert result.exit_code == 2
    failed = {row["file"]: row["reason"] for row in document(result)["failed"]}
    assert {"face_detection_yunet_2023mar.onnx", "face_recognition_sface_2021dec.onnx"} <= set(failed)
    assert all("offline" in reason for reason in failed.values())


def test_fetch_all_permissive_takes_models_only(rostro: Callable[..., Result]) -> None:
    failed = {row["file"] for row in document(rostro("fetch", "--all-permissive", "--json"))["failed"]}
    wanted = {
        entry.name
        for model in catalogue.catalogue()
        if model.task != "sample" and model.commercial and model.pinned
        for entry in model.files
    }
    assert failed == wanted


def test_fetch_of_nothing_is_bad_input(rostro: Callable[..., Result]) -> None:
    assert isinstance(rostro("fetch").exception, BadInput)


def test_verify_answers_0_1_and_2(rostro: Callable[..., Result], home: Path) -> None:
    assert rostro("verify", "open.bin").exit_code == 2
    rostro("fetch", "open.bin", "closed.bin")
    sound = rostro("verify", "--json")
    assert sound.exit_code == 0
    assert [row["file"] for row in document(sound)["sound"]] == ["closed.bin", "open.bin"]
    (home / "models" / "open.bin").write_bytes(b"OPEN weights")
    damaged = rostro("verify", "--json")
    assert damaged.exit_code == 1
    assert [row["file"] for row in document(damaged)["failed"]] == ["open.bin"]
    assert [row["file"] for row in document(damaged)["sound"]] == ["closed.bin"]
    assert "open.bin: expected sha256" in damaged.stderr
    assert rostro("fetch", "open.bin").exit_code == 0
    assert rostro("verify").exit_code == 0


def test_import_records_or_refuses(rostro: Callable[..., Result], home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"my own weights")
    result = rostro("import", str(tmp_path / "mine"), "--as", "loose.bin", "--json")
    assert result.exit_code == 0
    assert document(result)["imported"]["sha256"] == hashlib.sha256(b"my own weights").hexdigest()
    assert (home / "models" / "loose.bin").read_bytes() == b"my own weights"
    assert isinstance(rostro("import", str(tmp_path / "mine"), "--as", "open.bin").exception, ModelCorrupt)
    assert not (home / "models" / "open.bin").exists()


@pytest.mark.parametrize("verb", ["list", "info", "fetch", "verify", "import"])
def test_every_verb_has_help_with_an_example(verb: str, rostro: Callable[..., Result]) -> None:
    assert f"Example: rostro models {verb}" in rostro(verb, "--help").stdout


def test_the_whole_command_turns_errors_into_exit_code_2(home: Path) -> None:
    code = "from rostro.cli.main import run; run()"
    result = subprocess.run(
        [sys.executable, "-c", code, "models", "info", "nonsense", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "nonsense" in json.loads(result.stdout)["error"]
    assert "Traceback" not in result.stderr

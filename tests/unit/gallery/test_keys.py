"""Where the key of an encrypted gallery comes from, and what is none."""

from __future__ import annotations

import base64
import io
import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from rostro.core.errors import BadInput
from rostro.core.settings import Settings
from rostro.gallery.keys import Key, called, make_key_file

if TYPE_CHECKING:
    from pathlib import Path

RAW = bytes(range(100, 132))
SALT = b"s" * 16


def test_a_new_key_is_its_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    first, second = tmp_path / "a.key", tmp_path / "b.key"
    make_key_file(first)
    make_key_file(second)
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert Key.of(first).fingerprint != Key.of(second).fingerprint
    content = first.read_bytes()
    with pytest.raises(BadInput, match="there already"):
        make_key_file(first)
    assert first.read_bytes() == content


def test_one_key_in_every_form_and_from_every_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "people.key"
    expected = Key.of(RAW).wrapping(SALT)
    for content in (
        RAW,
        RAW.hex().encode() + b"\n",
        RAW.hex().upper().encode(),
        base64.b64encode(RAW) + b"\n",
        base64.urlsafe_b64encode(RAW).rstrip(b"="),
    ):
        file.write_bytes(content)
        for given in (file, str(file), f"file:{file}"):
            assert Key.of(given).wrapping(SALT) == expected, content
    monkeypatch.setenv("A_KEY", RAW.hex())
    assert Key.of("env:A_KEY").wrapping(SALT) == expected
    script = tmp_path / "give.py"
    script.write_text(f"print({RAW.hex()!r})")
    assert Key.of(f"command:{sys.executable} {script}").wrapping(SALT) == expected
    assert Key.of(RAW).wrapping(b"t" * 16) != expected
    assert Key.of(Key.of(RAW)).fingerprint == Key.of(RAW).fingerprint


@pytest.mark.parametrize("form", [RAW.hex(), base64.b64encode(RAW).decode(), base64.urlsafe_b64encode(RAW).decode()])
@pytest.mark.parametrize("kind", ["", "file:", "env:", "passphrase:env:"])
def test_a_key_in_the_place_of_where_it_is_kept_is_not_shown(kind: str, form: str) -> None:
    with pytest.raises(BadInput, match="this is one itself") as refused:
        Key.of(kind + form)
    assert form not in str(refused.value)
    assert called(kind + form) == f"{kind}***"


def test_a_file_with_the_name_of_a_key_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / RAW.hex()).write_bytes(RAW)
    assert Key.of(RAW.hex()).fingerprint == Key.of(RAW).fingerprint
    assert called(RAW.hex()) == RAW.hex()


def test_a_command_that_cannot_be_read_is_said_without_its_words() -> None:
    with pytest.raises(BadInput, match="cannot be read") as refused:
        Key.of('command:vault "read -token=s3cr3t')
    assert "s3cr3t" not in str(refused.value)
    assert called("command:vault read -token=s3cr3t") == "command:vault"


def test_what_is_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "people.key"
    for content, words in [
        (b"", "no key; one is"),
        (b"secret", "no key; one is"),
        (RAW[:16].hex().encode(), "no key; one is"),  # 128 bits, 32 letters long
        (RAW + RAW, "no key; one is"),
        (b"a" * 64, "not random"),
        (bytes(32), "not random"),
    ]:
        file.write_bytes(content)
        with pytest.raises(BadInput, match=words) as refused:
            Key.of(file).wrapping(SALT)
        assert refused.value.values["why"] == "bad-key"
    for source, words in [
        (str(tmp_path / "none.key"), r"none\.key: the key cannot be read"),
        ("env:NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE"),
        ("command:no-such-command --password x", "^no-such-command: "),
        (f"command:{sys.executable} -c 'raise SystemExit(3)'", "ended with 3"),
    ]:
        with pytest.raises(BadInput, match=words):
            Key.of(source).wrapping(SALT)
    for source in ("", "env:", "command: ", "passphrase:", "passphrase:passphrase"):
        with pytest.raises(BadInput, match="comes from"):
            Key.of(source)


def test_a_command_is_shown_without_what_may_be_secret() -> None:
    assert "hunter2" not in repr(Key.of("command:vault --token hunter2"))


def test_a_passphrase_takes_memory_and_is_the_same_however_it_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cost = {"n": 1 << 14, "r": 8, "p": 1}
    file = tmp_path / "phrase"
    file.write_text("cinco caballos ni\u00f1os\n", encoding="utf-8")
    monkeypatch.setenv("PHRASE", "cinco caballos nin\u0303os")
    first, second = Key.of(f"passphrase:file:{file}"), Key.of("passphrase:env:PHRASE")
    assert first.wrapping(SALT, **cost) == second.wrapping(SALT, **cost)
    assert first.wrapping(SALT, **cost) != first.wrapping(SALT, n=1 << 13, r=8, p=1)
    assert first.fingerprint == ""  # it would help to guess
    monkeypatch.setenv("PHRASE", "too short")
    with pytest.raises(BadInput, match="12 characters"):
        Key.of("passphrase:env:PHRASE").wrapping(SALT, **cost)


def test_a_passphrase_is_asked_for_at_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(BadInput, match="no terminal"):
        Key.of("passphrase").wrapping(SALT, n=2, r=1, p=1)


def test_the_settings_name_a_key(tmp_path: Path) -> None:
    assert Key.from_settings(Settings.from_environment({})) is None
    named = Key.from_settings(Settings.from_environment({"ROSTRO_KEY_FILE": str(tmp_path / "k")}))
    assert named is not None
    assert named.source == str(tmp_path / "k")
    assert Key.from_settings(Settings.from_environment({"ROSTRO_KEY_FILE": " "})) is None


@pytest.mark.skipif(os.name == "nt", reason="no such rights")
def test_a_key_that_others_may_read_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "people.key"
    make_key_file(file)
    Key.of(file).wrapping(SALT)
    assert caplog.text == ""
    file.chmod(0o644)
    Key.of(file).wrapping(SALT)
    assert "chmod 600" in caplog.text

"""Names of uploaded files can do no harm."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.server.admission.access import is_loopback
from rostro.server.forms.uploads import safe_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("me.jpg", "me.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\me.jpg", "me.jpg"),
        ("/", "photo-3"),
        ("..", "photo-3"),
        (None, "photo-3"),
        ("a\x00b\r\nSet-Cookie: x.jpg", "abSet-Cookie: x.jpg"),
        ("niño ñandú 顔.jpg", "niño ñandú 顔.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
    ],
)
def test_names(given_name: str | None, kept: str) -> None:
    assert safe_name(given_name, 3) == kept


@given(st.text(max_size=400))
def test_never_a_path_never_long_never_empty(name: str) -> None:
    kept = safe_name(name)
    assert 0 < len(kept) <= 120
    assert "/" not in kept and "\\" not in kept and kept.strip(".")
    assert not any(unicodedata.category(character)[0] == "C" for character in kept)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("localhost", True), ("::1", True), ("[::1]", True),
        ("0.0.0.0", False), ("::", False), ("192.168.0.7", False), ("localhost.evil.example", False), ("", False),
    ],
)  # fmt: skip
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback

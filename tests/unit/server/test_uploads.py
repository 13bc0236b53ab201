"""Names of uploaded files can do no harm."""

from __future__ import annotations

import io
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from rostro.server.admission.hosts import is_loopback
from rostro.server.forms.uploads import Upload, safe_name, weighed
from rostro.server.jobs import own_copies


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


def test_what_decoding_will_cost_is_read_from_the_head(samples: dict[str, Path]) -> None:
    for name, photo in samples.items():
        with photo.open("rb") as file, Image.open(photo) as picture:
            file.seek(0)
            upload = weighed(name, file, 10**9)
            assert upload.pixels == picture.width * picture.height and upload.tell() == 0
            assert weighed(name, file, upload.pixels - 1).pixels == 0, "what is refused by its head costs nothing"


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0" + b"\xff" * 100, b"text" * 999]
)
def test_what_is_no_picture_costs_nothing(content: bytes) -> None:
    assert weighed("a", io.BytesIO(content), 10**9).pixels == 0


def test_copies_of_a_job_have_no_name_and_are_in_no_memory() -> None:
    copies, files = own_copies([Upload("a.jpg", io.BytesIO(b"a face"), 6), Upload("b.jpg", io.BytesIO(b""))])
    with files:
        assert [(copy.name, copy.read(), copy.pixels) for copy in copies] == [
            ("a.jpg", b"a face", 6),
            ("b.jpg", b"", 0),
        ]
        assert [os.fstat(copy.file.fileno()).st_nlink for copy in copies] == [0, 0]
        assert os.fstat(copies[0].file.fileno()).st_size == 6

"""A server that cannot work does not start: exit code 2 and the reason, before anybody asks it for anything."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_line import rostro
from running_server import with_models_of

from rostro.core.errors import BadInput, NoOperatingPoint, RostroError, SpaceMismatch
from rostro.gallery.base import open_gallery
from rostro.people.albums.album import Album
from rostro.server.admission.keys import KeyStore
from rostro.server.listening import listen
from rostro.server.serving import make_server

if TYPE_CHECKING:
    from rostro.recognizer import Recognizer


def free_port() -> int:
    (probe,) = listen("127.0.0.1", 0)
    with probe:
        return int(probe.getsockname()[1])


def refusal(recognizer: Recognizer, folder: Path, *, keep_pictures: bool = False) -> RostroError:
    """Why a server does not start; it must have let go of its port."""
    port = free_port()
    with pytest.raises(RostroError) as told:
        make_server(
            recognizer, keys=KeyStore(folder / "k.db"), host="127.0.0.1", port=port, keep_pictures=keep_pictures
        )
    for opened in listen("127.0.0.1", port):
        opened.close()
    return told.value


def test_pictures_that_cannot_be_kept(recognizer: Recognizer, tmp_path: Path) -> None:
    faces = with_models_of(recognizer, gallery=str(tmp_path / "g.db"))
    (tmp_path / "g.db.crops").write_bytes(b"")
    told = refusal(faces, tmp_path, keep_pictures=True)
    assert isinstance(told, BadInput) and "g.db.crops: pictures cannot be kept here: this is no folder" in str(told)
    (tmp_path / "g.db.crops").unlink()
    (tmp_path / "g.db.crops").symlink_to(tmp_path / "nowhere")
    assert "this is no folder" in str(refusal(faces, tmp_path, keep_pictures=True))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_pictures_where_one_may_not_write(recognizer: Recognizer, tmp_path: Path) -> None:
    faces = with_models_of(recognizer, gallery=str(tmp_path / "g.db"))
    (tmp_path / "g.db.crops").mkdir(mode=0o500)
    assert "may not write there" in str(refusal(faces, tmp_path, keep_pictures=True))


def test_uploads_that_cannot_be_kept(recognizer: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert "TMPDIR" in str(refusal(with_models_of(recognizer, gallery=str(tmp_path / "g.db")), tmp_path))


def test_nothing_to_search_by(recognizer: Recognizer, tmp_path: Path) -> None:
    """A rate of strangers named that nobody measured for this space is told at once, not by every search."""
    point = recognizer.operating_point
    faces = with_models_of(recognizer, gallery=str(tmp_path / "g.db"), operating_point=point, fpir=1e-9)
    assert isinstance(refusal(faces, tmp_path), NoOperatingPoint)


def test_a_gallery_of_another_space(recognizer: Recognizer, tmp_path: Path) -> None:
    open_gallery(str(tmp_path / "g.db"), space="another/five_point-112").close()
    told = refusal(with_models_of(recognizer, gallery=str(tmp_path / "g.db")), tmp_path)
    assert told.kind == "space-mismatch"


def test_the_command_says_why(tmp_path: Path) -> None:
    (tmp_path / "g.db").mkdir()
    (tmp_path / "h.db.crops").write_bytes(b"")
    for args in (["--gallery", "g.db"], ["--gallery", "h.db", "--keep-crops"], ["--gallery", "no/where.db"]):
        told = subprocess.run(
            [sys.executable, "-m", "rostro", "serve", "--port", str(free_port()), *args],
            cwd=tmp_path, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert (told.returncode, told.stdout) == (2, "") and "serves" not in told.stderr, args
        assert told.stderr.startswith(f"rostro: {args[1]}") and "Traceback" not in told.stderr, args


def test_an_album_that_is_none(recognizer: Recognizer, tmp_path: Path) -> None:
    """An album of another space, and one that is the gallery itself."""
    with Album.open(tmp_path / "a.db", create=True, space="another/five_point-112") as album:
        faces = with_models_of(recognizer, gallery=str(tmp_path / "g.db"))
        with pytest.raises(SpaceMismatch):
            make_server(faces, keys=KeyStore(tmp_path / "k.db"), host="127.0.0.1", port=free_port(), album=album)
    told = rostro("serve", "--gallery", str(tmp_path / "g.db"), "--album", str(tmp_path / "g.db"))
    assert told.returncode == 2 and "an album is a gallery of its own" in told.stderr

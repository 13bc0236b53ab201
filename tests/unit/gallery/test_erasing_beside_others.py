"""Erasing while other programs read or write: nobody waits for long, and what is left to do is said and is done."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rostro.core.types import Template
from rostro.gallery.base import Gallery, open_gallery
from rostro.gallery.sqlite import database, erasure
from rostro.people.people import People

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPACE = "toy-00000000/none"
SECRET = b"Ada-Lovelace-0123456789"
NAME = SECRET.decode()

#: Reads, and goes on reading the same state until its input ends.
READER = """
import sqlite3, sys
sql = sqlite3.connect(sys.argv[1])
sql.execute("BEGIN")
sql.execute("SELECT count(*) FROM templates").fetchone()
print("reading", flush=True)
sys.stdin.read()
"""


def unit(number: int, dims: int = 64) -> np.ndarray:
    vector = np.random.default_rng(number).normal(size=dims).astype(np.float32)
    return vector / np.linalg.norm(vector)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "people.db"
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add({f"person {n}": [Template(unit(n), f"{n:064x}", f"{n}.jpg")] for n in range(100)})
        gallery.add({NAME: [Template(unit(1000), f"{1000:064x}", "ada.jpg")]})
    return path


@pytest.fixture
def reader(path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "reading\n"
        yield process
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.communicate()


def stays(path: Path) -> bool:
    return any(SECRET in file.read_bytes() for file in path.parent.iterdir() if file.is_file())


def longest_wait(gallery: Gallery, stop: threading.Event) -> list[float]:
    """How long each of the searches took that were made until it stopped, the longest first."""
    waits = []
    while not stop.is_set():
        before = time.monotonic()
        assert gallery.search(unit(7)[None], 1)[0][0].similarity > 0.99
        gallery.names([1])
        waits.append(time.monotonic() - before)
        time.sleep(0.005)
    return sorted(waits, reverse=True)


@pytest.mark.parametrize("in_place", [False, True])
def test_a_program_that_reads_an_old_state_keeps_nobody_waiting(
    path: Path, reader: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch, in_place: bool
) -> None:
    if in_place:  # as in a file of gigabytes
        monkeypatch.setattr(erasure, "WHOLE_UP_TO", 0)
        monkeypatch.setattr(erasure, "_BLANK", 10.0)
    stop = threading.Event()
    waits: list[float] = []
    with open_gallery(str(path)) as gallery, open_gallery(str(path)) as other:
        searching = threading.Thread(target=lambda: waits.extend(longest_wait(gallery, stop)))
        searching.start()
        before = time.monotonic()
        assert People(gallery).erase(NAME) == 1
        took = time.monotonic() - before
        assert NAME not in People(other)
        before = time.monotonic()
        other.add({"somebody new": [Template(unit(5000), f"{5000:064x}", "new.jpg")]})
        added = time.monotonic() - before
        stop.set()
        searching.join()
        assert took < 5.0 and added < 5.0
        assert len(waits) > 10 and waits[0] < 2.0, "searches in the same process wait for the erasing"
        assert People(gallery).pending()["pending"].startswith("what was erased is found by nobody")
        assert stays(path)

        end(reader)
        time.sleep(1.1)  # it is tried again once a second
        assert gallery.search(unit(7)[None], 1)[0][0].similarity > 0.99
        assert People(gallery).pending() == {}
        assert not stays(path)


def test_what_is_left_is_done_by_who_opens_it_next(path: Path, reader: subprocess.Popen[str]) -> None:
    with open_gallery(str(path)) as gallery:
        gallery.remove(NAME)
    end(reader)
    open_gallery(str(path)).close()
    assert not stays(path)


def test_a_program_that_writes_for_long_puts_erasing_off(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ERASING_PATIENCE", 0.2)
    writer, write_anew = sqlite3.connect(path, isolation_level=None), database.Database.write_anew

    def busy(self: database.Database) -> bool:
        writer.execute("BEGIN IMMEDIATE")
        return write_anew(self)

    with open_gallery(str(path)) as gallery, monkeypatch.context() as patch:
        patch.setattr(database.Database, "write_anew", busy)
        assert gallery.remove(NAME) == 1
        assert "bytes of it stay" in gallery.unfinished
        writer.rollback()
        writer.close()
        patch.undo()
        time.sleep(1.1)  # it is tried again once a second
        assert gallery.unfinished == ""
        assert not stays(path)


def test_who_waits_for_another_writer_lets_others_read(path: Path) -> None:
    """A thread that waits for another program's transaction does not keep the connection."""
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with open_gallery(str(path)) as gallery:
        adding = threading.Thread(target=lambda: gallery.add({"somebody": [Template(unit(1), f"{1:063x}f", "a.jpg")]}))
        adding.start()
        time.sleep(0.1)
        before = time.monotonic()
        assert len(gallery.people()) == 101
        assert time.monotonic() - before < 1.0
        assert adding.is_alive()
        writer.rollback()
        adding.join()
        assert gallery.person("somebody").templates == 1
    writer.close()


@pytest.mark.parametrize("umask", [0, 0o022, 0o277])
def test_a_gallery_and_all_beside_it_is_its_owners_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "people.db"
    before = os.umask(umask)
    try:
        with open_gallery(str(path), space=SPACE) as gallery:
            gallery.add({NAME: [Template(unit(1), "a" * 64, "a.jpg")]})
            names = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert names == dict.fromkeys(("people.db", "people.db-wal", "people.db-shm"), 0o600)


def test_rights_that_were_given_stay(path: Path) -> None:
    path.chmod(0o640)
    with open_gallery(str(path)) as gallery:
        gallery.remove(NAME)
    assert path.stat().st_mode & 0o777 == 0o640

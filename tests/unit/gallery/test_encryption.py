"""An encrypted gallery: nothing of it is in clear in any file, its key alone opens it, and it survives being killed."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rostro.core.errors import BadInput, GalleryCorrupt, GalleryError
from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.gallery.keys import Key, make_key_file
from rostro.gallery.marks import Mark
from rostro.gallery.sqlite import database, erasure, purging
from rostro.gallery.sqlite.envelope import Envelope
from rostro.gallery.sqlite.gallery import SqliteGallery
from rostro.gallery.sqlite.search import index, scan
from rostro.gallery.upkeep.backup import back_up
from rostro.gallery.upkeep.check import find_damage
from rostro.gallery.upkeep.migrate import migrate
from rostro.people.encrypting import decrypt, encrypt, rekey
from rostro.people.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Iterator

DIMS, SPACE = 64, "toy-00000000/none"
KEY, OTHER = bytes(range(50, 82)), bytes(range(150, 182))
#: How every picture begins; longer than what comes by chance.
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
BOX = (1.5, 2.25, 30.125, 40.0625)


@pytest.fixture(autouse=True)
def small_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Galleries of hundreds have a compressed scan in a file."""
    monkeypatch.setattr(index, "EXACT_NUMBERS", 100 * DIMS)
    monkeypatch.setattr(index, "TAIL", 20)
    monkeypatch.setattr(scan, "SEGMENT", 500)


def faces(number: int, count: int = 3) -> list[Template]:
    vectors = np.random.default_rng(number).normal(size=(count, DIMS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        Template(
            vector=vector,
            source_hash=hashlib.sha256(f"{number} {n}".encode()).hexdigest(),
            photo=f"camera {number} {n}.jpg",
            quality=0.5,
            box=BOX if n else None,
            collection=f"ward {number % 3}",
        )
        for n, vector in enumerate(vectors)
    ]


def name(number: int) -> str:
    return f"Núñez Person-{number:04}"


def traces(numbers: Iterator[int] | range) -> list[bytes]:
    """What would betray these people in a file: names, hashes, photos, collections, boxes, and vectors in any form."""
    found: set[bytes] = set()
    for number in numbers:
        found |= {name(number).encode(), f"Person-{number:04}".encode()}
        for template in faces(number):
            text = template.source_hash
            found |= {text.encode(), bytes.fromhex(text), template.photo.encode(), template.collection.encode()}
            found |= {np.asarray(template.vector, kind)[:16].tobytes() for kind in ("<f2", "<f4", "<f8")}
            halves = np.asarray(template.vector, "<f2").tobytes()
            found |= {halves[start : start + 16] for start in range(0, len(halves), 16)}
    return [*found, np.array(BOX, "<f8").tobytes()]


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def filled(path: Path, people: int = 60, key: bytes | None = None) -> None:
    with open_gallery(str(path), space=SPACE, key=key) as gallery:
        gallery.add({name(number): faces(number) for number in range(people)})
        gallery.add({"Erased": faces(9_000)})
        gallery.remove("Erased")
        pictures = Pictures.beside(gallery)
        assert pictures is not None
        for person in gallery.people()[:5]:
            source = gallery.templates(person.name)[0].source_hash
            pictures.keep(person.id, source, np.full((8, 8, 3), person.id, np.uint8))
            pictures.keep_seen(person.id, f"seen-{person.id}", np.full((8, 8, 3), 200, np.uint8))
        gallery.search(faces(1)[0].vector[None], 1)


def whole(path: Path, key: bytes | None, people: int = 60) -> None:
    """Everything is there that `filled` put in, and found."""
    with open_gallery(str(path), create=False, key=key) as gallery:
        assert [p.name for p in gallery.people()] == [name(number) for number in range(people)]
        assert sorted(told for _, told in gallery.all_names()) == [name(number) for number in range(people)]
        for number in (0, people // 2, people - 1):
            for template, given in zip(gallery.templates(name(number)), faces(number), strict=True):
                np.testing.assert_array_equal(template.vector, given.vector.astype(np.float16).astype(np.float32))
                assert (template.source_hash, template.photo) == (given.source_hash, given.photo)
                assert (template.box, template.collection, template.quality) == (given.box, given.collection, 0.5)
            ((hit,),) = gallery.search(faces(number)[1].vector[None], 1)
            assert gallery.names([hit.person]) == {hit.person: name(number)}
            (source,) = {faces(number)[0].source_hash}
            assert gallery.known_sources([source, "f" * 64]) == {source: {name(number)}}
            assert [p.person for p in gallery.photos_called(source[:40])] == [name(number)]
            assert [p.person for p in gallery.photos_called(f"camera {number} 2.jpg")] == [name(number)]
        assert gallery.population(["ward 1"]).people == people // 3
        hashes = [template.source_hash for template in faces(9_000)]
        assert gallery.erased([*hashes, faces(1)[0].source_hash]) == set(hashes)
        pictures = Pictures.beside(gallery)
        assert pictures is not None
        for person in gallery.people()[:5]:
            assert (pictures.picture(person.id) or b"").startswith(b"\xff\xd8")
        assert list(find_damage(gallery)) == []


def test_a_gallery_is_encrypted_from_its_beginning_where_a_key_is_given(tmp_path: Path) -> None:
    """While it is open, after it is closed, and in every file: rows, log, index, pictures."""
    path = tmp_path / "people.db"
    filled(path, key=KEY)
    with open_gallery(str(path), key=KEY) as gallery:
        gallery.add({name(100): faces(100)})
        assert Path(f"{path}-wal").stat().st_size
        gallery.search(faces(100)[0].vector[None], 1)
        content = bytes_of(tmp_path)
        assert [trace for trace in traces(range(100)) if trace in content] == []
        assert JPEG not in content
        gallery.remove(name(100))
    assert Path(f"{path}.index").stat().st_size > 1_000
    assert len(list(path.with_name("people.db.crops").rglob("*.jpg"))) == 10
    content = bytes_of(tmp_path)
    assert [trace for trace in traces(range(101)) if trace in content] == []
    whole(path, KEY)


def test_the_traces_that_are_looked_for_are_there_in_a_plain_gallery(tmp_path: Path) -> None:
    filled(tmp_path / "people.db")
    content = bytes_of(tmp_path)
    lacking = [trace for trace in traces(range(60)) if trace not in content]
    assert len(lacking) < len(traces(range(60))) * 0.4  # float32, float64, and hashes as bytes
    assert JPEG in content


@pytest.mark.parametrize("in_place", [False, True])
def test_encrypting_leaves_nothing_in_clear_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_place: bool
) -> None:
    path = tmp_path / "people.db"
    filled(path)
    if in_place:  # a file of gigabytes, in which erased rows stay as zeros
        monkeypatch.setattr(erasure, "WHOLE_UP_TO", 0)
        monkeypatch.setattr(erasure, "_BLANK", 10.0)
        with open_gallery(str(path)) as gallery:
            gallery.add({name(61): faces(61)})
            gallery.remove(name(61))
    hidden = path.with_name("people.db.crops") / "1" / ".rostro-0011223344556677.tmp"
    hidden.write_bytes(JPEG + b" of a process that was killed")
    codes = Path(f"{path}.index").read_bytes()[1_000:]  # of the compressed scan, uint8, and its directions
    codes = [piece for n in range(0, len(codes), 24) if len(set(piece := codes[n : n + 24])) > 12]
    assert len(codes) > 100
    assert encrypt(path, KEY).pictures == 10
    content = bytes_of(tmp_path)
    assert [piece for piece in codes if piece in content] == []
    assert [trace for trace in traces(range(62)) if trace in content] == []
    assert JPEG not in content
    whole(path, KEY)
    assert encrypt(path, KEY).pictures == 0  # again is well
    with sqlite3.connect(path) as sql:
        ((text,),) = sql.execute("SELECT value FROM meta WHERE key = 'encryption'").fetchall()
    assert rekey(path, KEY, OTHER).pictures == 0
    assert json.loads(text)["wrapped"].encode() not in bytes_of(tmp_path)  # by which the old key would open it still
    whole(path, OTHER)
    assert rekey(path, OTHER, KEY, everything=True).pictures == 10
    whole(path, KEY)
    assert decrypt(path, KEY).pictures == 10
    whole(path, None)
    assert b"rostro-sealed" not in bytes_of(tmp_path)


def test_a_missing_or_wrong_key_is_said_and_nothing_else_happens(tmp_path: Path) -> None:
    path, file = tmp_path / "people.db", tmp_path / "people.key"
    make_key_file(file)
    filled(path, people=3)
    encrypt(path, file)
    content = path.read_bytes()
    with pytest.raises(GalleryError, match=r"people\.db: is encrypted") as missing:
        open_gallery(str(path))
    assert missing.value.values["why"] == "no-key"
    with pytest.raises(GalleryError, match=f"opens by the key {Key.of(file).fingerprint}, and was given") as wrong:
        open_gallery(str(path), key=OTHER)
    assert wrong.value.values["why"] == "wrong-key"
    with pytest.raises(GalleryError, match="was given a passphrase"):
        open_gallery(str(path), key="passphrase:env:PHRASE")
    for change in (lambda: encrypt(path, OTHER), lambda: decrypt(path, OTHER), lambda: rekey(path, OTHER, KEY)):
        with pytest.raises(GalleryError, match="opens by the key"):
            change()
    assert path.read_bytes() == content
    with open_gallery(str(path), key=file) as gallery:
        assert len(gallery.people()) == 3


def test_a_key_for_a_gallery_that_needs_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    filled(path, people=2)
    with pytest.raises(GalleryError, match="is not encrypted") as refused:
        open_gallery(str(path), key=KEY)
    assert refused.value.values["why"] == "not-encrypted"
    with open_gallery(str(path), key=Key.of(KEY).for_any()) as gallery:
        assert len(gallery.people()) == 2
    with pytest.raises(GalleryError, match="is not encrypted"):
        rekey(path, KEY, OTHER)
    assert decrypt(path, KEY).pictures == 0  # it is what was asked for
    with pytest.raises(BadInput, match="in files"):
        open_gallery("postgresql://nobody@localhost/none", key=KEY)
    with pytest.raises(BadInput, match="in files"):
        encrypt("postgresql://nobody@localhost/none", KEY)
    with open_gallery(":memory:", space=SPACE, key=KEY) as gallery:
        gallery.add({"Ana": faces(1)})
        assert gallery.info().encryption.startswith("none")


def test_a_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "people.db"
    monkeypatch.setenv("PHRASE", "five words drawn by lot")
    filled(path, people=2)
    encrypt(path, "passphrase:env:PHRASE")
    with open_gallery(str(path), key="passphrase:env:PHRASE") as gallery:
        assert gallery.info().encryption == "AES-256-GCM, by a passphrase"
        assert gallery.person(name(0)).templates == 3
    monkeypatch.setenv("PHRASE", "six words drawn by a thief")
    with pytest.raises(GalleryError, match="not what it opens by"):
        open_gallery(str(path), key="passphrase:env:PHRASE")


def test_the_wrapping_is_read_with_care(tmp_path: Path) -> None:
    """What asks for all memory, or is no wrapping, is damage; what a newer rostro wrote is said."""
    good = Envelope.around(KEY, "0" * 16, Key.of(OTHER)).to_text()
    assert Envelope.from_text(good, "x").data_key(Key.of(OTHER), "x") == KEY
    for bad in (
        None,
        "{",
        "[]",
        "[" * 100_000,
        good.replace('"n": 0', '"n": 1073741824').replace('"key"', '"passphrase"'),
        good.replace('"n": 0', '"n": 1.5'),
        good.replace('"salt"', '"sold"'),
        good.replace('"key_id": "', '"key_id": 5, "x": "'),
    ):
        with pytest.raises(GalleryCorrupt, match="damaged"):
            Envelope.from_text(bad, "x")
    with pytest.raises(GalleryError, match="newer rostro"):
        Envelope.from_text(good.replace('"format": 1', '"format": 2'), "x")
    moved = good.replace('"key_id": "0', '"key_id": "1')
    with pytest.raises(GalleryError, match="not what it opens by"):
        Envelope.from_text(moved, "x").data_key(Key.of(OTHER), "x")


def test_what_was_changed_in_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    filled(path, people=4, key=KEY)
    with sqlite3.connect(path) as sql:
        (vector,) = sql.execute("SELECT vector FROM templates WHERE id = 2").fetchone()
        sql.execute(
            "UPDATE templates SET vector = ? WHERE id = 2", (bytes([*vector[:20], vector[20] ^ 1, *vector[21:]]),)
        )
    with open_gallery(str(path), key=KEY) as gallery:
        damage = list(find_damage(gallery))
        assert any("not as it was sealed" in line for line in damage), damage
        with pytest.raises(GalleryCorrupt, match="not as it was sealed"):
            gallery.templates(name(0))
    with sqlite3.connect(path) as sql:  # put in by somebody without the key
        sql.execute("UPDATE people SET name = 'Mallory' WHERE id = 1")
    with open_gallery(str(path), key=KEY) as gallery, pytest.raises(GalleryCorrupt, match="not as it was sealed"):
        gallery.people()


def test_a_rostro_that_knows_no_keys_refuses_it(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    filled(path, people=2, key=KEY)
    with sqlite3.connect(path) as sql:
        assert sql.execute("PRAGMA user_version").fetchone()[0] == database.ENCRYPTED + len(database.MIGRATIONS)
        sql.execute("UPDATE meta SET key = 'lost' WHERE key = 'encryption'")
    for key in (KEY, None):  # without its envelope it is no plain gallery
        with pytest.raises(GalleryCorrupt, match="holds the gallery's key"):
            open_gallery(str(path), key=key)
    with sqlite3.connect(path) as sql:
        sql.execute("UPDATE meta SET key = 'encryption' WHERE key = 'lost'")
    decrypt(path, KEY)
    with sqlite3.connect(path) as sql:
        assert sql.execute("PRAGMA user_version").fetchone()[0] == len(database.MIGRATIONS)


def test_a_damaged_index_changes_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    filled(path, key=KEY)
    file, points = Path(f"{path}.index"), random.Random(3)
    good = file.read_bytes()
    for turn in range(30):
        bad = bytearray(good)
        bad[points.randrange(len(bad))] ^= 1 << points.randrange(8)
        if turn % 3 == 1:  # by somebody who knows how an index ends
            bad[-32:] = hashlib.blake2b(bad[:-32], digest_size=32).digest()
        file.write_bytes(bad if turn % 3 else bad[: points.randrange(len(bad))])
        with open_gallery(str(path), key=KEY) as gallery:
            ((hit,),) = gallery.search(faces(7)[2].vector[None], 1)
            assert gallery.names([hit.person]) == {hit.person: name(7)}


def test_programs_that_have_it_open_notice(tmp_path: Path) -> None:
    """One without the key stops at once; one that has it goes on; one whose key was taken away stops."""
    path = tmp_path / "people.db"
    filled(path)
    with (
        open_gallery(str(path)) as without,
        open_gallery(str(path), key=Key.of(KEY).for_any()) as with_key,
    ):
        without.search(faces(3)[0].vector[None], 1)
        with_key.search(faces(3)[0].vector[None], 1)
        encrypt(path, KEY)
        for call in (
            lambda: without.add({"Latecomer": faces(500)}),
            lambda: without.search(faces(3)[0].vector[None], 1),
            without.people,
            lambda: without.person(name(1)),
            lambda: without.known_sources(["a"]),
            lambda: without.remove(name(1)),
            lambda: list(without.all_names()),
            without.marks,
        ):
            with pytest.raises(GalleryError, match="is encrypted"):
                call()
        assert with_key.add({"Latecomer": faces(500)}) == 3
        assert with_key.remove("Latecomer") == 3
        rekey(path, KEY, OTHER)
        assert with_key.person(name(1)).templates == 3  # it holds the gallery's own key, which stayed
        rekey(path, OTHER, OTHER, everything=True)
        with pytest.raises(GalleryError, match="opens by the key"):
            with_key.people()
    content = bytes_of(tmp_path)
    assert [trace for trace in [*traces(range(60)), b"Latecomer"] if trace in content] == []


def test_what_others_keep_from_going_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that reads the state before keeps it in the log; whoever opens the gallery after that ends it."""
    path = tmp_path / "people.db"
    filled(path)
    monkeypatch.setattr(purging.Purging.run, "__defaults__", (0.2,))
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM people").fetchone() == (60,)
    done = encrypt(path, KEY)
    assert "other programs" in done.pending
    assert any(trace in bytes_of(tmp_path) for trace in traces(range(60)))
    reader.close()
    with open_gallery(str(path), key=KEY) as gallery:
        assert gallery.unfinished == ""
        content = bytes_of(tmp_path)
        assert [trace for trace in traces(range(60)) if trace in content] == []
    assert encrypt(path, KEY).pending == ""


def test_copies(tmp_path: Path) -> None:
    """Backups are encrypted, too; migration goes both ways, and into a file never in clear unasked."""
    path = tmp_path / "people.db"
    filled(path)
    encrypt(path, KEY)
    with open_gallery(str(path), key=KEY) as gallery:
        marks = set(gallery.marks())
        assert all(isinstance(mark, Mark) for mark in marks)
    assert back_up(path, tmp_path / "backup.db", key=KEY).templates == 180
    done = migrate(path, tmp_path / "copy.db", key=KEY)
    assert (done.copied, done.differences) == (180, ())
    for copy in ("backup.db", "copy.db"):
        content = (tmp_path / copy).read_bytes()
        assert [trace for trace in traces(range(60)) if trace in content] == []
        with open_gallery(str(tmp_path / copy), key=KEY) as gallery:
            assert len(gallery.people()) == 60
            assert set(gallery.marks()) == marks
    decrypt(tmp_path / "copy.db", KEY)
    assert migrate(tmp_path / "copy.db", tmp_path / "other.db", target_key=OTHER).checksum == done.checksum
    with open_gallery(str(tmp_path / "other.db"), key=OTHER) as gallery:
        assert len(gallery.people()) == 60
    with pytest.raises(GalleryError, match="is not encrypted"):  # a copy in clear, of what was encrypted
        migrate(path, tmp_path / "copy.db", key=KEY)


def test_single_photos_and_names_in_an_encrypted_gallery(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    filled(path, people=5, key=KEY)
    with open_gallery(str(path), key=KEY) as gallery:
        gallery.rename(name(0), "José Núñez")
        assert gallery.person("Jose\u0301 Nu\u0301n\u0303ez").templates == 3  # composed and decomposed are one name
        with pytest.raises(BadInput, match="already somebody"):
            gallery.rename(name(1), "José Núñez")
        gallery.merge("José Núñez", into=name(1))
        assert gallery.person(name(1)).templates == 6
        source = faces(2)[0].source_hash
        assert gallery.move(name(2), source, "Newcomer") == 1
        assert gallery.forget("Newcomer", source) == 1
        assert [p.name for p in gallery.people()] == [name(number) for number in (1, 2, 3, 4)]
        content = bytes_of(tmp_path)
        assert [trace for trace in [*traces(range(5)), "José Núñez".encode(), b"Newcomer"] if trace in content] == []


#: Encrypts or rekeys, as `rostro gallery encrypt` does; slowly enough to be killed anywhere.
CHANGE = f"""
import sys
from rostro.gallery.sqlite import encryption
from rostro.gallery.sqlite.search import index, scan
from rostro.people.encrypting import decrypt, encrypt, rekey

index.EXACT_NUMBERS, index.TAIL, scan.SEGMENT = 100 * {DIMS}, 20, 500
encryption._ROWS = 10
path, what, key, other = sys.argv[1], sys.argv[2], *map(bytes.fromhex, sys.argv[3:])
print("ready", flush=True)
if what == "encrypt":
    encrypt(path, key)
elif what == "decrypt":
    decrypt(path, key)
else:
    rekey(path, key, other, everything=what == "everything")
print("done", flush=True)
"""


def killed(path: Path, what: str, key: bytes, other: bytes, after: float) -> bool:
    """Whether it was killed before it was done."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHANGE, str(path), what, key.hex(), other.hex()], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    done = process.stdout.read()
    process.wait()
    return "done" not in done


def test_killed_at_any_moment_nothing_is_lost_and_the_same_call_completes_it(tmp_path: Path) -> None:
    """The large form is benchmarks/encryption.py, 200 times."""
    path, points = tmp_path / "people.db", random.Random(5)
    filled(path)
    steps = (("encrypt", KEY, KEY), ("rekey", KEY, OTHER), ("everything", OTHER, KEY), ("decrypt", KEY, KEY))
    for what, key, other in steps:
        for _ in range(2):
            killed(path, what, key, other, points.uniform(0.0, 0.15))
        if what == "encrypt":
            encrypt(path, key)
        elif what == "decrypt":
            decrypt(path, key)
        else:
            rekey(path, key, other, everything=what == "everything")
        whole(path, None if what == "decrypt" else other)
        if what != "decrypt":
            content = bytes_of(tmp_path)
            assert [trace for trace in traces(range(60)) if trace in content] == []
            assert JPEG not in content


def test_half_decrypted_it_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pictures are still under the key, under names that nobody else knows."""
    path = tmp_path / "people.db"
    filled(path, key=KEY)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Pictures, "reseal", die)
        with pytest.raises(KeyboardInterrupt):
            decrypt(path, KEY)
    with pytest.raises(GalleryError, match="'rostro gallery decrypt' was begun"):
        open_gallery(str(path))
    assert decrypt(path, KEY).pictures == 10
    whole(path, None)


def test_half_rekeyed_it_can_be_used_and_forgotten_pictures_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "people.db"
    filled(path, key=KEY)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Pictures, "reseal", die)
        with pytest.raises(KeyboardInterrupt):
            rekey(path, KEY, OTHER, everything=True)
    whole(path, OTHER)
    with open_gallery(str(path), key=OTHER) as gallery:
        assert isinstance(gallery, SqliteGallery)
        assert "'rostro gallery rekey' goes on" in gallery.info().encryption
        person, pictures = gallery.person(name(0)), Pictures.beside(gallery)
        assert pictures is not None
        pictures.forget(person.id, faces(0)[0].source_hash)
        assert not pictures.has(person.id)
    assert rekey(path, KEY, OTHER, everything=True).pictures == 9
    with open_gallery(str(path), key=OTHER) as gallery:
        assert "goes on" not in gallery.info().encryption

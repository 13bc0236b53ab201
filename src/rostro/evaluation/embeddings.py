"""Embeddings of many photos, kept by photo hash and system, so that no evaluation computes anything twice."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput, PhotoError
from rostro.core.files import private_file, private_folder
from rostro.photos.reading import photo_hash
from rostro.recognition.pipeline import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from rostro.core.types import Floats
    from rostro.evaluation.system import System
    from rostro.photos.people import People
    from rostro.recognizer import Recognizer

#: Photos per transaction: what an interruption can cost at most.
COMMIT_EVERY = 256

_SCHEMA = """
CREATE TABLE IF NOT EXISTS systems (id INTEGER PRIMARY KEY, description TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS embeddings (
    system INTEGER NOT NULL REFERENCES systems (id),
    sha256 TEXT NOT NULL,
    vector BLOB,            -- little-endian float32; NULL where the photo gave no face
    reason TEXT,            -- why it gave none
    PRIMARY KEY (system, sha256)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS timings (
    system INTEGER NOT NULL REFERENCES systems (id),
    photos INTEGER NOT NULL,
    seconds REAL NOT NULL
);
"""


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Photos of people, embedded.

    Attributes:
        people: The photos and whose they are.
        vectors: (photos, d) float32 unit rows; zeros where there is no face.
        found: (photos,) whether the photo gave a face.
        reasons: Why each photo gave none; None where it did.
        sha256: Of each photo's bytes; empty where it could not be read.
        seconds_per_photo: Median over batches, when they were computed; None where that was not measured.
    """

    people: People
    vectors: Floats
    found: NDArray[np.bool_]
    reasons: tuple[str | None, ...]
    sha256: tuple[str, ...]
    seconds_per_photo: float | None

    @property
    def data_hash(self) -> str:
        """Says which photos of whom these are: sha256 of every person's name and photo hashes."""
        from hashlib import sha256

        rows = sorted(zip((self.people.names[o] for o in self.people.owners), self.sha256, strict=True))
        return sha256("\n".join(f"{name}\t{digest}" for name, digest in rows).encode()).hexdigest()

    def only(self, chosen: NDArray[np.bool_]) -> Embedded:
        """The same with some photos only."""
        return Embedded(
            people=self.people.only(chosen),
            vectors=self.vectors[chosen],
            found=self.found[chosen],
            reasons=tuple(np.array(self.reasons, object)[chosen]),
            sha256=tuple(np.array(self.sha256, object)[chosen]),
            seconds_per_photo=self.seconds_per_photo,
        )


#: What SQLite says of a file or folder that may not be written.
_UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}


class EmbeddingCache:
    """One SQLite file. Several processes may use it at once.

    It holds embeddings of faces. Erasing people forgets those of their photos; see `rostro.people.cached_vectors`.
    """

    def __init__(self, path: Path) -> None:
        """Makes the file if it is not there; where it cannot be written, embeddings are remembered no longer than used.

        Raises:
            BadInput: It is there and is no such file.
        """
        self._path = path
        try:
            private_folder(path.parent)
            private_file(path)
            with self._open():
                pass
        except OSError:
            self._path = Path(":memory:")
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _UNWRITABLE:
                raise BadInput(f"{path}: the cache of embeddings cannot be opened ({error})") from None
            self._path = Path(":memory:")

    def embed(
        self,
        recognizer: Recognizer,
        system: System,
        people: People,
        on_photo: Callable[[int], None] | None = None,
    ) -> Embedded:
        """Embeds the photos that are not in the cache, and gives all.

        Args:
            recognizer: Computes.
            system: Describes it.
            people: The photos.
            on_photo: Told how many more photos are done.

        Raises:
            BadInput: No photo has a face.
        """
        tell = on_photo or (lambda photos: None)
        with self._open() as connection:
            number = _system(connection, system)
            hashes, unreadable = _hashes(people.photos, recognizer.settings.max_bytes)
            known = _known(connection, number)
            todo = {digest: path for digest, path in zip(hashes, people.photos, strict=True) if digest not in known}
            todo.pop("", None)
            tell(len(hashes) - len(todo))
            for batch in _compute(recognizer, system, todo):
                _write(connection, number, batch)
                tell(len(batch.rows))
            known = _known(connection, number)
            seconds = _timing(connection, number)
        rows = [
            known.get(digest, (None, unreadable.get(i, "it changed while it was read")))
            for i, digest in enumerate(hashes)
        ]
        return _embedded(people, rows, hashes, seconds)

    def _open(self) -> closing[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=60)
        try:
            connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return closing(connection)


Row = tuple[bytes | None, str | None]


@dataclass(frozen=True, slots=True)
class _Batch:
    rows: list[tuple[str, bytes | None, str | None]]
    seconds: float


def _system(connection: sqlite3.Connection, system: System) -> int:
    told = system.to_dict()
    for name in ("turn", "judge"):  # unknown to caches of before, whose photos were not turned and not judged
        if not told[name]:
            del told[name]
    description = json.dumps(told, sort_keys=True)
    with connection:
        connection.execute("INSERT OR IGNORE INTO systems (description) VALUES (?)", (description,))
    (number,) = connection.execute("SELECT id FROM systems WHERE description = ?", (description,)).fetchone()
    return int(number)


def _hashes(photos: Sequence[Path], max_bytes: int) -> tuple[tuple[str, ...], dict[int, str]]:
    """The hash of each photo, empty where it cannot be read, and why not."""
    hashes, unreadable = [], {}
    for index, photo in enumerate(photos):
        try:
            hashes.append(photo_hash(photo, max_bytes=max_bytes))
        except PhotoError as error:
            hashes.append("")
            unreadable[index] = error.reason
    return tuple(hashes), unreadable


def _known(connection: sqlite3.Connection, system: int) -> dict[str, Row]:
    rows = connection.execute("SELECT sha256, vector, reason FROM embeddings WHERE system = ?", (system,))
    return {digest: (vector, reason) for digest, vector, reason in rows}


def _compute(recognizer: Recognizer, system: System, todo: dict[str, Path]) -> Iterator[_Batch]:
    rows: list[tuple[str, bytes | None, str | None]] = []
    started = time.perf_counter()
    for digest, answer in zip(todo, recognizer.photos(todo.values(), face=system.face), strict=True):
        if isinstance(answer, Failure):
            rows.append((digest, None, answer.reason))
        else:
            rows.append((answer.sha256, answer.embeddings[0].astype("<f4").tobytes(), None))
        if len(rows) == COMMIT_EVERY:
            yield _Batch(rows, time.perf_counter() - started)
            rows, started = [], time.perf_counter()
    if rows:
        yield _Batch(rows, time.perf_counter() - started)


def _write(connection: sqlite3.Connection, system: int, batch: _Batch) -> None:
    with connection:
        connection.executemany(
            "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?)", ((system, *row) for row in batch.rows)
        )
        connection.execute("INSERT INTO timings VALUES (?, ?, ?)", (system, len(batch.rows), batch.seconds))


def _timing(connection: sqlite3.Connection, system: int) -> float | None:
    batches = connection.execute(
        "SELECT seconds / photos FROM timings WHERE system = ? AND photos >= ?", (system, COMMIT_EVERY)
    ).fetchall()
    return float(np.median(batches)) if batches else None


def _embedded(people: People, rows: list[Row], hashes: tuple[str, ...], seconds: float | None) -> Embedded:
    found = np.array([vector is not None for vector, _ in rows])
    if not found.any():
        raise BadInput(f"none of the {len(rows)} photos gave a face; the first, {people.photos[0]}: {rows[0][1]}")
    some = np.stack([np.frombuffer(vector, "<f4") for vector, _ in rows if vector is not None])
    vectors = np.zeros((len(rows), some.shape[1]), np.float32)
    vectors[found] = some
    return Embedded(people, vectors, found, tuple(reason for _, reason in rows), hashes, seconds)

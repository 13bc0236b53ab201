"""The SQLite file under a gallery: opening it, its schema, transactions, and errors in the user's words."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rostro.core.errors import GalleryError
from rostro.core.files import expanded
from rostro.core.forking import Forking, Mutex, abandon
from rostro.gallery.sqlite.faults import REASONS, UNWRITABLE, code_of, errors_named
from rostro.gallery.sqlite.reading_only import Signature, address_to_read, signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MEMORY = ":memory:"

#: SQLite's ``application_id`` of a rostro gallery: "rost".
APPLICATION_ID = 0x726F7374

#: Statements that lead from each schema version to the next; ``user_version`` counts those that were applied.
#: AUTOINCREMENT, because an index that is kept beside the file knows templates by ids, which must never come again.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
        "CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE)",
        """CREATE TABLE templates (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            person INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
            source_hash TEXT NOT NULL,
            box BLOB NOT NULL,      -- four little-endian float64, or empty: NULLs would never be equal
            photo TEXT NOT NULL,
            quality REAL NOT NULL,
            added TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
            vector BLOB NOT NULL,   -- little-endian float16
            UNIQUE (source_hash, person, box)
        )""",
        "CREATE INDEX templates_of_person ON templates (person)",
    ),
    (  # rows can be blanked where they are, and templates belong to collections
        "CREATE TABLE new_people (id INTEGER PRIMARY KEY AUTOINCREMENT, erased INTEGER NOT NULL, name TEXT NOT NULL)",
        """CREATE TABLE new_templates (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            person INTEGER NOT NULL REFERENCES new_people (id),
            erased INTEGER NOT NULL,
            source_hash TEXT NOT NULL,
            box BLOB NOT NULL,      -- four little-endian float64, or empty: NULLs would never be equal
            photo TEXT NOT NULL,
            quality REAL NOT NULL,
            added TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
            collection TEXT NOT NULL,
            vector BLOB NOT NULL    -- little-endian float16
        )""",
        "INSERT INTO new_people SELECT id, 0, name FROM people ORDER BY id",
        """INSERT INTO new_templates
            SELECT id, person, 0, source_hash, box, photo, quality, added, '', vector FROM templates ORDER BY id""",
        "DELETE FROM sqlite_sequence WHERE name LIKE 'new!_%' ESCAPE '!'",
        "INSERT INTO sqlite_sequence SELECT 'new_' || name, seq FROM sqlite_sequence",
        "DROP TABLE templates",
        "DROP TABLE people",
        "ALTER TABLE new_people RENAME TO people",
        "ALTER TABLE new_templates RENAME TO templates",
        "CREATE UNIQUE INDEX people_name ON people (name) WHERE erased = 0",
        "CREATE UNIQUE INDEX templates_source ON templates (source_hash, person, box) WHERE erased = 0",
        "CREATE INDEX templates_of_person ON templates (person) WHERE erased = 0",
        "CREATE INDEX templates_of_collection ON templates (collection) WHERE erased = 0",
    ),
    (  # what is kept of erased people's photos: see `rostro.gallery.marks`
        "CREATE TABLE marks (key BLOB NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (key, digest)) WITHOUT ROWID",
    ),
)

#: Added to ``user_version`` in an encrypted gallery, so that a rostro that knows no keys says "made by a newer rostro".
ENCRYPTED = 1000

#: Indexes that repeat what must be erasable.
_TELLING_INDEXES = ("people_name", "templates_source")

#: Who closed the file, to open it again when it is next needed.
_FORK = "a fork"


class Database(Forking):
    """One connection, used by one thread at a time; other processes have their own.

    Args:
        path: The file, or ``:memory:``.
        create: Whether to make the gallery where there is none.
        patience: Seconds to wait for other writers before giving up.

    Attributes:
        file: Where the gallery is; None if it is in memory.
        read_only: Whether it can be read and not written, because of its disk or its folder.

    Raises:
        GalleryError: No such file, not a rostro gallery, or one of a newer version.
    """

    def __init__(self, path: str, *, create: bool, patience: float = 60.0) -> None:
        self.path = path
        self.file = None if path == MEMORY else expanded(path).absolute()
        self._patience = patience
        self._lock = Mutex()
        self._signature: Signature = ()
        self._closed_by = ""
        self.read_only = False
        with errors_named(self.path):
            self._connection: sqlite3.Connection | None = self._opened(create or self.file is None)
        self.join_forks()

    def before_fork(self) -> None:
        """Closes the file until it is next needed: of a file that is open in both, SQLite loses count of the locks."""
        if self.file is None or not self._lock.take(1.0):
            return
        try:
            if self._connection is not None:
                self._connection.close()
                self._connection, self._closed_by = None, _FORK
        finally:
            self._lock.free()

    def after_fork(self) -> None:
        """Leaves the parent its connection, where another thread was just using it."""
        self._lock = Mutex()
        if self.file is not None and self._connection is not None:
            abandon(self._connection)
            self._connection, self._closed_by = None, "it was in use while the process was forked; open it after that"

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one committed state throughout."""
        with self._transaction("DEFERRED") as sql:
            yield sql

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is committed at the end, or undone if anything goes wrong."""
        with self._transaction("IMMEDIATE") as sql:
            yield sql

    def write_anew(self) -> None:
        """Writes the whole file anew and empties its write-ahead log, so that no erased byte stays in either.

        ``secure_delete`` alone does not do it: SQLite moves rows between pages as a table grows and shrinks, and what
        it leaves behind in the gaps of a page is not overwritten when the row itself is erased later.

        Raises:
            GalleryError: No room for the new file, or another program kept reading an old state for too long.
        """
        with self._lock, errors_named(self.path):
            sql = self._open_connection()
            sql.execute("VACUUM")
            self._empty_log(sql)

    def write_indexes_anew(self) -> None:
        """Does what `write_anew` does where no row of the tables ever moved: only the indexes have gaps then."""
        with self.writing() as sql:
            for index in _TELLING_INDEXES:
                sql.execute(f"REINDEX {index}")
        with self._lock, errors_named(self.path):
            self._empty_log(self._open_connection())

    def _empty_log(self, sql: sqlite3.Connection) -> None:
        if not self._patiently(lambda: sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0):
            raise GalleryError(
                f"{self.path}: erased bytes stay in {self.path}-wal until other programs let go of the gallery; "
                "open it again to finish"
            )

    def copy_to(self, path: Path) -> None:
        """Copies one committed state of the whole file to another, while others read and write.

        Raises:
            GalleryError: It cannot be read, or the other not be written.
        """
        with self._lock, errors_named(self.path), closing(sqlite3.connect(path)) as copy:
            self._open_connection().backup(copy)

    def close(self) -> None:
        """Closes the file; closing twice does nothing."""
        with self._lock, errors_named(self.path):
            self._closed_by = ""
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _transaction(self, kind: Literal["DEFERRED", "IMMEDIATE"]) -> Iterator[sqlite3.Connection]:
        with self._lock, errors_named(self.path):
            sql = self._up_to_date(self._open_connection())
            sql.execute(f"BEGIN {kind}")
            try:
                yield sql
                sql.commit()
            except BaseException:
                sql.rollback()
                raise

    def _open_connection(self) -> sqlite3.Connection:
        if self._connection is None and self._closed_by == _FORK:
            self._connection = self._opened(create=False)
        if self._connection is None:
            raise GalleryError(f"{self.path}: {self._closed_by or 'the gallery is closed'}")
        return self._connection

    def _opened(self, create: bool) -> sqlite3.Connection:
        try:
            return self._connect(self._uri(create), lambda sql: self._prepare(sql, create))
        except sqlite3.OperationalError as error:
            if code_of(error) not in UNWRITABLE or self.file is None or not self.file.is_file():
                raise
        self.read_only = True
        return self._connect_to_read(self.file)

    def _connect(self, uri: str, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
        sql = sqlite3.connect(uri, uri=True, timeout=self._patience, isolation_level=None, check_same_thread=False)
        try:
            prepare(sql)
        except BaseException:
            sql.close()
            raise
        return sql

    def _connect_to_read(self, file: Path) -> sqlite3.Connection:
        """A connection to what is there now."""

        def check(sql: sqlite3.Connection) -> None:
            if self._version(sql, create=False) < len(MIGRATIONS):
                raise GalleryError(f"{self.path}: made by an older rostro; open it once where it can be written")

        self._signature = signature(file)
        return self._connect(address_to_read(file, self.path), check)

    def _up_to_date(self, sql: sqlite3.Connection) -> sqlite3.Connection:
        """The connection; a new one where a file that we may only read was changed by somebody who may write it."""
        if self.read_only and self.file is not None and signature(self.file) != self._signature:
            self._connection = self._connect_to_read(self.file)
            sql.close()
            return self._connection
        return sql

    def _uri(self, create: bool) -> str:
        if self.file is None:
            return "file::memory:"
        if self.file.is_dir():
            raise GalleryError(f"{self.path}: is a folder, not a gallery")
        if not self.file.parent.is_dir():
            raise GalleryError(f"{self.path}: there is no folder {self.file.parent}")
        if not create and not self.file.exists():
            raise GalleryError(f"{self.path}: no such gallery", why="no-gallery")
        return f"{self.file.as_uri()}?mode={'rwc' if create else 'rw'}"

    def _prepare(self, sql: sqlite3.Connection, create: bool) -> None:
        """Checks whose file it is before anything in it is changed."""
        sql.execute("BEGIN")  # one look at it: another process may be making it just now
        version = self._version(sql, create)
        sql.commit()
        sql.execute("PRAGMA foreign_keys = ON")
        sql.execute("PRAGMA secure_delete = ON")  # erased rows are overwritten with zeros
        sql.execute("PRAGMA synchronous = FULL")  # a commit that returned survives a power cut
        sql.execute("PRAGMA cache_size = -16384")  # 16 MiB: the upper levels of a table of millions
        self._use_write_ahead_log(sql)
        if version == len(MIGRATIONS):
            return
        sql.execute("BEGIN IMMEDIATE")
        for statements in MIGRATIONS[self._version(sql, create) :]:
            for statement in statements:
                sql.execute(statement)
        sql.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        (before,) = sql.execute("PRAGMA user_version").fetchone()
        sql.execute(f"PRAGMA user_version = {before - before % ENCRYPTED + len(MIGRATIONS)}")
        sql.commit()

    def _use_write_ahead_log(self, sql: sqlite3.Connection) -> None:
        """In this mode readers do not wait for the writer, nor it for them."""

        def entered() -> bool:
            try:
                sql.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if code_of(error) != sqlite3.SQLITE_BUSY:
                    raise
                return False
            return True

        if not self._patiently(entered):
            raise GalleryError(f"{self.path}: {REASONS[sqlite3.SQLITE_BUSY]}")

    def _patiently(self, done: Callable[[], bool]) -> bool:
        """Tries what SQLite gives up at once when it meets others, instead of waiting for them itself."""
        deadline = time.monotonic() + self._patience
        while not done():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def _version(self, sql: sqlite3.Connection, create: bool) -> int:
        application = sql.execute("PRAGMA application_id").fetchone()[0]
        version: int = sql.execute("PRAGMA user_version").fetchone()[0]
        if application == APPLICATION_ID:
            version %= ENCRYPTED
            if version > len(MIGRATIONS):
                raise GalleryError(
                    f"{self.path}: made by a newer rostro (schema {version}, this one knows {len(MIGRATIONS)}); "
                    "upgrade rostro to open it"
                )
            return version
        if application or version or sql.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise GalleryError(f"{self.path}: a SQLite file, but not a rostro gallery")
        if not create:
            raise GalleryError(f"{self.path}: an empty file, not a rostro gallery", why="no-gallery")
        return 0

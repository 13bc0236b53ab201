"""The SQLite file under a gallery: opening it, its schema, transactions, and errors in the user's words."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rostro.core.errors import GalleryCorrupt, GalleryError
from rostro.core.files import expanded, private_file
from rostro.core.forking import Forking, Mutex, abandon
from rostro.gallery.sqlite import odd
from rostro.gallery.sqlite.faults import PAUSE, UNWRITABLE, busy, code_of, errors_named, patiently, unless_busy
from rostro.gallery.sqlite.guard import GuardedConnection, refuse_foreign_journal, refuse_holes
from rostro.gallery.sqlite.migrations import MIGRATIONS, PLACES
from rostro.gallery.sqlite.places import Places
from rostro.gallery.sqlite.reading_only import Signature, address_to_read, signature
from rostro.gallery.sqlite.schema import check_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MEMORY = ":memory:"

#: SQLite's ``application_id`` of a rostro gallery: "rost".
APPLICATION_ID = 0x726F7374

#: Added to ``user_version`` in an encrypted gallery, so that a rostro that knows no keys says "made by a newer rostro".
ENCRYPTED = 1000

#: Who closed the file, to open it again when it is next needed.
_FORK = "a fork"

#: Seconds that driving erased bytes out waits for other programs, before it is left for later.
ERASING_PATIENCE = 3.0


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
        self._erasing = Mutex()
        self._signature: Signature = ()
        self._closed_by = ""
        self.read_only = False
        with errors_named(self.path):
            self._connection: GuardedConnection | None = self._opened(create or self.file is None)
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

    def write_anew(self) -> bool:
        """Writes the whole file anew, so that no erased byte stays in it once its log is emptied.

        ``secure_delete`` alone does not do it: SQLite moves rows between pages as a table grows and shrinks, and what
        it leaves behind in the gaps of a page is not overwritten when the row itself is erased later.

        Returns:
            Whether that is done; False where another program was writing for too long.

        Raises:
            GalleryError: No room for the new file.
        """
        with self._apart() as sql:
            return unless_busy(lambda: sql.execute("VACUUM"))

    def empty_log(self, patience: float) -> bool:
        """Empties the write-ahead log; False where other programs still read what is in it.

        Tries again and again, for whoever asks SQLite to wait keeps all writers out meanwhile.
        """
        with self._apart() as sql:
            sql.execute("PRAGMA busy_timeout = 0")
            return patiently(lambda: sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0, patience)

    @contextmanager
    def _apart(self) -> Iterator[GuardedConnection]:
        """A connection for work that takes long, so that others go on reading through the usual one."""
        if self.file is None:
            with self._lock, errors_named(self.path):
                yield self._open_connection()
            return
        with self._erasing, errors_named(self.path):
            sql = self._connect(self._uri(create=False), self._set_up, ERASING_PATIENCE)
            with closing(sql):
                sql.start()
                yield sql

    def copy_to(self, path: Path) -> None:
        """Copies one committed state of the whole file to another, while others read and write.

        Raises:
            GalleryError: It cannot be read, or the other not be written.
        """
        with self._lock, errors_named(self.path), closing(sqlite3.connect(path)) as copy:
            source = self._open_connection()
            refuse_holes(self.file, self.path)
            source.start()
            source.backup(copy)

    def close(self) -> None:
        """Closes the file; closing twice does nothing."""
        with self._lock, errors_named(self.path):
            self._closed_by = ""
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _transaction(self, kind: Literal["DEFERRED", "IMMEDIATE"]) -> Iterator[sqlite3.Connection]:
        deadline = time.monotonic() + self._patience
        with errors_named(self.path):
            while True:
                with self._lock:
                    sql = self._up_to_date(self._open_connection())
                    if self._begun(sql, kind):
                        try:
                            yield sql
                            sql.commit()
                        except odd.FAILURES as error:
                            try:
                                found = odd.find_odd(sql)
                            finally:
                                sql.rollback()
                            if found:
                                raise GalleryCorrupt(
                                    f"{self.path}: the file is damaged ({found[0]} cannot be what is stored)"
                                ) from error
                            raise
                        except BaseException:
                            sql.rollback()
                            raise
                        return
                if time.monotonic() > deadline:
                    raise busy(self.path)
                time.sleep(PAUSE)  # who waits for another program's writing lets our readers in

    @staticmethod
    def _begun(sql: GuardedConnection, kind: Literal["DEFERRED", "IMMEDIATE"]) -> bool:
        """Whether a transaction began; False where another program is writing."""
        if kind == "DEFERRED":
            sql.begin()
            return True
        ((patience,),) = sql.execute("PRAGMA busy_timeout")
        sql.execute("PRAGMA busy_timeout = 0")
        try:
            return unless_busy(lambda: sql.begin(kind))
        finally:
            sql.execute(f"PRAGMA busy_timeout = {patience}")

    def _open_connection(self) -> GuardedConnection:
        if self._connection is None and self._closed_by == _FORK:
            self._connection = self._opened(create=False)
        if self._connection is None:
            raise GalleryError(f"{self.path}: {self._closed_by or 'the gallery is closed'}")
        return self._connection

    def _opened(self, create: bool) -> GuardedConnection:
        try:
            return self._connect(self._uri(create), lambda sql: self._prepare(sql, create), self._patience)
        except sqlite3.OperationalError as error:
            if code_of(error) not in UNWRITABLE or self.file is None or not self.file.is_file():
                raise
        self.read_only = True
        return self._connect_to_read(self.file)

    def _connect(self, uri: str, prepare: Callable[[GuardedConnection], None], patience: float) -> GuardedConnection:
        """The one place where the file is opened."""
        refuse_foreign_journal(self.file, self.path)
        sql = sqlite3.connect(
            uri, uri=True, timeout=patience, isolation_level=None, check_same_thread=False, factory=GuardedConnection
        )
        try:
            sql.guard(self.file)
            prepare(sql)
        except BaseException:
            sql.close()
            raise
        return sql

    def _connect_to_read(self, file: Path) -> GuardedConnection:
        """A connection to what is there now."""

        def check(sql: GuardedConnection) -> None:
            if self._version(sql, create=False) < len(MIGRATIONS):
                raise GalleryError(f"{self.path}: made by an older rostro; open it once where it can be written")

        self._signature = signature(file)
        return self._connect(address_to_read(file, self.path), check, self._patience)

    def _up_to_date(self, sql: GuardedConnection) -> GuardedConnection:
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
        if create:
            with suppress(OSError):  # SQLite says why not
                private_file(self.file.resolve())  # what SQLite makes beside it has the same rights
        return f"{self.file.as_uri()}?mode={'rwc' if create else 'rw'}"

    def _prepare(self, sql: GuardedConnection, create: bool) -> None:
        """Checks whose file it is before anything in it is changed."""
        sql.begin()  # one look at it: another process may be making it just now
        version = self._version(sql, create)
        sql.commit()
        self._set_up(sql)
        in_log_mode = patiently(lambda: unless_busy(lambda: sql.execute("PRAGMA journal_mode = WAL")), self._patience)
        if not in_log_mode:  # in which readers do not wait for the writer, nor it for them
            raise busy(self.path)
        if version == len(MIGRATIONS):
            return
        sql.begin("IMMEDIATE")
        version = self._version(sql, create)
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                sql.execute(statement)
        if version < PLACES:
            Places(sql).build()
        sql.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        (before,) = sql.execute("PRAGMA user_version").fetchone()
        sql.execute(f"PRAGMA user_version = {len(MIGRATIONS) + (ENCRYPTED if before >= ENCRYPTED else 0)}")
        sql.commit()

    @staticmethod
    def _set_up(sql: GuardedConnection) -> None:
        """How a connection works that writes."""
        sql.execute("PRAGMA foreign_keys = ON")
        sql.execute("PRAGMA secure_delete = ON")  # erased rows are overwritten with zeros
        sql.execute("PRAGMA synchronous = FULL")  # a commit that returned survives a power cut
        sql.execute("PRAGMA cache_size = -16384")  # 16 MiB: the upper levels of a table of millions

    def _version(self, sql: sqlite3.Connection, create: bool) -> int:
        application = sql.execute("PRAGMA application_id").fetchone()[0]
        version: int = sql.execute("PRAGMA user_version").fetchone()[0]
        if application == APPLICATION_ID and version >= 0:
            version -= ENCRYPTED if version >= ENCRYPTED else 0
            if version > len(MIGRATIONS):
                raise GalleryError(
                    f"{self.path}: made by a newer rostro (schema {version}, this one knows {len(MIGRATIONS)}); "
                    "upgrade rostro to open it"
                )
            check_schema(sql, self.path, MIGRATIONS[:version])
            return version
        if application or version or sql.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise GalleryError(f"{self.path}: a SQLite file, but not a rostro gallery")
        if not create:
            raise GalleryError(f"{self.path}: an empty file, not a rostro gallery", why="no-gallery")
        return 0

"""Encrypting, decrypting and rekeying a gallery in a file, in place and while others read.

All rows change in one transaction, which is there whole or not at all whatever becomes of the process. Then the file is
written anew, so that nothing of what stood there before stays in gaps of its pages or in its log: the mark for that is
set in the same transaction, and the next one who opens the gallery does it where this process died. Files beside the
gallery (pictures of faces) change after its rows; until `SqliteEncryption.finish` it is noted that some may be left.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from rostro.core.errors import BadInput, GalleryError
from rostro.gallery.sqlite import erasure, marks, records
from rostro.gallery.sqlite.envelope import Envelope, new_key, open_sealed
from rostro.gallery.sqlite.erasure import meta, set_meta
from rostro.gallery.sqlite.places import Places
from rostro.gallery.sqlite.rows import COLUMNS, template_of
from rostro.gallery.sqlite.vault import ENCRYPTION, FORMER, UNFINISHED, half_done, note

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from rostro.gallery.keys import Key
    from rostro.gallery.sqlite.database import Database
    from rostro.gallery.sqlite.sealing import Sealing
    from rostro.gallery.sqlite.vault import Vault

    Progress = Callable[[int, int], None]

#: Rows that are in memory at a time.
_ROWS: Final = 2_000


class SqliteEncryption:
    """The part of a `SqliteGallery` that encrypts it."""

    url: str
    _database: Database
    _vault: Vault

    def _purge(self) -> None:
        raise NotImplementedError

    def _drop_index(self) -> None:
        raise NotImplementedError

    def _enter_key(self) -> None:
        """Looks whether key and gallery belong together; makes a new one an encrypted one where there is a key."""
        with self._database.reading() as sql:
            new = self._vault.enter(sql, may_write=not self._database.read_only)
        if new:
            with self._database.writing() as sql:
                self._vault.begin(sql)

    @property
    def encryption(self) -> str:
        """How it is encrypted, in words."""
        with self._database.reading() as sql:
            envelope = self._vault.envelope(sql)
            left = meta(sql, UNFINISHED)
        if envelope is None:
            words = "none: names, vectors and photo hashes are in clear"
        else:
            words = (
                "AES-256-GCM, by a passphrase"
                if envelope.wrapped_by == "passphrase"
                else (f"AES-256-GCM, by the key {envelope.fingerprint}")
            )
        return words if left is None else f"{words}; not finished: 'rostro gallery {left}' goes on"

    @property
    def begun(self) -> str | None:
        """What was begun and is to be done again: ``encrypt``, ``decrypt`` or ``rekey``; None where nothing is."""
        with self._database.reading() as sql:
            left: str | None = meta(sql, UNFINISHED)
        return left

    def encrypt(self, key: Key, on_progress: Progress | None = None) -> None:
        """Encrypts everything in the file; `finish` comes after the files beside it. Twice does it once.

        Args:
            key: The user's. Whoever loses it has lost the gallery.
            on_progress: Called with the number of templates done and of all.

        Raises:
            GalleryError: It is encrypted already, by another key; or cannot be written.
            BadInput: The key cannot be read.
            MissingExtra: The extra ``encryption`` is not installed.
        """
        self._refuse_unwritable()
        key_id, data_key = new_key()
        made = Envelope.around(data_key, key_id, key)
        with self._without_temporary_files(), self._database.writing() as sql:
            there = self._vault.envelope(sql)
            if there is not None:
                there.data_key(key, self.url)  # the same key: this was done before
            else:
                self._refuse_other(sql, "encrypt")
                _reseal(sql, self._vault.at(sql), open_sealed(made, key, self.url), on_progress)
                note(sql, made)
                set_meta(sql, UNFINISHED, "encrypt")
        self._vault.use(key)
        self._drop_index()  # what is left of it would tell what the rows do not any more
        self._purge()

    def decrypt(self, on_progress: Progress | None = None) -> Sealing:
        """Writes everything in the file in clear again; nothing where it is not encrypted.

        Returns:
            What opens the files beside it, for `finish` to come after them.

        Raises:
            GalleryError: It cannot be written, or the key is not its key.
        """
        self._refuse_unwritable()
        with self._database.writing() as sql:
            seal = self._vault.at(sql)
            if seal.key_id is not None:
                self._refuse_other(sql, "decrypt")
                set_meta(sql, FORMER, str(meta(sql, ENCRYPTION)))
                set_meta(sql, UNFINISHED, "decrypt")
                note(sql, None)
                _reseal(sql, seal, self._vault.at(sql), on_progress)
            elif (former := meta(sql, FORMER)) is not None:
                seal = self._vault.opened(Envelope.from_text(former, self.url))
        self._drop_index()  # what is left of it would tell what the rows do not any more
        self._purge()
        return seal

    def rekey(self, key: Key, *, data_key: bool = False, on_progress: Progress | None = None) -> None:
        """Wraps the gallery's own key by another of the user's; the one before opens it no more.

        Args:
            key: The new one.
            data_key: Whether the gallery gets a new key of its own as well, and everything is written under it. Needed
                where somebody else may have had the old key together with the file, or a copy of it.
            on_progress: Called with the number of templates done and of all, where they are.

        Raises:
            GalleryError: It is not encrypted, or cannot be written.
            BadInput: The key cannot be read.
        """
        self._refuse_unwritable()
        with self._database.writing() as sql:
            seal, there = self._vault.at(sql), self._vault.envelope(sql)
            if there is None:
                raise GalleryError(f"{self.url}: is not encrypted", why="not-encrypted")
            before = (there.key_id, self._vault.data_key(there))
            if data_key:
                self._refuse_other(sql, "")
                key_id, fresh = new_key()
                made = Envelope.around(fresh, key_id, key, former=before)
                _reseal(sql, seal, open_sealed(made, key, self.url), on_progress)
                set_meta(sql, UNFINISHED, "rekey")
            else:
                made = Envelope.around(before[1], there.key_id, key, former=there.former_key(before[1], self.url))
                _to_be_purged(sql)
            note(sql, made)
        self._vault.use(key)
        self._drop_index()  # what is left of it would tell what the rows do not any more
        self._purge()

    def finish(self) -> None:
        """Notes that the files beside the gallery are as its rows are."""
        with self._database.writing() as sql:
            there = self._vault.envelope(sql)
            if there is not None and there.former:
                note(sql, replace(there, former=b""))
            sql.execute("DELETE FROM meta WHERE key IN (?, ?)", (UNFINISHED, FORMER))
            _to_be_purged(sql)
        self._drop_index()  # which others may have written while they still read the state before
        self._purge()

    @property
    def key(self) -> Key | None:
        """What it opens by; None where none was given."""
        return self._vault.key

    @property
    def sealing(self) -> Sealing:
        """How what belongs to the gallery is sealed now; files beside it, too.

        Raises:
            GalleryError: Another program encrypted it meanwhile, by a key that was not given here.
        """
        with self._database.reading() as sql:
            return self._vault.at(sql)

    @contextmanager
    def _without_temporary_files(self) -> Iterator[None]:
        """SQLite keeps in memory what it may have to put back; in a temporary file it would be in clear."""
        with self._database.reading() as sql:
            sql.execute("PRAGMA temp_store = MEMORY")
        try:
            yield
        finally:
            with self._database.reading() as sql:
                sql.execute("PRAGMA temp_store = DEFAULT")

    def _refuse_unwritable(self) -> None:
        if self._database.file is None:
            raise BadInput(f"{self.url}: lies in no file")
        if self._database.read_only:
            raise GalleryError(f"{self.url}: it cannot be written (read-only file or folder)")

    def _refuse_other(self, sql: sqlite3.Connection, what: str) -> None:
        left = meta(sql, UNFINISHED)
        if left not in {None, what}:
            raise GalleryError(half_done(self.url, str(left)), why="half-encrypted")


def _reseal(sql: sqlite3.Connection, before: Sealing, after: Sealing, on_progress: Progress | None) -> None:
    """Writes every value as it stands under another sealing; the caller's transaction makes it all or nothing."""
    sql.execute("DELETE FROM templates WHERE erased = 1")
    sql.execute("DELETE FROM people WHERE erased = 1")
    sql.execute("DELETE FROM meta WHERE key = 'blank'")
    for block in _blocks(sql, "SELECT id, name FROM people WHERE id > ? ORDER BY id LIMIT ?"):
        names = [(after.name(before.open_name(name)), person) for person, name in block]
        sql.executemany("UPDATE people SET name = ? WHERE id = ?", names)
    (total,) = sql.execute("SELECT count(*) FROM templates").fetchone()
    done = 0
    for block in _blocks(sql, f"SELECT id, {COLUMNS} FROM templates WHERE id > ? ORDER BY id LIMIT ?"):
        sql.executemany(
            "UPDATE templates SET source_hash = ?, box = ?, photo = ?, collection = ?, vector = ? WHERE id = ?",
            [(*after.row(template_of(before, row[1:])), row[0]) for row in block],
        )
        done += len(block)
        if on_progress is not None:
            on_progress(done, total)
    Places(sql).build()
    marks.reseal(sql, before, after)
    records.reseal(sql, before, after)
    _to_be_purged(sql)


def _blocks(sql: sqlite3.Connection, statement: str) -> Any:
    last = 0
    while block := sql.execute(statement, (last, _ROWS)).fetchall():
        yield block
        last = block[-1][0]


def _to_be_purged(sql: sqlite3.Connection) -> None:
    """The whole file is to be written anew."""
    erasure.note_moved(sql)
    erasure.note_purge(sql)

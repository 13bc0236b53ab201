"""How the values of one gallery are sealed: asked in every transaction, because other programs may change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rostro.core.errors import GalleryError
from rostro.gallery.sqlite.database import ENCRYPTED
from rostro.gallery.sqlite.envelope import Envelope, damaged, new_key, open_sealed
from rostro.gallery.sqlite.erasure import meta, set_meta
from rostro.gallery.sqlite.sealing import Sealing

if TYPE_CHECKING:
    import sqlite3

    from rostro.gallery.keys import Key

#: Where the envelope stands.
ENCRYPTION: Final = "encryption"

#: Where it is noted that files beside the gallery are not yet as its rows are: ``encrypt``, ``decrypt`` or ``rekey``.
UNFINISHED: Final = "unfinished"

#: Where the envelope stands of a gallery whose rows were decrypted, while files beside it are not.
FORMER: Final = "former encryption"


class Vault:
    """The sealing of one gallery.

    Args:
        shown: What errors call it.
        key: The user's; None where none was given.

    Attributes:
        key: The user's, as it is now.
    """

    def __init__(self, shown: str, key: Key | None) -> None:
        self._shown = shown
        self.key = key
        self._text: str | None = None
        self._sealing = Sealing()

    def enter(self, sql: sqlite3.Connection, *, may_write: bool) -> bool:
        """Looks, when the gallery is opened, whether key and gallery belong together.

        Returns:
            Whether it is a new gallery that is to be encrypted; see `begin`.

        Raises:
            GalleryError: It is encrypted, and the key is missing or another one; or a key was given that it does not
                need, which somebody relies on; or it is half decrypted.
        """
        key = self.key
        (version,) = sql.execute("PRAGMA user_version").fetchone()
        if (version >= ENCRYPTED) != (meta(sql, ENCRYPTION) is not None):
            raise damaged(self._shown)
        if meta(sql, FORMER) is not None and not (key and key.where_needed):
            raise GalleryError(half_done(self._shown, "decrypt"), why="half-encrypted")
        if meta(sql, ENCRYPTION) is not None or key is None:
            self.at(sql)
            return False
        if may_write and not key.where_needed and self._is_new(sql):
            return True
        if not key.where_needed:
            raise GalleryError(
                f"{self._shown}: is not encrypted, and a key was given ({key.source})",
                why="not-encrypted",
            )
        return False

    def begin(self, sql: sqlite3.Connection) -> None:
        """Makes a new gallery an encrypted one, unless another program just did."""
        if self.key is not None and meta(sql, ENCRYPTION) is None and self._is_new(sql):
            key_id, data_key = new_key()
            note(sql, Envelope.around(data_key, key_id, self.key))
        self.at(sql)

    def at(self, sql: sqlite3.Connection) -> Sealing:
        """How values are sealed, as this transaction sees the gallery.

        Raises:
            GalleryError: It is encrypted, and the key is missing or another one.
        """
        text = meta(sql, ENCRYPTION)
        if text != self._text:
            self._sealing = self._read(text)
            self._text = text
        return self._sealing

    def envelope(self, sql: sqlite3.Connection) -> Envelope | None:
        """The envelope of an encrypted gallery; None for another."""
        text = meta(sql, ENCRYPTION)
        return None if text is None else Envelope.from_text(text, self._shown)

    def opened(self, envelope: Envelope) -> Sealing:
        """What opens the values that are under an envelope.

        Raises:
            GalleryError: No key was given, or another one.
        """
        return open_sealed(envelope, self._needed(envelope), self._shown)

    def data_key(self, envelope: Envelope) -> bytes:
        """The gallery's own key.

        Raises:
            GalleryError: No key was given, or another one.
        """
        return envelope.data_key(self._needed(envelope), self._shown)

    def use(self, key: Key | None) -> None:
        """Takes another key of the user's from now on."""
        self.key = key

    def _read(self, text: object) -> Sealing:
        if text is None:
            return Sealing()
        envelope = Envelope.from_text(text, self._shown)
        if self._sealing.key_id == envelope.key_id and not envelope.former:
            return self._sealing  # another program changed what wraps the same key
        return self.opened(envelope)

    def _needed(self, envelope: Envelope) -> Key:
        if self.key is None:
            raise GalleryError(f"{self._shown}: is encrypted, and nothing opens it but its key", why="no-key")
        return self.key

    def _is_new(self, sql: sqlite3.Connection) -> bool:
        return sql.execute("SELECT 1 FROM meta UNION ALL SELECT 1 FROM people LIMIT 1").fetchone() is None


def half_done(shown: str, what: str) -> str:
    """What is said where a change of the encryption is not at its end."""
    return f"{shown}: 'rostro gallery {what}' was begun and is not finished; the same command goes on"


def note(sql: sqlite3.Connection, envelope: Envelope | None) -> None:
    """Notes a gallery's envelope, so that programs that know none refuse it; None: it is not encrypted any more."""
    (version,) = sql.execute("PRAGMA user_version").fetchone()
    version -= ENCRYPTED if version >= ENCRYPTED else 0
    if envelope is None:
        sql.execute("DELETE FROM meta WHERE key = ?", (ENCRYPTION,))
    else:
        set_meta(sql, ENCRYPTION, envelope.to_text())
        version += ENCRYPTED
    sql.execute(f"PRAGMA user_version = {version}")

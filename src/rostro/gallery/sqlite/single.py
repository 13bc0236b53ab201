"""Single photos in a SQLite gallery: found, moved, forgotten; and the marks of those of erased people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, UnknownPerson
from rostro.core.names import stored_name
from rostro.gallery.single import SinglePhotos, StoredPhoto
from rostro.gallery.sqlite import erasure, marks
from rostro.gallery.sqlite.rows import count_photo, make, move_photo, person_id, photos_called

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from rostro.gallery.marks import Mark
    from rostro.gallery.sqlite.database import Database
    from rostro.gallery.sqlite.vault import Vault


class SqlitePhotos(SinglePhotos):
    """The part of a `SqliteGallery` that looks at photos one by one."""

    url: str
    _database: Database
    _vault: Vault

    def _purge(self) -> None:
        raise NotImplementedError

    def photos_called(self, text: str) -> list[StoredPhoto]:
        """The enrolled photos that a text may mean; see `Gallery.photos_called`."""
        with self._database.reading() as sql:
            return photos_called(sql, self._vault.at(sql), text)

    def move(self, name: str, source_hash: str, to: str) -> int:
        """Gives a person's templates of one photo to another; see `Gallery.move`."""
        to = stored_name(to)
        with self._database.writing() as sql:
            seal, person = self._vault.at(sql), self._id(sql, name)
            count = count_photo(sql, seal, person, name, source_hash)
            other = make(sql, seal, to)
            if person == other:
                raise BadInput(f"{self.url}: the photo is {to!r}'s already")
            move_photo(sql, seal, person, source_hash, other)
        return count

    def forget(self, name: str, source_hash: str) -> int:
        """Erases a person's templates of one photo as `remove` does; see `Gallery.forget`."""
        with self._database.writing() as sql:
            seal, person = self._vault.at(sql), self._id(sql, name)
            count = count_photo(sql, seal, person, name, source_hash)
            erasure.blank_photo(sql, person, seal.source(source_hash))
            erasure.note_purge(sql)
        self._purge()
        return count

    def erased(self, hashes: Collection[str]) -> set[str]:
        """Of these photo hashes, those of people who were erased; see `Gallery.erased`."""
        with self._database.reading() as sql:
            return marks.erased(sql, self._vault.at(sql), hashes)

    def marks(self) -> list[Mark]:
        """What is kept of photos of people who were erased."""
        with self._database.reading() as sql:
            return marks.everything(sql, self._vault.at(sql))

    def keep_marks(self, given: Collection[Mark]) -> None:
        """Takes in marks; see `Gallery.keep_marks`."""
        with self._database.writing() as sql:
            marks.keep(sql, self._vault.at(sql), given)

    def drop_marks(self, hashes: Collection[str]) -> None:
        """Forgets that these photos are of people who were erased."""
        with self._database.writing() as sql:
            marks.drop(sql, self._vault.at(sql), hashes)

    def _id(self, sql: sqlite3.Connection, name: str) -> int:
        person = person_id(sql, self._vault.at(sql), stored_name(name))
        if person is None:
            raise UnknownPerson(f"{self.url}: nobody named {name!r}")
        return person

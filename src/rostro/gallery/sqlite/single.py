"""Single photos in a SQLite gallery: found, moved, forgotten; and the marks of those of erased people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, UnknownPerson
from rostro.core.names import stored_name
from rostro.gallery.single import SinglePhotos, StoredPhoto
from rostro.gallery.sqlite import erasure, marks
from rostro.gallery.sqlite.rows import (
    COLUMNS,
    count_photo,
    make,
    move_face,
    move_photo,
    person_id,
    photos_called,
    template_of,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

    from rostro.core.types import Template
    from rostro.gallery.marks import Mark
    from rostro.gallery.single import FaceMove
    from rostro.gallery.sqlite.database import Database
    from rostro.gallery.sqlite.vault import Vault


class SqlitePhotos(SinglePhotos):
    """The part of a `SqliteGallery` that looks at photos one by one."""

    url: str
    _database: Database
    _vault: Vault

    def _purge(self) -> None:
        raise NotImplementedError

    def _foresee(self, names: Collection[str]) -> None:
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

    def move_faces(self, moves: Sequence[FaceMove], *, new: Collection[str] = ()) -> list[FaceMove]:
        """Gives faces to other people in one transaction; see `Gallery.move_faces`."""
        made = {stored_name(name) for name in new}
        with self._database.writing() as sql:
            seal = self._vault.at(sql)
            done = [move for move in moves if move_face(sql, seal, move, make_them=stored_name(move.to) in made)]
            if done:
                erasure.note_moved(sql)
        return done

    def templates_of(self, names: Sequence[str]) -> dict[str, list[Template]]:
        """Templates of several people in one question; see `Gallery.templates_of`."""
        with self._database.reading() as sql:
            seal = self._vault.at(sql)
            ids = {name: self._id(sql, name) for name in names}
            found: dict[int, list[Template]] = {person: [] for person in ids.values()}
            rows = sql.execute(
                f"""SELECT person, {COLUMNS} FROM templates
                WHERE person IN (SELECT value FROM json_each(?)) AND erased = 0 ORDER BY id""",
                (json.dumps(list(found)),),
            )
            for person, *row in rows:
                found[person].append(template_of(seal, tuple(row)))
        return {name: found[person] for name, person in ids.items()}

    def forget(self, name: str, source_hash: str) -> int:
        """Erases a person's templates of one photo as `remove` does; see `Gallery.forget`."""
        self._foresee([name])
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

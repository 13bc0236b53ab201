"""Single photos in PostgreSQL: found, moved, forgotten; and the marks of those of erased people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput, UnknownPerson
from rostro.core.names import stored_name
from rostro.gallery.postgresql import marks
from rostro.gallery.postgresql.rows import count_photo, erase_photo, give, make, move_face, name_key, one
from rostro.gallery.single import SinglePhotos, StoredPhoto

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from psycopg import Connection

    from rostro.gallery.marks import Mark
    from rostro.gallery.postgresql.database import Database
    from rostro.gallery.single import FaceMove

#: Rows that are deleted leave the tables and their indexes.
CLEAN = "VACUUM (INDEX_CLEANUP ON) templates, codes, people, records, changes"


class PostgresqlPhotos(SinglePhotos):
    """The part of a `PostgresqlGallery` that looks at photos one by one."""

    _database: Database
    _shown: str

    def move(self, name: str, source_hash: str, to: str) -> int:
        """Gives a person's templates of one photo to another; see `Gallery.move`."""
        to = stored_name(to)

        def work(sql: Connection[Any]) -> int:
            person = self._id(sql, name)
            count = count_photo(sql, person, name, source_hash)
            other = make(sql, to)
            if person == other:
                raise BadInput(f"{self._shown}: the photo is {to!r}'s already")
            give(sql, person, other, source_hash)
            erase_photo(sql, person, source_hash)
            return count

        return self._database.run(work)

    def move_faces(self, moves: Sequence[FaceMove], *, new: Collection[str] = ()) -> list[FaceMove]:
        """Gives faces to other people in one transaction; see `Gallery.move_faces`."""
        made = {stored_name(name) for name in new}
        return self._database.run(
            lambda sql: [move for move in moves if move_face(sql, move, make_them=stored_name(move.to) in made)]
        )

    def forget(self, name: str, source_hash: str) -> int:
        """Erases a person's templates of one photo as `remove` does; see `Gallery.forget`."""

        def work(sql: Connection[Any]) -> int:
            person = self._id(sql, name)
            count = count_photo(sql, person, name, source_hash)
            erase_photo(sql, person, source_hash)
            return count

        erased = self._database.run(work)
        self._database.outside_transaction(CLEAN)
        return erased

    def photos_called(self, text: str) -> list[StoredPhoto]:
        """The enrolled photos that a text may mean; see `Gallery.photos_called`."""
        rows = self._rows(
            """SELECT DISTINCT name, source_hash, photo FROM templates JOIN people ON people.id = person
            WHERE photo = %s OR starts_with(source_hash, %s) ORDER BY 1, 2""",
            *[text.encode(errors="backslashreplace").decode()] * 2,
        )
        return [StoredPhoto(*row) for row in rows]

    def erased(self, hashes: Collection[str]) -> set[str]:
        """Of these photo hashes, those of people who were erased; see `Gallery.erased`."""
        return self._database.run(lambda sql: marks.erased(sql, hashes))

    def marks(self) -> list[Mark]:
        """What is kept of photos of people who were erased."""
        return self._database.run(marks.everything)

    def keep_marks(self, given: Collection[Mark]) -> None:
        """Takes in marks; see `Gallery.keep_marks`."""
        self._database.run(lambda sql: marks.keep(sql, given))

    def drop_marks(self, hashes: Collection[str]) -> None:
        """Forgets that these photos are of people who were erased."""
        self._database.run(lambda sql: marks.drop(sql, hashes))

    def _rows(self, statement: str, *values: object) -> list[Any]:
        return self._database.run(lambda sql: sql.execute(statement, values).fetchall())

    def _id(self, sql: Connection[Any], name: str) -> int:
        person: int | None = one(sql, "SELECT id FROM people WHERE key = %s", name_key(name))
        if person is None:
            raise self._unknown(name)
        return person

    def _unknown(self, name: str) -> UnknownPerson:
        return UnknownPerson(f"{self._shown}: nobody named {name!r}")

"""How people and templates lie in a SQLite gallery; each function works within a transaction of the caller's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.core.errors import UnknownPerson
from rostro.core.names import stored_name
from rostro.gallery.checks import no_such_photo, taken
from rostro.gallery.single import StoredPhoto
from rostro.gallery.sqlite import erasure, odd
from rostro.gallery.sqlite.places import Places, listed, of_name, of_photo
from rostro.gallery.sqlite.sealing import Row, photo_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

    from rostro.core.types import Template
    from rostro.gallery.single import FaceMove
    from rostro.gallery.sqlite.sealing import Sealing, Stored


#: (id, name, number of templates) of people; conditions and GROUP BY follow.
PEOPLE = """SELECT people.id, name, count(templates.id) FROM people
    LEFT JOIN templates ON person = people.id AND templates.erased = 0 WHERE people.erased = 0"""


#: The columns of a template that `template_of` reads.
COLUMNS = "source_hash, box, photo, collection, vector, quality"


def person_id(sql: sqlite3.Connection, seal: Sealing, name: str) -> int | None:
    """The id of the person of that name, as `stored_name` gives it; None where there is nobody."""
    stored = seal.name(name)
    row = sql.execute(
        "SELECT id FROM people WHERE erased = 0 AND name = ? AND id IN (SELECT value FROM json_each(?))",
        (stored, listed(Places(sql).find([of_name(stored)]))),
    ).fetchone()
    return None if row is None else int(row[0])


def check_who(sql: sqlite3.Connection, seal: Sealing, name: str, *, new: bool) -> None:
    """Refuses somebody who is there where only new people are wanted, and the other way round."""
    there = person_id(sql, seal, name) is not None
    if new and there:
        raise taken(name)
    if not (new or there):
        raise UnknownPerson(f"nobody named {name!r}")


def make(sql: sqlite3.Connection, seal: Sealing, name: str) -> int:
    """The id of the person of that name, who is made where there is nobody."""
    there = person_id(sql, seal, name)
    if there is not None:
        return there
    stored = seal.name(name)
    person = int(sql.execute("INSERT INTO people (erased, name) VALUES (0, ?)", (stored,)).lastrowid or 0)
    Places(sql).add(of_name(stored), person)
    return person


def rename(sql: sqlite3.Connection, seal: Sealing, person: int, to: str) -> None:
    """Gives a person another name, which nobody has; whoever asks for it notes that rows move."""
    places = Places(sql)
    (before,) = sql.execute("SELECT name FROM people WHERE id = ?", (person,)).fetchone()
    places.drop([(of_name(before), person)])
    sql.execute("UPDATE people SET name = ? WHERE id = ?", (seal.name(to), person))
    places.add(of_name(seal.name(to)), person)


def insert(sql: sqlite3.Connection, seal: Sealing, name: str, templates: Sequence[Template]) -> int:
    """Adds a person's templates that are not there yet; returns how many those were."""
    person = make(sql, seal, name)
    places = Places(sql)
    rows = [seal.row(template) for template in templates]
    digests = [of_photo(row.source_hash) for row in rows]
    there = _faces(sql, person, places.find(digests))
    added = 0
    for template, row, digest in zip(templates, rows, digests, strict=True):
        if (row.source_hash, row.box) in there:
            continue
        there.add((row.source_hash, row.box))
        inserted = sql.execute(
            """INSERT INTO templates (erased, person, quality, source_hash, box, photo, collection, vector)
            VALUES (0, ?, ?, ?, ?, ?, ?, ?)""",
            (person, float(template.quality), *row),
        )
        places.add(digest, int(inserted.lastrowid or 0))
        added += 1
    return added


def give(sql: sqlite3.Connection, person: int, to: int, ids: Collection[int] | None = None) -> None:
    """Gives a person's templates (these, or all) to another, but for those that the other has already.

    Whoever asks for it notes that rows move.
    """
    chosen = "person = ?" if ids is None else "+person = ? AND id IN (SELECT value FROM json_each(?))"
    rows = sql.execute(
        f"SELECT id, source_hash, box FROM templates WHERE {chosen} AND erased = 0",
        (person,) if ids is None else (person, listed(ids)),
    ).fetchall()
    there = _faces(sql, to, Places(sql).find({of_photo(source_hash) for _, source_hash, _ in rows}))
    moved = [(to, template) for template, source_hash, box in rows if (source_hash, box) not in there]
    sql.executemany("UPDATE templates SET person = ? WHERE id = ?", moved)


def _faces(sql: sqlite3.Connection, person: int, ids: Collection[int]) -> set[tuple[str, bytes]]:
    """(hash, box), as they stand, of those of these templates that are a person's."""
    if not ids:
        return set()
    return set(
        sql.execute(
            """SELECT source_hash, box FROM templates
            WHERE id IN (SELECT value FROM json_each(?)) AND +person = ? AND erased = 0""",
            (listed(ids), person),
        )
    )


def _of_photo(sql: sqlite3.Connection, seal: Sealing, person: int, source_hash: str) -> list[Any]:
    """(id, COLUMNS…) of a person's templates of a photo, oldest first."""
    stored = seal.source(source_hash)
    return sql.execute(
        f"""SELECT id, {COLUMNS} FROM templates WHERE id IN (SELECT value FROM json_each(?))
        AND +person = ? AND source_hash = ? AND erased = 0 ORDER BY id""",
        (listed(Places(sql).find([of_photo(stored)])), person, stored),
    ).fetchall()


def template_of(seal: Sealing, row: tuple[str, bytes, Stored, str, bytes, float]) -> Template:
    """A template as it was given, of its `COLUMNS`."""
    *stored, quality = row
    return seal.template(Row(*stored), quality)  # type: ignore[arg-type]


def count_photo(sql: sqlite3.Connection, seal: Sealing, person: int, name: str, source_hash: str) -> int:
    """How many templates of a photo a person has.

    Raises:
        UnknownPhoto: None.
    """
    count = len(_of_photo(sql, seal, person, source_hash))
    if not count:
        raise no_such_photo(name, source_hash)
    return count


def move_photo(sql: sqlite3.Connection, seal: Sealing, person: int, source_hash: str, to: int) -> None:
    """Gives a person's templates of a photo to another, but for those that the other has already."""
    give(sql, person, to, {row[0] for row in _of_photo(sql, seal, person, source_hash)})
    erasure.blank_photo(sql, person, seal.source(source_hash))
    erasure.note_moved(sql)


def move_face(sql: sqlite3.Connection, seal: Sealing, move: FaceMove, *, make_them: bool) -> bool:
    """Gives one face to another person, and says whether it did; whoever moves some notes that rows move.

    Args:
        sql: Within a transaction.
        seal: How values stand in the tables.
        move: Which, and to whom.
        make_them: Whether the other is made where nobody has the name.
    """
    person = person_id(sql, seal, stored_name(move.name))
    if person is None:
        return False
    rows = _of_photo(sql, seal, person, move.source_hash)
    ids = [row[0] for row in rows if template_of(seal, row[1:]).box == move.box]
    to = stored_name(move.to)
    other = person_id(sql, seal, to)
    if not ids or other == person or (other is None and not make_them):
        return False
    other = make(sql, seal, to) if other is None else other
    give(sql, person, other, ids)
    for template in ids:
        if sql.execute("SELECT 1 FROM templates WHERE id = ? AND person = ?", (template, person)).fetchone():
            erasure.blank_template(sql, template)  # the other had it
    if not sql.execute("SELECT 1 FROM templates WHERE person = ? AND erased = 0", (person,)).fetchone():
        erasure.blank(sql, person)
    return True


def names_of_photos(sql: sqlite3.Connection, seal: Sealing, hashes: Collection[str]) -> dict[str, set[str]]:
    """Of these photo hashes, those of which somebody has a template, with the names of these people."""
    found: dict[str, set[str]] = {}
    stored = {seal.source(source_hash): source_hash for source_hash in hashes}
    rows = sql.execute(
        """SELECT DISTINCT source_hash, name FROM templates JOIN people ON people.id = person
        WHERE templates.erased = 0 AND templates.id IN (SELECT value FROM json_each(?))""",
        (listed(Places(sql).find([of_photo(source) for source in stored])),),
    )
    for source_hash, name in rows:
        if odd.text(source_hash) in stored:
            found.setdefault(stored[source_hash], set()).add(seal.open_name(name))
    return found


def photos_called(sql: sqlite3.Connection, seal: Sealing, text: str) -> list[StoredPhoto]:
    """Photos of that name, or whose hash begins with it. In an encrypted gallery every one is looked at."""
    named = "SELECT DISTINCT name, source_hash, photo FROM templates JOIN people ON people.id = person"
    text = photo_text(text)
    if seal.key_id is None:
        rows = sql.execute(
            f"""{named} WHERE templates.erased = 0
            AND (photo = ?1 OR substr(source_hash, 1, length(?1)) = ?1) ORDER BY 1, 2""",
            (text,),
        )
        return [StoredPhoto(*map(odd.text, row)) for row in rows]
    found = set()
    for name, *stored in sql.execute(f"{named} WHERE templates.erased = 0"):
        source_hash, photo = seal.photo(*stored)
        if photo == text or source_hash.startswith(text):
            found.add(StoredPhoto(seal.open_name(name), source_hash, photo))
    return sorted(found)

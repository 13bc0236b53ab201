"""Erasing for good: no byte of a removed person stays in the SQLite file or its write-ahead log.

Deleting rows would not do. SQLite moves rows between pages as a table shrinks, and the copies that it leaves in the
gaps of pages are not overwritten when a row is deleted later, not even with ``PRAGMA secure_delete``. Two ways lead
out. A small file is written anew. In a large one, rows are only ever appended, and an erased row is overwritten with
zeros where it is, so that no row of the tables moves and none has a second copy. In indexes entries do move; so none
has a name or a photo's hash, which are found by `rostro.gallery.sqlite.places`. Renaming and merging change the length
of rows, which may move them: after these the next removal writes the whole file anew, as it does when many rows are
blank.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from rostro.gallery.sqlite.places import Places, listed, of_name, of_photo

if TYPE_CHECKING:
    import sqlite3

    from rostro.gallery.sqlite.database import Database

#: Smaller files are written anew by each removal: it takes less than a second and leaves no blank rows.
WHOLE_UP_TO = 64_000_000

#: Overwrites records where they are; conditions follow. See `rostro.gallery.sqlite.records`.
BLANK_RECORDS = "UPDATE records SET erased = 1, body = zeroblob(length(body))"

#: The part of all templates that may be blank before the whole file is written anew.
_BLANK = 0.25


def meta(sql: sqlite3.Connection, key: str) -> Any:
    """One of the facts about the gallery; None if it is not noted."""
    row = sql.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else row[0]


def set_meta(sql: sqlite3.Connection, key: str, value: str | int) -> None:
    """Notes one of the facts about the gallery."""
    sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def note_moved(sql: sqlite3.Connection) -> None:
    """To be called by whatever changes the length of rows."""
    set_meta(sql, "moved", secrets.token_hex(8))


def blank(sql: sqlite3.Connection, person: int) -> int:
    """Overwrites a person and their templates, and marks every index that knows them as stale.

    The new rows are as long as the old ones, so SQLite writes them over the old ones. What stays is when a template
    was added, its quality, its collection, and the length of names.

    Returns:
        How many templates were erased.
    """
    erased = _blank_templates(sql, "person = ?", person)
    sql.execute(f"{BLANK_RECORDS} WHERE person = ? AND erased = 0", (person,))
    names = sql.execute("SELECT name FROM people WHERE id = ? AND erased = 0", (person,)).fetchall()
    Places(sql).drop([(of_name(name), person) for (name,) in names])
    sql.execute(f"UPDATE people SET erased = 1, name = {_zeros('name')} WHERE id = ?", (person,))
    return erased


def blank_photo(sql: sqlite3.Connection, person: int, source_hash: str) -> int:
    """Does what `blank` does with a person's templates of one photo, and with the person if they have no other.

    Args:
        sql: Within a transaction.
        person: Their id.
        source_hash: The photo's hash as it stands in the table.

    Returns:
        How many templates were erased.
    """
    listed_ids = listed(Places(sql).find([of_photo(source_hash)]))
    mine = "id IN (SELECT value FROM json_each(?)) AND +person = ? AND source_hash = ?"
    erased = _blank_templates(sql, mine, listed_ids, person, source_hash)
    if not sql.execute("SELECT 1 FROM templates WHERE person = ? AND erased = 0", (person,)).fetchone():
        blank(sql, person)
    return erased


def blank_template(sql: sqlite3.Connection, template: int) -> None:
    """Does what `blank` does with one template."""
    _blank_templates(sql, "id = ?", template)


def _blank_templates(sql: sqlite3.Connection, condition: str, *values: int | str) -> int:
    rows = sql.execute(f"SELECT id, source_hash FROM templates WHERE {condition} AND erased = 0", values).fetchall()
    Places(sql).drop([(of_photo(source_hash), template) for template, source_hash in rows])
    sql.executemany(
        f"""UPDATE templates SET erased = 1, box = zeroblob(length(box)), vector = zeroblob(length(vector)),
        source_hash = {_zeros("source_hash")}, photo = {_zeros("photo")} WHERE id = ?""",
        [(template,) for template, _ in rows],
    )
    erased = len(rows)
    if erased:
        set_meta(sql, "erasure", secrets.token_hex(8))
        set_meta(sql, "blank", (meta(sql, "blank") or 0) + erased)
    return erased


def note_purge(sql: sqlite3.Connection) -> None:
    """Notes that there are traces left in the files, whatever becomes of this process."""
    set_meta(sql, "purge", secrets.token_hex(8))


def due(database: Database) -> str | None:
    """The mark of a removal that has traces left in the files; None if there is none."""
    with database.reading() as sql:
        mark: str | None = meta(sql, "purge")
        return mark


def rewrite(database: Database) -> bool:
    """Drives erased bytes out of the file, up to its log.

    Returns:
        Whether they are; False where another program was writing for too long.
    """
    with database.reading() as sql:
        in_place = meta(sql, "moved") is None and _is_large(sql) and not _is_mostly_blank(sql)
    return in_place or _write_anew(database)


def purged(database: Database, due: str) -> None:
    """Takes the mark away, unless another removal has set its own meanwhile."""
    with database.writing() as sql:
        sql.execute("DELETE FROM meta WHERE key = 'purge' AND value = ?", (due,))


def _write_anew(database: Database) -> bool:
    with database.writing() as sql:
        note_moved(sql)
        moved = meta(sql, "moved")
        sql.execute("DELETE FROM templates WHERE erased = 1")
        sql.execute("DELETE FROM people WHERE erased = 1")
        sql.execute("DELETE FROM records WHERE erased = 1")
        sql.execute("DELETE FROM meta WHERE key = 'blank'")
    if not database.write_anew():
        return False
    with database.writing() as sql:  # what was renamed or merged meanwhile has another mark
        sql.execute("DELETE FROM meta WHERE key = 'moved' AND value = ?", (moved,))
    return True


def _is_large(sql: sqlite3.Connection) -> bool:
    (size,) = sql.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()
    return bool(size > WHOLE_UP_TO)


def _is_mostly_blank(sql: sqlite3.Connection) -> bool:
    blank = meta(sql, "blank") or 0
    enough = 1 + int(blank / _BLANK)  # more need not be counted
    counted = "SELECT count(*) FROM (SELECT 1 FROM templates WHERE erased = 0 LIMIT ?)"
    (templates,) = sql.execute(counted, (enough,)).fetchone()
    return bool(blank > _BLANK * templates)


def _zeros(column: str) -> str:
    """SQL for a text of as many bytes as the column's, all zero."""
    return f"CAST(zeroblob(length(CAST({column} AS BLOB))) AS TEXT)"

"""How a gallery's tables came to be: the only statements that make a schema here."""

from __future__ import annotations

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
    (  # what is kept of people besides faces, and of changes: see `rostro.gallery.records`
        """CREATE TABLE records (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            erased INTEGER NOT NULL,
            kind TEXT NOT NULL,
            person INTEGER NOT NULL,  -- 0: the gallery's own
            body BLOB NOT NULL
        )""",
        "CREATE INDEX records_of ON records (kind, person) WHERE erased = 0",
        "CREATE INDEX records_of_person ON records (person) WHERE erased = 0",
    ),
    (  # people by name and templates by photo, in rows that never move: see `rostro.gallery.sqlite.places`
        "CREATE TABLE places (bucket INTEGER PRIMARY KEY, entries BLOB NOT NULL)",
        "CREATE TABLE more_places (id INTEGER PRIMARY KEY, entries BLOB NOT NULL)",
        "DROP INDEX people_name",
        "DROP INDEX templates_source",
        "CREATE INDEX templates_erased ON templates (erased) WHERE erased = 1",
    ),
)

#: The first version with places, which Python fills.
PLACES = 5

"""Is the file's schema a gallery's? Looked at before any of its tables is.

What a file holds besides (a trigger, a view, an index over an expression, a column with a default that calls something)
would run, or answer, when the gallery is read. So all of it is compared with what our own migrations make.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from rostro.core.errors import GalleryCorrupt, GalleryError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Texts of a schema that belong together: comments, texts, names in quotation marks, words, signs.
_TOKENS = re.compile(r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^]]*\]|\w+|[^\w\s]""", re.DOTALL)

#: Things that a schema may name before it is refused unread.
_MOST = 100

#: Facts about a gallery, and what their values are.
_FACTS: dict[str, tuple[type, int]] = {
    "space": (str, 2_000),
    "dims": (int, 65_536),
    "blank": (int, 2**62),
    **dict.fromkeys(("erasure", "purge", "moved"), (str, 100)),
}

#: What a fact may be whose name is not known: others are added by later versions.
_LONGEST = 100_000


class Thing(NamedTuple):
    """A table or an index, as the schema names it; its words are those of the statement that made it."""

    type: str
    name: str
    table: str
    words: tuple[str, ...]


def check_schema(sql: sqlite3.Connection, gallery: str, statements: Sequence[Sequence[str]]) -> None:
    """Compares the whole schema with the one that these statements make, and looks at the facts about the gallery.

    Args:
        sql: The file, limited by `rostro.gallery.sqlite.guard`.
        gallery: What errors call it.
        statements: All that were applied to it.

    Raises:
        GalleryError: It holds what no gallery holds.
        GalleryCorrupt: It lacks what every gallery has, or a fact about it cannot be.
    """
    if sql.execute("PRAGMA encoding").fetchone() != ("UTF-8",):
        raise GalleryError(f"{gallery}: not opened, for its texts are not UTF-8", why="foreign-schema")
    expected = _made_by(tuple(map(tuple, statements)))
    found = Counter(_things(sql))
    for thing in found - expected:
        raise GalleryError(
            f"{gallery}: not opened, for it holds what rostro did not make: {thing.type} {thing.name[:80]!r}",
            why="foreign-schema",
        )
    for thing in expected - found:
        raise GalleryCorrupt(f"{gallery}: the file is damaged (no {thing.type} {thing.name})")
    if expected:
        _check_facts(sql, gallery)


def _check_facts(sql: sqlite3.Connection, gallery: str) -> None:
    rows = sql.execute("SELECT key, value FROM meta LIMIT ?", (_MOST + 1,)).fetchall()
    if len(rows) > _MOST or not all(_can_be(*row) for row in rows):
        raise GalleryCorrupt(f"{gallery}: the file is damaged (what it says of itself cannot be)")


def _can_be(key: Any, value: Any) -> bool:
    if not isinstance(key, str):
        return False
    if key not in _FACTS:
        return len(value) <= _LONGEST if isinstance(value, str | bytes) else isinstance(value, int)
    kind, most = _FACTS[key]
    if kind is int:
        return isinstance(value, int) and 0 < value <= most
    return isinstance(value, str) and len(value) <= most and value.isprintable()


@cache
def _made_by(statements: tuple[tuple[str, ...], ...]) -> Counter[Thing]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as sql:
        for some in statements:
            for statement in some:
                sql.execute(statement)
        return Counter(_things(sql))


def _things(sql: sqlite3.Connection) -> list[Thing]:
    rows = sql.execute("SELECT type, name, tbl_name, sql FROM sqlite_master LIMIT ?", (_MOST,)).fetchall()
    return [Thing(str(kind), str(name), str(table), _words(statement)) for kind, name, table, statement in rows]


def _words(statement: Any) -> tuple[str, ...]:
    """A statement's words in one spelling: versions of SQLite write quotation marks differently."""
    if statement is None:
        return ()
    found = (token for token in _TOKENS.findall(str(statement)) if not token.startswith(("--", "/*")))
    return tuple(token if token.startswith("'") else _bare(token).lower() for token in found)


def _bare(token: str) -> str:
    return token[1:-1] if len(token) > 1 and token[0] in '"`[' else token

"""Values in a gallery's tables that no program of ours wrote: of another type, of another length.

SQLite keeps whatever it is given, in a column of any type. What reads rows takes them for what they should be; where
that fails, the tables are looked through for what is odd, so that a damaged file is called damaged, and a fault of ours
stays one.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any, Final

from rostro.core.types import Template
from rostro.gallery.sqlite.places import ROW_BYTES

if TYPE_CHECKING:
    import sqlite3

#: What reading an odd value as another may raise.
FAILURES: Final = (TypeError, ValueError, AttributeError, ArithmeticError, struct.error)

#: The same in an encrypted gallery, where what is sealed is in bytes; whether it opens is another question.
_ODD_SEALED: Final = {
    "a person's name": "SELECT 1 FROM people WHERE erased = 0 AND typeof(name) != 'blob'",
    "a template's vector": "SELECT 1 FROM templates WHERE erased = 0 AND typeof(vector) != 'blob'",
    "a template's box": "SELECT 1 FROM templates WHERE typeof(box) != 'blob' OR length(box) != 16",
    "a template's photo": "SELECT 1 FROM templates WHERE erased = 0 AND (typeof(photo) != 'blob' "
    "OR typeof(source_hash) != 'text')",
    "a mark": "SELECT 1 FROM marks WHERE typeof(key) != 'blob' OR typeof(digest) != 'blob' OR length(digest) != 32",
}

#: What is odd, by what it is called.
_ODD: Final = {
    "a person's name": "SELECT 1 FROM people WHERE typeof(name) != 'text'",
    "a template's vector": "SELECT 1 FROM templates WHERE erased = 0 AND (typeof(vector) != 'blob' "
    "OR length(vector) != 2 * (SELECT value FROM meta WHERE key = 'dims'))",
    "a template's box": "SELECT 1 FROM templates WHERE typeof(box) != 'blob' OR length(box) NOT IN (0, 32)",
    "a template's person": "SELECT 1 FROM templates WHERE typeof(person) != 'integer'",
    "a template's quality": "SELECT 1 FROM templates WHERE typeof(quality) != 'real' OR abs(quality) > 1e300",
    "a template's photo": "SELECT 1 FROM templates WHERE typeof(photo) != 'text' OR typeof(source_hash) != 'text'",
    "a place": f"SELECT 1 FROM (SELECT entries FROM places UNION ALL SELECT entries FROM more_places) "
    f"WHERE typeof(entries) != 'blob' OR length(entries) != {ROW_BYTES}",
    "a template's collection": "SELECT 1 FROM templates WHERE typeof(collection) != 'text'",
    "a record": "SELECT 1 FROM records WHERE typeof(kind) != 'text' OR typeof(person) != 'integer' "
    "OR typeof(body) != 'blob'",
    "a mark": "SELECT 1 FROM marks WHERE typeof(key) != 'blob' OR typeof(digest) != 'blob' OR length(key) != 32 "
    "OR length(digest) != 32",
}


def find_odd(sql: sqlite3.Connection) -> list[str]:
    """What values of the tables cannot be, in words; empty where all can."""
    sealed = sql.execute("SELECT 1 FROM meta WHERE key = 'encryption'").fetchone() is not None
    odd = {**_ODD, **_ODD_SEALED} if sealed else _ODD
    return [what for what, statement in odd.items() if sql.execute(f"{statement} LIMIT 1").fetchone()]


def text(value: Any) -> str:
    """A text of a row.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(value, str):
        raise TypeError(f"no text: {type(value).__name__}")
    return value


def plausible(template: Template) -> Template:
    """The template.

    Raises:
        TypeError: A value of it is of another type than it should be.
        ValueError: Its quality is no number.
    """
    for value in (template.source_hash, template.photo, template.collection):
        text(value)
    if not math.isfinite(template.quality):
        raise ValueError("a quality that is no number")
    return template

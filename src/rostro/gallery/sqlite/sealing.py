"""The one place that knows how values stand in the tables of a gallery in a file: here as they are.

`rostro.gallery.sqlite.sealed.Sealed` is the other way, for an encrypted gallery. Everything that reads or writes a
name, a photo's hash or name, a box, a collection or a vector does it through one of these two.
"""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from rostro.core.errors import GalleryError
from rostro.core.types import Template
from rostro.gallery.sqlite.odd import plausible, text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from rostro.core.types import Floats

#: How vectors are stored in the table.
STORED = np.dtype("<f2")

#: What sealed files begin with.
MAGIC: Final = b"rostro-sealed-1\n"

#: A value as it stands in a column.
Stored = str | bytes


class Row(NamedTuple):
    """What of a template stands in the table, but for its quality, which nothing hides.

    Attributes:
        source_hash: By which a photo is found again.
        box: By which a face of it is; with the photo and the person it is unique.
        photo: The photo's name; in an encrypted gallery everything that was given, sealed.
        collection: By which those of a collection are found.
        vector: The vector.
    """

    source_hash: str
    box: bytes
    photo: Stored
    collection: str
    vector: bytes


class View(NamedTuple):
    """The tables as one transaction sees them, and how their values are sealed."""

    sql: sqlite3.Connection
    seal: Sealing


class Sealing:
    """Values as they are.

    Attributes:
        key_id: Which key the gallery is encrypted by; None where it is not.
    """

    key_id: str | None = None

    def name(self, name: str) -> Stored:
        """How a person's name stands in the table: the same each time, so that it is found and stays unique."""
        return name

    def open_name(self, stored: Stored) -> str:
        """The name that stands there."""
        return text(stored)

    def source(self, source_hash: str) -> str:
        """How a photo's hash stands in the table: the same each time."""
        return source_hash

    def collection(self, collection: str) -> str:
        """How a collection's name stands in the table: the same each time."""
        return collection

    def row(self, template: Template) -> Row:
        """How a template stands in the table."""
        return Row(
            template.source_hash,
            box_bytes(template.box),
            photo_text(template.photo),
            template.collection,
            np.asarray(template.vector, STORED).tobytes(),
        )

    def photo(self, source_hash: str, photo: Stored) -> tuple[str, str]:
        """The hash and the name of a template's photo, of what stands in the columns of these names."""
        return text(source_hash), text(photo)

    def template(self, row: Row, quality: float) -> Template:
        """A template as it was given."""
        return plausible(
            Template(
                vector=np.frombuffer(row.vector, STORED).astype(np.float32),
                source_hash=row.source_hash,
                photo=text(row.photo),
                quality=quality,
                box=box_of(row.box),
                collection=row.collection,
            )
        )

    def vectors(self, stored: Iterable[bytes], dims: int) -> Floats:
        """Stored vectors as (n, d) float32."""
        return np.frombuffer(b"".join(stored), STORED).reshape(-1, dims).astype(np.float32)

    def vector_bytes(self, dims: int) -> int:
        """Bytes of a stored vector."""
        return STORED.itemsize * dims

    def mark_key(self, key: bytes) -> bytes:
        """How the key of marks stands in the table: the same each time; see `rostro.gallery.marks`."""
        return key

    def open_mark_key(self, stored: bytes) -> bytes:
        """The key that stands there."""
        return stored

    def record(self, body: str) -> bytes:
        """How a record stands in the table; see `rostro.gallery.records`."""
        return body.encode()

    def open_record(self, stored: bytes) -> str:
        """The text that stands there."""
        return stored.decode(errors="replace")  # who reads it says what it should be

    def writer(self, file: IO[bytes], header: bytes) -> Any:
        """What writes a file that belongs to the gallery after its header: has ``write``, and ``close`` at the end."""
        del header
        return _Open(file)

    def reader(self, file: IO[bytes], header: bytes, length: int) -> Any:
        """What reads it, ``length`` bytes of the file; has ``read``. What was changed raises ValueError."""
        del header, length
        return file

    def file_name(self, stem: str) -> str:
        """What a file beside the gallery is called that tells a photo: the same each time."""
        return stem

    def file_names(self, stem: str) -> set[str]:
        """That, and what it may still be called from before the gallery's encryption was changed."""
        return {stem}

    def file(self, stem: str, content: bytes) -> bytes:
        """The bytes of such a file."""
        del stem
        return content

    def holds(self, content: bytes) -> bool:
        """Whether a file stands as this gallery's files do now."""
        return not content.startswith(MAGIC)

    def open_file(self, stem: str, content: bytes) -> tuple[str, bytes]:
        """The name and the content that were given, of those of such a file.

        Raises:
            GalleryError: It is sealed, and the gallery is not encrypted any more.
        """
        if content.startswith(MAGIC):
            raise GalleryError("a file beside the gallery is still encrypted; 'rostro gallery decrypt' completes it")
        return stem, content


class _Open:
    """A file that stays open when this is closed."""

    def __init__(self, file: IO[bytes]) -> None:
        self.write = file.write

    def close(self) -> None:
        """Nothing is left to write."""


def box_bytes(box: tuple[float, float, float, float] | None) -> bytes:
    """Four little-endian float64, or nothing: NULLs would never be equal."""
    return b"" if box is None else struct.pack("<4d", *box)


def box_of(stored: bytes) -> tuple[float, float, float, float] | None:
    """The box of `box_bytes`."""
    return struct.unpack("<4d", stored) if stored else None


def photo_text(photo: str) -> str:
    """A photo's name as text; names of files need not be."""
    return photo.encode(errors="backslashreplace").decode()

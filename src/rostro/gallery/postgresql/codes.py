"""Short codes of vectors in PostgreSQL, by which a scan proposes what the vectors then decide.

A bit of a code is the side of a plane on which the vector lies (Charikar, "Similarity Estimation Techniques from
Rounding Algorithms", STOC 2002): the more bits two codes have in common, the smaller the angle between the vectors.
Codes are in a narrow table of their own, which PostgreSQL reads in parallel. Why no graph: ``docs/decisions/0016``.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from psycopg import Connection

    from rostro.core.types import Floats

#: Vectors of so many numbers have a bit for each of them; shorter ones are turned several times, for `_BITS` bits.
_ENOUGH = 512

#: Bits of shorter vectors: more than numbers, for a code tells an angle less precisely than the vector.
_BITS = 1_024

#: Templates that are read and written at a time.
_PAGE = 8_192


def codes_of(vectors: Floats) -> NDArray[np.bool_]:
    """(n, d) vectors → (n, bits) codes. The same on every machine and for ever: they are stored."""
    dims = vectors.shape[1]
    if dims >= _ENOUGH:
        return np.asarray(vectors > 0)
    padded = np.pad(vectors, ((0, 0), (0, (1 << (dims - 1).bit_length()) - dims)))
    return np.asarray(padded @ _planes(padded.shape[1]) > 0)


@cache
def _planes(dims: int) -> NDArray[np.float32]:
    """(d, bits): rotations side by side, each a Hadamard matrix after changes of sign, which look random."""
    hadamard = np.ones((1, 1), np.float32)
    while len(hadamard) < dims:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    turns = []
    for number in range(_BITS // dims):
        noise = hashlib.shake_256(b"rostro codes %d" % number).digest(-(-dims // 8))
        signs = 1 - 2 * np.unpackbits(np.frombuffer(noise, np.uint8))[:dims].astype(np.float32)
        turns.append(signs[:, None] * hadamard)
    planes = np.hstack(turns)
    planes.setflags(write=False)
    return planes


def fill_codes(sql: Connection[Any]) -> None:
    """Adds the codes that are missing, page by page."""
    from pgvector import Bit

    last = 0
    while rows := sql.execute(
        """SELECT id, collection, vector FROM templates
        WHERE id > %s AND NOT EXISTS (SELECT FROM codes WHERE template = id) ORDER BY id LIMIT %s""",
        (last, _PAGE),
        binary=True,
    ).fetchall():
        last = rows[-1][0]
        codes = codes_of(np.stack([vector.to_numpy() for *_, vector in rows]).astype(np.float32))
        with sql.cursor().copy("COPY codes (template, collection, code) FROM STDIN") as copy:
            for (template, collection, _), code in zip(rows, codes, strict=True):
                copy.write_row((template, collection, Bit(code)))

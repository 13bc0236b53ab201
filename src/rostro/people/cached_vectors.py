"""Embeddings of photos that evaluations keep: whoever erases photos has them forget these, too.

The file is written by `rostro.evaluation.embeddings.EmbeddingCache`, by photo and system, so that nothing is computed
twice. It is this user's, for all galleries.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from rostro.core.errors import GalleryError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

#: Seconds to wait for an evaluation that is writing.
_PATIENCE = 30.0

#: What is kept of some photos. The key begins with the system; without that, all of the table would be looked through.
_OF = """FROM embeddings WHERE sha256 IN (SELECT value FROM json_each(?)) AND system IN (
    WITH RECURSIVE systems (id) AS (
        SELECT min(system) FROM embeddings
        UNION ALL SELECT (SELECT min(system) FROM embeddings WHERE system > id) FROM systems WHERE id IS NOT NULL
    ) SELECT id FROM systems WHERE id IS NOT NULL)"""


def cache_file(home: Path) -> Path:
    """Where embeddings are kept.

    Args:
        home: The folder of `rostro.core.settings.Settings`.
    """
    return home / "evaluation" / "embeddings.db"


def forget_cached(home: Path, hashes: Collection[str]) -> int:
    """Removes what is kept of these photos, so that no byte of it stays in the file.

    Args:
        home: The folder of `rostro.core.settings.Settings`.
        hashes: sha256 of the photos.

    Returns:
        How many embeddings there were.

    Raises:
        GalleryError: They cannot be removed.
    """
    file = cache_file(home)
    if not hashes or not file.is_file():
        return 0
    listed = json.dumps(sorted(hashes))
    try:
        with closing(
            sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=_PATIENCE, isolation_level=None)
        ) as sql:
            if not sql.execute("SELECT 1 FROM sqlite_master WHERE name = 'embeddings'").fetchone():
                return 0
            (found,) = sql.execute(f"SELECT count(*) {_OF}", (listed,)).fetchone()
            if not found:  # nearly always: nothing is written then, and nobody waited for
                return 0
            sql.execute("PRAGMA secure_delete = ON")
            removed = sql.execute(f"DELETE {_OF}", (listed,)).rowcount
            sql.execute("VACUUM")  # rows that moved between pages left copies in the gaps
            return removed
    except sqlite3.Error as error:
        raise GalleryError(f"{file}: embeddings of erased photos cannot be removed ({error})") from error

"""A model file for libraries that read it themselves: opened once, and what was hashed is what they get."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rostro.core.errors import ModelCorrupt, ModelUnavailable
from rostro.core.foreign import open_regular
from rostro.core.private import private_copy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore


def contents(store: ModelStore, entry: ModelFile) -> bytes:
    """The bytes of an entry's file, fetched where it is missing.

    Raises:
        ModelUnavailable: It is missing and no source could give it, or it cannot be read.
        ModelCorrupt: Its bytes are not the entry's.
    """
    path = store.path(entry)
    try:
        with open_regular(path) as file:
            data = file.read()
    except OSError as error:
        raise ModelUnavailable(f"{path}: {error.strerror}") from None
    if hashlib.sha256(data).hexdigest() != store.hash_of(entry):
        raise ModelCorrupt(f"{entry.name}: another file took its place after it was checked")
    return data


@contextmanager
def held(store: ModelStore, entry: ModelFile) -> Iterator[Path]:
    """The same as a file that nobody else can change, for as long as the block lasts."""
    data = contents(store, entry)
    with private_copy(data, store.path(entry)) as path:
        yield path

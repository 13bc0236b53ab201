"""Photos in portions for the workers: many small ones, few large ones, and some for everybody."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Photos per chunk: enough to fill the engine's streams, few enough to keep an answer near.
CHUNK = 24
#: Bytes of a chunk's files, about; a photo of some megapixels has as many, so that each is a chunk of its own: with two
#: or three to a worker, one would have nothing left to do at the end while another has two.
HEAVY = 500_000
#: A JPEG has an eighth of its pixels' bytes, or less.
_PACKED = 8


def chunks(sources: Iterable[Any], workers: int) -> Iterator[list[Any]]:
    """The sources in order, portion by portion; no more than `CHUNK` for each worker are read ahead.

    Args:
        sources: Whatever `rostro.photos.reading.read_photo` takes.
        workers: Among how many they are shared: of a short list too everybody gets some.
    """
    iterator = iter(sources)
    while block := list(islice(iterator, CHUNK * workers)):
        most = min(CHUNK, -(-len(block) // workers))
        chunk: list[Any] = []
        weight = 0
        for source in block:
            chunk.append(source)
            weight += _weight(source)
            if len(chunk) == most or weight >= HEAVY:
                yield chunk
                chunk, weight = [], 0
        if chunk:
            yield chunk


def _weight(source: Any) -> int:
    """Bytes of its file; 0 where nobody knows, or there is none."""
    if isinstance(source, np.ndarray):
        return source.nbytes // _PACKED
    if isinstance(source, bytes | bytearray | memoryview):
        return len(source)
    with suppress(OSError, ValueError, TypeError):
        return Path(source).stat().st_size if isinstance(source, str | os.PathLike) else 0
    return 0

"""Portions of photos: all of them, in order, few large ones together, nothing read far ahead."""

from __future__ import annotations

from itertools import chain, count, islice
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rostro.recognition.chunks import CHUNK, HEAVY, chunks


@given(st.lists(st.integers(0, 2 * HEAVY), max_size=120), st.integers(1, 5))
def test_everything_comes_once_and_in_order(sizes: list[int], workers: int) -> None:
    sources = [memoryview(b"").cast("B") if not size else np.empty((size, 8), np.uint8) for size in sizes]
    portions = list(chunks(iter(sources), workers))
    assert [id(source) for source in chain(*portions)] == [id(source) for source in sources]
    assert all(1 <= len(portion) <= CHUNK for portion in portions)
    for portion in portions:
        weights = [source.nbytes // 8 for source in portion[:-1]]
        assert sum(weights) < HEAVY, "another was added to a portion that was full"


def test_a_short_list_gives_everybody_some() -> None:
    assert [len(portion) for portion in chunks([b"a"] * 9, 3)] == [3, 3, 3]


def test_large_files_go_one_by_one_and_what_is_not_there_weighs_nothing(tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(HEAVY))
    listed = [large, str(large), tmp_path / "gone.jpg", "no\0path", object(), large]
    assert [len(portion) for portion in chunks(listed, 1)] == [1, 1, 4]


def test_an_endless_list_is_read_a_little_ahead() -> None:
    numbers = count()
    list(islice(chunks(map(str, numbers), 2), 3))
    assert next(numbers) <= 3 * 2 * CHUNK

"""Names as people list them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.order import natural


@pytest.mark.parametrize(
    "listed",
    [
        ["1.jpg", "2.jpg", "10.jpg"],
        ["IMG_9.jpg", "IMG_10.jpg", "IMG_100.jpg"],
        ["2019-9-30", "2019-10-1"],
        ["a1b2", "a1b10", "a2b1"],
        ["Al_Gore_0001.jpg", "Al_Gore_0002.jpg", "Al_Gore_0010.jpg"],
        ["", "01", "1", "a"],
        ["9" * 5000, "1" + "0" * 5000],
    ],
)
def test_numbers_count_as_numbers(listed: list[str]) -> None:
    assert sorted(sorted(listed, reverse=True), key=natural) == listed


def test_paths_are_sorted_as_their_texts() -> None:
    paths = [Path("f/10.jpg"), Path("f/9.jpg"), Path("e/11.jpg")]
    assert sorted(paths, key=natural) == [Path("e/11.jpg"), Path("f/9.jpg"), Path("f/10.jpg")]


@given(st.lists(st.text(alphabet="aé_ 0129٣.", max_size=8)))
def test_it_is_one_order_whatever_the_names(names: list[str]) -> None:
    once = sorted(names, key=natural)
    turned = names[::-1]
    turned.sort(key=natural)
    assert turned == once
    assert sorted(once) == sorted(names)


@given(st.lists(st.text(alphabet="abcXYZ_é", max_size=6)))
def test_names_without_numbers_stay_in_the_order_of_their_characters(names: list[str]) -> None:
    assert sorted(names, key=natural) == sorted(names)

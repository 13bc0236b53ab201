"""LFW's list of pairs: read right, and refused at the line that is wrong."""

from __future__ import annotations

import unicodedata
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.evaluation.data.lfw import parse_pairs, read_lfw

TWO_FOLDS = "2\t1\nAda\t1\t2\nAda\t1\tGrace\t3\nGrace\t3\t1\nGrace\t1\tAda\t2\n"


def test_pairs_of_two_folds():
    assert parse_pairs(TWO_FOLDS) == [
        (0, ("Ada", 1), ("Ada", 2)),
        (0, ("Ada", 1), ("Grace", 3)),
        (1, ("Grace", 3), ("Grace", 1)),
        (1, ("Grace", 1), ("Ada", 2)),
    ]


def test_one_set_without_folds():
    assert [row[0] for row in parse_pairs("1\nAda 1 2\nAda 1 Grace 3")] == [0, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "first line"),
        ("folds 3", "first line"),
        ("1 2 3\n", "first line"),
        ("0 5\n", "0 × 5"),
        ("1 1\nAda 1 2\n", "2 × 1 × 1 pairs are announced, 1 lines follow"),
        ("1 1\nAda 1\nAda 1 Grace 2", "line 2: a pair like 'NAME 1 4'"),
        ("1 1\nAda 1 2\nAda 1 Grace two", "line 3: a pair like 'NAME 1 OTHER 2'"),
        ("1 1\nAda 1 1\nAda 1 Grace 2", "line 2: 'Ada 1 1' is not a pair of two photos"),
        ("1 1\nAda 1 2\nAda 1 Ada 2", "line 3: 'Ada 1 Ada 2' is not a pair of two people"),
    ],
)
def test_the_wrong_line_is_named(text, message):
    with pytest.raises(BadInput, match=f"list[:,] .*{message}"):
        parse_pairs(text, "list")


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text):
    with suppress(BadInput):
        assert parse_pairs(text)


def write(root, *photos):
    (root / "pairs.txt").write_text(TWO_FOLDS, encoding="utf-8")
    for name, number in photos:
        path = root / "images" / name / f"{name}_{number:04d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def test_photos_are_numbered(tmp_path):
    pairs = read_lfw(write(tmp_path, ("Ada", 1), ("Ada", 2), ("Grace", 1), ("Grace", 3)))
    assert [photo.name for photo in pairs.people.photos] == [
        "Ada_0001.jpg", "Ada_0002.jpg", "Grace_0001.jpg", "Grace_0003.jpg",
    ]  # fmt: skip
    assert list(pairs.first) == [0, 0, 3, 2]
    assert list(pairs.second) == [1, 3, 2, 1]
    assert list(pairs.folds) == [0, 0, 1, 1]
    assert list(pairs.genuine) == [True, False, True, False]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("listed", ["NFC", "NFD"])
def test_folders_may_write_a_name_in_another_form_than_the_list(tmp_path, form, listed):
    name = unicodedata.normalize(form, "Jos\u00e9")
    root = write(tmp_path, (name, 1), (name, 2), ("Grace", 1), ("Grace", 3))
    text = unicodedata.normalize(listed, TWO_FOLDS.replace("Ada", "Jos\u00e9"))
    (root / "pairs.txt").write_text(text, encoding="utf-8")
    assert read_lfw(root).people.names == ("Grace", "Jos\u00e9")


def test_missing_photos_are_counted_and_named(tmp_path):
    with pytest.raises(BadInput, match=r"2 of its 4 photos are missing.*Ada_0002\.jpg"):
        read_lfw(write(tmp_path, ("Ada", 1), ("Grace", 1)))


def test_a_root_without_photos_says_where_they_belong(tmp_path):
    with pytest.raises(BadInput, match=r"no photos of Ada; they belong into .*images"):
        read_lfw(write(tmp_path))


def test_no_list_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"pairs\.txt: cannot be read"):
        read_lfw(tmp_path)


@pytest.mark.data
def test_the_real_list(lfw_root):
    pairs = read_lfw(lfw_root)
    assert (len(pairs.people.photos), pairs.first.size, pairs.genuine.sum()) == (7701, 6000, 3000)
    assert list(np.bincount(pairs.folds)) == [600] * 10
    in_folds = [set(pairs.people.owners[pairs.first[pairs.folds == fold]]) for fold in range(10)]
    assert sum(map(len, in_folds)) == len(set().union(*in_folds)), "folds share no people"

"""Attributes from CSV files."""

from __future__ import annotations

from pathlib import Path

import pytest

from rostro.core.errors import BadInput
from rostro.evaluation.data.groups import read_groups
from rostro.photos.people import People

PEOPLE = People.of([("Ada", Path("x/Ada/1.jpg")), ("Ada", Path("x/Ada/2.jpg")), ("Grace", Path("x/Grace/1.jpg"))])


def write(tmp_path, text):
    file = tmp_path / "groups.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_by_person(tmp_path):
    age, born = read_groups(write(tmp_path, "person,age,born\nAda,young,1815\nGrace,old,\nElse,old,1\n"), PEOPLE)
    assert (age.attribute, age.names, list(age.of_photo)) == ("age", ("old", "young"), [1, 1, 0])
    assert (born.attribute, born.names, list(born.of_photo)) == ("born", ("1815",), [0, 0, -1])


def test_by_photo(tmp_path):
    (light,) = read_groups(write(tmp_path, "\ufeffphoto,light\nAda/2.jpg,day\nx/Grace/1.jpg,night\n"), PEOPLE)
    assert (light.names, list(light.of_photo)) == (("day", "night"), [-1, 0, 1])


@pytest.mark.parametrize("kind", ["person", "photo"])
def test_names_are_compared_in_one_form(tmp_path, kind):
    decomposed, composed = "Jose\u0301", "Jos\u00e9"
    for written, read in ((decomposed, composed), (composed, decomposed), (f" {composed} ", decomposed)):
        people = People.of([(read, Path(f"x/{read}/1.jpg"))])
        key = written if kind == "person" else f"{written.strip()}/1.jpg"
        (age,) = read_groups(write(tmp_path, f"{kind},age\n{key},old\n"), people)
        assert list(age.of_photo) == [0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "first line"),
        ("name,age\nAda,1\n", "first line"),
        ("person\nAda\n", "first line"),
        ("person,age\nAda\n", "line 2: 1 cells"),
        ("person,age\nAda,1\nAda,2\n", "line 3: 'Ada' comes a second time"),
        ("person,age\nEve,1\n", "names no person"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, message):
    with pytest.raises(BadInput, match=message):
        read_groups(write(tmp_path, text), PEOPLE)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"none\.csv: cannot be read"):
        read_groups(tmp_path / "none.csv", PEOPLE)

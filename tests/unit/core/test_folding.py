"""How names are looked for and sorted."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.folding import name_order, searchable


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("José", "jose"),
        ("Jose\u0301", "JOSÉ"),
        ("Ángela Muñoz", "angela munoz"),
        ("Søren Kierkegaard", "soren"),
        ("Łukasz", "lukasz"),
        ("Đorđe", "dorde"),
        ("Straße", "STRASSE"),
        ("İpek Işık", "ipek isik"),
        ("Nguyễn Thị", "nguyen thi"),
        ("Æthelred Œuvre", "aethelred oeuvre"),
        ("Ｊｏｓｅ", "jose"),
        ("Ada\u00a0  Lovelace", "ada lovelace"),
        ("Ольга Ёлкина", "елкина"),
        ("Ἀθηνᾶ", "αθηνα"),
        ("李小龙", "小龙"),
    ],
)
def test_accents_and_case_do_not_matter(name: str, typed: str) -> None:
    assert searchable(typed) in searchable(name)


@given(st.text())
def test_every_form_of_unicode_is_searched_alike_and_folding_twice_changes_nothing(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert searchable(unicodedata.normalize(form, text)) == searchable(text)
    assert searchable(searchable(text)) == searchable(text)


def test_names_are_in_the_order_of_the_alphabet() -> None:
    names = ["zoe", "Zoe", "Ñato", "Nora", "José", "Jose", "ana", "Ángela", "Ana", "Bob", "Ärzte", "Øre", "Ost"]
    assert sorted(names, key=name_order) == [
        "Ana", "ana", "Ángela", "Ärzte", "Bob", "Jose", "José", "Ñato", "Nora", "Øre", "Ost", "Zoe", "zoe",
    ]  # fmt: skip


@given(st.text(), st.text())
def test_two_names_have_two_places(one: str, other: str) -> None:
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert (name_order(one) == name_order(other)) == same

"""What is said is said in both languages, with the same values in it."""

from __future__ import annotations

import importlib

import pytest

from rostro.core.errors import BadInput
from rostro.core.words import Words, check_language


def test_a_key_in_two_languages_with_values() -> None:
    words = Words({"found": ("{} of {} found", "{} de {} hallados"), "none": ("nobody", "nadie")})
    assert words.say("found", "en", 3, 5) == "3 of 5 found"
    assert words.say("found", "es", 3, 5) == "3 de 5 hallados"
    assert words.say("none", "es") == "nadie"
    assert list(words) == ["found", "none"]


def test_a_value_that_one_language_forgets_is_seen_when_the_table_is_made() -> None:
    with pytest.raises(BadInput, match="found"):
        Words({"found": ("{} of {} found", "{} hallados")})


def test_other_languages_and_other_keys() -> None:
    words = Words({"none": ("nobody", "nadie")})
    with pytest.raises(BadInput, match="en or es, got 'fr'"):
        words.say("none", "fr")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="en or es"):
        check_language("")  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        words.say("nothing", "en")


@pytest.mark.parametrize("name", ["drawing.words", "evaluation.words", "evaluation.classification_report"])
def test_no_table_repeats_english_in_spanish(name: str) -> None:
    """What is the same word in both languages is named here, so that a forgotten translation is seen."""
    words = Words(importlib.import_module(f"rostro.{name}")._WORDS)
    same = {key for key in words if words.say(key, "en", *"123456") == words.say(key, "es", *"123456")}
    assert same <= {"lfw", "detector", "f1"}, sorted(same)
    assert len(list(words)) > 15

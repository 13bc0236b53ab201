"""What is said is said in both languages, with the same values in it."""

from __future__ import annotations

import importlib

import pytest

from rostro.core.errors import BadInput
from rostro.core.words import Words, check_language, in_language


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


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("0.523", "0,523"),
        ("-1.5", "-1,5"),
        ("999", "999"),
        ("1,000", "1000"),
        ("-9,999", "-9999"),
        ("12,000", "12\u00a0000"),
        ("1,234,567.25", "1\u00a0234\u00a0567,25"),
        ("5.2%", "5,2\u00a0%"),
        ("99.5\u00a0%", "99,5\u00a0%"),
        ("1e-05", "1e-05"),
        ("nan", "nan"),
    ],
)
def test_numbers_as_the_language_writes_them(english: str, spanish: str) -> None:
    assert in_language(english, "en") == english
    assert in_language(english, "es") == spanish


def test_formats_stand_in_the_english_text_and_order_in_the_spanish() -> None:
    words = Words.of({"{} of {:,} at {:.2f}": "a {2}, {0} de {1}", "rate {:.1%}": "tasa {}"})
    assert words.say("{} of {:,} at {:.2f}", "en", "a", 12345, 0.5) == "a of 12,345 at 0.50"
    assert words.say("{} of {:,} at {:.2f}", "es", "a", 12345, 0.5) == "a 0,50, a de 12\u00a0345"
    assert words.say("rate {:.1%}", "es", 0.052) == "tasa 5,2\u00a0%"


def test_a_finished_text_is_found_again_by_what_stands_between_its_values() -> None:
    words = Words.of(
        {
            "no face found": "no se encontró ninguna cara",
            "cannot write {}: {}": "no se puede escribir {}: {:said}",
            "permission denied": "permiso denegado",
            "no {} named {}.{} There is: {}": "no hay {:said} con el nombre {}.{:said} Hay: {}",
            " Did you mean {}?": " ¿Quiso decir {}?",
            "detector": "detector",
            "similarity {:.3f} of {:,}": "similitud {} de {}",
            "sets {{a,b}}": "conjuntos {{a,b}}",
        }
    )
    for english, spanish in {
        "no face found": "no se encontró ninguna cara",
        "a: b.jpg: no face found": "a: b.jpg: no se encontró ninguna cara",
        "cannot write x: y.png: permission denied": "no se puede escribir x: y.png: permiso denegado",
        "cannot write y.png: permission denied": "no se puede escribir y.png: permiso denegado",
        "no detector named 'x'. Did you mean 'y'? There is: y, z": (
            "no hay detector con el nombre 'x'. ¿Quiso decir 'y'? Hay: y, z"
        ),
        "no detector named 'x'. There is: y": "no hay detector con el nombre 'x'. Hay: y",
        "similarity 0.523 of 12,345": "similitud 0,523 de 12\u00a0345",
        "similarity high of 3": "similarity high of 3",
        "sets {a,b}": "conjuntos {a,b}",
        "what nobody wrote down": "what nobody wrote down",
        "line one\nno face found": "line one\nno face found",
    }.items():
        assert words.translate(english, "en") == english
        assert words.translate(english, "es") == spanish

"""One form of every person's name, and what no name may have."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.core.names import clean_name, stored_name

DECOMPOSED, COMPOSED = "Jose\u0301", "Jos\u00e9"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (DECOMPOSED, COMPOSED),
        (f"\u2003{DECOMPOSED}\u00a0", COMPOSED),
        (" Ada ", "Ada"),
        ("\u1112\u1161\u11ab", "\ud55c"),  # conjoining jamo are one syllable
        ("A.\u00a0B.", "A.\u00a0B."),
        ("مي\u200cخواهم", "مي\u200cخواهم"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("ᠮᠣᠩᠭᠣᠯ\u180eᠠ", "ᠮᠣᠩᠭᠣᠯ\u180eᠠ"),
        ("\u0601٣", "\u0601٣"),
        ("1001", "1001"),
        ("?", "?"),
    ],
)
def test_the_form_of_a_name(given: str, kept: str) -> None:
    assert clean_name(given) == stored_name(given) == kept


@pytest.mark.parametrize(
    "name",
    ["", "  ", "\u200b", "\u200d", "\u3164", "\u2800", "\u115f\u1160", "\u0301", "\u2060 \u2061", "\ufe0f", "\u034f"],
)
def test_a_name_has_something_to_see(name: str) -> None:
    with pytest.raises(BadInput, match="at least one visible character") as error:
        clean_name(name)
    assert error.value.values["why"] == "bad-name"


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("A\u200bda", r"U\+200B \(ZERO WIDTH SPACE\)"),
        ("\ufeffAda", r"U\+FEFF"),
        ("Ada\u200e", "LEFT-TO-RIGHT MARK"),
        ("\u202eadA", "RIGHT-TO-LEFT OVERRIDE"),
        ("A\u2066da\u2069", r"U\+2066"),
        ("A\u00adda", "SOFT HYPHEN"),
        ("A\u2028da", "LINE SEPARATOR"),
        ("A\u2029da", "PARAGRAPH SEPARATOR"),
        ("A\tda", r"U\+0009"),
        ("A\x00da", r"U\+0000"),
        ("A\x85da", r"U\+0085"),
        ("A\ud800da", r"U\+D800"),
        ("Ada\u200d", "ZERO WIDTH JOINER"),
        ("\u200cAda", "ZERO WIDTH NON-JOINER"),
        ("Ada \u200d Lovelace", "ZERO WIDTH JOINER"),
        ("A\U000e0041da", "TAG LATIN CAPITAL LETTER A"),
    ],
)
def test_what_nobody_sees_is_named(name: str, called: str) -> None:
    with pytest.raises(BadInput, match=called):
        clean_name(name)


def test_every_control_and_format_character_is_refused_alone_within_a_name() -> None:
    """Whatever Unicode adds: by category, not by a list."""
    allowed = set()
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Cs"}:
            try:
                clean_name(f"A{character}b")
            except BadInput:
                continue
            allowed.add(character)
    joiners = set("\u200c\u200d\u180e")
    assert joiners <= allowed
    assert all("ARABIC" in unicodedata.name(c) or "SYRIAC" in unicodedata.name(c) or "KAITHI" in unicodedata.name(c)
               for c in allowed - joiners), allowed  # fmt: skip


@given(st.text(max_size=20))
def test_a_clean_name_is_clean_already_and_stored_as_it_is(name: str) -> None:
    try:
        cleaned = clean_name(name)
    except BadInput:
        return
    assert clean_name(cleaned) == stored_name(cleaned) == cleaned
    assert clean_name(unicodedata.normalize("NFD", cleaned)) == cleaned


def test_names_of_before_are_still_found() -> None:
    assert stored_name(" A\u200bda") == "A\u200bda"
    for never in ("a\nb", "\ud800", " "):
        with pytest.raises(BadInput, match="name"):
            stored_name(never)

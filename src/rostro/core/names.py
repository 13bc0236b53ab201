"""The one form in which names of people are kept and compared, whichever door they come through.

File systems, keyboards and copied texts write the same name in several ways: ``é`` as one character or as two, blanks
at the ends. And texts carry characters that nobody sees, by which two names that look the same would differ, or by
which a name would turn the direction of the line that it is shown in.
"""

from __future__ import annotations

import unicodedata

from rostro.core.errors import BadInput

#: Characters that show nothing although they count as letters, marks or symbols.
BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

#: Categories of characters that somebody can see: letters, numbers, punctuation, symbols. Marks need one to sit on.
_VISIBLE = frozenset("LNPS")

#: Categories that no name has: control, format, halves of surrogate pairs, separators of lines and paragraphs.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NEVER_STORED = frozenset({"Cc", "Cs"})

#: Format characters that scripts write words with, between two characters that are seen: the joiners (Persian, the
#: scripts of India, emoji) and Mongolian's vowel separator.
_WITHIN_WORDS = frozenset("\u200c\u200d\u180e")

#: Signs of Arabic, Syriac and Kaithi that are seen, and count as format because they reach over what follows.
_OVER_WHAT_FOLLOWS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")

#: How many characters of a refused name a message repeats.
_SHOWN = 80


def clean_name(name: str) -> str:
    """The name of somebody who is to be enrolled or renamed: Unicode NFC, without blanks at its ends, else as given.

    Raises:
        BadInput: No character of it can be seen, or it has control, format or direction characters, ends of lines, or
            halves of surrogate pairs. Zero-width joiners and non-joiners may stand inside words.
    """
    cleaned = stored_name(name)
    if not any(map(_is_visible, cleaned)):
        raise _nothing_to_see(name)
    for place, character in enumerate(cleaned):
        if unicodedata.category(character) in _REFUSED and not belongs(cleaned, place):
            raise _refused(cleaned, character)
    return cleaned


def composed(name: str) -> str:
    """Unicode NFC, without blanks at the ends: how names of folders, files and tables are compared."""
    return unicodedata.normalize("NFC", name).strip()


def stored_name(name: str) -> str:
    """The form in which galleries keep and find a name: Unicode NFC, without blanks at its ends.

    Laxer than `clean_name`: galleries of before it was strict hold names that it refuses, and whoever has such a name
    must be found, renamed, copied and erased.

    Raises:
        BadInput: Nothing is left, or it has control characters or halves of surrogate pairs.
    """
    kept = composed(name)
    if not kept:
        raise _nothing_to_see(name)
    for character in kept:
        if unicodedata.category(character) in _NEVER_STORED:
            raise _refused(kept, character)
    return kept


def _nothing_to_see(name: str) -> BadInput:
    return BadInput(f"a person's name has at least one visible character, got {name[:_SHOWN]!r}", why="bad-name")


def _refused(name: str, character: str) -> BadInput:
    return BadInput(
        f"a person's name has no control characters and none that nobody sees, got {_called(character)} in "
        f"{name[:_SHOWN]!r}",
        why="bad-name",
    )


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] in _VISIBLE and character not in BLANK_LETTERS


def belongs(name: str, place: int) -> bool:
    """Whether a format character is one that its script needs where it stands: a joiner within a word, a sign."""
    if name[place] in _OVER_WHAT_FOLLOWS:
        return True
    return name[place] in _WITHIN_WORDS and all(
        map(_is_in_word, (name[place - 1 : place], name[place + 1 : place + 2]))
    )


def _is_in_word(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] in {*_VISIBLE, "M"}


def _called(character: str) -> str:
    """``U+200B (ZERO WIDTH SPACE)``."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")

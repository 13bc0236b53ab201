"""Names as people look for them: without accents and case. How they are kept and compared is another matter."""

from __future__ import annotations

import re
import unicodedata

#: Accents as they stand beside Latin letters once they are apart; not those that are more than accents.
_ACCENTS = re.compile("[\u0300-\u0344\u0346-\u034e\u0350-\u036f]+")
#: Letters that have no accent to take off, and are typed without their stroke or tail all the same.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "þ": "th", "æ": "ae", "œ": "oe"}
)


def searchable(text: str) -> str:
    """A text as it is searched: without accents and case, blanks as single spaces, whichever form of Unicode it was in.

    >>> searchable("José  ÁNGEL Muñoz")
    'jose angel munoz'
    """
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    if not text.isascii():  # hardly ever: this takes three times as long
        text = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(character for character in text if not unicodedata.combining(character)).translate(_PLAIN)
    return " ".join(text.casefold().split())


def name_order(name: str) -> tuple[str, str]:
    """What names are sorted by: as they are searched, so that Á stands with A; among those, exactly.

    No language has this very order: Spanish has Ñ after N, Swedish Å after Z. It is one that everybody finds their way
    in, whatever languages the names are of.
    """
    return searchable(name), unicodedata.normalize("NFC", name)

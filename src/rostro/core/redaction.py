"""Passwords never leave: what may be shown goes through `redacted`.

Every error does by itself (`rostro.core.errors`), and so does what the command line says of an unexpected one. What is
shown without being an error (a start line, a name in a report) calls it where it is made.
"""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"

#: ``scheme://user:password@``. A password may have every character but blanks, written as it should not be even ``@``
#: and ``/``: it reaches to the last ``@`` of the word.
_IN_ADDRESS = re.compile(r"(?P<before>[A-Za-z][\w+.-]*://[^\s/?#@:'\"]*:)(?P<secret>\S+)(?=@)")

#: ``password=…``, in a URL's query or as libpq writes it: between quotes, which a ``repr`` or JSON may have written
#: with backslashes before them (a quote inside has more of those), or to the next blank or the next option.
_AS_OPTION = re.compile(
    r"(?P<before>\b\w*(?:password|passwd|passphrase|pwd|token|secret|apikey|api_key)\b\s*=\s*)"
    r"(?P<secret>(?P<quote>\\*['\"])(?:.*?(?<!\\)(?P=quote)|.*)|(?:[^\s&]|&(?!\w+=))+)",
    re.IGNORECASE | re.DOTALL,
)


def redacted(text: str) -> str:
    """The text, with ``***`` in place of each password in it: in URLs, their queries, and libpq's ``password=…``.

    Rather a word too many is hidden than a password shown.

    >>> redacted("postgresql://ada:s3cret@db/faces?gallery=office: no such gallery")
    'postgresql://ada:***@db/faces?gallery=office: no such gallery'
    >>> redacted("host=db user=ada password='s3 cret' dbname=faces")
    'host=db user=ada password=*** dbname=faces'
    """
    for pattern in (_IN_ADDRESS, _AS_OPTION):
        text = pattern.sub(rf"\g<before>{HIDDEN}", text)
    return text


def secrets_of(text: str) -> list[str]:
    """The passwords that `redacted` hides."""
    return [found["secret"] for pattern in (_IN_ADDRESS, _AS_OPTION) for found in pattern.finditer(text)]

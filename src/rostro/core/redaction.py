"""Passwords never leave: what may be shown goes through `redacted`.

Every error does by itself (`rostro.core.errors`), and so does what the command line says of an unexpected one. What is
shown without being an error (a start line, a name in a report) calls it where it is made.
"""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"

#: ``scheme://user:password@``, with one slash, or none, where somebody took it for a path. A password may have every
#: character but blanks, written as it should not be even ``@`` and ``/``: it reaches to the last ``@`` of the word.
_IN_ADDRESS = re.compile(
    r"(?P<before>(?:[A-Za-z][\w+.-]+:/{1,3}|\b(?:rtsps?|rtmps?|srt|https?|postgres(?:ql)?|milvus):)[^\s/?#@:'\"]*:)(?P<secret>\S+)(?=@)"
)

#: What secrets are called in the queries of cameras, stores of files, databases, and in our own options.
_NAMES = (
    r"\b[\w-]*(?:password|passwd|passphrase|pwd|psw|pswd|loginpas|token|secret|api_?key|access_?key|stream_?key|"
    r"auth_?key|signature|\bsig|\bauth|\bpass)\b"
)

#: ``password=…``, in a URL's query or as libpq writes it: between quotes, which a ``repr`` or JSON may have written
#: with backslashes before them (a quote inside has more of those), or to the next blank or the next option.
_AS_OPTION = re.compile(
    rf"(?P<before>{_NAMES}\s*(?:=|%3[Dd])\s*)"
    r"(?P<secret>(?P<quote>\\*['\"])(?:.*?(?<!\\)(?P=quote)|.*)|(?:[^\s&]|&(?!\w+=))+)",
    re.IGNORECASE | re.DOTALL,
)

#: The same as JSON or a ``repr`` write it.
_AS_MEMBER = re.compile(
    rf"(?P<before>\\*(?P<mark>['\"])(?:{_NAMES})\\*(?P=mark)\s*:\s*)"
    r"(?P<secret>(?P<quote>\\*['\"])(?:.*?(?<!\\)(?P=quote)|.*))",
    re.IGNORECASE | re.DOTALL,
)

#: A key of our own server: its first part says which it is, its second lets people in.
_OWN_KEY = re.compile(r"(?P<before>\brostro_[0-9a-f]{8}_)(?P<secret>[A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])")

_EVERY: Final = (_IN_ADDRESS, _AS_OPTION, _AS_MEMBER, _OWN_KEY)


def redacted(text: str) -> str:
    """The text, with ``***`` in place of each password in it: in URLs, their queries, libpq's ``password=…``, JSON.

    Rather a word too many is hidden than a password shown.

    >>> redacted("postgresql://ada:s3cret@db/faces?gallery=office: no such gallery")
    'postgresql://ada:***@db/faces?gallery=office: no such gallery'
    >>> redacted("host=db user=ada password='s3 cret' dbname=faces")
    'host=db user=ada password=*** dbname=faces'
    """
    for pattern in _EVERY:
        text = pattern.sub(rf"\g<before>{HIDDEN}", text)
    return text


def secrets_of(text: str) -> list[str]:
    """The passwords that `redacted` hides."""
    return [found["secret"] for pattern in _EVERY for found in pattern.finditer(text)]

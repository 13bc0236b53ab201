"""Passwords never leave: what may be shown goes through `redacted`.

Every error does by itself (`rostro.core.errors`), and so does what the command line says of an unexpected one. What is
shown without being an error (a start line, a name in a report) calls it where it is made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

HIDDEN: Final = "***"

#: ``scheme://user:password@``. A password may have every character but blanks, written as it should not be even ``@``
#: and ``/``: it reaches to the last ``@`` of the word. The colon may be written ``%3A``; there is one slash, or none,
#: where somebody took the address for a path.
_IN_ADDRESS = re.compile(
    r"(?P<before>(?:[A-Za-z][\w+.-]*://|[A-Za-z][\w+.-]+:/|\b(?:rtsps?|rtmps?|srt|https?|postgres(?:ql)?|milvus):)"
    r"[^\s/?#@:'\"]*?(?::|%3[Aa]))(?P<secret>\S+)(?=@)"
)

#: What the value of an option is: between quotes, which a ``repr`` or JSON may have written with backslashes before
#: them (a quote inside has more of those), or to the next blank or the next option.
_VALUE = r"(?P<secret>(?P<quote>\\*['\"])(?:.*?(?<!\\)(?P=quote)|.*)|(?:[^\s&]|&(?!\w+=))+)"

#: ``password=…``, in a URL's query or as libpq writes it; in what was encoded twice, ``password%3D…``.
_AS_OPTION = re.compile(
    r"(?P<before>\b\w*(?:password|passwd|passphrase|passcode|pwd|token|secret|apikey|api_key|credential)\b"
    r"(?:\s*=\s*|%3[Dd]))" + _VALUE,
    re.IGNORECASE | re.DOTALL,
)

#: ``"password": "…"``, as JSON writes it, and a header that carries a key.
_AS_MEMBER = re.compile(
    r"(?P<before>(?P<around>['\"])\w*(?:password|passwd|passphrase|token|secret|api_?key)(?P=around)\s*:\s*)"
    r"(?P<secret>(?P<quote>['\"]).*?(?<!\\)(?P=quote))"
    r"|(?P<before_>\bBearer\s+|\bBasic\s+)(?P<secret_>[\w+/=.~-]{8,})",
    re.IGNORECASE | re.DOTALL,
)

#: The secret of one of this server's own keys, wherever it stands.
_OWN_KEY = re.compile(r"(?P<before>\brostro_[0-9a-f]{8}_)(?P<secret>[A-Za-z0-9_-]{43})")

#: An option of a URL's query, by names that cameras and clouds have for secrets; elsewhere they mean other things.
_IN_QUERY = re.compile(r"(?P<before>[?&;](?P<name>[^=&;\s#?'\"]{1,80})=)" + _VALUE, re.DOTALL)
_SECRET_NAMES = re.compile(
    r"pass|loginpas|pwd|psw|\bpw\b|auth|cred|secret|token|sig(?:nature)?$|\bpin\b|key(?!file)|streamid|session",
    re.IGNORECASE,
)


def redacted(text: str) -> str:
    """The text, with ``***`` in place of each password in it: in URLs, their queries, libpq's ``password=…``, keys.

    Rather a word too many is hidden than a password shown.

    >>> redacted("postgresql://ada:s3cret@db/faces?gallery=office: no such gallery")
    'postgresql://ada:***@db/faces?gallery=office: no such gallery'
    >>> redacted("host=db user=ada password='s3 cret' dbname=faces")
    'host=db user=ada password=*** dbname=faces'
    >>> redacted("http://camera/video?user=ada&psw=s3cret")
    'http://camera/video?user=ada&psw=***'
    """
    for pattern in _PATTERNS:
        text = pattern.sub(_hide, text)
    return text


def secrets_of(text: str) -> list[str]:
    """The passwords that `redacted` hides."""
    return [secret for pattern in _PATTERNS for found in pattern.finditer(text) for secret in _secret(found)]


def public_name(source: str) -> str:
    """What may be said to others of a file, a gallery or a stream: no folders, no names of users, no queries.

    >>> public_name("/home/ada/people.db"), public_name("rtsp://ada:s3cret@camera:554/stream?key=s3cret")
    ('people.db', 'rtsp://camera:554')
    """
    scheme, separator, rest = source.partition("://")
    if not separator:
        return source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    try:
        parts = urlsplit(source)
    except ValueError:  # brackets that hold no address
        return f"{scheme}://"
    return f"{scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else public_name(rest)


_PATTERNS = (_IN_ADDRESS, _AS_OPTION, _AS_MEMBER, _OWN_KEY, _IN_QUERY)


def _secret(found: re.Match[str]) -> Iterator[str]:
    groups = found.groupdict()
    if "name" not in groups or _SECRET_NAMES.search(unquote(groups["name"])):
        yield groups["secret"] if groups["secret"] is not None else groups["secret_"]


def _hide(found: re.Match[str]) -> str:
    for secret in _secret(found):
        return found[0].removesuffix(secret) + HIDDEN
    return found[0]

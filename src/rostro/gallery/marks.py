"""What a gallery keeps of photos of people who were erased: enough to know such a photo again, and nothing else.

A mark is a keyed hash (HMAC, RFC 2104) of a photo's hash. Its key is random and stays in the gallery, so that marks say
nothing to whoever has not both the gallery and the photo, and those of two galleries cannot be compared.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_BYTES = 32


class Mark(NamedTuple):
    """A photo of somebody who was erased.

    Attributes:
        key: 32 random bytes, the same for many marks. A gallery that took another's marks in has several keys.
        digest: HMAC-SHA256 of the photo's hash under the key, 32 bytes.
    """

    key: bytes
    digest: bytes


def marks_of(hashes: Iterable[str], keys: Collection[bytes]) -> dict[Mark, str]:
    """The marks that these photos have, if they have any, under each of the keys."""
    return {Mark(key, hmac.digest(key, text.encode(), hashlib.sha256)): text for text in set(hashes) for key in keys}


def key_for(keys: Iterable[bytes]) -> bytes:
    """The key for new marks: one of those that there are, else a new one."""
    return min(keys, default=None) or secrets.token_bytes(_BYTES)

"""The envelope of an encrypted gallery: its data key, wrapped by the user's, as the gallery itself holds it.

So the user's key can be changed without writing everything anew, and one key can serve many galleries.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from rostro.core.errors import BadInput, GalleryCorrupt, GalleryError
from rostro.core.extras import need
from rostro.core.foreign import json_of
from rostro.gallery.keys import KEY_BYTES

if TYPE_CHECKING:
    from rostro.gallery.keys import Key
    from rostro.gallery.sqlite.sealed import Sealed

_FORMAT: Final = 1
_CIPHER: Final = "AES-256-GCM"
_NONCE = 12
_SALT = 16

#: What a passphrase costs: 128 MiB, and about half a second.
_SCRYPT: Final = (1 << 17, 8, 1)

#: The most that a file may ask for: 1 GiB.
_MOST: Final = {"n": 1 << 20, "r": 16, "p": 4}
_MOST_MEMORY = 1 << 30


@dataclass(frozen=True, slots=True)
class Envelope:
    """A wrapped data key.

    Attributes:
        key_id: Which data key it is, 16 hexadecimal digits; random, and no part of it.
        wrapped_by: ``key`` or ``passphrase``.
        fingerprint: By which the user's key is told from others; empty for a passphrase.
        n: What scrypt costs, for a passphrase; else 0.
        r: The same.
        p: The same.
        salt: 16 random bytes.
        wrapped: Nonce, sealed data key, tag.
        former: The data key before and its id, sealed by this one, while pictures are under it still; else empty.
    """

    key_id: str
    wrapped_by: str
    fingerprint: str
    n: int
    r: int
    p: int
    salt: bytes
    wrapped: bytes = b""
    former: bytes = b""

    @classmethod
    def around(cls, data_key: bytes, key_id: str, key: Key, former: tuple[str, bytes] | None = None) -> Self:
        """Wraps a data key.

        Args:
            data_key: 32 bytes.
            key_id: Which that is.
            key: The user's.
            former: The data key before, with its id.

        Raises:
            BadInput: The user's key cannot be read.
            MissingExtra: The extra ``encryption`` is not installed.
        """
        n, r, p = _SCRYPT if key.passphrase else (0, 0, 0)
        kind = "passphrase" if key.passphrase else "key"
        bare = cls(key_id, kind, key.fingerprint, n, r, p, os.urandom(_SALT))
        sealed = b"" if former is None else _wrapped(_beside(data_key), former[0].encode() + former[1], b"former")
        wrapped = _wrapped(bare._wrapping(key), data_key, bare._about())
        return replace(bare, wrapped=wrapped, former=sealed)

    def data_key(self, key: Key, shown: str) -> bytes:
        """The data key.

        Raises:
            GalleryError: The user's key is not the one that it was wrapped by.
            BadInput: That key cannot be read.
            MissingExtra: The extra ``encryption`` is not installed.
        """
        by_phrase = self.wrapped_by == "passphrase"
        if by_phrase and not key.passphrase:
            raise GalleryError(f"{shown}: opens by a passphrase, and was given a key", why="wrong-key")
        if key.passphrase and not by_phrase:
            raise GalleryError(
                f"{shown}: opens by the key {self.fingerprint}, and was given a passphrase", why="wrong-key"
            )
        if key.fingerprint != self.fingerprint:
            raise GalleryError(
                f"{shown}: opens by the key {self.fingerprint}, and was given {key.fingerprint}, from {key.source}",
                why="wrong-key",
            )
        found = _unwrapped(self._wrapping(key), self.wrapped, self._about())
        if found is None or len(found) != KEY_BYTES:
            raise GalleryError(f"{shown}: that is not what it opens by", why="wrong-key")
        return found

    def former_key(self, data_key: bytes, shown: str) -> tuple[str, bytes] | None:
        """The data key before, and its id; None where nothing is under it any more."""
        if not self.former:
            return None
        found = _unwrapped(_beside(data_key), self.former, b"former")
        if found is None:
            raise damaged(shown)
        return found[:-KEY_BYTES].decode("ascii", "replace"), found[-KEY_BYTES:]

    def to_text(self) -> str:
        """All of it, as JSON."""
        fields = {name: _text(value) if isinstance(value, bytes) else value for name, value in asdict(self).items()}
        return json.dumps({"format": _FORMAT, "cipher": _CIPHER, **fields})

    @classmethod
    def from_text(cls, text: object, shown: str) -> Self:
        """What `to_text` wrote.

        Raises:
            GalleryError: A newer rostro wrote it.
            GalleryCorrupt: It is damaged, or asks for more memory than any passphrase needs.
        """
        try:
            found = json_of(str(text))
            if found.pop("format") != _FORMAT or found.pop("cipher") != _CIPHER:
                raise GalleryError(f"{shown}: encrypted by a newer rostro; upgrade rostro to open it")
            for name in ("salt", "wrapped", "former"):
                found[name] = b64decode(found[name], validate=True)
            read = cls(**found)
            read._check()
        except (BadInput, ValueError, KeyError, TypeError, AttributeError):
            raise damaged(shown) from None
        return read

    def _check(self) -> None:
        """Raises ValueError for what this program never writes."""
        texts = (self.key_id, self.wrapped_by, self.fingerprint)
        if not all(isinstance(text, str) for text in texts) or self.wrapped_by not in {"key", "passphrase"}:
            raise ValueError
        for name, most in _MOST.items():
            value = getattr(self, name)
            if type(value) is not int or not (self.wrapped_by == "passphrase") <= value <= most:
                raise ValueError
        if self.wrapped_by == "passphrase" and (
            self.n < 2 or self.n & (self.n - 1) or 128 * self.n * self.r > _MOST_MEMORY
        ):
            raise ValueError

    def _wrapping(self, key: Key) -> bytes:
        return key.wrapping(self.salt, n=self.n, r=self.r, p=self.p)

    def _about(self) -> bytes:
        """What the wrapping is bound to: everything that it does not itself make up."""
        bare = {**asdict(self), "salt": _text(self.salt), "format": _FORMAT}
        del bare["wrapped"], bare["former"]
        return json.dumps(bare, sort_keys=True).encode()


def new_key() -> tuple[str, bytes]:
    """A new data key, and its id."""
    return os.urandom(8).hex(), os.urandom(KEY_BYTES)


def open_sealed(envelope: Envelope, key: Key, shown: str) -> Sealed:
    """What opens the values of a gallery.

    Raises:
        GalleryError: That is not its key.
    """
    need("encryption", "cryptography")
    from rostro.gallery.sqlite.sealed import Sealed

    data_key = envelope.data_key(key, shown)
    former = envelope.former_key(data_key, shown)
    older = None if former is None else Sealed(former[1], former[0], shown)
    return Sealed(data_key, envelope.key_id, shown, older)


def _beside(data_key: bytes) -> bytes:
    """What seals the key before."""
    return hmac.digest(data_key, b"rostro gallery 1: former key\1", hashlib.sha256)


def _text(content: bytes) -> str:
    return b64encode(content).decode()


def _wrapped(key: bytes, content: bytes, about: bytes) -> bytes:
    need("encryption", "cryptography")
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, about)


def _unwrapped(key: bytes, content: bytes, about: bytes) -> bytes | None:
    """None where it was wrapped by another key, or changed."""
    need("encryption", "cryptography")
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(content[:_NONCE], content[_NONCE:], about)
    except (InvalidTag, ValueError):
        return None


def damaged(shown: str) -> GalleryCorrupt:
    """The error of an envelope that cannot be, or is not there."""
    return GalleryCorrupt(f"{shown}: what holds the gallery's key is damaged; only a backup helps")

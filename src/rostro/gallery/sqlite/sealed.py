"""Values of an encrypted gallery: AES-256-GCM, and keyed digests where something has to be found.

Everything is under keys that are derived from the gallery's own random *data key*, one for each use. What is only read
back (vectors, and what is known of a photo) is sealed under a random nonce. What is looked up has to stand there in the
same form each time: a photo's hash, a box and a collection as HMAC-SHA256; a name under a nonce that is a keyed digest
of itself (as SIV does, RFC 5297), so that it can be read back, too. Texts are padded.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import struct
from collections import deque
from itertools import repeat
from typing import IO, TYPE_CHECKING, Final

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rostro.core.errors import GalleryCorrupt, GalleryError
from rostro.core.types import Template
from rostro.gallery.sqlite.odd import plausible
from rostro.gallery.sqlite.sealed_files import SealedReader, SealedWriter
from rostro.gallery.sqlite.sealing import MAGIC, STORED, Row, Sealing, Stored, box_bytes, box_of, photo_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rostro.core.types import Floats

NONCE: Final = 12
TAG: Final = 16

#: Names, and what is known of photos, are as long as a multiple of so many bytes, so that lengths tell little.
_NAME_STEP: Final = 32
_PHOTO_STEP: Final = 32
_RECORD_STEP: Final = 64

#: Bytes of digests: enough that no two of one gallery are ever the same.
_DIGEST: Final = 16

_KEY_ID = 16
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Sealed(Sealing):
    """Values under a gallery's data key.

    Args:
        data_key: 32 random bytes.
        key_id: Which key that is: 16 hexadecimal digits.
        shown: What errors call the gallery.
        former: The key before, while pictures are under it still.
    """

    def __init__(self, data_key: bytes, key_id: str, shown: str, former: Sealed | None = None) -> None:
        self.key_id: str = key_id
        self._key = data_key
        self._shown = shown
        self._former = former
        self._vectors = AESGCM(self.derived(b"vectors"))
        self._photos = AESGCM(self.derived(b"photos"))
        self._names = AESGCM(self.derived(b"names"))
        self._marks = AESGCM(self.derived(b"marks"))
        self._records = AESGCM(self.derived(b"records"))
        self._files = AESGCM(self.derived(b"files"))
        self._name_nonces = self.derived(b"nonces of names")
        self._mark_nonces = self.derived(b"nonces of marks")
        self._sources = self.derived(b"digests of photos")
        self._boxes = self.derived(b"digests of boxes")
        self._collections = self.derived(b"digests of collections")
        self._file_names = self.derived(b"names of files")

    def __repr__(self) -> str:
        return f"<Sealed by key {self.key_id}>"

    def derived(self, use: bytes) -> bytes:
        """32 bytes for one use: one step of HKDF-Expand (RFC 5869); the data key is uniformly random already."""
        return hmac.digest(self._key, b"rostro gallery 1: " + use + b"\1", hashlib.sha256)

    def name(self, name: str) -> bytes:
        """The name, sealed; the same each time."""
        return _sealed_alike(self._names, self._name_nonces, _padded([name.encode()], _NAME_STEP))

    def open_name(self, stored: Stored) -> str:
        """The name that was sealed."""
        (name,) = _unpadded(self._opened(self._names, stored), 1)
        return name.decode()

    def source(self, source_hash: str) -> str:
        """HMAC-SHA256 of a photo's hash, half of it in hex."""
        return _digest(self._sources, source_hash.encode()).hex()

    def collection(self, collection: str) -> str:
        """HMAC-SHA256 of a collection's name, a quarter of it in hex: there are few."""
        return _digest(self._collections, collection.encode())[:8].hex()

    def row(self, template: Template) -> Row:
        """Digests of what is looked up; photo, box and collection sealed together, the vector by itself."""
        source, box = _short(template.source_hash), box_bytes(template.box)
        collection, photo = template.collection.encode(), photo_text(template.photo).encode()
        return Row(
            self.source(template.source_hash),
            _digest(self._boxes, struct.pack("<I", len(source)) + source + box),
            _sealed(self._photos, _padded([source, box, collection, photo], _PHOTO_STEP)),
            self.collection(template.collection),
            _sealed(self._vectors, np.asarray(template.vector, STORED).tobytes()),
        )

    def photo(self, source_hash: str, photo: Stored) -> tuple[str, str]:
        """The hash and the name of a template's photo."""
        del source_hash
        source, _, _, name = self._parts(photo)
        return _long(source), name.decode()

    def template(self, row: Row, quality: float) -> Template:
        """A template as it was given."""
        source, box, collection, photo = self._parts(row.photo)
        return plausible(
            Template(
                vector=np.frombuffer(self._opened(self._vectors, row.vector), STORED).astype(np.float32),
                source_hash=_long(source),
                photo=photo.decode(),
                quality=quality,
                box=box_of(box),
                collection=collection.decode(),
            )
        )

    def vectors(self, stored: Iterable[bytes], dims: int) -> Floats:
        """Stored vectors as (n, d) float32."""
        given = list(stored)
        opened = np.empty((len(given), dims), STORED)
        into, size = memoryview(opened.reshape(-1).view(np.uint8).data), STORED.itemsize * dims
        nonces, sealed = [each[:NONCE] for each in given], [each[NONCE:] for each in given]
        places = [into[start : start + size] for start in range(0, size * len(given), size)]
        try:  # the innermost loop of a search: no line of Python for each of a hundred vectors
            deque(map(self._vectors.decrypt_into, nonces, sealed, repeat(None), places), maxlen=0)
        except (InvalidTag, ValueError) as error:
            raise self._changed() from error
        return opened.astype(np.float32)

    def vector_bytes(self, dims: int) -> int:
        """Bytes of a stored vector."""
        return NONCE + super().vector_bytes(dims) + TAG

    def mark_key(self, key: bytes) -> bytes:
        """The key of marks, sealed; the same each time."""
        return _sealed_alike(self._marks, self._mark_nonces, key)

    def open_mark_key(self, stored: bytes) -> bytes:
        """The key that was sealed."""
        return self._opened(self._marks, stored)

    def record(self, body: str) -> bytes:
        """The text, sealed."""
        return _sealed(self._records, _padded([body.encode()], _RECORD_STEP))

    def open_record(self, stored: bytes) -> str:
        """The text that was sealed."""
        (body,) = _unpadded(self._opened(self._records, stored), 1)
        return body.decode()

    def writer(self, file: IO[bytes], header: bytes) -> SealedWriter:
        """Seals what is written, in pieces, bound to the header."""
        return SealedWriter(file, self.derived(b"index"), header)

    def reader(self, file: IO[bytes], header: bytes, length: int) -> SealedReader:
        """Opens what `writer` sealed."""
        return SealedReader(file, length, self.derived(b"index"), header)

    def file_name(self, stem: str) -> str:
        """HMAC-SHA256 of the name, half of it in hex."""
        return _digest(self._file_names, stem.encode()).hex()

    def file_names(self, stem: str) -> set[str]:
        """That, and what it may still be called from before the gallery was encrypted, or by the key before."""
        return {stem, self.file_name(stem), *(() if self._former is None else self._former.file_names(stem))}

    def file(self, stem: str, content: bytes) -> bytes:
        """The content, sealed with what the file would be called in a gallery that is not encrypted."""
        head = MAGIC + self.key_id.encode()
        return head + _sealed(self._files, _padded([stem.encode(), content], 1), head)

    def holds(self, content: bytes) -> bool:
        """Whether a file is sealed by this key."""
        return content.startswith(MAGIC + self.key_id.encode())

    def open_file(self, stem: str, content: bytes) -> tuple[str, bytes]:
        """The name and the content; as they are where they were kept before the gallery was encrypted.

        Raises:
            GalleryError: Sealed by another key, or not as they were sealed.
        """
        if not content.startswith(MAGIC):
            return stem, content
        start = len(MAGIC) + _KEY_ID
        key_id = content[len(MAGIC) : start].decode("ascii", "replace")
        if key_id != self.key_id:
            if self._former is None:
                raise GalleryError(f"{self._shown}: a file beside it is sealed by another key")
            return self._former.open_file(stem, content)
        named, inner = _unpadded(self._opened(self._files, content[start:], content[:start]), 2)
        return named.decode(), inner

    def _parts(self, photo: Stored) -> list[bytes]:
        return _unpadded(self._opened(self._photos, photo), 4)

    def _opened(self, cipher: AESGCM, stored: Stored, about: bytes | None = None) -> bytes:
        if isinstance(stored, bytes):
            try:
                return cipher.decrypt(stored[:NONCE], stored[NONCE:], about)
            except (InvalidTag, ValueError) as error:
                raise self._changed() from error
        raise self._changed()

    def _changed(self) -> GalleryCorrupt:
        return GalleryCorrupt(f"{self._shown}: something in it is not as it was sealed: the file was changed")


def _digest(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")[:_DIGEST]


def _short(source_hash: str) -> bytes:
    """A photo's hash in as few bytes as it needs, after one that says how."""
    if _SHA256.fullmatch(source_hash):
        return b"h" + bytes.fromhex(source_hash)
    return b"t" + source_hash.encode()


def _long(source: bytes) -> str:
    return source[1:].hex() if source[:1] == b"h" else source[1:].decode()


def _sealed(cipher: AESGCM, content: bytes, about: bytes | None = None) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, content, about)


def _sealed_alike(cipher: AESGCM, nonces: bytes, content: bytes) -> bytes:
    """The same each time. A nonce comes twice only with the same content, but for once in 2⁹⁶ pairs."""
    nonce = _digest(nonces, content)[:NONCE]
    return nonce + cipher.encrypt(nonce, content, None)


def _padded(parts: list[bytes], step: int) -> bytes:
    """The parts, each after its length, and zeros up to a multiple of ``step`` bytes."""
    whole = b"".join([struct.pack("<I", len(part)) + part for part in parts])
    return whole + bytes(-len(whole) % step)


def _unpadded(whole: bytes, count: int) -> list[bytes]:
    parts, place = [], 0
    for _ in range(count):
        (length,) = struct.unpack_from("<I", whole, place)
        place += 4 + length
        parts.append(whole[place - length : place])
    return parts

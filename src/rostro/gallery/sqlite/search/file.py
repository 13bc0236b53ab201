"""How an index lies in its file: a line that says whose it is, the scan, and a digest of all that."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from rostro.core.errors import BadInput
from rostro.core.files import replacing
from rostro.core.foreign import json_of
from rostro.gallery.sqlite.search.belonging import DIGEST

if TYPE_CHECKING:
    from rostro.gallery.sqlite.sealing import Sealing
    from rostro.gallery.sqlite.search.scan import ScanIndex


def read_header(line: bytes) -> dict[str, Any] | None:
    """What an index says of itself; None where it says nothing that one could."""
    try:
        header = json_of(line)
    except BadInput:
        return None
    if not isinstance(header, dict) or type(header.get("last")) is not int or not 0 <= header["last"] < 2**63:
        return None
    return header if isinstance(header.get("erasure"), str | None) else None


def replace_file(path: Path, seal: Sealing, header: dict[str, str | int | None], scan: ScanIndex) -> None:
    """Writes the file beside its place, with the digest of its bytes at its end, and moves it there."""
    rights = stat.S_IMODE(path.with_suffix("").stat().st_mode)  # who may read the gallery may read its index, no other
    with replacing(path, mode=rights, alone=True) as beside, beside.open("w+b") as file:
        line = json.dumps(header).encode() + b"\n"
        file.write(line)
        body = seal.writer(file, line)
        scan.write(body)
        body.close()
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            digest = hashlib.blake2b(content, digest_size=DIGEST).digest()
        file.write(digest)


def whole(file: IO[bytes]) -> bool:
    """Whether the file ends with the digest of all that stands before."""
    if os.fstat(file.fileno()).st_size <= DIGEST:
        return False
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content, memoryview(content) as view:
        return hashlib.blake2b(view[:-DIGEST], digest_size=DIGEST).digest() == view[-DIGEST:]

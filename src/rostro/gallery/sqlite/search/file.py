"""How an index lies in its file: a line that says whose it is, the scan, and a digest of all that."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rostro.core.files import replacing
from rostro.gallery.sqlite.search.belonging import DIGEST

if TYPE_CHECKING:
    from rostro.gallery.sqlite.sealing import Sealing
    from rostro.gallery.sqlite.search.scan import ScanIndex


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

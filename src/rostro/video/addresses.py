"""Is it a recording or a camera? What the server behind an http address says of it, before anything is watched."""

from __future__ import annotations

import base64
import re
import shutil
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput
from rostro.core.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds to wait for an answer: to a question, and of a download.
_PATIENCE, _LONGER = 5.0, 30.0
#: Bytes of a playlist that are read: those that go on for ever are short, and of long ones the end is what tells.
_PLAYLIST = 8 << 20
_PLAYLISTS = ("mpegurl", "dash+xml")
#: A camera's still picture has a length too, and yet is another one each time.
_ENDLESS = ("multipart/", "image/")


@dataclass(frozen=True, slots=True)
class Told:
    """What a server says of an address.

    Attributes:
        recording: Whether it has an end, so that it is read once and whole; None where nothing was said.
        ranges: Whether one may ask for a part of it, so that a reader can go back and forth in it.
    """

    recording: bool | None
    ranges: bool = False


def ask(url: str) -> Told:
    """Asks the server behind an http address what is there.

    A length or a playlist that ends says *recording*; pictures in parts (motion JPEG), a single picture, a playlist
    that goes on say *camera*. A server that says neither, or does not answer, leaves it to the container.
    """
    for method in ("HEAD", "GET"):  # some cameras know the second only
        try:
            with _opened(url, method) as answer:
                told = _of(answer, url, read=method == "GET")
        except (OSError, HTTPException, ValueError):
            continue
        if told.recording is not None:
            return told
    return Told(None)


@contextmanager
def fetched(url: str) -> Iterator[str]:
    """The recording as a file, for formats that have to be read from their end; removed with the block.

    Raises:
        BadInput: It cannot be fetched, breaks off, or the disk is full.
    """
    shown = redacted(url)
    with tempfile.TemporaryDirectory(prefix="rostro-") as folder:
        file = Path(folder, "recording")
        try:
            with _opened(url, "GET", _LONGER) as answer, file.open("wb") as kept:
                shutil.copyfileobj(answer, kept, 1 << 20)
                length = answer.headers.get("Content-Length")
        except (OSError, HTTPException) as error:
            raise BadInput(f"{shown}: cannot be fetched ({error})") from None
        if length is not None and length.isdecimal() and file.stat().st_size < int(length):
            raise BadInput(f"{shown}: broke off after {file.stat().st_size} of {length} bytes")
        yield str(file)


def _opened(url: str, method: str, patience: float = _PATIENCE) -> Any:
    """The answer, after redirects; name and password of the address go where HTTP has them."""
    parts = urllib.parse.urlsplit(url)
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    request = urllib.request.Request(address, method=method, headers={"User-Agent": "rostro"})
    if parts.username is not None:
        pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        request.add_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
    return urllib.request.urlopen(request, timeout=patience)


def _of(answer: Any, url: str, *, read: bool) -> Told:
    kind, length = answer.headers.get_content_type(), answer.headers.get("Content-Length", "")
    if kind.startswith(_ENDLESS):
        return Told(False)
    if kind.endswith(_PLAYLISTS) or urllib.parse.urlsplit(url).path.endswith((".m3u8", ".mpd")):
        return Told(_ends(answer.read(_PLAYLIST).decode("utf-8", "replace"), answer.url)) if read else Told(None)
    ranges = "bytes" in answer.headers.get("Accept-Ranges", "").lower()
    return Told(True, ranges) if length.isdecimal() and int(length) > 0 else Told(None)


def _ends(playlist: str, url: str, *, deeper: bool = True) -> bool | None:
    """Whether a playlist (HLS or DASH) has an end; of a list of lists the first that it names says so."""
    if "<MPD" in playlist:
        return re.search(r"""\btype\s*=\s*["']dynamic""", playlist) is None
    if "#EXTM3U" not in playlist:
        return None
    if "#EXT-X-STREAM-INF" in playlist:
        named = next((line.strip() for line in playlist.splitlines() if line.strip() and line[0] != "#"), None)
        if named is None or not deeper:
            return None
        inner = urllib.parse.urljoin(url, named)
        with _opened(inner, "GET") as answer:
            return _ends(answer.read(_PLAYLIST).decode("utf-8", "replace"), inner, deeper=False)
    return "#EXT-X-ENDLIST" in playlist

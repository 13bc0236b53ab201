"""Moves bytes from an address to a file: https, http and, as pip does for its indexes, file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import url2pathname

import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import get_auth_from_url

from rostro.core.errors import ModelCorrupt, ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds to connect, and to wait for the next bytes.
TIMEOUT = (5.0, 60.0)
_CHUNK = 1 << 18


class _Folders(BaseAdapter):
    """Answers ``file://`` addresses; a folder's page is its index.html."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Opens the file; what is missing is a 404."""
        address = request.url or ""
        path = Path(url2pathname(urlsplit(address).path))
        path = path / "index.html" if path.is_dir() else path
        response = requests.Response()
        response.request, response.url = request, address
        try:
            response.raw = path.open("rb")
            response.status_code = 200
            response.headers["Content-Length"] = str(path.stat().st_size)
        except OSError:
            response.raw = io.BytesIO()
            response.status_code, response.reason = 404, "no such file"
        return response

    def close(self) -> None:
        """Holds nothing open."""


class _OwnHost(AuthBase):
    """Credentials that go to the host they were given for, and to no other that its pages link to."""

    def __init__(self, host: str | None, user: str, password: str) -> None:
        self.host = host
        self.basic = HTTPBasicAuth(user, password)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return self.basic(request) if urlsplit(request.url or "").hostname == self.host else request


def open_session(address: str, cert: str | None = None) -> tuple[requests.Session, str]:
    """A session for an address, and the address without its credentials, which errors may therefore show.

    Args:
        address: May carry ``user:password@``.
        cert: File of certificates to trust.
    """
    session = requests.Session()
    session.mount("file://", _Folders())
    if cert:
        session.verify = cert
    user, password = get_auth_from_url(address)
    parts = urlsplit(address)
    if user or password:
        session.auth = _OwnHost(parts.hostname, user, password)
    return session, urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def explain(error: requests.RequestException) -> str:
    """Why a request failed, in a few words."""
    if error.response is not None:
        return f"HTTP {error.response.status_code} {error.response.reason}".strip()
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, requests.ConnectionError):
        return "cannot connect"
    return type(error).__name__


def download(
    session: requests.Session, address: str, target: Path, *, limit: int, progress: Callable[[int, int], None]
) -> None:
    """Streams an address into a file.

    Args:
        session: From `open_session`.
        address: Without credentials.
        target: Overwritten; on an error it holds a part.
        limit: Most bytes to take.
        progress: Told (bytes so far, bytes in all or 0).

    Raises:
        ModelUnavailable: It cannot be reached, refuses, or breaks off.
        ModelCorrupt: It sends more than ``limit``.
    """
    done = 0
    try:
        # identity: a server that unpacks a .tar.gz on the way would change the file's hash
        with session.get(address, stream=True, timeout=TIMEOUT, headers={"Accept-Encoding": "identity"}) as response:
            response.raise_for_status()
            total = int(response.headers.get("Content-Length", 0))
            with target.open("wb") as sink:
                for chunk in response.iter_content(_CHUNK):
                    done += len(chunk)
                    if done > limit:
                        raise ModelCorrupt(f"{address}: larger than the expected {limit} bytes")
                    sink.write(chunk)
                    progress(done, total)
    except requests.RequestException as error:
        raise ModelUnavailable(f"{address}: {explain(error)}") from error

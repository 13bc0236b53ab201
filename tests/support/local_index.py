"""A package index on this machine, with made-up archives, that counts what it is asked for."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import threading
import zipfile
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

NETWORK = bytes(range(256)) * 4000


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sdist(members: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    """A .tar.gz, also of members that no honest archive has."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return written.getvalue()


def wheel(members: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return written.getvalue()


class Index:
    """A simple index (PEP 503) on a free port of this machine."""

    def __init__(self) -> None:
        self.archives: dict[str, dict[str, bytes]] = {}
        self.digests: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.login: tuple[str, str] | None = None
        self.cut_off: int | None = None
        self.stall = threading.Event()
        self.stall.set()
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/simple/"

    def add(self, project: str, filename: str, data: bytes, *, digest: str | None = None) -> None:
        self.archives.setdefault(project, {})[filename] = data
        self.digests[filename] = sha256(data) if digest is None else digest

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked[request.path] += 1
        *_, folder, name = request.path.strip("/").split("/")
        if (
            self.login
            and request.headers.get("Authorization")
            != "Basic " + base64.b64encode(":".join(self.login).encode()).decode()
        ):
            request.send_error(401)
        elif folder == "simple" and name in self.archives:
            links = (f'<a href="/files/{n}#sha256={self.digests[n]}">{n}</a>' for n in self.archives[name])
            self.send(request, f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode(), "text/html")
        elif folder == "files":
            data = next(files[name] for files in self.archives.values() if name in files)
            self.send(request, data, "application/octet-stream", self.cut_off)
        else:
            request.send_error(404)

    def send(self, request: BaseHTTPRequestHandler, data: bytes, kind: str, cut_off: int | None = None) -> None:
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        half = len(data) // 2
        request.wfile.write(data[:half] if cut_off is None else data[: min(half, cut_off)])
        if kind != "text/html":
            self.stall.wait(30)
        if cut_off is None:
            request.wfile.write(data[half:])

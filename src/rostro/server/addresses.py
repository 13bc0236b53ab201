"""Addresses as proxies and health checks use them: a path prefix, HEAD, a slash too many, and what 405 says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.routing import Match, Mount

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def clean_root_path(path: str) -> str:
    """A path prefix as it is used: ``/faces``, or nothing; slashes at its ends may be there or not.

    Raises:
        BadInput: It is an address, or has characters that a path has only in an encoded form.
    """
    cleaned = f"/{path.strip('/')}" if path.strip("/") else ""
    if not _ROOT_PATH.fullmatch(cleaned) or {".", ".."} & set(cleaned.split("/")):
        raise BadInput(f"a path prefix looks like /faces, got {path!r}")
    return cleaned


class Prefix:
    """ASGI middleware that takes the prefix off addresses, and puts it before those in answers: no route knows of one.

    A proxy may pass the prefix on or strip it: both come to the same routes. A slash too many at the end is forgiven
    here, and not by a redirect: that would have to know what the proxy calls the server.
    """

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if self._root_path and path == self._root_path and scope["type"] == "http":
            # the page's addresses are relative, and mean others without the slash
            await RedirectResponse(f"{path.rsplit('/', 1)[1]}/", 308)(scope, receive, send)
            return
        if self._root_path and path.startswith(f"{self._root_path}/"):
            path = path.removeprefix(self._root_path)
        path = path.rstrip("/") or "/"

        async def send_prefixed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("location", "").startswith("/"):
                    headers["location"] = self._root_path + headers["location"]
            await send(message)

        await self._app({**scope, "path": path, "raw_path": path.encode()}, receive, send_prefixed)


class Heads:
    """ASGI middleware that answers HEAD wherever there is a GET: as GET would, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes HEAD on as GET, and ends when its head was sent: a stream may have no end of its own."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] != "http.response.body":
                await send(message)
                return
            await send({"type": "http.response.body", "body": b""})
            raise _HeadSentError

        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, send_head)
        except _HeadSentError:
            return
        finally:
            scope["route"] = asked.get("route")  # for whoever counts requests by it


class _HeadSentError(Exception):
    """Everything that a HEAD asks for was sent."""


def allowed_methods(routes: Iterable[BaseRoute], scope: Scope) -> str:
    """The methods that an address has, as the header ``Allow`` lists them, over all routes that lead to it."""
    listed = list(routes)
    found = {method for method in _METHODS if any(_leads(route, scope, method) for route in listed)}
    return ", ".join(sorted(found | ({"HEAD"} if "GET" in found else set())))


def _leads(route: BaseRoute, scope: Scope, method: str) -> bool:
    match, _ = route.matches({**scope, "method": method, "root_path": ""})
    return match is Match.FULL and (method == "GET" or not isinstance(route, Mount))  # files are only read

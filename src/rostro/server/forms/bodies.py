"""Bodies of requests: not larger than allowed, not slower than allowed, told before anything is kept.

What a client sends is counted piece by piece as it arrives. No part of the program waits for a slow client but the one
task that reads from it: photos go to the engine when the whole body is there.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from rostro.server.problems import Problem, response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rostro.server.admission.limits import Limits


class BodyLimits:
    """ASGI middleware that refuses bodies over the limits on size (413) and time (408)."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; the body is read through the limits."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._limits.request_bytes:
            await response(self._too_large())(scope, receive, send)
            return
        await self._app(scope, self._limited(receive), send)

    def _limited(self, receive: Receive) -> Receive:
        taken, ended, started = 0, False, time.monotonic()

        async def read() -> Message:
            nonlocal taken, ended
            if ended:
                return await receive()
            left = self._limits.upload_seconds - (time.monotonic() - started)
            try:
                async with asyncio.timeout(max(0.0, min(self._limits.silence, left))):
                    message = await receive()
            except TimeoutError:
                raise _closing(408, "too-slow", "the body came too slowly") from None
            taken += len(message.get("body", b""))
            if taken > self._limits.request_bytes:
                raise self._too_large()
            ended = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        return read

    def _too_large(self) -> Problem:
        return _closing(413, "request-too-large", f"the limit is {self._limits.request_bytes} bytes")


def _closing(status: int, kind: str, detail: str) -> Problem:
    return Problem(status, kind, detail, headers={"Connection": "close"})

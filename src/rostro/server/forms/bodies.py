"""Bodies of requests: not larger than allowed, not slower than allowed, not too many at once, told before it is kept.

What a client sends is counted piece by piece as it arrives. No part of the program waits for a slow client but the one
task that reads from it: photos go to the engine when the whole body is there.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rostro.server.admission.limits import TooMany
from rostro.server.problems import Problem, of_too_many, response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rostro.server.admission.held import Held
    from rostro.server.admission.limits import Limits

#: Where a request's `Body` is, in its scope.
BODY = "rostro.body"


class BodyLimits:
    """ASGI middleware that refuses bodies over the limits on size (413), time (408) and all together (429, 503)."""

    def __init__(self, app: ASGIApp, limits: Limits, held: Held) -> None:
        self._app = app
        self._limits = limits
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; the body is read through the limits, and held until the answer is sent."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"content-length", b"0")
        announced = int(said) if said.isdigit() else 0
        if announced > self._limits.request_bytes:
            await response(_too_large(self._limits))(scope, receive, send)
            return
        client = scope.get("client") or ("unknown", 0)
        body = Body(receive, self._limits, self._held, client[0], announced)
        scope[BODY] = body
        try:
            await self._app(scope, body.read, send)
        finally:
            body.forget()


class Body:
    """One request's body.

    Attributes:
        client: Who sends it; their address, until it is known with which key they came.
    """

    def __init__(self, receive: Receive, limits: Limits, held: Held, client: str, announced: int) -> None:
        """Reads nothing yet.

        Args:
            receive: What gives the next piece.
            limits: What is allowed.
            held: What all bodies together take.
            client: Who sends it.
            announced: How long it will be; 0 where that is not said.
        """
        self.client = client
        self._receive = receive
        self._limits = limits
        self._held = held
        self._announced = announced
        self._expected = 0
        self._taken = 0
        self._over = asyncio.Event()
        self._started = time.monotonic()

    async def read(self) -> Message:
        """The next piece, as ASGI has it; after the last one, that the client has gone, once they have.

        Raises:
            Problem: The body is too large or too slow, or there is no room for it.
        """
        if self._over.is_set():
            return await self._receive()
        if not self._taken:
            self._expect(self._announced)
        left = self._limits.upload_seconds - (time.monotonic() - self._started)
        try:
            async with asyncio.timeout(max(0.0, min(self._limits.silence, left))):
                message = await self._receive()
        except TimeoutError:
            raise _closing(Problem(408, "too-slow", "the body came too slowly")) from None
        self._take(len(message.get("body", b"")))
        if message["type"] != "http.request" or not message.get("more_body", False):
            self._over.set()
        return message

    async def gone(self) -> None:
        """Waits until the client has hung up. While the body is on its way, whoever reads it finds out."""
        await self._over.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def forget(self) -> None:
        """It is held no more."""
        self._held.release(self.client, self._expected, self._taken)
        self._expected = self._taken = 0

    def _take(self, size: int) -> None:
        if self._taken + size > self._limits.request_bytes:
            raise _too_large(self._limits)
        self._expect(self._taken + size)
        with _closing_excess():
            self._held.take(size)
        self._taken += size

    def _expect(self, whole: int) -> None:
        """The body will have so many bytes at least."""
        more = whole - self._expected
        if more > 0:
            with _closing_excess():
                self._held.expect(self.client, more)
            self._expected = whole


def _too_large(limits: Limits) -> Problem:
    return _closing(Problem(413, "request-too-large", f"the limit is {limits.request_bytes} bytes"))


@contextmanager
def _closing_excess() -> Iterator[None]:
    try:
        yield
    except TooMany as excess:
        raise _closing(of_too_many(excess)) from None


def _closing(problem: Problem) -> Problem:
    """The rest of the body is not read."""
    problem.headers = {**(problem.headers or {}), "Connection": "close"}
    return problem

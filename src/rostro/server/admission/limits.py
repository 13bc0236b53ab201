"""What one client may ask of the server, and how often."""

from __future__ import annotations

import time
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rostro.core.ranges import PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Clients that are remembered; of more, those unseen for longest start anew.
_CLIENTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """What anybody may do before they are admitted, with a key or without.

    Attributes:
        connections: Connections at the same time, idle ones among them.
        per_address: Those of one address; a proxy is one.
        waiting: Those of one address on which no request is under way.
        head_bytes: Longest head of a request, and of what follows its body.
        head_lines: Most header lines in it.
        head_seconds: Longest time for it, and for shaking hands over TLS.
        answer_seconds: Longest time in which nothing of an answer is taken.
        pipelined: Requests of one connection that wait for the answer to the one before.
        keyless: WebSockets that have yet to show their key, at the same time.
        keyless_per_address: Those of one address.
        key_seconds: Longest time until the key is shown.
        key_bytes: Largest message that shows it.
    """

    connections: int = 2000
    per_address: int = 1000
    waiting: int = 128
    head_bytes: int = 65_536
    head_lines: int = 128
    head_seconds: float = 10.0
    answer_seconds: float = 30.0
    pipelined: int = 16
    keyless: int = 64
    keyless_per_address: int = 8
    key_seconds: float = 10.0
    key_bytes: int = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The server's limits. Those on one photo (bytes, pixels, faces) are the recogniser's settings.

    Attributes:
        request_bytes: Largest body of a request.
        photos: Most photos in a request.
        silence: Longest wait for the next piece of a body, in seconds.
        upload_seconds: Longest time for a whole body.
        rate: Requests per second of one client in the long run; 0 for no limit.
        burst: Requests that a client may send at once after a pause.
        per_client: Requests of one client that are worked on at the same time.
        requests: Requests of all clients that are worked on at the same time.
        waiting: Photos that wait for the engine; more are refused.
        frame_bytes: Largest frame of a live view.
        live: Live views at the same time.
        jobs: Bulk enrolments that run or wait at the same time.
        streams: Streams of a job's events at the same time.
        connections: What anybody may do before they are admitted.
    """

    request_bytes: int = 100_000_000
    photos: int = 500
    silence: float = 10.0
    upload_seconds: float = 120.0
    rate: float = 50.0
    burst: int = 200
    per_client: int = 128
    requests: int = 512
    waiting: int = 1024
    frame_bytes: int = 2_000_000
    live: int = 16
    jobs: int = 4
    streams: int = 64
    connections: ConnectionLimits = field(default_factory=ConnectionLimits)

    def __post_init__(self) -> None:
        PER_SECOND.check(self.rate)


class TooMany(Exception):  # noqa: N818 - not an error of the program
    """A client, or all of them together, asks for too much.

    Attributes:
        detail: What there is too much of.
        client: Whether it is this client's doing.
        retry_after: When to come again, in seconds.
    """

    def __init__(self, detail: str, *, client: bool, retry_after: float = 1.0) -> None:
        super().__init__(detail)
        self.detail = detail
        self.client = client
        self.retry_after = retry_after


@dataclass(slots=True)
class _Client:
    tokens: float
    seen: float
    working: int = 0


@dataclass(slots=True)
class Clients:
    """Counts what clients do. A token bucket per client, and requests that are being worked on.

    Attributes:
        limits: What is allowed.
        clock: Tells the time in seconds.
    """

    limits: Limits
    clock: Callable[[], float] = time.monotonic
    _known: OrderedDict[str, _Client] = field(default_factory=OrderedDict)
    _working: int = 0

    @contextmanager
    def working(self, name: str) -> Iterator[None]:
        """One request of a client, from its admission to its answer.

        Raises:
            TooMany: A limit is reached.
        """
        client = self._client(name)
        self._check(client)
        client.tokens -= 1
        client.working += 1
        self._working += 1
        try:
            yield
        finally:
            client.working -= 1
            self._working -= 1

    def _check(self, client: _Client) -> None:
        limits = self.limits
        if limits.rate and client.tokens < 1:
            wait = (1 - client.tokens) / limits.rate
            raise TooMany(f"more than {limits.rate:g} requests a second", client=True, retry_after=wait)
        if client.working >= limits.per_client:
            raise TooMany(f"more than {limits.per_client} requests at the same time", client=True)
        if self._working >= limits.requests:
            raise TooMany("the server is busy", client=False)

    def _client(self, name: str) -> _Client:
        now = self.clock()
        client = self._known.pop(name, None) or _Client(self.limits.burst, now)
        client.tokens = min(self.limits.burst, client.tokens + (now - client.seen) * self.limits.rate)
        client.seen = now
        self._known[name] = client
        while len(self._known) > _CLIENTS:
            self._known.popitem(last=False)
        return client

"""What one client may ask of the server, and how often."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import Field, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

from rostro.core.errors import BadInput
from rostro.core.ranges import PER_SECOND, SECONDS, Range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rostro.core.settings import Settings

#: What one photo of a client may be at most.
MAX_BYTES: Final = 25_000_000
MAX_PIXELS: Final = 50_000_000
MAX_FACES: Final = 200

#: Variables that set limits begin so.
_VARIABLE: Final = "ROSTRO_LIMIT_"

#: Clients that are remembered; of more, those unseen for longest start anew.
_CLIENTS = 10_000


def _limit(default: float, *, what: str, high: float = 1 << 50) -> Any:
    return field(default=default, metadata={"range": Range(what=what, low=1, high=high, whole=True)})


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

    connections: int = _limit(2000, what="a number of connections")
    per_address: int = _limit(1000, what="a number of connections")
    waiting: int = _limit(128, what="a number of connections")
    head_bytes: int = _limit(65_536, what="a number of bytes")
    head_lines: int = _limit(128, what="a number of lines")
    head_seconds: float = field(default=10.0, metadata={"range": SECONDS})
    answer_seconds: float = field(default=30.0, metadata={"range": SECONDS})
    pipelined: int = _limit(16, what="a number of requests")
    keyless: int = _limit(64, what="a number of views")
    keyless_per_address: int = _limit(8, what="a number of views")
    key_seconds: float = field(default=10.0, metadata={"range": SECONDS})
    key_bytes: int = _limit(1024, what="a number of bytes")

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The server's limits. Those on one photo (bytes, pixels, faces) are the recogniser's settings.

    Each may be set from outside, by ``ROSTRO_LIMIT_`` and its name (``ROSTRO_LIMIT_LIVE=4``); those of `connections`
    by ``ROSTRO_LIMIT_CONNECTION_`` and theirs.

    Attributes:
        request_bytes: Largest body of a request.
        held_bytes: Bodies of all requests together that are held at the same time.
        held_per_client: Those of one client.
        photos: Most photos in a request.
        request_pixels: Most pixels of the photos of a request together, those left out that are too large alone.
        silence: Longest wait for the next piece of a body, in seconds.
        upload_seconds: Longest time for a whole body.
        rate: Requests per second of one client in the long run; 0 for no limit.
        burst: Requests that a client may send at once after a pause.
        per_client: Requests of one client that are worked on at the same time.
        requests: Requests of all clients that are worked on at the same time.
        waiting: Photos that wait for the engine; more are refused.
        waiting_per_client: Those of one client.
        frame_bytes: Largest frame of a live view.
        live: Live views at the same time.
        jobs: Bulk enrolments that run or wait at the same time.
        streams: Streams of a job's events at the same time.
        connections: What anybody may do before they are admitted.
    """

    request_bytes: int = _limit(100_000_000, what="a number of bytes")
    held_bytes: int = _limit(400_000_000, what="a number of bytes")
    held_per_client: int = _limit(200_000_000, what="a number of bytes")
    photos: int = _limit(500, what="a number of photos")
    request_pixels: int = _limit(500_000_000, what="a number of pixels")
    silence: float = field(default=10.0, metadata={"range": SECONDS})
    upload_seconds: float = field(default=120.0, metadata={"range": SECONDS})
    rate: float = field(default=50.0, metadata={"range": PER_SECOND})
    burst: int = _limit(200, what="a number of requests")
    per_client: int = _limit(128, what="a number of requests")
    requests: int = _limit(512, what="a number of requests", high=10_000)
    waiting: int = _limit(1024, what="a number of photos")
    waiting_per_client: int = _limit(768, what="a number of photos")
    frame_bytes: int = _limit(2_000_000, what="a number of bytes")
    live: int = _limit(16, what="a number of views")
    jobs: int = _limit(4, what="a number of jobs", high=1000)
    streams: int = _limit(64, what="a number of streams")
    connections: ConnectionLimits = field(default_factory=ConnectionLimits)

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **given: float | None) -> Limits:
        """Reads the environment variables; unset ones keep their defaults.

        Args:
            environment: By default that of the process.
            **given: What was said otherwise, and counts more; None was not said.

        Raises:
            BadInput: A variable is no number, or one that a limit cannot be; names it. Or there is no such limit.
        """
        said = dict(os.environ if environment is None else environment)
        connections = ConnectionLimits(**_told(ConnectionLimits, f"{_VARIABLE}CONNECTION_", said))
        values = _told(cls, _VARIABLE, said) | {name: value for name, value in given.items() if value is not None}
        for variable in said:
            if variable.startswith(_VARIABLE):
                raise BadInput(f"{variable}: there is no such limit")
        return cls(connections=connections, **values)


def _check(limits: Limits | ConnectionLimits) -> None:
    for item in _ranged(type(limits)):
        item.metadata["range"].check(getattr(limits, item.name))


def _ranged(limits: type[Limits | ConnectionLimits]) -> Iterator[Field[Any]]:
    return (item for item in fields(limits) if "range" in item.metadata)


def _told(limits: type[Limits | ConnectionLimits], prefix: str, said: dict[str, str]) -> dict[str, Any]:
    """What variables say of limits; takes them out of ``said``."""
    values = {}
    for item in _ranged(limits):
        variable = f"{prefix}{item.name.upper()}"
        if variable not in said:
            continue
        allowed: Range = item.metadata["range"]
        try:
            values[item.name] = allowed.check((int if allowed.whole else float)(said.pop(variable)))
        except (ValueError, BadInput) as error:
            raise BadInput(f"{variable}: {error}") from None
    return values


def of_clients(settings: Settings) -> Settings:
    """The settings of a server: what a client's photo may be at most. Photos that their owner chose may be larger."""
    return replace(
        settings,
        max_bytes=min(settings.max_bytes, MAX_BYTES),
        max_pixels=min(settings.max_pixels, MAX_PIXELS),
        max_faces=min(settings.max_faces, MAX_FACES),
    )


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

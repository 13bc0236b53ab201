"""Bytes before requests: uvicorn's two protocols, with the limits that uvicorn has for neither.

uvicorn bounds the head of a request only where h11 parses it, closes a silent connection only after an answer, and
counts connections only together (docs/decisions/0037). What is refused here is refused in the words of all problems.
"""

from __future__ import annotations

import json
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import get_remote_addr
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

from rostro.server.admission.limits import TooMany
from rostro.server.connections import Connections
from rostro.server.problems import MEDIA_TYPE, Problem, document, of_too_many

if TYPE_CHECKING:
    import asyncio

    from uvicorn._types import ASGI3Application
    from websockets.http11 import Request

    from rostro.server.admission.limits import ConnectionLimits
    from rostro.server.connections import Connection

#: What the application finds in a WebSocket's scope: told that the client is admitted, it takes larger messages.
ADMITTED = "rostro.admitted"

#: Bytes that are looked at together; so much more than the longest head is held at most.
_PIECE = 65_536
#: Seconds that a client has to answer that it closes, too.
_CLOSING = 2.0


def doors(limits: ConnectionLimits) -> dict[str, Any]:
    """The options ``http`` and ``ws`` of uvicorn, for a server with such limits."""
    return {"http": partial(Door, Connections(limits)), "ws": SocketDoor}


class Door(HttpToolsProtocol):
    """HTTP on one connection."""

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._connections = connections
        self._connection: Connection | None = None
        self._head = self._lines = self._unread = 0
        self._refused: Problem | None = None
        self._begun = self._upgraded = False
        self._answering: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody comes."""
        super().connection_made(transport)
        address = get_remote_addr(transport)
        try:
            connection = self._connections.enter(transport, address[0] if address else None)
        except TooMany as excess:
            self._say(of_too_many(excess))
            transport.close()
            self.loop.call_later(_CLOSING, transport.abort)
            return
        self._connection = connection
        connection.cut = self._cut
        self.ws_protocol_class = partial(SocketDoor, connection)  # type: ignore[assignment]
        connection.wait(self._too_slow, answered=False)

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        if self._connection is not None:
            self._connection.left()
        self._tell()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes come."""
        for start in range(0, len(data), _PIECE):
            if self._connection is None or self.transport.is_closing() or self._upgraded:
                return
            piece = data[start : start + _PIECE]
            self._unread += len(piece)
            super().data_received(piece)
            if self._unread > self._connection.limits.head_bytes and not self.transport.is_closing():
                self._refused = self._too_long()
                self.send_400_response("")

    def handle_websocket_upgrade(self) -> None:
        """It becomes a WebSocket, whose connection is the same."""
        self._upgraded = True
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head = self._lines = 0
        self._begun = True
        assert self._connection is not None, "a request on a connection that was refused"
        if len(self.pipeline) > self._connection.limits.pipelined:
            self._refuse(Problem(429, "too-many-requests", "too many requests were sent ahead on one connection"))

    def on_url(self, url: bytes) -> None:
        """A piece of its address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One of its header lines, or one that follows its body."""
        self._lines += 1
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Its head is there."""
        self._unread = 0
        self._begun = False
        assert self._connection is not None, "a request on a connection that was refused"
        self._connection.work()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of its body."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All of it is there."""
        self._unread = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """It is answered."""
        super().on_response_complete()
        if self._connection is not None and self.cycle.response_complete:  # it was the last that was sent
            self._connection.wait(self._too_slow, answered=True)

    def pause_writing(self) -> None:
        """What is said is not taken."""
        super().pause_writing()
        if self._connection is not None:
            self._connection.takes(taking=False)

    def resume_writing(self) -> None:
        """What was said was taken."""
        super().resume_writing()
        if self._connection is not None:
            self._connection.takes(taking=True)

    def send_400_response(self, msg: str) -> None:
        """Says why nothing more is read, unless an answer is being said already, and closes."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self._say(self._refused or Problem(400, "bad-request", "this is no request of HTTP/1.1"))
        self._tell()
        if self._connection is not None:
            self._connection.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _tell(self) -> None:
        """Tells what works on an answer that nobody is there to have it; uvicorn tells the last request alone."""
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()
        self.pipeline.clear()

    def _cut(self) -> None:
        self._tell()
        self.transport.abort()

    def _too_slow(self) -> None:
        if self._begun and not self.transport.is_closing():  # who said nothing is told nothing
            self._say(Problem(408, "too-slow", "the head of the request came too slowly"))
        if self._connection is not None:
            self._connection.close()

    def _count(self, size: int) -> None:
        assert self._connection is not None, "a request on a connection that was refused"
        self._head += size + len(": \r\n")
        limits = self._connection.limits
        if self._head > limits.head_bytes or self._lines > limits.head_lines:
            self._refuse(self._too_long())

    def _refuse(self, problem: Problem) -> None:
        """Called while the parser reads: what it raises makes uvicorn send its 400, which is this problem then."""
        self._refused = problem
        raise ValueError(problem.kind)

    def _too_long(self) -> Problem:
        assert self._connection is not None, "a request on a connection that was refused"
        limits = self._connection.limits
        detail = f"the limit is {limits.head_bytes} bytes in {limits.head_lines} lines"
        return Problem(431, "head-too-large", detail)

    def _say(self, problem: Problem) -> None:
        self.transport.write(_answer(problem))


class SocketDoor(WebSocketsSansIOProtocol):
    """A WebSocket on one connection: small messages until the application says that the client is admitted."""

    def __init__(self, connection: Connection, **given: Any) -> None:
        super().__init__(**given)
        self._connection = connection
        connection.cut = self._cut
        self._largest = self.conn.max_message_size
        self.conn.max_message_size = connection.limits.key_bytes
        self.close_timeout = _CLOSING

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        self._connection.left()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes come; the first are the whole head."""
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():  # nothing will come of it
            bad = Problem(400, "bad-request", "this is no handshake of a WebSocket")
            self.transport.write(b"".join(self.conn.data_to_send()) or _answer(bad))
            self._connection.close()

    def handle_connect(self, event: Request) -> None:
        """The handshake."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][ADMITTED] = {"admit": self._admit}

    def send_receive_event_to_app(self) -> None:
        """A message is whole. One that says it is text and is none ends the conversation, without a trace in logs."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.fail(CloseCode.INVALID_DATA, "this is no UTF-8")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def pause_writing(self) -> None:
        """What is said is not taken."""
        super().pause_writing()
        self._connection.takes(taking=False)

    def resume_writing(self) -> None:
        """What was said was taken."""
        super().resume_writing()
        self._connection.takes(taking=True)

    def _cut(self) -> None:
        self.disconnected = True  # what is still sent to it would be a fault of the program
        self.transport.abort()

    def _admit(self) -> None:
        self.conn.max_message_size = self._largest


def _answer(problem: Problem) -> bytes:
    """A whole answer, after which nothing is read."""
    body = json.dumps(document(problem)).encode()
    lines = [
        f"HTTP/1.1 {problem.status_code} {HTTPStatus(problem.status_code).phrase}",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in (problem.headers or {}).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body

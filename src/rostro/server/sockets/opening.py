"""How a view opens and how it ends: the key, a place, and a refusal in words where something is wrong."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect

from rostro.core.errors import BadInput, RostroError
from rostro.core.foreign import json_of
from rostro.server.admission.access import admitted, presented
from rostro.server.admission.callers import until_one_ends
from rostro.server.admission.keys import Role
from rostro.server.admission.limits import TooMany
from rostro.server.admission.lobby import neighbourhood
from rostro.server.discretion import public_problem
from rostro.server.doors import ADMITTED
from rostro.server.forms.known import refuse_unknown
from rostro.server.problems import Problem, document, of_too_many
from rostro.server.service import Service, service_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Iterator

    from fastapi import WebSocket

    from rostro.server.admission.callers import Caller

#: Seconds without a frame, or without taking an answer, after which a client is let go.
PATIENCE = 30.0
#: Codes of closing for the statuses that have one (RFC 6455 and IANA's list); everything else is against the rules.
_CODES = {401: 3000, 403: 3003, 408: 3008, 413: 1009, 429: 1013, 503: 1013}
_POLICY = 1008


async def converse(
    socket: WebSocket,
    talk: Callable[[Service, Caller], Coroutine[Any, Any, None]],
    *,
    too_slow: str,
    query: Collection[str] = (),
) -> None:
    """A whole view, from its admission until either side leaves, or its key is revoked; the client is told why.

    Args:
        socket: Not accepted yet.
        talk: What is said once the client is admitted.
        too_slow: What to say where something took longer than `PATIENCE`.
        query: What the address may say, each once.
    """
    service = service_of(socket)
    await socket.accept()
    try:
        refuse_unknown("query", [name for name, _ in socket.query_params.multi_items()], dict.fromkeys(query, False))
        key = presented(socket) or await _first_message(socket, service)
        with admitted(socket, Role.READ, key) as caller, _place(service, caller):
            socket.scope["extensions"][ADMITTED]["admit"]()
            await until_one_ends(talk(service, caller), caller.expelled())
    except Problem as problem:
        await _refuse(socket, problem)
    except TooMany as excess:
        await _refuse(socket, of_too_many(excess))
    except RostroError as error:
        await _refuse(socket, public_problem(service, error))
    except TimeoutError:
        await _refuse(socket, Problem(408, "too-slow", too_slow))
    except WebSocketDisconnect:
        return


async def _refuse(socket: WebSocket, problem: Problem) -> None:
    """Says what is wrong, as the other routes do, and closes."""
    with suppress(WebSocketDisconnect, RuntimeError):  # the client may have gone
        await socket.send_text(json.dumps(document(problem)))
        await socket.close(_CODES.get(problem.status_code, _POLICY), problem.kind)


async def _first_message(socket: WebSocket, service: Service) -> str | None:
    """The key in the first message; None where it says that there is none.

    Raises:
        Problem: It does not come in time; or others came while it did not, and there is no room for all.
    """
    try:
        with _keyless(socket, service):
            async with asyncio.timeout(service.limits.connections.key_seconds):
                message = await socket.receive()
    except TimeoutError:
        raise Problem(408, "too-slow", "no key came for too long") from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    document = _document(message.get("text") or "")
    refuse_unknown("message", document, {"key": False})
    key = document.get("key", "")
    return None if key is None else str(key)


def says_key(text: str) -> bool:
    """Whether a message is the one with the key, which who has the key in a header may send all the same."""
    return "key" in _document(text)


def _document(text: str) -> dict[str, Any]:
    """A JSON object; an empty one where it is something else."""
    try:
        document = json_of(text)
    except BadInput:
        return {}
    return document if isinstance(document, dict) else {}


@contextmanager
def _keyless(socket: WebSocket, service: Service) -> Iterator[None]:
    """The time in which a key is waited for.

    Raises:
        TooMany: It was cut short for others who came later.
    """
    gone, task = False, asyncio.current_task()
    assert task is not None, "a WebSocket is served by a task"

    def go() -> None:
        nonlocal gone
        gone = True
        task.cancel()

    longest = service.keyless.enter(go, neighbourhood(socket.client.host if socket.client else None))
    if longest is not None:
        service.keyless.leave(longest)
        longest()
    try:
        yield
    except asyncio.CancelledError:
        if not gone or task.uncancel():
            raise
        raise TooMany("too many wait with no key", client=True) from None
    finally:
        service.keyless.leave(go)


@contextmanager
def _place(service: Service, caller: Caller) -> Iterator[None]:
    """One of the places for live views.

    Raises:
        TooMany: All are taken, or all that one client may have.
    """
    with service.live.taken(caller.name):
        service.metrics.live.inc()
        try:
            yield
        finally:
            service.metrics.live.dec()

"""How a view opens and how it ends: the key, a place, and a refusal in words where something is wrong."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect

from rostro.core.errors import BadInput
from rostro.core.foreign import json_of
from rostro.server.admission.access import admitted, presented
from rostro.server.admission.keys import Role
from rostro.server.admission.limits import TooMany
from rostro.server.forms.known import refuse_unknown
from rostro.server.problems import Problem, document, of_too_many
from rostro.server.service import Service, service_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator

    from fastapi import WebSocket

#: Seconds without a frame, or without taking an answer, after which a client is let go.
PATIENCE = 30.0
#: Codes of closing (RFC 6455): against the rules, come again later.
_POLICY, _TRY_LATER = 1008, 1013


async def converse(socket: WebSocket, talk: Callable[[Service], Awaitable[None]], *, too_slow: str) -> None:
    """A whole view, from its admission until either side leaves; what goes wrong is told to the client.

    Args:
        socket: Not accepted yet.
        talk: What is said once the client is admitted.
        too_slow: What to say where something took longer than `PATIENCE`.
    """
    service = service_of(socket)
    await socket.accept()
    try:
        refuse_unknown("query", socket.query_params, {})
        key = presented(socket) or await _first_message(socket)
        with admitted(socket, Role.READ, key), _place(service):
            await talk(service)
    except Problem as problem:
        await _refuse(socket, problem, _POLICY)
    except TooMany as excess:
        await _refuse(socket, of_too_many(excess), _TRY_LATER)
    except TimeoutError:
        await _refuse(socket, Problem(408, "too-slow", too_slow), _POLICY)
    except WebSocketDisconnect:
        return


async def until_one_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Does several things at once until the first of them ends, and ends the others; its error is this one's."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _refuse(socket: WebSocket, problem: Problem, code: int) -> None:
    """Says what is wrong, as the other routes do, and closes."""
    with suppress(WebSocketDisconnect, RuntimeError):  # the client may have gone
        await socket.send_text(json.dumps(document(problem)))
        await socket.close(code, problem.kind)


async def _first_message(socket: WebSocket) -> str | None:
    """The key in the first message; None where it says that there is none."""
    async with asyncio.timeout(PATIENCE):
        message = await socket.receive()
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
def _place(service: Service) -> Iterator[None]:
    """One of the places for live views.

    Raises:
        TooMany: All are taken.
    """
    if service.live_views >= service.limits.live:
        raise TooMany(f"{service.limits.live} live views are open", client=False)
    service.live_views += 1
    service.metrics.live.inc()
    try:
        yield
    finally:
        service.live_views -= 1
        service.metrics.live.dec()

"""The live view: frames in, faces with names out. A client that sends faster than it is answered skips frames."""

from __future__ import annotations

import asyncio
import io
import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from rostro.recognition.pipeline import Failure
from rostro.server.admission.access import admitted, presented
from rostro.server.admission.keys import Role
from rostro.server.admission.limits import TooMany
from rostro.server.batcher import Work
from rostro.server.forms.uploads import Upload
from rostro.server.problems import Problem, document, of_too_many
from rostro.server.service import Service, service_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognition.pipeline import PhotoFaces

router = APIRouter()

#: Seconds without a frame, or without taking an answer, after which a client is let go.
PATIENCE = 30.0
#: Codes of closing (RFC 6455): against the rules, come again later.
POLICY, TRY_LATER = 1008, 1013


@dataclass(slots=True)
class _Latest:
    """The newest frame and its number; older ones that were not looked at are forgotten."""

    frame: bytes | None = None
    number: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, frame: bytes) -> None:
        self.number += 1
        self.frame = frame
        self.arrived.set()

    async def take(self) -> tuple[int, bytes]:
        await self.arrived.wait()
        self.arrived.clear()
        assert self.frame is not None, "an event without a frame"
        return self.number, self.frame


@router.websocket("/v1/live")
async def live(socket: WebSocket) -> None:
    """Binary messages are frames (JPEG), text messages the answers.

    A client that cannot set headers (a browser) sends ``{"key": "…"}`` first, with null where no key is needed.
    """
    service = service_of(socket)
    await socket.accept()
    try:
        key = presented(socket) or await first_message(socket)
        with admitted(socket, Role.READ, key), place(service):
            await socket.send_text(json.dumps({"ready": True}))
            await _converse(socket, service)
    except Problem as problem:
        await refuse(socket, problem, POLICY)
    except TooMany as excess:
        await refuse(socket, of_too_many(excess), TRY_LATER)
    except TimeoutError:
        await refuse(socket, Problem(408, "too-slow", "nothing came for too long"), POLICY)
    except WebSocketDisconnect:
        return


async def refuse(socket: WebSocket, problem: Problem, code: int) -> None:
    """Says what is wrong, as the other routes do, and closes."""
    with suppress(WebSocketDisconnect, RuntimeError):  # the client may have gone
        await socket.send_text(json.dumps(document(problem)))
        await socket.close(code, problem.kind)


async def first_message(socket: WebSocket) -> str | None:
    """The key in the first message; None where it says that there is none."""
    async with asyncio.timeout(PATIENCE):
        message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    try:
        document = json.loads(message.get("text") or "")
    except ValueError:
        document = None
    key = document.get("key", "") if isinstance(document, dict) else ""
    return None if key is None else str(key)


@contextmanager
def place(service: Service) -> Iterator[None]:
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


async def _converse(socket: WebSocket, service: Service) -> None:
    """Reads frames while answers are worked out, until the client leaves."""
    latest = _Latest()
    async with asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(_answer(socket, service, latest))
        try:
            await _read(socket, service, latest)
        finally:
            answering.cancel()


async def _read(socket: WebSocket, service: Service, latest: _Latest) -> None:
    while True:
        async with asyncio.timeout(PATIENCE):
            message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        frame = message.get("bytes")
        if not frame:
            continue
        if len(frame) > service.limits.frame_bytes:
            raise Problem(413, "frame-too-large", f"the limit is {service.limits.frame_bytes} bytes")
        latest.put(frame)


async def _answer(socket: WebSocket, service: Service, latest: _Latest) -> None:
    while True:
        number, frame = await latest.take()
        try:
            found = await service.batcher.answer(Upload(f"frame {number}", io.BytesIO(frame)), Work())
            answer = await asyncio.to_thread(_answer_json, service, found)
        except TooMany as excess:
            await asyncio.sleep(excess.retry_after)
            answer = {"error": excess.detail}
        async with asyncio.timeout(PATIENCE):
            await socket.send_text(json.dumps({"frame": number, **answer}, ensure_ascii=False))
        service.metrics.frames.inc()


def _answer_json(service: Service, found: PhotoFaces | Failure) -> dict[str, Any]:
    if isinstance(found, Failure):
        return {"error": found.reason}
    faces = [answer.to_dict() for answer in service.recognizer.look_up(found)]
    return {"width": found.width, "height": found.height, "faces": faces}

"""The live view: frames in, faces with names out. A client that sends faster than it is answered skips frames."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, WebSocket

from rostro.recognition.pipeline import Failure
from rostro.server.admission.callers import until_one_ends
from rostro.server.admission.limits import TooMany
from rostro.server.batcher import Work
from rostro.server.problems import Problem
from rostro.server.service import Service
from rostro.server.sockets.opening import PATIENCE, converse, says_key
from rostro.server.turns import Turn

if TYPE_CHECKING:
    from rostro.recognition.pipeline import PhotoFaces
    from rostro.server.admission.callers import Caller

router = APIRouter()
#: What means yes in an address.
_TRUE = {"1", "true", "yes", "on"}


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

    A client that cannot set headers (a browser) sends ``{"key": "…"}`` first, with null where no key is needed. With
    ``?require_live=true`` nobody is named whose face does not look alive.
    """
    work = Work(liveness=socket.query_params.get("require_live", "").lower() in _TRUE)

    async def talk(service: Service, caller: Caller) -> None:
        await socket.send_text(json.dumps({"ready": True}))
        await _answer_frames(socket, service, caller, work)

    await converse(socket, talk, too_slow="nothing came for too long", query=("require_live",))


async def _answer_frames(socket: WebSocket, service: Service, caller: Caller, work: Work) -> None:
    """Reads frames while answers are worked out, until the client leaves."""
    latest = _Latest()
    answering = _answer(socket, service, latest, caller, work)
    await until_one_ends(_read(socket, service, latest), answering)


async def _read(socket: WebSocket, service: Service, latest: _Latest) -> None:
    while True:
        async with asyncio.timeout(PATIENCE):
            message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        if (text := message.get("text")) is not None and not says_key(text):
            raise Problem(422, "not-a-frame", "a frame is a binary message (JPEG); this one was text")
        frame = message.get("bytes")
        if not frame:
            continue
        if len(frame) > service.limits.frame_bytes:
            raise Problem(413, "frame-too-large", f"the limit is {service.limits.frame_bytes} bytes")
        latest.put(frame)


async def _answer(socket: WebSocket, service: Service, latest: _Latest, caller: Caller, work: Work) -> None:
    turn = Turn(caller.name)
    while True:
        number, frame = await latest.take()
        try:
            photo = await asyncio.to_thread(service.frame, f"frame {number}", io.BytesIO(frame))
            found = await service.batcher.answer(photo, work, turn)
            answer = await asyncio.to_thread(_answer_json, service, found, caller.actor)
        except TooMany as excess:
            await asyncio.sleep(excess.retry_after)
            answer = {"error": excess.detail}
        async with asyncio.timeout(PATIENCE):
            await socket.send_text(json.dumps({"frame": number, **answer}, ensure_ascii=False))
        service.metrics.frames.inc()


def _answer_json(service: Service, found: PhotoFaces | Failure, actor: str) -> dict[str, Any]:
    if isinstance(found, Failure):
        return {"error": found.reason}
    faces = [answer.to_dict() for answer in service.recognizer.look_up(found, actor=actor)]
    return {"width": found.width, "height": found.height, "faces": faces}

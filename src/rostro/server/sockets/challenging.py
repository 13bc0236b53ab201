"""The challenge: frames in, what to do next out; in the end a word that a verification or an enrolment may show."""

from __future__ import annotations

import asyncio
import io
import json
import secrets
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, WebSocket

from rostro.recognition.analysis import PhotoAnalysis
from rostro.server.admission.limits import TooMany
from rostro.server.challenge.machine import Challenge, Refused, draw
from rostro.server.challenge.seeing import WORK, rules_of, sighting
from rostro.server.problems import Problem
from rostro.server.sockets.opening import PATIENCE, converse, says_key
from rostro.server.turns import Turn

if TYPE_CHECKING:
    from rostro.server.admission.callers import Caller
    from rostro.server.service import Service

router = APIRouter()


@router.websocket("/v1/challenge")
async def challenge(socket: WebSocket) -> None:
    """Binary messages are frames (JPEG), one after each answer; text messages the answers.

    Begins as ``/v1/live`` does. ``{"ready": true, "ask", "done", "of"}`` says what to do at first, an answer to a frame
    ``{"frame", "ask", "done", "of", "note"}``. The last one has ``"liveness_session"``, the numbers of the ``"frames"``
    that may be used with it and for how many seconds; or it is a problem document, and says what was wrong.
    """

    async def talk(service: Service, caller: Caller) -> None:
        await _ask(socket, service, caller)

    await converse(socket, talk, too_slow="nothing came for too long")


async def _ask(socket: WebSocket, service: Service, caller: Caller) -> None:
    """Asks until it is done or refused, or the client leaves."""
    rules = await asyncio.to_thread(rules_of, service.recognizer)
    asking = Challenge(draw(secrets.SystemRandom()), rules, service.challenges.clock())
    turn, number, name = Turn(caller.name), 0, secrets.token_hex(8)
    await _send(socket, {"ready": True, **_state(asking)})
    while not asking.passed:
        frame = await _frame(socket, service)
        if frame is None:
            return
        number += 1
        at = service.challenges.clock()
        note: str | None = "busy"
        try:
            found = await _look(service, turn, number, frame)
            note = _judge(service, name, asking, found, (number, at))
        except TooMany as excess:
            await asyncio.sleep(excess.retry_after)
        service.metrics.frames.inc()
        if not asking.passed:
            await _send(socket, {"frame": number, **_state(asking), "note": note})
    word = service.challenges.begin(caller.name, asking.usable)
    await _send(
        socket,
        {
            "frame": number, **_state(asking), "note": None, "liveness_session": word,
            "frames": sorted(asking.usable.values()), "seconds": service.challenges.life,
        },
    )  # fmt: skip
    await socket.close()


async def _look(service: Service, turn: Turn, number: int, frame: bytes) -> Any:
    photo = await asyncio.to_thread(service.frame, f"frame {number}", io.BytesIO(frame))
    return await service.batcher.answer(photo, WORK, turn)


def _judge(service: Service, name: str, asking: Challenge, found: Any, came: tuple[int, float]) -> str | None:
    """What a frame does to a challenge: why it says nothing; None where it does."""
    if not isinstance(found, PhotoAnalysis):
        return "unreadable"
    try:
        if not service.challenges.is_new(found.sha256, name):
            raise Refused("replayed")
        return asking.see(sighting(found, *came))
    except Refused as refused:
        raise Problem(422, f"challenge-{refused.why}", f"{refused}: begin anew") from None


async def _frame(socket: WebSocket, service: Service) -> bytes | None:
    """The next frame; None where the client has left."""
    while True:
        async with asyncio.timeout(PATIENCE):
            message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        if (text := message.get("text")) is not None and not says_key(text):
            raise Problem(422, "not-a-frame", "a frame is a binary message (JPEG); this one was text")
        frame: bytes | None = message.get("bytes")
        if frame and len(frame) > service.limits.frame_bytes:
            raise Problem(413, "frame-too-large", f"the limit is {service.limits.frame_bytes} bytes")
        if frame:
            return frame


async def _send(socket: WebSocket, document: dict[str, Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        await socket.send_text(json.dumps(document))


def _state(asking: Challenge) -> dict[str, Any]:
    return {"ask": asking.ask, "done": asking.done, "of": len(asking.steps)}

"""What a watcher sees, for those who look at the page: pictures, faces and events over a WebSocket."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from fastapi import APIRouter, WebSocket

from rostro.server.admission.callers import until_one_ends
from rostro.server.problems import Problem
from rostro.server.sockets.broadcast import Broadcast, Viewer
from rostro.server.sockets.opening import PATIENCE, converse

if TYPE_CHECKING:
    from rostro.server.admission.callers import Caller
    from rostro.server.service import Service

router = APIRouter()


@router.websocket("/v1/watch")
async def watch(socket: WebSocket) -> None:
    """Text messages tell of a frame, ``{"faces", "width", "height", "events"}``; the binary one that follows is it.

    Begins as ``/v1/live`` does. Where the source is lost, no picture follows. Who is slow misses pictures, not events.
    """

    async def talk(service: Service, caller: Caller) -> None:
        if service.watching is None:
            raise Problem(404, "not-watching", "this server watches nothing; start it with: rostro watch")
        await socket.send_text(json.dumps({"ready": True, "source": service.watching.source}))
        await _show(socket, service.watching)

    await converse(socket, talk, too_slow="nothing was taken for too long")


async def _show(socket: WebSocket, broadcast: Broadcast) -> None:
    """Sends until the client leaves."""
    with broadcast.viewer() as viewer:
        await until_one_ends(_send(socket, viewer), _until_gone(socket))


async def _send(socket: WebSocket, viewer: Viewer) -> None:
    while True:
        about, picture = await viewer.take()
        async with asyncio.timeout(PATIENCE):
            await socket.send_text(about)
            if picture is not None:
                await socket.send_bytes(picture)


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass

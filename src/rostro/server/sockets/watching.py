"""What a watcher sees, for those who look at the page: pictures, faces and events over a WebSocket."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from rostro.server.admission.access import admitted, presented
from rostro.server.admission.keys import Role
from rostro.server.admission.limits import TooMany
from rostro.server.problems import Problem, of_too_many
from rostro.server.service import service_of
from rostro.server.sockets.live import PATIENCE, POLICY, TRY_LATER, first_message, place, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.core.types import Image
    from rostro.video.track import Seen
    from rostro.video.watcher import Scene

router = APIRouter()

#: JPEG quality of what is shown; a picture of 640 × 480 has some 60 kB.
_QUALITY = 80
#: Events that wait for somebody with a slow connection; of more the oldest are left out.
_EVENTS = 100


@dataclass(slots=True, eq=False)
class _Viewer:
    """Somebody who looks: what is to be sent to them next. Only their event loop touches it."""

    loop: asyncio.AbstractEventLoop
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    picture: bytes | None = None
    about: dict[str, Any] = field(default_factory=dict)
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_EVENTS))

    def put(self, picture: bytes | None, about: dict[str, Any], events: list[dict[str, Any]]) -> None:
        self.picture, self.about = picture, about
        self.events.extend(events)
        self.arrived.set()

    async def take(self) -> tuple[str, bytes | None]:
        await self.arrived.wait()
        self.arrived.clear()
        message = json.dumps({**self.about, "events": list(self.events)}, ensure_ascii=False)
        self.events.clear()
        return message, self.picture


class Broadcast:
    """Hands what a watcher sees, in its own thread, to everybody who looks: the newest picture, all events."""

    def __init__(self, source: str) -> None:
        """Begins without viewers.

        Args:
            source: What is watched, as people may see it.
        """
        self.source = source
        self._viewers: set[_Viewer] = set()
        self._lock = threading.Lock()

    def hear(self, scene: Scene) -> None:
        """Tells the viewers. While there are none it does nothing."""
        with self._lock:
            viewers = list(self._viewers)
        if not viewers:
            return
        picture = None if scene.frame is None else _jpeg(scene.frame.image)
        about: dict[str, Any] = {"faces": [_face(seen) for seen in scene.seen]}
        if scene.frame is not None:
            about["height"], about["width"] = scene.frame.image.shape[:2]
        events = [event.to_dict() for event in scene.events]
        for viewer in viewers:
            viewer.loop.call_soon_threadsafe(viewer.put, picture, about, events)

    @contextmanager
    def viewer(self) -> Iterator[_Viewer]:
        """Somebody who looks, for as long as they do; called in their event loop."""
        viewer = _Viewer(asyncio.get_running_loop())
        with self._lock:
            self._viewers.add(viewer)
        try:
            yield viewer
        finally:
            with self._lock:
                self._viewers.discard(viewer)


@router.websocket("/v1/watch")
async def watch(socket: WebSocket) -> None:
    """Text messages tell of a frame, ``{"faces", "width", "height", "events"}``; the binary one that follows is it.

    Begins as ``/v1/live`` does. Where the source is lost, no picture follows. Who is slow misses pictures, not events.
    """
    service = service_of(socket)
    await socket.accept()
    try:
        key = presented(socket) or await first_message(socket)
        with admitted(socket, Role.READ, key), place(service):
            if service.watching is None:
                raise Problem(404, "not-watching", "this server watches nothing; start it with: rostro watch")
            await socket.send_text(json.dumps({"ready": True, "source": service.watching.source}))
            await _show(socket, service.watching)
    except Problem as problem:
        await refuse(socket, problem, POLICY)
    except TooMany as excess:
        await refuse(socket, of_too_many(excess), TRY_LATER)
    except TimeoutError:
        await refuse(socket, Problem(408, "too-slow", "nothing was taken for too long"), POLICY)
    except WebSocketDisconnect:
        return


async def _show(socket: WebSocket, broadcast: Broadcast) -> None:
    """Sends until the client leaves."""
    with broadcast.viewer() as viewer:
        sending = asyncio.create_task(_send(socket, viewer))
        leaving = asyncio.create_task(_until_gone(socket))
        done, rest = await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for task in done:
            task.result()


async def _send(socket: WebSocket, viewer: _Viewer) -> None:
    while True:
        about, picture = await viewer.take()
        async with asyncio.timeout(PATIENCE):
            await socket.send_text(about)
            if picture is not None:
                await socket.send_bytes(picture)


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


def _face(seen: Seen) -> dict[str, Any]:
    """``{"track", "box", "state", "name", "score"}``."""
    match = seen.match
    return {
        "track": seen.track,
        "box": [round(edge, 1) for edge in seen.face.box],
        "state": seen.state,
        "name": seen.name,
        "score": None if match is None else round(match.score, 4),
    }


def _jpeg(image: Image) -> bytes:
    import cv2

    good, content = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert good, "a frame is a picture"
    return content.tobytes()

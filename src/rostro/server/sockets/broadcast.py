"""What a watcher sees, handed from its thread to everybody who looks."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.core.types import Image
    from rostro.video.track import Seen
    from rostro.video.watcher import Scene

#: JPEG quality of what is shown; a picture of 640 × 480 has some 60 kB.
_QUALITY = 80
#: Events that wait for somebody with a slow connection; of more the oldest are left out.
_EVENTS = 100


@dataclass(slots=True, eq=False)
class Viewer:
    """Somebody who looks: what is to be sent to them next. Only their event loop touches it."""

    loop: asyncio.AbstractEventLoop
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    picture: bytes | None = None
    about: dict[str, Any] = field(default_factory=dict)
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_EVENTS))

    def put(self, picture: bytes | None, about: dict[str, Any], events: list[dict[str, Any]]) -> None:
        """What they see next; a picture that they have not taken is left out."""
        self.picture, self.about = picture, about
        self.events.extend(events)
        self.arrived.set()

    async def take(self) -> tuple[str, bytes | None]:
        """The newest picture and all events since the last one; waits for them."""
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
        self._viewers: set[Viewer] = set()
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
    def viewer(self) -> Iterator[Viewer]:
        """Somebody who looks, for as long as they do; called in their event loop."""
        viewer = Viewer(asyncio.get_running_loop())
        with self._lock:
            self._viewers.add(viewer)
        try:
            yield viewer
        finally:
            with self._lock:
                self._viewers.discard(viewer)


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

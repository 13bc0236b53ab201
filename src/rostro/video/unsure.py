"""Who was watched and is not known for sure waits in an album, by the best view of them, when they have left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rostro.recognition.keeping import Keep
from rostro.recognition.pipeline import PhotoFaces
from rostro.video.events import FaceEvent

if TYPE_CHECKING:
    from rostro.core.types import Image
    from rostro.people.uncertain import Waiting
    from rostro.recognizer import Recognizer
    from rostro.video.events import Clock
    from rostro.video.watcher import Scene


class Unsure:
    """Looks once more, as at a photo, at whoever leaves."""

    def __init__(self, recognizer: Recognizer, waiting: Waiting, source: str, clock: Clock) -> None:
        """Looks at nothing yet.

        Args:
            recognizer: Who knows them.
            waiting: Where they wait.
            source: What the album calls the source.
            clock: Says when they left.
        """
        self._recognizer = recognizer
        self._waiting = waiting
        self._source = source
        self._clock = clock

    def hear(self, scene: Scene) -> None:
        """Has those wait who have left and are not known for sure."""
        for event in scene.events:
            if isinstance(event, FaceEvent) and event.kind == "left" and event.picture is not None:
                when = self._clock.time(event.seconds) or f"{event.seconds:.1f} s"
                self._look(event.picture, f"{self._source} {when}")

    def _look(self, picture: Image, name: str) -> None:
        (found,) = self._recognizer.photos([picture], face="largest", keep=Keep(images=False))
        if isinstance(found, PhotoFaces):  # in a poor view no face may be found
            found = replace(found, photo=name)
            self._recognizer.keep_uncertain(found, self._recognizer.look_up(found), self._waiting)

"""Runs a watcher over a source, and tells everybody who wants to know."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rostro.recognition.pipeline import Failure
from rostro.video.events import FaceEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rostro.video.identity import Match
    from rostro.video.sources import Source
    from rostro.video.watcher import Scene, Watcher


def run(
    source: Source,
    watcher: Watcher,
    tell: Sequence[Callable[[Scene], None]],
    *,
    stop: threading.Event | None = None,
) -> None:
    """Watches until the source ends or ``stop`` is set. However it ends, by Ctrl-C too, everybody is told who left.

    Raises:
        BadInput: The source cannot be opened.
    """

    def all_hear(scene: Scene) -> None:
        for hear in tell:
            hear(scene)

    stop = stop or threading.Event()
    items = source.items(stop)
    try:
        for item in items:
            all_hear(watcher.step(item))
    finally:
        stop.set()
        all_hear(watcher.finish())


@dataclass(slots=True)
class Summary:
    """What a run saw, to be told at its end.

    Attributes:
        frames: Frames that were looked at.
        dropped: Frames of a live source that were not.
        seconds: Time of the last frame.
        people: Name → number of tracks and best score.
        strangers: Tracks that ended without a name.
        not_live: Those of them that did not look alive, where that was asked.
        interrupted: Whether Ctrl-C ended it.
        failed: Pictures that could not be read, of a recording or a folder.
    """

    frames: int = 0
    dropped: int = 0
    seconds: float = 0.0
    people: dict[str, tuple[int, float]] = field(default_factory=dict)
    strangers: int = 0
    not_live: int = 0
    interrupted: bool = False
    failed: list[Failure] = field(default_factory=list)
    _unread: int = 0
    _tracks: dict[str, set[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.people)

    def hear(self, scene: Scene) -> None:
        """Counts."""
        if scene.frame is not None:
            self.frames += 1
            self.seconds = scene.frame.seconds
            self.dropped = scene.frame.number + 1 - self.frames - self._unread
        if scene.unreadable is not None:
            self._unread += scene.unreadable.frames
            self.failed.append(Failure(scene.unreadable.error))
        for event in scene.events:
            if isinstance(event, FaceEvent) and event.match is not None:
                self._seen(event.track, event.match)
            elif isinstance(event, FaceEvent) and event.kind == "left":
                self.strangers += 1
                self.not_live += event.liveness is not None and not event.liveness

    def _seen(self, track: int, match: Match) -> None:
        """Somebody was recognised, or left. One track may be several people's: a film is cut, faces cross."""
        tracks = self._tracks.setdefault(match.name, set())
        tracks.add(track)
        _, best = self.people.get(match.name, (0, -1.0))
        self.people[match.name] = (len(tracks), max(best, match.score))

    def to_dict(self) -> dict[str, Any]:
        """``{"frames", "dropped", "seconds", "people": [{"name", "tracks", "score"}], "strangers"}``.

        ``"not_live"`` counts strangers who did not look alive, if there were; where a picture could not be read,
        ``"failed"`` names it; after an interruption ``"interrupted"`` is true.
        """
        failed = {"failed": [failure.to_dict() for failure in self.failed]} if self.failed else {}
        return {
            "frames": self.frames,
            "dropped": self.dropped,
            "seconds": round(self.seconds, 3),
            "people": [
                {"name": name, "tracks": tracks, "score": round(score, 4)}
                for name, (tracks, score) in sorted(self.people.items())
            ],
            "strangers": self.strangers,
            **({"not_live": self.not_live} if self.not_live else {}),
            **failed,
            **({"interrupted": True} if self.interrupted else {}),
        }

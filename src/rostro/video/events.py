"""What a watcher tells: somebody appeared, was recognised, left; the source was lost, came back. One JSON line each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from rostro.core.errors import BadInput
from rostro.core.files import private_file
from rostro.core.showing import in_json

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from rostro.core.liveness import Liveness
    from rostro.core.types import Image
    from rostro.video.identity import Match

Kind = Literal["appeared", "recognised", "left"]
SourceKind = Literal["lost", "back"]


@dataclass(frozen=True, slots=True, eq=False)
class FaceEvent:
    """Something about a face.

    ``recognised`` comes when a track gets its name, and again in the rare case that it gets another. ``left`` comes
    once per track, with what it was known as last.

    Attributes:
        kind: What happened.
        seconds: When, since the source was opened; in a file, since its start.
        track: Whose.
        box: (x1, y1, x2, y2) in pixels of the frame.
        match: Who it is, with the score; None while unknown.
        picture: The best view of the face so far, RGB uint8; None where there was none.
        quality: Of that view, in [0, 1].
        liveness: Whether the face looks alive, by all looks so far, where that is asked; who does not is not named.
    """

    kind: Kind
    seconds: float
    track: int
    box: tuple[float, float, float, float]
    match: Match | None
    picture: Image | None
    quality: float
    liveness: Liveness | None = None

    def to_dict(self) -> dict[str, Any]:
        """``{"event", "seconds", "track", "name", "person", "score", "quality", "box"}``, ``"liveness"`` if asked."""
        match = self.match
        return {
            "event": self.kind,
            "seconds": round(self.seconds, 3),
            "track": self.track,
            "name": None if match is None else match.name,
            "person": None if match is None else match.person,
            "score": None if match is None else round(match.score, 4),
            "quality": round(self.quality, 3),
            "box": [round(edge, 1) for edge in self.box],
            **({} if self.liveness is None else {"liveness": self.liveness.to_dict()}),
        }


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """Something about the source.

    Attributes:
        kind: ``lost`` or ``back``.
        seconds: When, since it was opened.
        reason: Why, for people; empty for ``back``.
    """

    kind: SourceKind
    seconds: float
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """``{"event", "seconds", "reason"}``."""
        return {"event": self.kind, "seconds": round(self.seconds, 3), "reason": self.reason}


Event = FaceEvent | SourceEvent


class EventLog:
    """A file of JSON lines, added to; each line is on the disk when `write` returns. A context manager.

    It says who was where: a new one is its owner's alone.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file.

        Raises:
            BadInput: It cannot be written.
        """
        try:
            private_file(path)
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise BadInput(f"cannot write {path}: {error.strerror}") from None

    def write(self, document: dict[str, Any]) -> None:
        """Adds a line."""
        self._file.write(in_json(json.dumps(document, ensure_ascii=False, allow_nan=False)) + "\n")
        self._file.flush()

    def __enter__(self) -> EventLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


class Clock:
    """Tells when events of a live source were, in UTC; of a recording nobody knows."""

    def __init__(self, live: bool) -> None:
        """Starts now."""
        self._started = datetime.now(UTC) if live else None

    def time(self, seconds: float) -> str | None:
        """ISO 8601 with milliseconds, ``2026-11-23T23:15:01.250Z``; None for recordings."""
        if self._started is None:
            return None
        at = self._started + timedelta(seconds=seconds)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""The loop: frames in, tracks and events out. It opens nothing, so it is tested without camera, model or gallery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.types import Face
from rostro.video.events import Event, FaceEvent, SourceEvent
from rostro.video.frames import Frame, Item, Lost
from rostro.video.quality import quality
from rostro.video.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Floats, Image
    from rostro.video.events import Kind
    from rostro.video.identity import Match
    from rostro.video.track import Seen, Track


class Eyes(Protocol):
    """What the loop needs of a recogniser; see `rostro.video.eyes`."""

    good_score: float

    @property
    def threshold(self) -> float:
        """Similarity that counts as the same person, among those who are searched now."""

    def detect(self, image: Image) -> list[Face]:
        """Faces of an image, those of poor score among them."""

    def align(self, image: Image, faces: Sequence[Face]) -> Crops:
        """Their crops."""

    def embed(self, image: Image, faces: Sequence[Face], crops: Crops) -> tuple[Floats, list[bool]]:
        """Unit rows, and which of the faces are good enough to be judged."""

    def look_up(self, queries: Floats) -> list[list[Match]]:
        """People of the gallery for each unit row, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """How often and how long.

    Attributes:
        every: Faces are looked for in every n-th frame.
        patience: Seconds without a detection after which a face has left.
        confirm: Detections before a face is told of: a false alarm rarely comes twice at the same place.
        enough: Embeddings of a track that are taken as fast as they come.
        refresh: Seconds between later embeddings, unless a better view comes.
        better: How much better a view must be, as a factor of the best quality so far, to be embedded at once.
        least_quality: Faces below it are not embedded: they would be evidence of nothing.
        at_once: Embeddings per frame, so that a crowd cannot stop the picture.
    """

    every: int = 3
    patience: float = 1.0
    confirm: int = 2
    enough: int = 4
    refresh: float = 1.5
    better: float = 1.15
    least_quality: float = 0.12
    at_once: int = 4

    def __post_init__(self) -> None:
        if min(self.every, self.confirm, self.enough, self.at_once) < 1 or self.patience <= 0:
            raise BadInput("frames, detections and embeddings are counted from 1, and patience is above 0 seconds")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known after a frame, and what happened in it.

    Attributes:
        frame: The frame; None where the source was lost.
        seen: The tracks that are told of.
        events: What happened.
    """

    frame: Frame | None
    seen: tuple[Seen, ...]
    events: tuple[Event, ...]


class Watcher:
    """Follows and names the faces of one video."""

    def __init__(self, eyes: Eyes, options: WatchOptions | None = None) -> None:
        """Begins with an empty scene."""
        self._eyes = eyes
        self._options = options or WatchOptions()
        self._tracker = Tracker(good_score=eyes.good_score, threshold=eyes.threshold, patience=self._options.patience)
        self._events: list[Event] = []
        self._frames = 0
        self._last = 0.0
        self._away = False

    def step(self, item: Item) -> Scene:
        """Takes in the next frame, or that there is none."""
        if isinstance(item, Lost):
            return self._lost(item)
        if self._away:
            self._away = False
            self._events.append(SourceEvent("back", item.seconds))
        if item.seconds - self._last > self._options.patience:
            self._leave(self._tracker.end(), self._last)
        self._last = item.seconds
        self._tracker.follow(item.image)
        if self._frames % self._options.every == 0:
            self._look(item)
        self._frames += 1
        self._leave(self._tracker.ended(item.seconds), item.seconds)
        return self._scene(item)

    def finish(self) -> Scene:
        """The video is over: everybody leaves."""
        self._leave(self._tracker.end(), self._last)
        return self._scene(None)

    def _lost(self, item: Lost) -> Scene:
        self._leave(self._tracker.end(), item.seconds)
        if not self._away:
            self._away = True
            self._events.append(SourceEvent("lost", item.seconds, item.reason))
        return self._scene(None)

    def _look(self, frame: Frame) -> None:
        """Detects, and embeds what promises to tell something new."""
        found = self._tracker.update(self._eyes.detect(frame.image), frame.seconds)
        for track in found:
            if track.detections >= self._options.confirm and not track.shown:
                track.shown = True
                self._events.append(self._event("appeared", track, frame.seconds))
        if not found:
            return
        crops = self._eyes.align(frame.image, [track.face for track in found])
        worth = [quality(track.face, crop) for track, crop in zip(found, crops, strict=True)]
        for track, value in zip(found, worth, strict=True):
            if value > track.quality:
                track.picture = cut_out(frame.image, track.face)
        chosen = self._chosen(found, worth, frame.seconds)
        for track, value in zip(found, worth, strict=True):
            track.quality = max(track.quality, value)
        if chosen:
            self._identify(frame, [found[i] for i in chosen], [worth[i] for i in chosen], crops[chosen])

    def _chosen(self, tracks: Sequence[Track], worth: Sequence[float], seconds: float) -> list[int]:
        """Those to embed: first those of which least is known."""
        options = self._options
        wanted = [
            index
            for index, (track, value) in enumerate(zip(tracks, worth, strict=True))
            if value >= options.least_quality
            and (
                track.identity.count < options.enough
                or value > track.quality * options.better
                or seconds - track.embedded >= options.refresh
            )
        ]
        wanted.sort(key=lambda index: (tracks[index].identity.count, tracks[index].embedded))
        return wanted[: options.at_once]

    def _identify(self, frame: Frame, tracks: Sequence[Track], worth: Sequence[float], crops: Crops) -> None:
        """Takes in what can be judged; the other looks are no evidence for or against anybody."""
        seconds, threshold = frame.seconds, self._eyes.threshold
        vectors, judged = self._eyes.embed(frame.image, [track.face for track in tracks], crops)
        told = []
        for track, vector, value, good in zip(tracks, vectors, worth, judged, strict=True):
            track.embedded = seconds
            if good:
                track.identity.threshold = threshold
                track.identity.add(vector, value)
                told.append(track)
        answers = self._eyes.look_up(np.stack([track.identity.query for track in told])) if told else []
        for track, found in zip(told, answers, strict=True):
            if track.identity.decide(found) and track.identity.match is not None:
                if not track.shown:
                    track.shown = True
                    self._events.append(self._event("appeared", track, seconds))
                self._events.append(self._event("recognised", track, seconds))

    def _leave(self, tracks: Sequence[Track], seconds: float) -> None:
        self._events += [self._event("left", track, seconds) for track in tracks if track.shown]

    def _event(self, kind: Kind, track: Track, seconds: float) -> FaceEvent:
        match = None if kind == "appeared" else track.identity.match
        return FaceEvent(kind, seconds, track.number, track.face.box, match, track.picture, track.quality)

    def _scene(self, frame: Frame | None) -> Scene:
        events, self._events = tuple(self._events), []
        lately = self._last - self._options.patience / 2  # a face that was not found for longer may be gone
        seen = tuple(track.seen_as() for track in self._tracker.tracks if track.shown and track.seen >= lately)
        return Scene(frame, seen, events)


def cut_out(image: Image, face: Face, margin: float = 0.25) -> Image:
    """A copy of the face with some of what is around it, as far as that is in the picture."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = face.box
    aside, above = margin * face.width, margin * face.height
    left, top = max(0, int(x1 - aside)), max(0, int(y1 - above))
    right, bottom = min(width, int(x2 + aside) + 1), min(height, int(y2 + above) + 1)
    return image[top:bottom, left:right].copy() if right > left and bottom > top else image[:1, :1].copy()

"""The loop: frames in, tracks and events out. It opens nothing, so it is tested without camera, model or gallery."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from rostro.core.ranges import SCORE, SECONDS, Range, check_all, counted
from rostro.core.types import Face
from rostro.video.events import Event, FaceEvent, SourceEvent
from rostro.video.frames import Frame, Item, Lost, Unreadable
from rostro.video.life import Life
from rostro.video.quality import quality
from rostro.video.track import NEVER
from rostro.video.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.liveness import Liveness
    from rostro.core.types import Crops, Floats, Image
    from rostro.video.events import Kind
    from rostro.video.identity import Match
    from rostro.video.track import Seen, Track


#: What the options may be.
RANGES: Final = {
    "every": counted(what="a number of frames"),
    "patience": SECONDS,
    "confirm": counted(what="a number of detections"),
    "enough": counted(what="a number of embeddings"),
    "refresh": Range(what="a time in seconds", low=0, high=86_400),
    "better": Range(what="a factor", low=1, high=1000),
    "least_quality": SCORE,
    "at_once": counted(what="a number of embeddings"),
}
#: Every how manieth frame is looked at: of a film, and of pictures that may lie far apart.
_EVERY, _EACH = 3, 1
#: Seconds without a look after which there is one, unless somebody said in which frames.
_MOMENT = 0.2
#: Seconds between two frames from which a face may be anywhere in the next one.
_LEAP = 0.25
#: Faces that are embedded to find somebody again, for each one that is embedded at once.
_VIEWS = 4
#: Gaps between frames of which the median is their usual distance.
_GAPS = 9


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

    def looks_alive(self, image: Image, faces: Sequence[Face]) -> list[Liveness]:
        """Whether each of the faces looks alive; empty where that is not asked."""

    def weigh(self, score: float) -> Liveness:
        """What the mean score of several looks says."""

    def look_up(self, queries: Floats) -> list[list[Match]]:
        """People of the gallery for each unit row, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """How often and how long.

    Attributes:
        every: Faces are looked for in every n-th frame; None: in every third of a film or a camera, in each picture
            of a folder. Where frames are so far apart that somebody could come and go in between, in more of them.
        patience: Seconds without a detection after which a face has left; at least one and a half times the time
            between two looks.
        confirm: Detections before a face is told of: a false alarm rarely comes twice at the same place.
        enough: Embeddings of a track that are taken as fast as they come.
        refresh: Seconds between later embeddings, unless a better view comes.
        better: How much better a view must be, as a factor of the best quality so far, to be embedded at once.
        least_quality: Faces below it are not embedded: they would be evidence of nothing.
        at_once: Embeddings per frame, so that a crowd cannot stop the picture.
    """

    every: int | None = None
    patience: float = 1.0
    confirm: int = 2
    enough: int = 4
    refresh: float = 1.5
    better: float = 1.15
    least_quality: float = 0.12
    at_once: int = 4

    def __post_init__(self) -> None:
        check_all({name: getattr(self, name) for name in self.__slots__}, RANGES)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known after a frame, and what happened in it.

    Attributes:
        frame: The frame; None where the source was lost, or a picture could not be read.
        seen: The tracks that are told of.
        events: What happened.
        unreadable: The picture that could not be read.
    """

    frame: Frame | None
    seen: tuple[Seen, ...]
    events: tuple[Event, ...]
    unreadable: Unreadable | None = None


class Watcher:
    """Follows and names the faces of one video."""

    def __init__(self, eyes: Eyes, options: WatchOptions | None = None, *, apart: bool = False) -> None:
        """Begins with an empty scene.

        Args:
            eyes: The recogniser.
            options: How often and how long.
            apart: Whether pictures may lie far apart whatever their times say, as those of a folder do.
        """
        self._eyes = eyes
        self._options = options or WatchOptions()
        self._apart = apart
        self._every = self._options.every or (_EACH if apart else _EVERY)
        self._tracker = Tracker(good_score=eyes.good_score, threshold=eyes.threshold)
        self._events: list[Event] = []
        self._frames = 0
        self._last = self._looked = 0.0
        self._gaps: deque[float] = deque(maxlen=_GAPS)
        self._away = False

    def step(self, item: Item) -> Scene:
        """Takes in the next frame, or that there is none."""
        if isinstance(item, Lost):
            return self._lost(item)
        if isinstance(item, Unreadable):
            return replace(self._scene(None), unreadable=item)
        if self._away:
            self._away = False
            self._events.append(SourceEvent("back", item.seconds))
        gap = item.seconds - self._last
        if self._gaps and gap > self._patience:
            self._leave(self._tracker.end(), self._last)
        if self._frames:
            self._gaps.append(gap)
        self._last = item.seconds
        self._tracker.follow(item.image, leap=gap > _LEAP)
        if self._frames % self._every == 0 or item.seconds - self._looked >= self._longest_wait:
            self._looked = item.seconds
            self._look(item)
        self._frames += 1
        self._leave(self._tracker.ended(item.seconds, self._patience), item.seconds)
        return self._scene(item)

    @property
    def _longest_wait(self) -> float:
        """Seconds after which a frame is looked at whatever its number: somebody may be seen for a moment only."""
        return min(_MOMENT if self._options.every is None else math.inf, self._options.patience / 2)

    @property
    def _usual_gap(self) -> float:
        """Seconds from one frame to the next; 0 while there was only one."""
        return median(self._gaps) if self._gaps else 0.0

    @property
    def _patience(self) -> float:
        """Seconds without a detection after which a face has left: long enough for another look."""
        return max(self._options.patience, 1.5 * self._usual_gap)

    @property
    def _sparse(self) -> bool:
        """Whether who is in a picture may be gone, or elsewhere, in the next one."""
        return self._apart or self._usual_gap > _LEAP

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
        faces = self._eyes.detect(frame.image)
        found = self._tracker.update(faces, frame.seconds, self._views(frame.image, faces) if self._sparse else None)
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

    def _views(self, image: Image, faces: Sequence[Face]) -> dict[int, Floats]:
        """What faces look like, where somebody may have been lost sight of: the best faces, by `id`."""
        if not faces or all(track.followed for track in self._tracker.tracks):
            return {}
        crops = self._eyes.align(image, faces)
        worth = [quality(face, crop) for face, crop in zip(faces, crops, strict=True)]
        good = [i for i, value in enumerate(worth) if value >= self._options.least_quality]
        good = sorted(good, key=lambda i: -worth[i])[: _VIEWS * self._options.at_once]
        if not good:
            return {}
        vectors, judged = self._eyes.embed(image, [faces[i] for i in good], crops[good])
        return {id(faces[i]): vector for i, vector, known in zip(good, vectors, judged, strict=True) if known}

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
                track.identity.add(vector, value, lost=track.lost)
                track.lost = track.identity.doubted
                if track.identity.doubted:  # a film was cut, or faces crossed: looked at again as soon as may be
                    track.embedded = NEVER
                told.append(track)
        self._weigh_life(frame.image, told)
        answers = self._eyes.look_up(np.stack([track.identity.query for track in told])) if told else []
        for track, found in zip(told, answers, strict=True):
            alive = track.liveness is None or track.liveness.live
            if track.identity.decide(found if alive else (), alone=self._sparse) and track.identity.match is not None:
                if not track.shown:
                    track.shown = True
                    self._events.append(self._event("appeared", track, seconds))
                self._events.append(self._event("recognised", track, seconds))

    def _weigh_life(self, image: Image, tracks: Sequence[Track]) -> None:
        """Adds a look to what is known of who is alive; that of somebody else than before says nothing of who is."""
        looks = self._eyes.looks_alive(image, [track.face for track in tracks]) if tracks else []
        for track, look in zip(tracks, looks, strict=False):
            if track.identity.count == 1:
                track.life = Life()
            track.life.add(look)
            track.liveness = self._eyes.weigh(track.life.score)

    def _leave(self, tracks: Sequence[Track], seconds: float) -> None:
        self._events += [self._event("left", track, seconds) for track in tracks if track.shown]

    def _event(self, kind: Kind, track: Track, seconds: float) -> FaceEvent:
        match = None if kind == "appeared" else track.identity.match
        return FaceEvent(
            kind, seconds, track.number, track.face.box, match, track.picture, track.quality, track.liveness
        )

    def _scene(self, frame: Frame | None) -> Scene:
        events, self._events = tuple(self._events), []
        lately = self._last - self._patience / 2  # a face that was not found for longer may be gone
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

"""Faces through a film: found in its frames, carried to those in which they were not found, forward and back.

`rostro.video.tracker` follows them forward. A face that is found for the first time was there before, as a rule, and
only not found: it is followed back through the frames that were kept. What nobody can follow is guessed for half a
second and told as open, unless the scene was cut there or the face left the picture.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rostro.anonymisation.trails import Span, Trail, are_apart, at_edge, bridge, inside, small
from rostro.core.types import Face
from rostro.drawing.faces import scale_face
from rostro.video.flow import Flow
from rostro.video.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.anonymisation.covering import Box
    from rostro.anonymisation.finding import Finder
    from rostro.anonymisation.whom import Chooser
    from rostro.core.types import Image
    from rostro.video.track import Track

#: Seconds that a face is carried from where it was found, while its pixels can be followed, and seconds that it is
#: guessed where they cannot.
_CARRIED, _GUESSED = 2.0, 0.5
#: Seconds between looks at who it is, and those for which a look vouches, before it and after.
_LOOK, _VOUCHED = 0.25, 0.5
#: Frames that are kept to follow faces back through, at most.
_MOST_KEPT = 120
#: Every how many looks frames are looked at turned: somebody may lie, and is carried in between.
_TURNED = 8
#: Looks at who it is that are taken as fast as they come.
_ENOUGH = 4


@dataclass(frozen=True, slots=True)
class Followed:
    """All faces of a film.

    Attributes:
        trails: One for each face that was followed.
        loose: Boxes by frame of what may be a face and was found once.
        times: Seconds of each frame.
        reach: Frames for which a look at who somebody is vouches.
    """

    trails: tuple[Trail, ...]
    loose: dict[int, list[Box]]
    times: tuple[float, ...]
    reach: int


class Follower:
    """Takes in the frames of a film, one by one."""

    def __init__(self, finder: Finder, chooser: Chooser | None, *, rate: float, every: int = 1) -> None:
        """Begins.

        Args:
            finder: Finds faces.
            chooser: Looks at who they are; None where that does not matter.
            rate: Frames per second, about.
            every: Faces are looked for in every so manieth frame.
        """
        self._finder, self._chooser, self._every = finder, chooser, every
        self._tracker = Tracker(good_score=finder.good_score, threshold=0.5 if chooser is None else chooser.threshold)
        self._carried = max(every + 1, min(_MOST_KEPT, round(_CARRIED * rate)))
        self._guessed = max(1, round(_GUESSED * rate))
        self._look_every, self._reach = max(1, round(_LOOK * rate)), max(1, round(_VOUCHED * rate))
        self._kept: deque[Image] = deque(maxlen=self._carried + 1)
        self._trails: dict[int, Trail] = {}
        self._ended: list[Trail] = []
        self._loose: dict[int, list[Box]] = {}
        self._times: list[float] = []
        self._cuts: dict[int, bool] = {}
        self._looks = 0

    def step(self, image: Image, seconds: float) -> None:
        """Takes in the next frame.

        Args:
            image: RGB uint8 (H, W, 3).
            seconds: When it is shown.
        """
        now = len(self._times)
        self._times.append(seconds)
        self._kept.append(small(image))
        self._tracker.follow(image)
        tracks = self._tracker.tracks
        for track in tracks:
            self._trails[track.number].boxes[now] = track.face.box
        if now % self._every == 0:
            self._find(image, now)
        self._part(image, now)

    def finish(self) -> Followed:
        """The film is over."""
        last = len(self._times) - 1
        for track in self._tracker.end():
            self._close(self._trails[track.number], last)
        trails = (*self._ended, *self._trails.values())
        return Followed(trails, self._loose, tuple(self._times), self._reach)

    def _find(self, image: Image, now: int) -> None:
        faces = self._finder.in_frame(image, turned=self._looks % _TURNED == 0)
        self._looks += 1
        found = self._tracker.update(faces, float(now))
        back: list[tuple[Trail, Face, int]] = []
        lost_at: dict[int, int] = {}
        for track in found:
            trail = self._trails.setdefault(track.number, Trail())
            before = trail.found if trail.times else -1
            trail.boxes[now] = track.face.box
            if before < now - 1:
                back.append((trail, track.face, before))
            lost_at[track.number] = now if trail.lost is None else trail.lost
            trail.found, trail.lost = now, None
            trail.times += 1
        if back:
            self._carry_back(back, now, image)
        taken = {id(track.face) for track in self._tracker.tracks}
        for face in faces:
            if id(face) not in taken:
                for frame in (now - 1, now, now + 1):  # one that is found once may be there a little longer
                    self._loose.setdefault(frame, []).append(face.box)
        if self._chooser is not None:
            self._look(self._chooser, image, found, now, lost_at)

    def _carry_back(self, starts: Sequence[tuple[Trail, Face, int]], now: int, image: Image) -> None:
        """Follows faces back to where they were found before, or as far as they can be followed."""
        scale = max(self._kept[-1].shape[:2]) / max(image.shape[:2])
        flow = Flow()
        flow.motions(self._kept[-1], [])
        left = [(trail, scale_face(face, scale), before) for trail, face, before in starts]
        for step in range(1, len(self._kept)):
            frame, picture = now - step, self._kept[-1 - step]
            left = [one for one in left if frame > one[2]]
            if not left:
                break
            motions = flow.motions(picture, [face for _, face, _ in left])
            going = []
            for (trail, face, before), motion in zip(left, motions, strict=True):
                if motion is None:
                    if before < 0:
                        self._guess_back(trail, scale_face(face, 1 / scale).box, frame, image)
                    continue
                moved = Face(motion.of_box(face.box), face.score)
                if not inside(moved.box, picture):
                    continue
                trail.widen(frame, scale_face(moved, 1 / scale).box)
                going.append((trail, moved, before))
            left = going
        for trail, _, before in starts:
            if before >= 0:
                bridge(trail, before, now)

    def _guess_back(self, trail: Trail, box: Box, frame: int, image: Image) -> None:
        """A face that cannot be followed to a frame, back in time."""
        if self._is_cut(frame + 1) or at_edge(box, image):
            return
        first = frame
        while first > max(0, frame - self._guessed + 1) and not self._is_cut(first):
            first -= 1
        for guessed in range(first, frame + 1):
            trail.widen(guessed, box)
        trail.unsure.append(Span(first, frame))

    def _part(self, image: Image, now: int) -> None:
        """Lets go of who was not found for too long, and notes who cannot be followed."""
        over: list[Track] = []
        for track in self._tracker.tracks:
            trail = self._trails[track.number]
            if not track.followed and trail.lost is None and trail.found < now:
                trail.lost = now
                cut = self._is_cut(now)
                if cut:
                    trail.boxes.pop(now, None)
                if cut or at_edge(track.face.box, image):
                    trail.lost = None
                    over.append(track)
                    continue
            guessed = trail.lost is not None and now - trail.lost + 1 >= self._guessed
            if guessed or now - trail.found >= self._carried or not inside(track.face.box, image):
                self._close(trail, now)
                over.append(track)
        self._tracker.tracks = [track for track in self._tracker.tracks if track not in over]

    @staticmethod
    def _close(trail: Trail, now: int) -> None:
        if trail.lost is not None:
            trail.unsure.append(Span(trail.lost, now))

    def _is_cut(self, frame: int) -> bool:
        """Whether a frame shows something else altogether than the one before: its points are found nowhere in it."""
        if frame not in self._cuts:
            back = len(self._times) - 1 - frame
            if frame <= 0:
                return True
            if back + 2 > len(self._kept):
                return False
            self._cuts[frame] = are_apart(self._kept[-2 - back], self._kept[-1 - back])
        return self._cuts[frame]

    def _look(self, chooser: Chooser, image: Image, found: Sequence[Track], now: int, lost_at: dict[int, int]) -> None:
        """Looks at who they are: at first at once, then now and then, and whenever they were lost sight of.

        Whoever was, and is not clearly the same afterwards, is somebody new.
        """
        due = []
        for track in found:
            trail = self._trails[track.number]
            late = trail.looked is None or now - trail.looked >= self._look_every
            if trail.evidence.count < _ENOUGH or track.lost or late:
                due.append(track)
        if not due:
            return
        for track, look in zip(due, chooser.looks(image, [track.face for track in due]), strict=True):
            trail = self._trails[track.number]
            strange = look is not None and chooser.strange(trail.evidence, look[0], lost=track.lost)
            if track.lost and trail.evidence.count and (look is None or strange):
                self._ended.append(trail)
                trail = self._trails[track.number] = trail.cut_off(lost_at[track.number])
                trail.times, strange = 1, False
            track.lost = False
            trail.looked = now
            if look is not None:
                trail.evidence.mixed |= strange
                trail.evidence.add(*look)
                trail.looks.append(now)

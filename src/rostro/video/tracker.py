"""Faces from frame to frame: detected every n-th frame, followed by their pixels in between.

The rule of two rounds is ByteTrack's (Zhang et al.: ByteTrack: Multi-Object Tracking by Associating Every Detection
Box. ECCV 2022): detections of good score are assigned first and may begin tracks; those of poor score then keep alive
the tracks that are left, because a face that turns away is found with a poor score before it is not found at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.video.flow import Flow
from rostro.video.identity import Identity
from rostro.video.matching import assign, match
from rostro.video.track import Track

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rostro.core.types import Face, Floats, Image

    #: Unit vectors of faces, by ``id`` of the face.
    Views = Mapping[int, Floats]


class Tracker:
    """The tracks of one video."""

    def __init__(self, *, good_score: float, threshold: float) -> None:
        """Begins without tracks.

        Args:
            good_score: Detections below it begin no track.
            threshold: Similarity that counts as the same person.
        """
        self.tracks: list[Track] = []
        self._good_score = good_score
        self._threshold = threshold
        self._flow = Flow()
        self._begun = 0

    def follow(self, image: Image, *, leap: bool = False) -> None:
        """Moves all tracks to where their pixels are in the next frame.

        Args:
            image: The frame.
            leap: Whether so much time passed since the frame before that pixels in the same place say nothing.
        """
        motions = self._flow.motions(image, [track.face for track in self.tracks])
        for track, motion in zip(self.tracks, motions, strict=True):
            track.move(motion)
            track.followed &= motion is not None and not leap

    def update(self, detections: Sequence[Face], seconds: float, views: Views | None = None) -> list[Track]:
        """Takes in the detections of the frame that was followed to last.

        Args:
            detections: The faces found.
            seconds: When.
            views: What some of the faces look like. Who was not followed to here is found by it first, wherever they
                went, and is not taken for somebody else who stands in their place.

        Returns:
            The tracks that were detected; new ones last.
        """
        good = [face for face in detections if face.score >= self._good_score]
        poor = [face for face in detections if face.score < self._good_score]
        known = [] if views is None else self._recognised(good, views, seconds)
        left = [track for track in self.tracks if track not in known]
        taken = {id(track.face) for track in known}
        found, new = self._assign(left, [face for face in good if id(face) not in taken], seconds, views)
        more, _ = self._assign([track for track in left if track not in found], poor, seconds, views)
        begun = [self._begin(face, seconds) for face in new]
        self.tracks += begun
        return known + found + more + begun

    def _recognised(self, faces: Sequence[Face], views: Views, seconds: float) -> list[Track]:
        """The tracks that were lost sight of and are found again by what they look like."""
        tracks = [track for track in self.tracks if not track.followed and track.identity.count]
        seen = [face for face in faces if id(face) in views]
        if not tracks or not seen:
            return []
        alike = np.stack([track.identity.query for track in tracks]) @ np.stack([views[id(face)] for face in seen]).T
        pairs = assign(alike.astype(np.float64), self._threshold)
        for track, face in pairs:
            tracks[track].detected(seen[face], seconds)
        return [tracks[track] for track, _ in pairs]

    @staticmethod
    def _assign(
        tracks: Sequence[Track], faces: Sequence[Face], seconds: float, views: Views | None
    ) -> tuple[list[Track], list[Face]]:
        """The tracks that were found again, and the faces that are nobody's."""
        impossible = None
        if views is not None and tracks and faces:
            impossible = np.array([[_strangers(track, views.get(id(face))) for face in faces] for track in tracks])
        pairs = match([track.face for track in tracks], faces, impossible)
        for track, face in pairs:
            tracks[track].detected(faces[face], seconds)
        taken = {face for _, face in pairs}
        return [tracks[track] for track, _ in pairs], [face for i, face in enumerate(faces) if i not in taken]

    def ended(self, seconds: float, patience: float) -> list[Track]:
        """Lets go of the tracks that were not detected for longer than ``patience`` seconds, and returns them."""
        over = [track for track in self.tracks if seconds - track.seen > patience]
        self.tracks = [track for track in self.tracks if track not in over]
        return over

    def end(self) -> list[Track]:
        """Lets go of all tracks, and returns them."""
        over, self.tracks = self.tracks, []
        self._flow.forget()
        return over

    def _begin(self, face: Face, seconds: float) -> Track:
        self._begun += 1
        return Track(self._begun, face, seconds, Identity(self._threshold))


def _strangers(track: Track, view: Floats | None) -> bool:
    """Whether a face where somebody was that nobody followed to here is clearly another's."""
    return not track.followed and view is not None and track.identity.strange(view)

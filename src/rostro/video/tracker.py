"""Faces from frame to frame: detected every n-th frame, followed by their pixels in between.

The rule of two rounds is ByteTrack's (Zhang et al.: ByteTrack: Multi-Object Tracking by Associating Every Detection
Box. ECCV 2022): detections of good score are assigned first and may begin tracks; those of poor score then keep alive
the tracks that are left, because a face that turns away is found with a poor score before it is not found at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.video.flow import Flow
from rostro.video.identity import Identity
from rostro.video.matching import match
from rostro.video.track import Track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Image


class Tracker:
    """The tracks of one video."""

    def __init__(self, *, good_score: float, threshold: float, patience: float) -> None:
        """Begins without tracks.

        Args:
            good_score: Detections below it begin no track.
            threshold: Similarity that counts as the same person.
            patience: Seconds without a detection after which a track ends.
        """
        self.tracks: list[Track] = []
        self._good_score = good_score
        self._threshold = threshold
        self._patience = patience
        self._flow = Flow()
        self._begun = 0

    def follow(self, image: Image) -> None:
        """Moves all tracks to where their pixels are in the next frame."""
        motions = self._flow.motions(image, [track.face for track in self.tracks])
        for track, motion in zip(self.tracks, motions, strict=True):
            track.move(motion)

    def update(self, detections: Sequence[Face], seconds: float) -> list[Track]:
        """Takes in the detections of the frame that was followed to last.

        Returns:
            The tracks that were detected; new ones last.
        """
        good = [face for face in detections if face.score >= self._good_score]
        poor = [face for face in detections if face.score < self._good_score]
        found, new = self._assign(self.tracks, good, seconds)
        more, _ = self._assign([track for track in self.tracks if track not in found], poor, seconds)
        begun = [self._begin(face, seconds) for face in new]
        self.tracks += begun
        return found + more + begun

    @staticmethod
    def _assign(tracks: Sequence[Track], faces: Sequence[Face], seconds: float) -> tuple[list[Track], list[Face]]:
        """The tracks that were found again, and the faces that are nobody's."""
        pairs = match([track.face for track in tracks], faces)
        for track, face in pairs:
            tracks[track].detected(faces[face], seconds)
        taken = {face for _, face in pairs}
        return [tracks[track] for track, _ in pairs], [face for i, face in enumerate(faces) if i not in taken]

    def ended(self, seconds: float) -> list[Track]:
        """Lets go of the tracks that were not detected for too long, and returns them."""
        over = [track for track in self.tracks if seconds - track.seen > self._patience]
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

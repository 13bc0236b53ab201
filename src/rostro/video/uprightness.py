"""How a source is turned: a camera that hangs from the ceiling, a film taken with the telephone on its side.

Found out once, from the first faces that are seen well one way and not the other; after that every frame is turned
back before faces are looked for, which costs next to nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rostro.recognition.turning import RIGHT_ANGLES, Turner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Image
    from rostro.detection.base import Detector

#: Frames that must agree.
_AGREE = 3
#: A frame in which nobody is found is looked at in all ways only so often: most have nobody in them.
_EMPTY_EVERY = 10


class Uprightness:
    """Collects the votes of frames. Belongs to one source."""

    def __init__(self, detector: Detector) -> None:
        """Knows nothing yet.

        Args:
            detector: Finds faces.
        """
        self.turned = 0
        self._turner = Turner(detector)
        self._votes: Counter[int] = Counter()
        self._empty = 0

    def doubts(self, faces: Sequence[Face]) -> bool:
        """Whether a frame with these faces should be looked at in every way.

        Args:
            faces: What was found in it as it is thought to be turned.
        """
        if max(self._votes.values(), default=0) >= _AGREE:
            return False
        if faces:
            return True
        self._empty += 1
        return self._empty % _EMPTY_EVERY == 1

    def look(self, image: Image) -> None:
        """Lets a frame vote.

        Args:
            image: The frame as it came.
        """
        (look,) = self._turner.look([image])
        if look.faces and look.worth >= self._turner.sure and look.turned in {0, *RIGHT_ANGLES}:
            self._votes[look.turned] += 1
            self.turned = self._votes.most_common(1)[0][0]

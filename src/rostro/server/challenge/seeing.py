"""What a frame shows, for a challenge: from the same networks that `analyze` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from rostro.recognition.selection import dominant
from rostro.server.batcher import Work
from rostro.server.challenge.machine import Rules, Sighting

if TYPE_CHECKING:
    from rostro.recognition.analysis import PhotoAnalysis
    from rostro.recognizer import Recognizer

#: What is asked about each frame; for the quality faces are embedded, and the vectors are what is compared.
WORK: Final = Work(what=("quality", "pose", "eyes", "liveness"))
#: What both eyes say together: closed, open, or nothing sure.
_CLOSED: Final[dict[tuple[bool | None, bool | None], bool]] = {(True, True): False, (False, False): True}


def rules_of(recognizer: Recognizer) -> Rules:
    """What counts as done: alike and alive as this recogniser decides it. Loads the models.

    Raises:
        RostroError: One cannot be had, or nothing is known to decide by.
    """
    return Rules(alike=recognizer.operating_point.threshold, live_from=recognizer.liveness_judge.point.threshold)


def sighting(found: PhotoAnalysis, number: int, at: float) -> Sighting:
    """What a frame shows.

    Args:
        found: What the pipeline says of it, asked as `WORK` does.
        number: Of the frame.
        at: When it came, in seconds.
    """
    place = dominant(found.faces, width=found.width, height=found.height) if found.faces else None
    face = None if place is None else found.analyses[place]
    alone = len(found) <= 1
    if place is None or face is None or face.pose is None or face.liveness is None:
        nothing = np.empty(0, np.float32)
        return Sighting(number=number, at=at, sha256=found.sha256, face=False, alone=alone, vector=nothing)
    eyes = (None, None) if face.eyes is None else (face.eyes.left_open, face.eyes.right_open)
    return Sighting(
        number=number, at=at, sha256=found.sha256, alone=alone, yaw=face.pose.yaw, closed=_CLOSED.get(eyes),
        vector=found.embeddings[place], life=face.liveness.score,
    )  # fmt: skip

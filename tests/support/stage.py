"""Eyes that see what a test says, for a watcher without models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rostro.core.liveness import Liveness
from rostro.core.types import Face
from rostro.video.events import FaceEvent
from rostro.video.identity import Match
from rostro.video.watcher import Scene

RATE = 25
ADA, GRACE, STRANGER = (np.eye(4, dtype=np.float32)[i] for i in range(3))


class FakeEyes:
    """Sees a face where the test puts one; tells people apart by the vector given for the face's place."""

    good_score, threshold = 0.7, 0.4

    def __init__(self) -> None:
        self.faces: list[tuple[Face, np.ndarray]] = []
        self.people = {1: ("Ada", ADA), 2: ("Grace", GRACE)}
        self.detected = self.embedded = 0

    def detect(self, image: np.ndarray) -> list[Face]:
        self.detected += 1
        return [face for face, _ in self.faces]

    def align(self, image: np.ndarray, faces: Sequence[Face]) -> np.ndarray:
        checkers = np.indices((112, 112)).sum(axis=0) // 4 % 2 * 255
        self._asked = [next((v for f, v in self.faces if f == face), STRANGER) for face in faces]
        crops = np.repeat(checkers[None, :, :, None], max(1, len(faces)), axis=0)[: len(faces)]
        crops = np.broadcast_to(crops, (*crops.shape[:3], 3)).astype(np.uint8).copy()
        for number, crop in enumerate(crops):
            crop[0, 0] = number
        return crops

    def embed(self, image: np.ndarray, faces: Sequence[Face], crops: np.ndarray) -> tuple[np.ndarray, list[bool]]:
        self.embedded += len(crops)
        return np.stack([self._asked[int(crop[0, 0, 0])] for crop in crops]), [True] * len(crops)

    def looks_alive(self, image: np.ndarray, faces: Sequence[Face]) -> list[Liveness]:
        return []

    def weigh(self, score: float) -> Liveness:
        return Liveness(score >= 0.5, score, 0.0, 0.0)

    def look_up(self, queries: np.ndarray) -> list[list[Match]]:
        return [
            sorted((Match(i, name, float(v @ query)) for i, (name, v) in self.people.items()), key=lambda m: -m.score)
            for query in queries
        ]


def face(x: float, size: float = 100, score: float = 0.9) -> Face:
    points = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]]) * size + [x, 100]
    return Face((x, 100, x + size, 100 + size), score, points.astype(np.float32))


def told(scenes: list[Scene]) -> list[tuple[str, str | None]]:
    return [
        (e.kind, (e.match.name if e.match else None) if isinstance(e, FaceEvent) else e.reason)
        for scene in scenes
        for e in scene.events
    ]

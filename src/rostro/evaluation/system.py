"""What is evaluated: a detector, an alignment, an embedder and how they run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rostro import __version__
from rostro.runtime.base import engines_of

if TYPE_CHECKING:
    from rostro.recognition.selection import FaceRule
    from rostro.recognizer import Recognizer


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Everything that an embedding depends on, besides the photo.

    Attributes:
        detector: Its name.
        detector_weights: First eight hex digits of its network's sha256; empty where it has no file.
        min_score: Detection score below which faces are dropped.
        max_side: How large the detector looks at photos, in pixels.
        alignment: The alignment's key, for example ``five_point-112``.
        embedder: Its name.
        space: The embedding space.
        engine: The engine's name.
        runs_on: Device and precision of the detector and of the embedder, for example ``CPU f32, CPU int8``.
        face: Which face of a photo is taken.
        model_bytes: Size of all model files together.
        turn: Whether doubtful photos are looked at turned, too.
        judge: What judges faces, and so has photos looked at again; empty where nothing does.
        version: Of rostro.
    """

    detector: str
    detector_weights: str
    min_score: float
    max_side: int
    alignment: str
    embedder: str
    space: str
    engine: str
    runs_on: str
    face: FaceRule
    model_bytes: int
    turn: bool = False
    judge: str = ""
    version: str = __version__

    @classmethod
    def of(cls, recognizer: Recognizer, face: FaceRule) -> System:
        """Describes a recogniser; loads its models."""
        detector, embedder = recognizer.detector, recognizer.embedder
        return cls(
            detector=recognizer.detector_name,
            detector_weights=recognizer.store.hash_of(detector.files[0])[:8] if detector.files else "",
            min_score=detector.min_score,
            max_side=detector.max_side,
            alignment=recognizer.alignment_spec.key,
            embedder=recognizer.embedder_name,
            space=recognizer.space,
            engine=recognizer.engine_options.name,
            runs_on=", ".join(
                f"{engine.device} {engine.precision}" for part in (detector, embedder) for engine in engines_of(part)
            ),
            face=face,
            model_bytes=sum(recognizer.store.path(file).stat().st_size for file in detector.files) + embedder.bytes,
            turn=recognizer.turn,
            judge=recognizer.judge.about if recognizer.judge is not None else "",
        )

    @property
    def name(self) -> str:
        """Short name for tables: ``yunet + sface``."""
        return f"{self.detector} + {self.embedder}"

    def to_dict(self) -> dict[str, Any]:
        """All attributes."""
        return asdict(self)

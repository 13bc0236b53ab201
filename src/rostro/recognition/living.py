"""Faces that do not look alive: nothing is decided about them where it was asked whether they do."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from rostro.core.lazy import Lazy
from rostro.core.quality import Doubt, Quality
from rostro.liveness.judge import LivenessJudge, point_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rostro.core.liveness import Liveness
    from rostro.models.store import ModelStore
    from rostro.recognition.pipeline import PhotoFaces, Pipeline
    from rostro.runtime.base import EngineOptions


class Living:
    """The part of a recogniser that says whether faces look alive; it comes when it is first needed.

    Attributes:
        require_live: Whether nothing is decided about faces that do not, unless a call says otherwise.
    """

    require_live: bool
    store: ModelStore
    engine_options: EngineOptions
    _liveness: Lazy[LivenessJudge]

    def _note_liveness(self, *, require_live: bool, liveness: str | Path | None) -> None:
        """Notes what is wanted; what is named wrongly is said now."""
        point = None if liveness is None else point_of(liveness)
        self.require_live = require_live
        self._liveness = Lazy(lambda: LivenessJudge.open(self.store, self.engine_options, liveness=point))

    @property
    def liveness_judge(self) -> LivenessJudge:
        """What says whether faces look alive; see `LivenessJudge.open` for errors."""
        return self._liveness()

    def _asking(self, pipeline: Pipeline, liveness: bool | None) -> Pipeline:
        """The pipeline, with the judge where it is asked: always, never, or as the recogniser requires (None)."""
        asked = self.require_live if liveness is None else liveness
        return replace(pipeline, living=self.liveness_judge) if asked else pipeline


def living(found: PhotoFaces) -> dict[str, Any]:
    """``{"photo", "faces": [{"box", "score", "liveness"}]}``; ``"turned"`` where the photo is."""
    faces = [
        {"box": one["box"], "score": one["score"], "liveness": one["liveness"]} for one in found.to_dict()["faces"]
    ]
    return {"photo": found.photo, **({"turned": found.turned} if found.turned else {}), "faces": faces}


def not_live(
    liveness: Sequence[Liveness | None], qualities: Sequence[Quality | None] = (), photos: Sequence[str] = ()
) -> Doubt | None:
    """The doubt about the first face that does not look alive; None where all do, or nobody asked.

    Args:
        liveness: Of the faces, one or two; empty where nobody asked.
        qualities: Of the faces, where they are judged.
        photos: Their photos' names, where there are two.
    """
    for place, (life, quality) in enumerate(zip_longest(liveness, qualities)):
        if life is not None and not life:
            value = life.score if quality is None else quality.value
            return Doubt(Quality(value, ("not-live",)), photos[place] if len(photos) > 1 else "")
    return None

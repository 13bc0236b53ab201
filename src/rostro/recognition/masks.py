"""Faces that a mask covers: of what lies under it, nothing can be told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rostro.attributes.aizoo import MaskDetector
from rostro.core.lazy import Lazy
from rostro.core.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.models.store import ModelStore
    from rostro.recognition.turning import Look
    from rostro.runtime.base import EngineOptions


class Masks:
    """Asks about poor faces whether they wear a mask. Safe to call from several threads at once.

    Only poor ones: of people who wear a real one nearly all are, and the network costs twice what the rest of a photo
    does. Its file is fetched when the first poor face comes, if it can be had; where it cannot, nobody is called
    covered.
    """

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches nothing yet.

        Args:
            store: Gives the network's file.
            engine: Runs it.
        """
        self._detector = Lazy(lambda: MaskDetector(store, engine) if all(map(store.have, MaskDetector.files)) else None)

    def judged(self, looks: Sequence[Look], qualities: Sequence[Quality], below: float) -> list[Quality]:
        """The same qualities; those of poor faces that wear a mask have the reason ``covered`` before others.

        Args:
            looks: At photos.
            qualities: Of all their faces, in order.
            below: Which are poor.
        """
        told = list(qualities)
        poor = [place for place, quality in enumerate(qualities) if quality.value < below]
        detector = self._detector() if poor else None
        if detector is None:
            return told
        seen = [(look.image, face) for look in looks for face in look.faces]
        images, faces = zip(*(seen[place] for place in poor), strict=True)
        for place, mask in zip(poor, detector.tell(images, faces, {"mask"}), strict=True):
            if mask["mask"].to_dict()["value"] == "worn":
                others = tuple(reason for reason in told[place].reasons if reason not in {"unclear", "covered"})
                told[place] = replace(told[place], reasons=("covered", *others))
        return told

"""Faces that are not to be kept: what is enrolled is what everybody is compared with from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.core.errors import PoorQuality
from rostro.core.quality import Doubt
from rostro.recognition.living import not_live
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rostro.quality.gate import Gate


def refuse_poor(found: Iterable[PhotoFaces | Failure], gate: Gate | None) -> Iterator[PhotoFaces | Failure]:
    """Makes failures of photos whose only face is too poor to be judged, in a mask, or judged not to be a living one.

    Args:
        found: What the pipeline found, one face a photo.
        gate: Says what is too poor; None lets everything pass.

    Yields:
        What came, or a `Failure` of the kind ``poor-quality`` in its place.
    """
    for answer in found:
        doubt = not_live(answer.liveness, answer.qualities) if isinstance(answer, PhotoFaces) else None
        if doubt is None and gate is not None and isinstance(answer, PhotoFaces):
            covered = [quality for quality in answer.qualities if "covered" in quality.reasons]
            doubt = Doubt(covered[0]) if covered else gate.doubt(None, 0.0, answer.qualities)
        if doubt is None:
            yield answer
        else:
            values = {"kinds": list(doubt.kinds), "quality": round(doubt.quality.value, 4)}
            yield Failure(PoorQuality(answer.photo, doubt.reason, **values))

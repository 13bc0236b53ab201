"""Labeled Faces in the Wild, view 2: 6,000 pairs in ten folds, the threshold learnt on nine.

Of several faces the one nearest to the centre is taken, LFW's convention. A pair with a photo without a face is an
error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rostro.evaluation.data.lfw import read_lfw
from rostro.evaluation.measures import (
    Measurement,
    Metric,
    Rates,
    failure_to_acquire,
    worst,
)
from rostro.evaluation.options import Options
from rostro.evaluation.protocols.base import Protocol
from rostro.evaluation.table import ScoreTable, make_table
from rostro.scoring.bootstrap import SubjectScores
from rostro.scoring.cosine import paired
from rostro.scoring.folds import fold_accuracy
from rostro.scoring.intervals import Interval

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.evaluation.embeddings import Embedded
    from rostro.recognition.selection import FaceRule

#: Half of the width of a 95 % interval, in standard errors: Student's t with nine degrees of freedom (ten folds).
_T9 = 2.262


class LFW(Protocol):
    """``pairs.txt`` and its photos."""

    name = "lfw"
    about = "pairs in folds, the threshold learnt on the other folds (pairs.txt)"
    face: ClassVar[FaceRule] = "centre"
    headline = "accuracy"
    FMRS = (1e-2, 1e-3, 1e-4)

    def __init__(self, root: Path, options: Options) -> None:
        """See `rostro.evaluation.data.lfw.read_lfw`."""
        self._pairs = read_lfw(root)
        self.people = self._pairs.people

    def score(self, embedded: Embedded, header: dict[str, Any]) -> ScoreTable:
        """One score per pair."""
        first, second = self._pairs.first, self._pairs.second
        scores = paired(embedded.vectors[first], embedded.vectors[second])
        scores[~(embedded.found[first] & embedded.found[second])] = -np.inf
        return make_table(embedded, header, (first, second, scores), self._pairs.folds)

    @staticmethod
    def measure(table: ScoreTable, options: Options) -> Measurement:
        """Accuracy over folds, equal error rate, true accept rates."""
        sample = SubjectScores(table.scores, table.probe_people, table.reference_people, len(table.people.names))
        rates = Rates(sample.counts(), sample, options.fmrs or LFW.FMRS, options)
        return Measurement(
            metrics=(
                _accuracy(table),
                rates.equal_error(),
                rates.auc(),
                *rates.tars(),
                failure_to_acquire(table),
            ),
            spread=rates.spread(),
            false_matches=worst(table, genuine=False),
            false_non_matches=worst(table, genuine=True),
        )


def _accuracy(table: ScoreTable) -> Metric:
    folds = fold_accuracy(table.scores, table.genuine, table.folds)
    half = folds.standard_error * (_T9 if folds.accuracies.size == 10 else 1.96)
    interval = Interval(
        max(0.0, folds.mean - half),
        min(1.0, folds.mean + half),
        0.95,
        f"standard error over {folds.accuracies.size} folds",
    )
    return Metric(kind="accuracy", value=folds.mean, interval=interval, threshold=float(np.median(folds.thresholds)))

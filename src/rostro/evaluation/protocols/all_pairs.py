"""Every genuine and every impostor pair of a folder of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.evaluation.measures import Measurement, Rates, failure_to_acquire, worst
from rostro.evaluation.options import Options
from rostro.evaluation.pairs import score_all_pairs
from rostro.evaluation.protocols.base import Protocol
from rostro.evaluation.table import ScoreTable, make_table
from rostro.photos.folders import read_people
from rostro.scoring.bootstrap import AllPairs, SubjectScores

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.evaluation.embeddings import Embedded
    from rostro.scoring.counts import ScoreCounts


class EveryPair(Protocol):
    """One folder per person, or flat files named after the person."""

    name = "all-pairs"
    about = "every two photos of a folder of people"
    headline = "tar@0.001"
    FMRS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)

    def __init__(self, root: Path, options: Options) -> None:
        """See `rostro.photos.folders.read_people`."""
        self.people = read_people(root)

    def score(self, embedded: Embedded, header: dict[str, Any]) -> ScoreTable:
        """Counts all scores, and lists the genuine and the highest impostor ones."""
        result = score_all_pairs(embedded)
        rows = (result.probe, result.reference, result.scores)
        return make_table(embedded, {**header, "floor": result.floor}, rows, histogram=result.counts)

    @staticmethod
    def measure(table: ScoreTable, options: Options) -> Measurement:
        """Equal error rate and true accept rates."""
        counts, sample = counted(table), all_pairs_sample(table)
        listed = counts.accepted(table.header["floor"])[1] / counts.impostor_total
        rates = Rates(counts, sample, options.fmrs or EveryPair.FMRS, options, listed_fmr=listed)
        return Measurement(
            metrics=(*rates.tars(), rates.equal_error(), rates.auc(), failure_to_acquire(table)),
            spread=rates.spread(),
            false_matches=worst(table, genuine=False),
            false_non_matches=worst(table, genuine=True),
        )


def counted(table: ScoreTable) -> ScoreCounts:
    """Every score of the table, counted."""
    if table.histogram is not None:
        return table.histogram
    return SubjectScores(table.scores, table.probe_people, table.reference_people, len(table.people.names)).counts()


def all_pairs_sample(table: ScoreTable, *, made_only: bool = False, floor: float = -np.inf) -> SubjectScores:
    """The listed scores with their subjects, for intervals at thresholds above the header's floor.

    Args:
        table: Of this protocol.
        made_only: Leave out comparisons that could not be made, for FMR and FNMR instead of FAR and FRR.
        floor: Lowest threshold of interest: impostor scores under it are only counted, which is faster.
    """
    found = np.array([not reason for reason in table.reasons])
    photos = table.people.owners[found] if made_only else table.people.owners
    rows = table.genuine | (table.scores >= floor)
    if made_only:
        rows &= np.isfinite(table.scores)
    return SubjectScores(
        table.scores[rows],
        table.probe_people[rows],
        table.reference_people[rows],
        len(table.people.names),
        AllPairs(np.bincount(photos, minlength=len(table.people.names)).astype(np.float64)),
    )

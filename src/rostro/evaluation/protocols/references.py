"""R reference and P probe photos of each person: does a probe match its own person, and only them?

A probe counts for a person when its score with *any* of the person's references reaches the threshold, that is when
the best does. Over all cells (probe's person × person): the part of probes on the diagonal that count is *correct*, the
part beside it *false positives*. Photos are drawn several times, so that few people still give enough cells.

Source: the protocol of the Universidad Nacional de Colombia's face recognition thesis (five references, five probes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput
from rostro.evaluation.measures import (
    Measurement,
    Rates,
    failure_to_acquire,
    worst,
)
from rostro.evaluation.options import Options
from rostro.evaluation.protocols.base import Protocol
from rostro.evaluation.table import ScoreTable, make_table
from rostro.photos.folders import read_people
from rostro.scoring.bootstrap import SubjectScores

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.evaluation.embeddings import Embedded
    from rostro.photos.people import People


class References(Protocol):
    """Drawn by seed from a folder of people: those who have enough photos take part, in every draw."""

    name = "references"
    about = "R references and P probes per person; a probe matches a person by the best reference"
    headline = "correct@0.001"
    FMRS = (1e-2, 3.58e-3, 1e-3)
    REFERENCES = 5

    def __init__(self, root: Path, options: Options) -> None:
        """Draws photos.

        Raises:
            BadInput: Fewer than two people have enough photos.
        """
        people = read_people(root)
        self._needed = (options.references or self.REFERENCES, options.probes)
        self._draws, self._seed = options.draws, options.seed
        enough = people.counts >= sum(self._needed)
        if min(self._needed) < 1 or np.count_nonzero(enough) < 2:
            raise BadInput(
                f"{self._needed[0]} references and {self._needed[1]} probes need two people with {sum(self._needed)} "
                f"photos, there are {np.count_nonzero(enough)}"
            )
        self.people = people.only(enough[people.owners])

    def score(self, embedded: Embedded, header: dict[str, Any]) -> ScoreTable:
        """In each draw, every probe with every reference; the draw's number is the fold."""
        rows = []
        for number in range(self._draws):
            references, probes = draw(self.people, *self._needed, self._seed + number)
            scores = np.clip(embedded.vectors[probes] @ embedded.vectors[references].T, -1.0, 1.0)
            scores[~embedded.found[probes]] = -np.inf
            scores[:, ~embedded.found[references]] = -np.inf
            folds = np.full(scores.size, number)
            rows.append((np.repeat(probes, references.size), np.tile(references, probes.size), scores.ravel(), folds))
        probe, reference, every, folds = (np.concatenate(column) for column in zip(*rows, strict=True))
        return make_table(embedded, header, (probe, reference, every), folds)

    @staticmethod
    def measure(table: ScoreTable, options: Options) -> Measurement:
        """Per cent correct at rates of false positives."""
        probe_people, reference_people, scores = best_per_cell(table)
        sample = SubjectScores(scores, probe_people, reference_people, len(table.people.names))
        rates = Rates(sample.counts(), sample, options.fmrs or References.FMRS, options, kind="correct")
        return Measurement(
            metrics=(*rates.tars(), rates.equal_error(), rates.auc(), failure_to_acquire(table)),
            spread=rates.spread(),
            false_matches=worst(table, genuine=False),
            false_non_matches=worst(table, genuine=True),
        )


def draw(people: People, references: int, probes: int, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(reference photos, probe photos), so many of each person."""
    random = np.random.default_rng(seed)
    photos = [random.permutation(np.flatnonzero(people.owners == person)) for person in range(len(people.names))]
    return (
        np.concatenate([drawn[:references] for drawn in photos]),
        np.concatenate([drawn[references : references + probes] for drawn in photos]),
    )


def best_per_cell(table: ScoreTable) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """(probe's person, person, best score over the person's references) of every probe with every person."""
    people, photos = len(table.people.names), len(table.people.photos)
    cell = (table.folds.astype(np.int64) * photos + table.probe) * people + table.reference_people
    order = np.argsort(cell, kind="stable")
    cells, starts = np.unique(cell[order], return_index=True)
    best = np.maximum.reduceat(table.scores[order], starts)
    return table.people.owners[cells // people % photos], (cells % people).astype(np.int32), best

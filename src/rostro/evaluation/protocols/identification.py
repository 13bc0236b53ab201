"""Who is this, and is it anybody: enrolled people, probes of them, and strangers.

A folder with ``gallery/``, ``probe/`` and, for strangers, ``unknown/``, each with one folder per person; or one folder
per person, of which a draw by seed enrols one half of the people with one photo each (or more), and searches with their
other photos and, as strangers, with all photos of the other half. A person's score is their best template's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput
from rostro.evaluation.measures import (
    Measurement,
    Metric,
    Rates,
    certain,
    failure_to_acquire,
    worst,
)
from rostro.evaluation.options import Options
from rostro.evaluation.protocols.base import Protocol
from rostro.evaluation.table import ScoreTable, make_table
from rostro.photos.folders import read_parts, read_people
from rostro.photos.people import People
from rostro.scoring.bootstrap import subject_intervals
from rostro.scoring.identification import SearchScores, cmc, open_set_counts, open_set_scores
from rostro.scoring.verification import rates_at

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.types import Floats
    from rostro.evaluation.embeddings import Embedded

#: Candidates listed per search, besides the probe's own person; the longest rank that is told.
CANDIDATES = 50
RANKS = (1, 5, 10)
_BLOCK = 512


class Identification(Protocol):
    """Open-set identification."""

    name = "identification"
    about = "gallery/, probe/ and unknown/ folders, or split by seed: ranks, and strangers told apart"
    headline = "tpir@0.01"
    FMRS = (1e-1, 1e-2, 1e-3)
    REFERENCES = 1

    def __init__(self, root: Path, options: Options) -> None:
        """Reads the parts, or draws them.

        Raises:
            BadInput: A person is both enrolled and unknown, or nobody has a probe.
        """
        if (root / "gallery").is_dir():
            self.people, enrolled = read_folders(root)
        else:
            self.people = read_people(root)
            enrolled = split(self.people, options.references or self.REFERENCES, options.seed)
        self._enrolled = enrolled
        if not np.isin(self.people.owners[~enrolled], self.people.owners[enrolled]).any():
            raise BadInput(f"{root}: nobody who is enrolled has another photo to search with")

    def score(self, embedded: Embedded, header: dict[str, Any]) -> ScoreTable:
        """The best candidates of each probe, and its own person."""
        templates = np.flatnonzero(self._enrolled & embedded.found)
        if templates.size == 0:
            raise BadInput("no photo of the gallery gave a face")
        enrolled = np.unique(embedded.people.owners[self._enrolled])
        probes = np.flatnonzero(~self._enrolled)
        rows = [
            _search(embedded, templates, enrolled, part) for part in np.array_split(probes, probes.size // _BLOCK + 1)
        ]
        probe, person, scores = (np.concatenate(column) for column in zip(*rows, strict=True))
        header = {**header, "enrolled": int(enrolled.size)}
        return make_table(embedded, header, (probe, person, scores), to_people=True)

    @staticmethod
    def measure(table: ScoreTable, options: Options) -> Measurement:
        """True positive identification rates at false positive rates, and ranks."""
        searches = Searches(table)
        people = len(table.people.names)

        def sample(rank: int) -> SearchScores:
            found = open_set_scores(searches.own, searches.ranks, rank)
            return SearchScores(found, searches.mated_people, searches.strangers, searches.stranger_people, people)

        curve = cmc(searches.ranks, min(CANDIDATES, table.header["enrolled"]))
        ranks = [_rank(sample(rank), rank, float(curve[rank - 1]), options) for rank in RANKS if rank <= curve.size]
        closed = Measurement(
            metrics=(*ranks, failure_to_acquire(table)),
            cmc=tuple(curve.tolist()),
            false_non_matches=worst(table, genuine=True),
        )
        if searches.strangers.size == 0:
            return closed
        counts = open_set_counts(open_set_scores(searches.own, searches.ranks), searches.strangers)
        rates = Rates(counts, sample(1), options.fmrs or Identification.FMRS, options, kind="tpir")
        return replace(
            closed,
            metrics=(*rates.tars(), *closed.metrics),
            spread=rates.spread(),
            false_matches=worst(searches.of_strangers(), genuine=False),
        )


class Searches:
    """The searches of a score table.

    Attributes:
        own: (P,) score of each mated probe with its own person.
        ranks: (P,) rank of the own person; more than `CANDIDATES` stands for "further down".
        mated_people: (P,) the probe's person.
        strangers: (Q,) best score of each non-mated probe.
        stranger_people: (Q,) the probe's person.
    """

    def __init__(self, table: ScoreTable) -> None:
        """Sorts the rows by probe."""
        self._table = table
        probes, place = np.unique(table.probe, return_inverse=True)
        top = np.full(probes.size, -np.inf, np.float32)
        np.maximum.at(top, place, table.scores)
        own = np.full(probes.size, -np.inf, np.float32)
        mated = np.zeros(probes.size, bool)
        own[place[table.genuine]] = table.scores[table.genuine]
        mated[place[table.genuine]] = True
        as_good = np.bincount(place, table.scores >= own[place], probes.size).astype(np.int64)
        ranks = np.where(own > -np.inf, as_good, table.header["enrolled"] + 1)
        owners = table.people.owners[probes]
        self.own, self.ranks, self.mated_people = own[mated], ranks[mated], owners[mated]
        self.strangers, self.stranger_people = top[~mated], owners[~mated]
        self._is_stranger = ~mated[place]

    def of_strangers(self) -> ScoreTable:
        """The rows of non-mated probes."""
        table, rows = self._table, self._is_stranger
        return replace(
            table,
            probe=table.probe[rows],
            reference=table.reference[rows],
            scores=table.scores[rows],
            folds=table.folds[rows],
        )


def _rank(sample: SearchScores, rank: int, value: float, options: Options) -> Metric:
    (interval,) = subject_intervals(
        sample, lambda counts: [1 - rates_at(counts, -1.1).frr], replicates=options.replicates, seed=options.seed
    )
    return Metric(kind="rank", at=rank, value=value, interval=interval if value < 1 else certain(sample))


def read_folders(root: Path) -> tuple[People, NDArray[np.bool_]]:
    """The photos of ``gallery``, ``probe`` and ``unknown``, and which of them are enrolled.

    Raises:
        BadInput: A part is missing, a probe's person is not in the gallery, or an unknown person is.
    """
    names = ("gallery", "probe", "unknown") if (root / "unknown").is_dir() else ("gallery", "probe")
    parts = read_parts(root, names)
    gallery = set(parts["gallery"].names)
    if lost := sorted(set(parts["probe"].names) - gallery):
        raise BadInput(f"{root}: {lost[0]} has probes, but is not in the gallery; strangers belong into unknown/")
    if "unknown" in parts and (known := sorted(set(parts["unknown"].names) & gallery)):
        raise BadInput(f"{root}: {known[0]} is in unknown/ and in gallery/")
    people = People.of(
        (part.names[owner], photo)
        for part in parts.values()
        for owner, photo in zip(part.owners, part.photos, strict=True)
    )
    people = replace(
        people,
        failed=tuple(error for part in parts.values() for error in part.failed),
        others=tuple(file for part in parts.values() for file in part.others),
    )
    enrolled = set(parts["gallery"].photos)
    return people, np.array([photo in enrolled for photo in people.photos])


def split(people: People, references: int, seed: int) -> NDArray[np.bool_]:
    """Which photos are enrolled: ``references`` of each person of one half of the people."""
    random = np.random.default_rng(seed)
    half = random.permutation(len(people.names))[: (len(people.names) + 1) // 2]
    enrolled = np.zeros(len(people.photos), bool)
    for person in half:
        enrolled[random.permutation(np.flatnonzero(people.owners == person))[:references]] = True
    return enrolled


def _search(
    embedded: Embedded, templates: NDArray[np.intp], enrolled: NDArray[np.int32], probes: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.int32], Floats]:
    """(probe, person, score): the best candidates of each probe, and its own person where enrolled."""
    owners = embedded.people.owners
    columns, starts = np.unique(owners[templates], return_index=True)  # photos come sorted by person
    scores = np.full((probes.size, enrolled.size), -np.inf, np.float32)
    similarity = np.clip(embedded.vectors[probes] @ embedded.vectors[templates].T, -1.0, 1.0)
    scores[:, np.searchsorted(enrolled, columns)] = np.maximum.reduceat(similarity, starts, axis=1)
    scores[~embedded.found[probes]] = -np.inf
    listed = enrolled[None, :] == owners[probes][:, None]
    best = np.argpartition(-scores, min(CANDIDATES, enrolled.size) - 1, axis=1)[:, :CANDIDATES]
    np.put_along_axis(listed, best, values=True, axis=1)
    row, column = np.nonzero(listed)
    return probes[row], enrolled[column], scores[row, column]

"""Operating points, measured: the threshold for a false match rate, and what is known about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.files import write_file
from rostro.evaluation.protocols.all_pairs import EveryPair, all_pairs_sample, counted
from rostro.scoring.bootstrap import AllPairs, rate_intervals
from rostro.scoring.counts import RateNotSupported
from rostro.scoring.impostor_tail import fit_tail
from rostro.scoring.verification import check_supported, is_supported, rates_at, threshold_at_fmr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rostro.evaluation.options import Options
    from rostro.evaluation.table import ScoreTable
    from rostro.photos.people import People
    from rostro.scoring.bootstrap import ErrorKind
    from rostro.scoring.intervals import Interval
    from rostro.scoring.verification import Rates


def check_people(people: People, fmr: float) -> None:
    """Refuses, before the long work, a rate that so many photos of so many people can never show.

    Raises:
        RateNotSupported: There are too few pairs of different people.
    """
    photos = people.counts.astype(np.float64)
    check_supported(fmr, AllPairs(photos).comparisons(np.ones(photos.size)))


def operating_points(
    table: ScoreTable, fmr: float, measured_on: str, options: Options, others: Sequence[float] = EveryPair.FMRS
) -> dict[str, Any]:
    """The document that `rostro.scoring.operating_points` reads.

    Only comparisons that could be made count: the rates are FMR and FNMR.

    Args:
        table: Scores of the protocol ``all-pairs``.
        fmr: False match rate of the default point.
        measured_on: The data and the way of measuring, in words.
        options: Replicates and seed of the intervals.
        others: Further rates, as far as the data support them.

    Raises:
        RateNotSupported: There are too few impostor comparisons for ``fmr``.
    """
    counts = counted(table).made()
    check_supported(fmr, counts.impostor_total)
    targets = sorted({fmr, *(other for other in others if is_supported(other, counts.impostor_total))}, reverse=True)
    thresholds = [threshold_at_fmr(counts, target) for target in targets]
    sample = all_pairs_sample(table, made_only=True, floor=min(thresholds))
    wanted: list[tuple[ErrorKind, float]] = [(kind, t) for t in thresholds for kind in ("far", "frr")]
    intervals = rate_intervals(sample, wanted, replicates=options.replicates, seed=options.seed)
    return {
        "space": table.header["system"]["space"],
        "metric": "cosine",
        "measured_on": measured_on,
        "system": table.header["system"],
        "data_hash": table.header["data_hash"],
        "genuine": int(counts.genuine_total),
        "impostor": int(counts.impostor_total),
        "failed_photos": len(table.failures),
        "default_fmr": fmr,
        "points": [
            _point(target, rates_at(counts, threshold), *intervals[2 * index : 2 * index + 2])
            for index, (target, threshold) in enumerate(zip(targets, thresholds, strict=True))
        ],
        "tail": impostor_tail(table, options),
    }


def impostor_tail(table: ScoreTable, options: Options) -> dict[str, Any] | None:
    """What searches among many people need of the impostor scores; None where there are too few people to tell.

    Args:
        table: Scores of the protocol ``all-pairs``.
        options: Seed of the draws.
    """
    found = np.array([not reason for reason in table.reasons])
    place = np.cumsum(found) - 1  # of each photo among those with a face
    rows = ~table.genuine & np.isfinite(table.scores)
    probe, reference = place[table.probe[rows]], place[table.reference[rows]]
    try:
        return fit_tail(
            table.scores[rows], probe, reference, table.people.owners[found], seed=options.seed
        ).to_dict()  # fmt: skip
    except RateNotSupported:
        return None


def _point(target: float, rates: Rates, fmr: Interval, fnmr: Interval) -> dict[str, Any]:
    return {
        "target_fmr": target,
        "threshold": rates.threshold,
        "fmr": rates.fmr,
        "fmr_interval": [fmr.low, fmr.high],
        "fnmr": rates.fnmr,
        "fnmr_interval": [fnmr.low, fnmr.high],
        "interval": fmr.method,
    }


def write_operating_points(document: dict[str, Any], path: Path) -> None:
    """Writes the file that `Recognizer` takes as ``operating_point``.

    Raises:
        BadInput: It cannot be written.
    """
    write_file(path, json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n")

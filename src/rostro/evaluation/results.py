"""The numbers of a report as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from rostro.core.files import encoded, write_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rostro.core.errors import PhotoError
    from rostro.evaluation.measures import Spread
    from rostro.evaluation.run import Result

#: What the folder of every report holds, whatever was evaluated.
FILES = ("report.html", "results.json")
_SYSTEM = ("detector", "embedder", "space", "engine", "runs_on", "face")


def document(results: Sequence[Result]) -> dict[str, Any]:
    """Everything that was measured, as JSON has it."""
    return {"protocol": results[0].protocol, "results": [_result(result) for result in results]}


def unread_document(unread: Sequence[PhotoError], not_pictures: Sequence[str]) -> dict[str, Any]:
    """``{"unread": [{"photo", "reason"}], "not_pictures": [name]}``; what is empty is not there."""
    listed = [{"photo": error.photo, "reason": error.reason} for error in unread]
    return {**({"unread": listed} if listed else {}), **({"not_pictures": list(not_pictures)} if not_pictures else {})}


def write_results(results: Sequence[Result], folder: Path) -> None:
    """Writes ``results.json`` and ``results.csv``.

    Raises:
        BadInput: The folder cannot be written.
    """
    text = json.dumps(document(results), indent=1, ensure_ascii=False, allow_nan=False)
    write_file(folder / "results.json", encoded(text) + b"\n")
    write_file(folder / "results.csv", encoded(_csv(results)))


def _result(result: Result) -> dict[str, Any]:
    table, measurement = result.table, result.measurement
    return {
        **table.header,
        "system": result.system.to_dict(),
        "metrics": [metric.to_dict() for metric in measurement.metrics],
        "spread": _spread(measurement.spread),
        "cmc": list(measurement.cmc),
        "groups": [report.to_dict() for report in result.groups],
        "failed": [{"photo": photo, "reason": reason} for photo, reason in table.failures],
        **{
            kind: [
                {"probe": str(table.people.photos[m.probe]), "reference": _name(result, m.reference), "score": m.score}
                for m in getattr(measurement, kind)
            ]
            for kind in ("false_matches", "false_non_matches")
        },
    }


def _name(result: Result, reference: int) -> str:
    people = result.table.people
    return people.names[reference] if result.table.to_people else str(people.photos[reference])


def _spread(spread: Spread | None) -> dict[str, Any] | None:
    if spread is None:
        return None
    curve = spread.curve
    return {
        "fmr": spread.fmr,
        "threshold": spread.threshold,
        "curve": {
            "threshold": [None if value == float("inf") else value for value in curve.thresholds.tolist()],
            "fmr": curve.fmr.tolist(),
            "fnmr": curve.fnmr.tolist(),
        },
        "histogram": {name: getattr(spread, name).tolist() for name in ("edges", "genuine", "impostor")},
    }


def _csv(results: Sequence[Result]) -> str:
    stream = io.StringIO()
    first = results[0].measurement.metrics[0].to_dict()
    writer = csv.DictWriter(stream, ("protocol", *_SYSTEM, "seconds_per_photo", "model_bytes", *first))
    writer.writeheader()
    for result in results:
        system = result.system.to_dict()
        common = {
            "protocol": result.protocol,
            **{name: system[name] for name in _SYSTEM},
            "seconds_per_photo": result.seconds_per_photo,
            "model_bytes": result.system.model_bytes,
        }
        writer.writerows({**common, **metric.to_dict()} for metric in result.measurement.metrics)
    return stream.getvalue()

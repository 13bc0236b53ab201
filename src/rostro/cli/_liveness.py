"""``rostro evaluate --protocol liveness``: the part of ``evaluate`` about living people and pictures of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from rostro.cli import options, output
from rostro.cli.language import language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def evaluate(
    root: Path,
    folder: Path | None,
    formats: Sequence[str],
    *,
    overwrite: bool,
    scorer: str | None,
    bpcer: float,
    films: Sequence[str],
    face: str | None,
    json: bool,
    **given: Any,
) -> None:
    """Measures, writes the report where one is wanted, prints the main figures."""
    from rostro.evaluation.evaluate_liveness import evaluate_liveness
    from rostro.evaluation.liveness import POINT, REPORT
    from rostro.evaluation.liveness_report import summary

    with output.progress() as bar:
        task = bar.add_task(scorer or "", total=None)
        found = evaluate_liveness(
            root,
            scorer=scorer,
            bpcer=bpcer,
            films=films,
            face=options.face_rule(face) or "largest",
            recognizer=options.make_recognizer(**given),
            output=folder,
            overwrite=overwrite,
            language=language(),
            formats=formats,
            on_photo=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if json:
        output.print_json({**found.to_dict(), **output.not_pictures(found.not_pictures)})
    else:
        for line in summary(found, language()):
            output.say(line)
        if folder is not None:
            output.say(f"{folder / REPORT}")
            output.say(f"{folder / POINT}")
    output.report_left_out(found.not_pictures)
    output.report_failures(found.failed)
    raise typer.Exit(output.NO_ANSWER if found.failed else output.YES)

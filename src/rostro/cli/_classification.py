"""``rostro evaluate classification``: the part of ``evaluate`` that asks a checkpoint trained here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import typer

from rostro.cli import options, output
from rostro.cli.train import shown
from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def evaluate(
    checkpoint: Path | None, root: Path, folder: Path, language: str, formats: Sequence[str], *, json: bool
) -> None:
    """Asks the checkpoint about each photo, writes the report, prints the main figures."""
    from rostro.evaluation.classification_report import summary
    from rostro.evaluation.classify import evaluate_classification

    checked = cast("Any", language)
    if checkpoint is None:
        raise BadInput("classification needs --checkpoint: a folder that 'rostro train' wrote")
    with shown() as seen:
        result = evaluate_classification(
            checkpoint,
            root,
            recognizer=options.make_recognizer(),
            output=folder,
            language=checked,
            formats=formats,
            on_photo=seen.photo,
        )
    if json:
        output.print_json(result.to_dict())
    else:
        for line in summary(result, checked):
            output.say(line)
        output.say(f"{folder / 'report.html'}")
    raise typer.Exit(output.report_unread(result.unread, result.not_pictures))

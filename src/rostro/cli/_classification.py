"""``rostro evaluate --checkpoint``: the part of ``evaluate`` that asks a checkpoint trained here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from rostro.cli import options, output
from rostro.cli.language import language
from rostro.cli.train import shown
from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def evaluate(
    checkpoint: Path | None,
    root: Path,
    folder: Path | None,
    formats: Sequence[str],
    *,
    overwrite: bool,
    engine: str | None,
    precision: str | None,
    json: bool,
) -> None:
    """Asks the checkpoint about each photo, writes the report where one is wanted, prints the main figures."""
    from rostro.evaluation.classification_report import drawn, summary
    from rostro.evaluation.classify import evaluate_classification

    if checkpoint is None:
        raise BadInput("classification needs --checkpoint: a folder that 'rostro train' wrote")
    with shown() as seen:
        result = evaluate_classification(
            checkpoint,
            root,
            recognizer=options.make_recognizer(engine=engine, precision=precision),
            output=folder,
            overwrite=overwrite,
            language=language(),
            formats=formats,
            on_photo=seen.photo,
        )
    if json:
        output.print_json(result.to_dict())
    else:
        for line in [*drawn(result, language()), *summary(result, language())]:
            output.say(line)
        if folder is not None:
            output.say(f"{folder / 'report.html'}")
    raise typer.Exit(output.report_unread(result.unread, result.not_pictures))

"""``rostro evaluate classification``: the part of ``evaluate`` that asks a checkpoint trained here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rostro.cli import options, output
from rostro.cli.train import shown
from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path


def evaluate(checkpoint: Path | None, root: Path, folder: Path, language: str, *, json: bool) -> None:
    """Asks the checkpoint about each photo, writes the report, prints the main figures."""
    from rostro.core.words import check_language
    from rostro.evaluation.classification import classify_folder
    from rostro.evaluation.classification_report import summary, write_classification
    from rostro.training.loop.checkpoint import make_folder, read_checkpoint

    checked = check_language(cast("Any", language))
    if checkpoint is None:
        raise BadInput("classification needs --checkpoint: a folder that 'rostro train' wrote")
    read = read_checkpoint(checkpoint)
    make_folder(folder)
    with shown() as seen:
        result = classify_folder(read, root, options.make_recognizer(), seen.photo)
    write_classification(result, folder, checked)
    if json:
        output.print_json(result.to_dict())
        return
    for line in summary(result, checked):
        output.say(line)
    output.say(f"{folder / 'report.html'}")

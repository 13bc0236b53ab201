"""How good is a classifier that was trained here, on photos that took no part in its training?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.words import Language, check_language
from rostro.evaluation.classification import classify_folder
from rostro.evaluation.classification_report import write_classification
from rostro.recognizer import Recognizer
from rostro.reports.typeset import check_formats_of
from rostro.training.loop.checkpoint import make_folder, read_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rostro.evaluation.classification import Classification


def evaluate_classification(
    checkpoint: str | Path,
    root: str | Path,
    *,
    recognizer: Recognizer | None = None,
    output: str | Path | None = None,
    language: Language = "en",
    formats: Iterable[str] = (),
    on_photo: Callable[[str, int, int], None] | None = None,
) -> Classification:
    """Asks a checkpoint about each photo of a folder of people: accuracy, confusion matrix, a line per class.

    Args:
        checkpoint: A folder that `rostro.train` wrote, or its ``.safetensors`` file.
        root: One folder per class.
        recognizer: Gives vectors and faces to checkpoints that stand on them; None takes the default models.
        output: Folder for the report and the numbers; None writes none.
        language: Of the report.
        formats: ``pdf`` and ``png``: what report and matrix are written as, besides HTML and SVG.
        on_photo: Told what is done with the photos, how many are done, and of how many.

    Raises:
        MissingExtra: The extra ``train`` is not installed, or ``pdf`` for a format.
        BadInput: Not a checkpoint of a classifier, or the folders are not its classes.
    """
    checked, chosen = check_language(language), check_formats_of(output, formats)
    read = read_checkpoint(Path(checkpoint))
    if output is not None:
        make_folder(Path(output))
    result = classify_folder(read, Path(root), recognizer or Recognizer(), on_photo)
    if output is not None:
        write_classification(result, Path(output), checked, chosen)
    return result

"""How good is a classifier that was trained here, on photos that took no part in its training?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.files import refuse_existing
from rostro.core.words import Language, check_language
from rostro.evaluation.classification import classify_folder
from rostro.evaluation.classification_report import write_classification
from rostro.evaluation.results import FILES
from rostro.photos.sources import spare
from rostro.recognizer import Recognizer
from rostro.reports.typeset import check_formats_of
from rostro.training.data.split import learned
from rostro.training.loop.checkpoint import make_folder, need_torch, read_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rostro.evaluation.classification import Classification


def evaluate_classification(
    checkpoint: str | Path,
    root: str | Path,
    *,
    recognizer: Recognizer | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    language: Language = "en",
    formats: Iterable[str] = (),
    on_photo: Callable[[str, int, int], None] | None = None,
) -> Classification:
    """Asks a checkpoint about each photo of a folder of people: accuracy, confusion matrix, a line per class.

    Args:
        checkpoint: A folder that `rostro.train` wrote, or its ``.safetensors`` file.
        root: One folder per class; or ``train``, ``val`` and ``test`` with these, of which the last is asked. Photos
            that took part in a training that split its folder itself are left out, and counted.
        recognizer: Gives vectors and faces to checkpoints that stand on them; None takes the default models.
        output: Folder for the report and the numbers; None writes none.
        overwrite: Whether a report that is there is written over; otherwise it is refused.
        language: Of the report.
        formats: ``pdf`` and ``png``: what report and matrix are written as, besides HTML and SVG.
        on_photo: Told what is done with the photos, how many are done, and of how many.

    Raises:
        MissingExtra: The extra ``train`` is not installed, or ``pdf`` for a format.
        BadInput: Not a checkpoint of a classifier, the folders are not its classes, or a report is there already. Or a
            picture of the report would overwrite one of the photos.
    """
    checked, chosen = check_language(language), check_formats_of(output, formats)
    need_torch()
    if output is not None:
        spare((Path(output) / f"{name}.{ending}" for name in ("report", "confusion") for ending in chosen), root)
        if not overwrite:
            refuse_existing(*(Path(output) / name for name in FILES))
    read = read_checkpoint(Path(checkpoint))
    if output is not None:
        make_folder(Path(output))
    home = Path(checkpoint) if Path(checkpoint).is_dir() else Path(checkpoint).parent
    result = classify_folder(read, Path(root), recognizer or Recognizer(), on_photo, learned=learned(home))
    if output is not None:
        write_classification(result, Path(output), checked, chosen)
    return result

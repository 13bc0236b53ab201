"""How well are living people told from pictures of them, on photos of one's own?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.files import refuse_existing
from rostro.core.ranges import REFUSED
from rostro.core.words import Language, check_language
from rostro.evaluation.liveness import FILES, LivenessEvaluation, in_words, judge_photos, list_looks
from rostro.evaluation.liveness_report import write_liveness
from rostro.liveness.base import LIVENESS
from rostro.liveness.judge import name_of
from rostro.photos.sources import spare
from rostro.recognizer import Recognizer
from rostro.reports.typeset import check_formats_of
from rostro.training.loop.checkpoint import make_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rostro.recognition.selection import FaceRule


def evaluate_liveness(
    root: str | Path,
    *,
    scorer: str | None = None,
    bpcer: float = 0.05,
    films: Sequence[str] = (),
    face: FaceRule = "largest",
    data: str | None = None,
    recognizer: Recognizer | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    language: Language = "en",
    formats: Iterable[str] = (),
    on_photo: Callable[[int, int], None] = lambda done, total: None,
) -> LivenessEvaluation:
    """Measures APCER for each kind of attack, BPCER and ACER, and the threshold for one's own people and cameras.

    Args:
        root: Holds the folders ``live`` and ``attack``. Folders in ``attack`` are kinds of attack (``attack/screen``),
            photos beside them are of one more kind. Folders within those, and in ``live``, are each of one person or
            film; photos beside them are each of somebody else.
        scorer: A name, or a threshold's file, which names one; None takes the best.
        bpcer: Share of the living people and films that may be refused, in [0, 1); the threshold follows.
        films: Beginnings of names: photos whose names begin so are frames of one film.
        face: Which face of a photo is meant.
        data: What the photos are, for the threshold's file; None takes how many there are of whom.
        recognizer: Finds the faces; None takes the default models.
        output: Folder for the report, the numbers and the threshold's file; None writes none.
        overwrite: Whether what is there is written over; otherwise it is refused.
        language: Of the report.
        formats: ``pdf`` and ``png``: what the report is written as, besides HTML.
        on_photo: Told how many photos are done, and of how many.

    Raises:
        BadInput: A folder is missing or nothing in it could be judged, the share is out of range, or a report is there.
        UnknownModel: No scorer of that name.
        MissingExtra: The extra ``pdf`` for a format.
    """
    checked, chosen = check_language(language), check_formats_of(output, formats)
    REFUSED.check(bpcer)
    kind = LIVENESS.get(name_of(scorer))
    others: list[Path] = []
    listed = list_looks(Path(root), films, others)
    if output is not None:
        spare((Path(output) / f"report.{ending}" for ending in chosen), root)
        if not overwrite:
            refuse_existing(*(Path(output) / name for name in FILES))
    recognizer = recognizer or Recognizer()
    judge = kind(recognizer.store, recognizer.engine_options)
    if output is not None:
        make_folder(Path(output))
    looks, without, failed = judge_photos(listed, judge, recognizer, face, on_photo)
    found = LivenessEvaluation(
        kind.name, judge.weights_hash, bpcer, tuple(looks), without, tuple(failed), tuple(others),
        data or in_words(looks),
    )  # fmt: skip
    if output is not None:
        write_liveness(found, Path(output), checked, chosen, recognizer=recognizer, face=face)
    return found

"""How well living people are told from pictures of them: photos, scores, and the threshold that follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rostro.core.errors import BadInput, NoFace
from rostro.core.liveness import Liveness
from rostro.liveness.judge import LivenessJudge
from rostro.liveness.point import LivenessPoint
from rostro.photos.listing import find_photos, is_folder
from rostro.recognition.pipeline import Failure
from rostro.scoring.presentation_attack import AttackErrors, Scored, counts_of, errors_at, threshold_at_bpcer
from rostro.scoring.verification import auc, error_curve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rostro.liveness.base import LivenessScorer
    from rostro.recognition.selection import FaceRule
    from rostro.recognizer import Recognizer
    from rostro.scoring.verification import ErrorCurve

#: Folders of a root: living people, and attacks.
LIVING, ATTACKS = "live", "attack"
#: What a report's folder holds.
REPORT, RESULTS, POINT = "report.html", "results.json", "liveness.json"
FILES: Final = (REPORT, RESULTS, POINT)


class Look(NamedTuple):
    """A photo that was judged.

    Attributes:
        photo: Its file.
        kind: Kind of attack; empty for a living person.
        subject: Whose photo, or of which film it is a frame.
        score: Of the face that is meant.
    """

    photo: Path
    kind: str
    subject: str
    score: float


@dataclass(frozen=True)
class LivenessEvaluation:
    """What was measured.

    Attributes:
        scorer: Name of the scorer.
        weights: Its `LivenessScorer.weights_hash`.
        bpcer: The share of living people and films that the threshold may refuse.
        looks: The photos that were judged.
        without_face: Photos in which no face was found, or not one that is meant, by kind: they are in no rate. A door
            lets none of them pass.
        failed: Photos that gave no answer.
        not_pictures: Files among them that are no pictures.
        data: What the photos are, in words.
    """

    scorer: str
    weights: str
    bpcer: float
    looks: tuple[Look, ...]
    without_face: dict[str, int]
    failed: tuple[Failure, ...]
    not_pictures: tuple[Path, ...]
    data: str

    def _scored(self, kind: str) -> Scored:
        looks = [look for look in self.looks if look.kind == kind]
        return Scored.of([look.score for look in looks], [look.subject for look in looks])

    @property
    def living(self) -> Scored:
        """Scores of living people."""
        return self._scored("")

    @property
    def attacks(self) -> dict[str, Scored]:
        """Kind of attack → its scores."""
        return {kind: self._scored(kind) for kind in sorted({look.kind for look in self.looks} - {""})}

    @property
    def errors(self) -> AttackErrors:
        """The threshold, and what it does."""
        return errors_at(threshold_at_bpcer(self.living, self.bpcer), self.living, self.attacks)

    @property
    def auc(self) -> float:
        """The chance that a living person's score is above an attack's."""
        return auc(counts_of(self.living, self.attacks))

    def curve(self, kind: str) -> ErrorCurve:
        """What every threshold does to living people and to one kind of attack."""
        return error_curve(counts_of(self.living, {kind: self.attacks[kind]}))

    @property
    def point(self) -> LivenessPoint:
        """The threshold, for ``--liveness``."""
        return LivenessPoint(self.scorer, self.weights, self.errors, self.data)

    def mistakes(self, most: int) -> list[Look]:
        """Attacks that pass and living people who do not, the clearest of each first, taking turns."""
        threshold = self.errors.threshold
        passed = sorted((x for x in self.looks if x.kind and x.score >= threshold), key=lambda x: -x.score)
        refused = sorted((x for x in self.looks if not x.kind and x.score < threshold), key=lambda x: x.score)
        return [*passed[: most // 2], *refused[: most // 2]]

    def to_dict(self) -> dict[str, Any]:
        """All numbers; rates with their intervals."""
        return {
            **self.point.to_dict(),
            "bpcer_wanted": self.bpcer,
            "auc": round(self.auc, 6),
            "apcer": round(self.errors.apcer, 6),
            "bpcer": round(self.errors.bpcer, 6),
            "acer": round(self.errors.acer, 6),
            "without_face": dict(self.without_face),
            "failed": [failure.to_dict() for failure in self.failed],
        }


class _Scores(LivenessJudge):
    """Gives scores, and no verdict: the threshold is what is looked for."""

    def __init__(self, scorer: LivenessScorer) -> None:
        self.scorer = scorer

    def of(self, score: float) -> Liveness:
        return Liveness(True, score, 0.0, 0.0)


def list_looks(root: Path, films: Sequence[str], others: list[Path]) -> list[tuple[Path, str, str]]:
    """(photo, kind of attack, subject) of all photos.

    Args:
        root: Holds ``live`` and ``attack``; see `rostro.evaluation.evaluate_liveness.evaluate_liveness`.
        films: Beginnings of names: photos whose names begin so are frames of one film.
        others: Files that are no pictures are added to it.

    Raises:
        BadInput: A folder is missing.
    """
    for name in (LIVING, ATTACKS):
        if not is_folder(root / name):
            raise BadInput(f"{root}: no folder {name!r} in it; living people go to {LIVING!r}, attacks to {ATTACKS!r}")
    found = []
    for photo in find_photos([root / LIVING], on_other=others.append):
        found.append((photo, "", _subject(photo.relative_to(root / LIVING), films)))
    for photo in find_photos([root / ATTACKS], on_other=others.append):
        inside = photo.relative_to(root / ATTACKS)
        kind = inside.parts[0] if len(inside.parts) > 1 else ATTACKS
        within = inside.relative_to(kind) if len(inside.parts) > 1 else inside
        found.append((photo, kind, f"{kind}/{_subject(within, films)}"))
    return found


def _subject(photo: Path, films: Sequence[str]) -> str:
    """Whose photo, or of which film: the folder that it lies in, the beginning of its name, or itself."""
    if len(photo.parts) > 1:
        return photo.parts[0]
    return next((film for film in films if photo.name.startswith(film)), photo.name)


def judge_photos(
    listed: Sequence[tuple[Path, str, str]],
    scorer: LivenessScorer,
    recognizer: Recognizer,
    face: FaceRule,
    on_photo: Callable[[int, int], None],
) -> tuple[list[Look], dict[str, int], list[Failure]]:
    """Scores of photos; how many have no face that is meant, by kind; and photos that gave no answer.

    Raises:
        BadInput: There is nobody living, or no attack.
    """
    pipeline = replace(recognizer.detection_pipeline, living=_Scores(scorer))
    looks, without, failed = [], Counter[str](), []
    answers = pipeline.run([photo for photo, *_ in listed], face=face)
    for done, ((photo, attack, subject), answer) in enumerate(zip(listed, answers, strict=True), 1):
        on_photo(done, len(listed))
        if not isinstance(answer, Failure):
            looks.append(Look(photo, attack, subject, answer.liveness[0].score))
        elif isinstance(answer.error, NoFace):
            without[attack or LIVING] += 1
        else:
            failed.append(answer)
    _check(looks)
    return looks, dict(without), failed


def _check(looks: Sequence[Look]) -> None:
    """Refuses to measure on nothing.

    Raises:
        BadInput: There is nobody living, or no attack.
    """
    if all(look.kind for look in looks):
        raise BadInput(f"no face in {LIVING!r} could be judged")
    if not any(look.kind for look in looks):
        raise BadInput(f"no face in {ATTACKS!r} could be judged")


def in_words(looks: Sequence[Look]) -> str:
    """How many photos there are of whom."""
    frames = Counter(bool(look.kind) for look in looks)
    subjects = Counter(bool(kind) for kind, _ in {(look.kind, look.subject) for look in looks})
    living = f"{frames[False]} photos of {subjects[False]} living people and films"
    return f"{living}, {frames[True]} of {subjects[True]} attacks"

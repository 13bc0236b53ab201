"""How good a trained classifier is, on photos that took no part in its training: who is taken for whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, PhotoError
from rostro.core.order import natural
from rostro.evaluation.results import unread_document
from rostro.photos.folders import read_people
from rostro.photos.reading import name_of, photo_hash
from rostro.scoring.intervals import binomial_interval
from rostro.training.base import RECIPES, Progress
from rostro.training.data.parts import part_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from rostro.recognizer import Recognizer
    from rostro.scoring.intervals import Interval
    from rostro.training.loop.card import Card
    from rostro.training.loop.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class Answer:
    """A photo, whose it is, who the classifier says it is (None: nobody known), and how probable the first name is."""

    photo: str
    truth: str
    said: str | None
    probability: float


@dataclass(frozen=True, slots=True)
class ClassReport:
    """One class.

    Attributes:
        name: Its name.
        photos: How many of it were asked.
        recall: Part of them that was named so.
        precision: Part of those named so that was of it; None if none was named so.
        f1: Harmonic mean of the two; 0 where nothing was right.
    """

    name: str
    photos: int
    recall: float
    precision: float | None
    f1: float


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """Answers about photos of known classes.

    Attributes:
        card: The classifier's card.
        answers: One per photo that gave an answer.
        failed: Photos that gave none.
        part: The folder that was asked, where there were parts (``test``, else ``val``); empty elsewhere.
        left_out: Photos that were not asked, because they took part in the training.
        unread: Folders and links that gave no class a photo, and why; they are in no number.
        not_pictures: Names of files that lay among the photos and are no pictures.
    """

    card: Card
    answers: tuple[Answer, ...]
    failed: tuple[PhotoError, ...]
    part: str = ""
    left_out: int = 0
    unread: tuple[PhotoError, ...] = ()
    not_pictures: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that were asked, sorted (2 before 10)."""
        return tuple(sorted({answer.truth for answer in self.answers}, key=natural))

    @property
    def right(self) -> int:
        """How many answers are right."""
        return sum(answer.said == answer.truth for answer in self.answers)

    @property
    def accuracy(self) -> float:
        """Part of the photos that are named rightly; photos that gave no answer count as wrong."""
        return self.right / (len(self.answers) + len(self.failed))

    @property
    def interval(self) -> Interval:
        """The accuracy's 95 % confidence interval, photos taken as independent."""
        return binomial_interval(self.right, len(self.answers) + len(self.failed))

    @property
    def balanced_accuracy(self) -> float:
        """Mean of the classes' recalls."""
        return float(np.mean([report.recall for report in self.reports()]))

    def matrix(self) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        """(columns' names, (classes, columns) counts): rows are whose photo it is, columns who it is said to be.

        Columns are the classes that were asked, then others that were named, then "" for nobody known.
        """
        others = sorted({str(a.said) for a in self.answers if a.said is not None} - set(self.classes))
        nobody = [""] if any(answer.said is None for answer in self.answers) else []
        columns = (*self.classes, *others, *nobody)
        row, column = (
            {name: index for index, name in enumerate(names)} for names in (self.classes, columns)
        )  # fmt: skip
        counts = np.zeros((len(row), len(column)), np.int64)
        for answer in self.answers:
            counts[row[answer.truth], column[answer.said or ""]] += 1
        return columns, counts

    def reports(self) -> tuple[ClassReport, ...]:
        """A line per class that was asked."""
        columns, counts = self.matrix()
        found = []
        for index, name in enumerate(self.classes):
            right, said = int(counts[index, index]), int(counts[:, columns.index(name)].sum())
            photos = int(counts[index].sum())
            f1 = 2 * right / (photos + said)
            found.append(ClassReport(name, photos, right / photos, right / said if said else None, f1))
        return tuple(found)

    def confusions(self) -> list[tuple[str, str | None, int]]:
        """(whose photo, who it was said to be, how often) of wrong answers, most frequent first."""
        wrong = Counter((a.truth, a.said) for a in self.answers if a.said != a.truth)
        return sorted(
            ((truth, said, count) for (truth, said), count in wrong.items()), key=lambda c: (-c[2], c[0], c[1] or "")
        )

    def mistakes(self) -> list[Answer]:
        """The wrong answers, the surest first."""
        return sorted((a for a in self.answers if a.said != a.truth), key=lambda a: -a.probability)

    def to_dict(self) -> dict[str, Any]:
        """Everything, for other programs."""
        columns, counts = self.matrix()
        return {
            "recipe": self.card.recipe,
            "weights_sha256": self.card.weights_sha256,
            "part": self.part or None,
            "left_out": self.left_out,
            "photos": len(self.answers) + len(self.failed),
            "accuracy": self.accuracy,
            "accuracy_interval": [self.interval.low, self.interval.high],
            "balanced_accuracy": self.balanced_accuracy,
            "classes": [
                {"class": r.name, "photos": r.photos, "precision": r.precision, "recall": r.recall, "f1": r.f1}
                for r in self.reports()
            ],
            "confusion": {"rows": list(self.classes), "columns": list(columns), "counts": counts.tolist()},
            "failed": [{"photo": error.photo, "reason": error.reason} for error in self.failed],
            **unread_document(self.unread, self.not_pictures),
        }


def classify_folder(
    checkpoint: Checkpoint,
    root: Path,
    recognizer: Recognizer | None = None,
    on_photo: Callable[[str, int, int], None] | None = None,
    *,
    learned: Collection[str] = (),
) -> Classification:
    """Asks a checkpoint about a folder with one folder per class.

    Args:
        checkpoint: Of a recipe that gives each photo one class.
        root: The folder; its subfolders are named like the checkpoint's classes, not necessarily all of them. Of a
            folder with parts (``train``, ``val``, ``test``) the last one is asked.
        recognizer: Gives vectors, where the checkpoint stands on an embedder; None makes the default one.
        on_photo: Told what is done with the photos, how many are done, and of how many.
        learned: sha256 of photos that took part in the training, and are not asked.

    Raises:
        BadInput: Not such a folder, a folder that is no class of the checkpoint, no photo gave an answer, or all of
            them took part in the training.
    """
    card = checkpoint.card
    recipe = RECIPES.get(card.recipe)
    if not recipe.names_one:
        raise BadInput(f"a checkpoint of {card.recipe} does not give each photo one class")
    part, root = _asked(root)
    people = read_people(root)
    if strangers := sorted(set(people.names) - set(card.classes)):
        raise BadInput(f"{root}: {', '.join(strangers[:5])} not among the classes of the checkpoint; names must match")
    fresh = np.array([not _is_learned(photo, learned) for photo in people.photos])
    if not fresh.any():
        raise BadInput(f"{root}: every photo here took part in the training; others are needed to say how good it is")
    left_out = int((~fresh).sum())
    people = people.only(fresh)
    answers, failed = [], []
    owners = (people.names[owner] for owner in people.owners)
    progress = Progress() if on_photo is None else Progress(on_photo=on_photo)
    said_of_all = recipe.predict(checkpoint, people.photos, recognizer, progress)
    for truth, said in zip(owners, said_of_all, strict=True):
        if isinstance(said, PhotoError):
            failed.append(said)
            continue
        name = said.labels[0] if said.labels else recipe.otherwise
        answers.append(Answer(said.photo, truth, name, said.probabilities[0][1]))
    if not answers:
        raise BadInput(f"{root}: none of {len(people.photos)} photos gives an answer; the first: {failed[0]}")
    others = tuple(map(name_of, people.others))
    return Classification(card, tuple(answers), tuple(failed), part, left_out, people.failed, others)


def _asked(root: Path) -> tuple[str, Path]:
    """The part that was not learned from, and where it is; no part where the folder has none."""
    folders = part_folders(root)
    return next(((part, folder) for part in ("test", "val") if (folder := folders[part]) is not None), ("", root))


def _is_learned(photo: Path, learned: Collection[str]) -> bool:
    try:
        return bool(learned) and photo_hash(photo) in learned
    except PhotoError:  # it is asked, and says what is wrong with it
        return False

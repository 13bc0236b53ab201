"""Recipe ``is-it-me``: one person or not, by one neuron on a frozen base, as the second project of BUAP did it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.ranges import LEARNING_RATE, counted
from rostro.photos.left_out import no_pictures
from rostro.photos.listing import photos_in
from rostro.training.base import EPOCHS, LoopOptions, option
from rostro.training.classifiers.answers import highest_first
from rostro.training.classifiers.bases import embed, open_base
from rostro.training.classifiers.scores import auc
from rostro.training.data.examples import Data
from rostro.training.data.parts import part_folders, read_whole
from rostro.training.data.split import Split, split
from rostro.training.loop.checkpoint import make_folder
from rostro.training.loop.processes import is_first
from rostro.training.recipes._course import Course, Learner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Floats
    from rostro.training.loop.checkpoint import Checkpoint
    from rostro.training.recipes._course import Said, Says

#: The folders' names; the first one is a yes.
CLASSES = ("me", "not_me")
_FOR_TRAINING = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class IsItMeOptions(LoopOptions):
    """What it can be told."""

    rate: float = option(0.05, "Learning rate.", LEARNING_RATE)
    epochs: int = option(100, "Most passes over the training photos.", EPOCHS)
    base: str = option("sface", "An embedder, or a checkpoint of a network, for example one of 'attributes'.")
    strangers: str = option("", "A folder of other people's photos to draw not_me from.")
    negatives: int = option(200, "How many photos to draw from there.", counted(0))


class IsItMeRecipe(Course[Data]):
    """``me`` and ``not_me``, split; or ``train`` and ``val`` with these. Strangers may come from a folder of theirs."""

    name = "is_it_me"
    about = "One person or not: one neuron on a frozen base, on me/ and not_me/, or on train/ and val/ of these."
    options = IsItMeOptions
    on_embedder = True
    otherwise = CLASSES[1]
    chosen: IsItMeOptions
    _split: Split | None = None

    def _data(self) -> Data:
        """Embeds everything once."""
        photos = self._photos()
        base = open_base(self.chosen.base, self.recognizer, self.progress)
        train, val = (
            embed(base, [*mine, *others], np.repeat([1, 0], [len(mine), len(others)]), self.progress)
            for mine, others in photos
        )
        self.progress.say(f"photos of me {int(train.labels.sum())}, of others {int((1 - train.labels).sum())}")
        return Data(
            classes=CLASSES,
            parts={"train": train, "val": val},
            preprocessing={"base": self.chosen.base, "space": base.space},
            split={} if self._split is None else self._split.to_dict(),
        )

    def _learner(self, data: Data) -> Learner:
        """The neuron, by Adam on the binary cross entropy, classes balanced."""
        import torch

        from rostro.nets.head import Neuron

        vectors, labels = data.vectors("train"), data.parts["train"].labels
        torch.manual_seed(self.chosen.seed)
        scale = torch.tensor(1 / float(np.linalg.norm(vectors, axis=1).mean()))
        net = Neuron(vectors.shape[1], scale)
        weight = torch.tensor(float((1 - labels).sum() / labels.sum()))
        return Learner(
            name="neuron",
            net=net,
            optimiser=torch.optim.Adam(net.parameters(), lr=self.chosen.rate),
            loss=lambda scores, labels: torch.nn.functional.binary_cross_entropy_with_logits(
                scores, labels.float(), pos_weight=weight
            ),
            measure=_measure,
            loss_name="mean binary cross entropy, nats",
            anneal=False,
            about={"thresholds": {"me": 0.5}},
        )

    def _photos(self) -> list[tuple[list[Path], list[Path]]]:
        """(photos of me, photos of others) for training and for validation."""
        drawn = self._strangers()
        cut = round(_FOR_TRAINING * len(drawn))
        answer = []
        for (place, (mine, known)), strangers in zip(self._folders(), (drawn[:cut], drawn[cut:]), strict=True):
            others = [*known, *strangers]
            for name, listed in zip(CLASSES, (mine, others), strict=True):
                if not listed:
                    raise BadInput(f"{place / name}: no photos; both classes are needed (strangers gives not_me)")
            answer.append((mine, others))
        return answer

    def _folders(self) -> list[tuple[Path, list[list[Path]]]]:
        """Of training and validation, where it is, and the photos of both classes; split where there are no parts."""
        folders = part_folders(self.root)
        wanted = {part: folders[part] for part in ("train", "val")}
        if any(wanted.values()):
            for part, folder in wanted.items():
                if folder is None:
                    raise BadInput(f"{self.root}: no folder {part} here")
            return [
                (folder, [list(photos_in(folder / name)) if (folder / name).is_dir() else [] for name in CLASSES])
                for folder in wanted.values()
                if folder is not None
            ]
        people = read_whole(self.root)
        if people.others:
            self.progress.say(f"left out: {no_pictures(people.others)}")
        if others := sorted(set(people.names) - set(CLASSES)):
            raise BadInput(f"{self.root}: {', '.join(others[:5])} is neither {' nor '.join(CLASSES)}")
        self._split = split(people, self.chosen.seed)
        self.progress.say(self._split.sentence())
        if is_first():
            make_folder(self.output)
            self._split.write(self.output)
        return [
            (
                self.root,
                [
                    [people.photos[n] for n in self._split.numbers(part) if people.names[people.owners[n]] == name]
                    for name in CLASSES
                ],
            )
            for part in wanted
        ]

    def _strangers(self) -> list[Path]:
        chosen = self.chosen
        if not chosen.strangers:
            return []
        if not Path(chosen.strangers).is_dir():
            raise BadInput(f"strangers {chosen.strangers}: no such folder")
        listed = list(photos_in(Path(chosen.strangers)))
        order = np.random.default_rng(chosen.seed).permutation(len(listed))[: chosen.negatives]
        return [listed[index] for index in order]

    @classmethod
    def _says(cls, checkpoint: Checkpoint) -> Says:
        """``me``, or nobody."""
        import torch

        from rostro.nets.head import Neuron

        net = Neuron(checkpoint.tensors["neuron.weight"].shape[1], checkpoint.tensors["scale"])
        net.load_state_dict(checkpoint.tensors)

        def says(vector: Floats) -> Said:
            with torch.inference_mode():
                yes = float(torch.sigmoid(net(torch.from_numpy(vector[None])))[0])
            labels = CLASSES[:1] if yes >= checkpoint.card.thresholds["me"] else ()
            return labels, highest_first(CLASSES, (yes, 1 - yes))

        return says


def _measure(scores: NDArray[Any], labels: NDArray[Any]) -> dict[str, float]:
    """The mean log likelihood of the truth, both classes counting alike; AUC; accuracy."""
    signed = np.where(labels == 1, scores, -scores).astype(np.float64)
    likelihood = -np.logaddexp(0, -signed)
    both = float(np.mean([likelihood[labels == label].mean() for label in (0, 1)]))
    return {"log likelihood": both, "AUC": auc(scores, labels), "accuracy": float((signed > 0).mean())}

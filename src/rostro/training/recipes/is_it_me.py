"""Recipe ``is-it-me``: one person or not, by one neuron on a frozen base, as the second project of BUAP did it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, PhotoError
from rostro.photos.listing import find_photos
from rostro.training.base import LoopOptions, Prediction, Recipe, Tools, option
from rostro.training.classifiers.bases import Vectors, embed, open_base, reopen_base
from rostro.training.classifiers.scores import auc
from rostro.training.data.batches import VectorBatches, data_hash
from rostro.training.data.parts import PARTS
from rostro.training.loop.card import Card
from rostro.training.loop.checkpoint import Checkpoint, need_torch
from rostro.training.loop.loop import Training, check_loop
from rostro.training.loop.nets import parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

#: The folders' names; the first one is a yes.
CLASSES = ("me", "not_me")
_FOR_TRAINING = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class IsItMeOptions(LoopOptions):
    """What it can be told."""

    rate: float = option(0.05, "Learning rate.")
    epochs: int = option(100, "Most passes over the training photos.")
    base: str = option("sface", "An embedder, or a checkpoint of a network, for example one of 'attributes'.")
    strangers: str = option("", "A folder of other people's photos to draw not_me from.")
    negatives: int = option(200, "How many photos to draw from there.")


class IsItMeRecipe(Recipe):
    """``train/{me,not_me}`` and ``validation/{me,not_me}``; ``not_me`` may come from a folder of strangers."""

    name = "is_it_me"
    about = "One person or not: one neuron on a frozen base, on train/{me,not_me} and validation/{me,not_me}."
    options = IsItMeOptions
    otherwise = CLASSES[1]

    def train(self) -> Card:
        """Embeds everything once, then trains the neuron with Adam on the binary cross entropy, classes balanced."""
        need_torch()
        import torch

        from rostro.nets.head import Neuron

        chosen: IsItMeOptions = self.chosen
        check_loop(chosen)
        photos = self._photos()
        base = open_base(chosen.base, self.tools)
        train, val = (
            embed(base, [*mine, *others], np.repeat([1, 0], [len(mine), len(others)]), self.tools)
            for mine, others in photos
        )
        self.tools.say(f"photos of me {int(train.labels.sum())}, of others {int((1 - train.labels).sum())}")
        torch.manual_seed(chosen.seed)
        scale = torch.tensor(1 / float(np.linalg.norm(train.vectors, axis=1).mean()))
        net = Neuron(train.vectors.shape[1], scale)
        weight = torch.tensor(float((1 - train.labels).sum() / train.labels.sum()))
        card = Card(
            recipe="is_it_me",
            net="neuron",
            classes=CLASSES,
            preprocessing={"base": chosen.base, "space": base.space},
            data_hash=data_hash([*train.hashes, *val.hashes], np.concatenate([train.labels, val.labels])),
            photos={"train": len(train.labels), "val": len(val.labels)},
            parameters=parameters(net),
            options=asdict(chosen),
            licence=chosen.licence,
            thresholds={"me": 0.5},
        )
        return Training(
            net=net,
            optimiser=torch.optim.Adam(net.parameters(), lr=chosen.rate),
            loss=lambda scores, labels: torch.nn.functional.binary_cross_entropy_with_logits(
                scores, labels.float(), pos_weight=weight
            ),
            train=_batches(train, chosen.batch, chosen.seed),
            val=_batches(val, chosen.batch, None),
            measure=_measure,
            options=chosen,
            anneal=False,
            card=card,
            folder=self.output,
            tools=self.tools,
        ).run()

    def _photos(self) -> list[tuple[list[Path], list[Path]]]:
        """(photos of me, photos of others) for training and for validation."""
        drawn = self._strangers()
        cut = round(_FOR_TRAINING * len(drawn))
        answer = []
        for part, strangers in (("train", drawn[:cut]), ("val", drawn[cut:])):
            folder = next((self.root / name for name in PARTS[part] if (self.root / name).is_dir()), None)
            if folder is None:
                raise BadInput(f"{self.root}: no folder {PARTS[part][-1]} here")
            mine, others = (list(find_photos([folder / name])) if (folder / name).is_dir() else [] for name in CLASSES)
            others += strangers
            for name, listed in zip(CLASSES, (mine, others), strict=True):
                if not listed:
                    raise BadInput(f"{folder / name}: no photos; both classes are needed (strangers gives not_me)")
            answer.append((mine, others))
        return answer

    def _strangers(self) -> list[Path]:
        chosen: IsItMeOptions = self.chosen
        if not chosen.strangers:
            return []
        if not Path(chosen.strangers).is_dir():
            raise BadInput(f"strangers {chosen.strangers}: no such folder")
        listed = list(find_photos([Path(chosen.strangers)]))
        order = np.random.default_rng(chosen.seed).permutation(len(listed))[: chosen.negatives]
        return [listed[index] for index in order]

    @classmethod
    def predict(cls, checkpoint: Checkpoint, photos: Sequence[Path], tools: Tools) -> Iterator[Prediction | PhotoError]:
        """Whether the largest face of each photo is the one; the label is ``me``, or none."""
        import torch

        from rostro.nets.head import Neuron

        base = reopen_base(checkpoint, tools)
        net = Neuron(checkpoint.tensors["neuron.weight"].shape[1], checkpoint.tensors["scale"])
        net.load_state_dict(checkpoint.tensors)
        for photo, found in zip(photos, base.vectors(photos), strict=True):
            if isinstance(found, PhotoError):
                yield found
                continue
            with torch.inference_mode():
                yes = float(torch.sigmoid(net(torch.from_numpy(found.vector[None])))[0])
            labels = CLASSES[:1] if yes >= checkpoint.card.thresholds["me"] else ()
            listed = sorted(zip(CLASSES, (yes, 1 - yes), strict=True), key=lambda item: -item[1])
            yield Prediction(str(photo), labels, tuple(listed), found.box)


def _batches(part: Vectors, batch: int, seed: int | None) -> VectorBatches:
    return VectorBatches(part.vectors, part.labels, batch=batch, seed=seed)


def _measure(scores: NDArray[Any], labels: NDArray[Any]) -> dict[str, float]:
    """The mean log likelihood of the truth, both classes counting alike; AUC; accuracy."""
    signed = np.where(labels == 1, scores, -scores).astype(np.float64)
    likelihood = -np.logaddexp(0, -signed)
    both = float(np.mean([likelihood[labels == label].mean() for label in (0, 1)]))
    return {"log likelihood": both, "AUC": auc(scores, labels), "accuracy": float((signed > 0).mean())}

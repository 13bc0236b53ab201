"""Recipe ``classifier``: a convolutional network from scratch on folders of people, as UPNA's first version did it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, PhotoError
from rostro.training.base import LoopOptions, Prediction, Recipe, Tools, option
from rostro.training.classifiers.pictures import run_checkpoint
from rostro.training.classifiers.scores import class_scores
from rostro.training.data.augment import AUGMENTATIONS
from rostro.training.data.batches import PictureBatches, Pictures, data_hash
from rostro.training.data.parts import Part, read_parts
from rostro.training.loop import nets as _nets
from rostro.training.loop.card import Card
from rostro.training.loop.checkpoint import BEST, Checkpoint, need_torch, write_checkpoint
from rostro.training.loop.loop import Training, check_loop, run_net
from rostro.training.loop.processes import choose_device

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierOptions(LoopOptions):
    """What it can be told."""

    net: str = option("compact", "compact, upna_pooled or upna_plain.")
    augmentation: str = option("default", "default, upna (rotation 40°, shifts, shear and zoom 0.2, flip) or none.")


class ClassifierRecipe(Recipe):
    """``train/``, ``val/`` and perhaps ``test/``, each with one folder per person."""

    name = "classifier"
    about = "A network from scratch that tells people apart, on train/, val/ and test/ with one folder per person."
    options = ClassifierOptions

    def train(self) -> Card:
        """Trains with AdamW on the cross entropy."""
        need_torch()
        import torch

        chosen: ClassifierOptions = self.chosen
        check_loop(chosen)
        if chosen.augmentation not in AUGMENTATIONS:
            raise BadInput(f"augmentation is {', '.join(AUGMENTATIONS)}, got {chosen.augmentation!r}")
        size = _nets.size_of(chosen.net)
        people = read_parts(self.root)
        self.tools.say(people.balance())
        pictures = {name: self._pictures(part, size) for name, part in people.parts.items()}
        labels = {name: part.labels for name, part in people.parts.items()}
        net = _nets.build(chosen.net, len(people.classes), chosen.seed)
        for line in _nets.summary(net):
            self.tools.say(line)
        card = Card(
            recipe="classifier",
            net=chosen.net,
            classes=people.classes,
            preprocessing={"size": size, "range": "[0, 1]", "colours": "RGB", "crop": "whole photo, not in proportion"},
            data_hash=data_hash(
                [sha256 for name in pictures for sha256 in pictures[name].hashes],
                np.concatenate([labels[name] for name in pictures]),
            ),
            photos={name: len(part.photos) for name, part in people.parts.items()},
            parameters=_nets.parameters(net),
            options=asdict(chosen),
            licence=chosen.licence,
        )
        training = Training(
            net=net,
            optimiser=torch.optim.AdamW(net.parameters(), lr=chosen.rate, weight_decay=0.02, fused=True),
            loss=torch.nn.functional.cross_entropy,
            train=PictureBatches(
                pictures["train"], labels["train"], batch=chosen.batch, threads=self.tools.threads, seed=chosen.seed,
                augmentation=AUGMENTATIONS[chosen.augmentation],
            ),
            val=self._plain(pictures["val"], labels["val"]),
            measure=class_scores,
            options=chosen,
            anneal=True,
            card=card,
            folder=self.output,
            tools=self.tools,
        )  # fmt: skip
        best = training.run()
        if "test" not in pictures:
            return best
        scores = run_net(net, self._plain(pictures["test"], labels["test"]), choose_device(chosen.device))
        measured = {f"test {name}": value for name, value in class_scores(scores, labels["test"]).items()}
        return write_checkpoint(self.output, BEST, net.state_dict(), replace(best, metrics=best.metrics | measured))

    def _pictures(self, part: Part, size: int) -> Pictures:
        photos: tuple[Path, ...] = part.photos
        return Pictures(len(photos), lambda index: photos[index], size, self.tools.threads)

    def _plain(self, pictures: Pictures, labels: Any) -> PictureBatches:
        return PictureBatches(pictures, labels, batch=self.chosen.batch, threads=self.tools.threads)

    @classmethod
    def predict(cls, checkpoint: Checkpoint, photos: Sequence[Path], tools: Tools) -> Iterator[Prediction | PhotoError]:
        """The most probable person of each whole photo."""
        for photo, scores in run_checkpoint(checkpoint, photos):
            if isinstance(scores, PhotoError):
                yield scores
                continue
            powers = np.exp(scores - scores.max())
            listed = sorted(
                zip(checkpoint.card.classes, (powers / powers.sum()).tolist(), strict=True), key=lambda item: -item[1]
            )
            yield Prediction(str(photo), (listed[0][0],), tuple(listed))

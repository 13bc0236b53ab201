"""Recipe ``classifier``: a convolutional network from scratch on folders of people, as UPNA's first version did it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rostro.training.base import LoopOptions, option
from rostro.training.classifiers.answers import softmax
from rostro.training.classifiers.scores import class_scores
from rostro.training.data.augment import AUGMENTATIONS
from rostro.training.data.examples import Data
from rostro.training.data.parts import read_parts
from rostro.training.loop import nets as _nets
from rostro.training.recipes._course import Course, Learned, Learner
from rostro.training.recipes._pictures import adamw, whole_photos

if TYPE_CHECKING:
    from rostro.core.types import Floats
    from rostro.training.loop.card import Card
    from rostro.training.loop.checkpoint import Checkpoint
    from rostro.training.recipes._course import Said, Says


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierOptions(LoopOptions):
    """What it can be told."""

    net: str = option("compact", "compact, upna_pooled or upna_plain.")
    augmentation: str = option("default", "default, upna (rotation 40°, shifts, shear and zoom 0.2, flip) or none.")


class ClassifierRecipe(Course[Data]):
    """``train/``, ``val/`` and perhaps ``test/``, each with one folder per person; or these folders alone, split."""

    name = "classifier"
    about = (
        "A network from scratch that tells people apart, on one folder per person, or train/, val/ and test/ of these."
    )
    options = ClassifierOptions
    allowed: ClassVar = {"augmentation": tuple(AUGMENTATIONS)}
    chosen: ClassifierOptions

    def _data(self) -> Data:
        """Whole photos, resized."""
        chosen, size = self.chosen, _nets.size_of(self.chosen.net)
        people = read_parts(self.root, self.chosen.seed)
        people.tell(self.output, self.progress.say)
        threads = self.recognizer.settings.threads
        return Data(
            classes=people.classes,
            parts={
                name: whole_photos(part.photos.__getitem__, part.labels, size, threads, chosen.augmentation)
                for name, part in people.parts.items()
            },
            preprocessing={
                "size": size, "range": "[0, 1]", "colours": "RGB", "crop": "whole photo, not in proportion",
            },
            split=people.card(),
        )  # fmt: skip

    def _learner(self, data: Data) -> Learner:
        """AdamW on the cross entropy."""
        import torch

        net = _nets.build(self.chosen.net, len(data.classes), self.chosen.seed)
        self._say_layers(net)
        return Learner(
            name=self.chosen.net,
            net=net,
            optimiser=adamw(net, self.chosen.rate),
            loss=torch.nn.functional.cross_entropy,
            measure=class_scores,
            loss_name="cross entropy, nats",
        )

    def _finish(self, learned: Learned, data: Data) -> Card:
        """The test part, where there is one."""
        tested = self._measured(learned, data, class_scores, test="test")
        return self._write(learned, metrics=learned.card.metrics | tested) if tested else learned.card

    @classmethod
    def _says(cls, checkpoint: Checkpoint) -> Says:
        """The most probable person."""

        def says(scores: Floats) -> Said:
            listed = softmax(checkpoint.card.classes, scores)
            return (listed[0][0],), listed

        return says

"""Recipe ``attributes``: the 40 attributes of CelebA, as the first project of BUAP did it, and better."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.files import encoded, write_file
from rostro.core.ranges import LEARNING_RATE, counted
from rostro.photos.reading import photo_hash
from rostro.training.base import BATCH, EPOCHS, LoopOptions, option
from rostro.training.classifiers import attribute_scores as _attribute_scores
from rostro.training.classifiers import portraits as _portraits
from rostro.training.classifiers.answers import highest_first, sigmoid
from rostro.training.classifiers.bases import open_base
from rostro.training.data.augment import AUGMENTATIONS
from rostro.training.data.celeba import PARTS, CelebA, read_celeba
from rostro.training.data.examples import Data, VectorExamples
from rostro.training.loop import nets as _nets
from rostro.training.loop.checkpoint import make_folder
from rostro.training.loop.processes import choose_device
from rostro.training.recipes._course import Course, Learned, Learner
from rostro.training.recipes._pictures import adamw, whole_photos

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from rostro.core.errors import PhotoError
    from rostro.core.types import Floats
    from rostro.training.base import Base, Found
    from rostro.training.loop.card import Card
    from rostro.training.loop.checkpoint import Checkpoint
    from rostro.training.recipes._course import Said, Says

_LICENCE = "non-commercial research (CelebA)"
#: Side of the pictures where it is not the network's own: CelebA's faces do not gain from more.
_SIZES = {"compact": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesOptions(LoopOptions):
    """What it can be told; with a base, everything about networks and epochs is left aside."""

    epochs: int = option(20, "Most passes over the training photos.", EPOCHS)
    batch: int = option(64, "Photos per step.", BATCH)
    rate: float = option(5e-3, "Learning rate at its highest.", LEARNING_RATE)
    base: str = option("", "A frozen embedder to learn the attributes on, instead of a network from scratch.")
    net: str = option("compact", "compact, or buap: the original's 3,836,304 parameters.")
    size: int = option(
        0,
        "Side of the pictures in pixels. Default: 80 for compact, 192 for buap.",
        counted(0, 4096, what="a side in pixels"),
    )
    loss: str = option("plain", "plain, as in the original, or balanced: rare attributes count more.")
    optimiser: str = option("adamw", "adamw with a falling rate, or rmsprop with a constant one, as in the original.")
    augmentation: str = option("default", "default, upna or none; the original had none.")


class AttributesRecipe(Course[Data]):
    """A folder with CelebA's official files: the attributes, the partition, and the photos as folder or zip."""

    name = "attributes"
    about = "The 40 attributes of CelebA's faces, from its official files."
    options = AttributesOptions
    names_one = False
    allowed: ClassVar = {
        "loss": ("balanced", "plain"), "optimiser": ("adamw", "rmsprop"), "augmentation": tuple(AUGMENTATIONS),
    }  # fmt: skip
    chosen: AttributesOptions

    def _data(self) -> Data:
        """Whole photos, or a base's vectors of them."""
        table = read_celeba(self.root)
        rows = {part: table.rows(part) for part in PARTS if table.rows(part).size}
        if not {"train", "val"} <= set(rows):
            raise BadInput(f"{self.root}: the partition gives no photo to the training or to the validation part")
        self.progress.say(", ".join(f"{part} {len(found)} photos" for part, found in rows.items()))
        photos = {part: [int(row) for row in found] for part, found in rows.items()}
        labels = {part: table.labels[found].astype(np.float32) for part, found in rows.items()}
        self._say_balance(table, labels["train"])
        make_folder(self.output)
        return (self._vectors if self.chosen.base else self._pictures)(table, photos, labels)

    def _pictures(self, table: CelebA, rows: dict[str, list[int]], labels: dict[str, NDArray[np.float32]]) -> Data:
        chosen, threads = self.chosen, self.recognizer.settings.threads
        size = chosen.size or _SIZES.get(chosen.net) or _nets.size_of(chosen.net)

        def source(part: str) -> Callable[[int], Path | bytes]:
            return lambda index: table.photo(rows[part][index])

        return Data(
            classes=table.attributes,
            parts={part: whole_photos(source(part), labels[part], size, threads, chosen.augmentation) for part in rows},
            preprocessing={
                "size": size,
                "range": "[0, 1]",
                "colours": "RGB",
                "crop": "whole photo, not in proportion",
                "mirrored": AUGMENTATIONS[chosen.augmentation].flip,
            },
        )

    def _vectors(self, table: CelebA, rows: dict[str, list[int]], labels: dict[str, NDArray[np.float32]]) -> Data:
        base = open_base(self.chosen.base, self.recognizer, self.progress)
        photos = {part: [table.photo(row) for row in listed] for part, listed in rows.items()}
        return Data(
            classes=table.attributes,
            parts={
                part: VectorExamples(
                    _portraits.look(base, listed, self.progress), labels[part], [_sha256(photo) for photo in listed]
                )
                for part, listed in photos.items()
            },
            preprocessing={"base": self.chosen.base, "space": base.space, "crop": "middle square"},
        )

    def _learn(self, data: Data) -> Learned:
        """A logistic regression on a base's vectors; without a base, a network step by step."""
        return self._logistic(data) if self.chosen.base else super()._learn(data)

    def _learner(self, data: Data) -> Learner:
        """The binary cross entropy."""
        from rostro.nets.mirrored import Mirrored

        net = _nets.build(self.chosen.net, len(data.classes), self.chosen.seed)
        self._say_layers(net)
        return Learner(
            name=self.chosen.net,
            net=net,
            optimiser=self._optimiser(net),
            loss=self._loss(data.parts["train"].labels),
            measure=_attribute_scores.measure,
            loss_name="mean binary cross entropy, nats",
            anneal=self.chosen.optimiser == "adamw",
            asked=Mirrored(net) if data.preprocessing["mirrored"] else net,
            about={"licence": _LICENCE},
        )

    def _logistic(self, data: Data) -> Learned:
        import torch

        truth = {part: examples.labels for part, examples in data.parts.items()}
        learn, val = data.vectors("train"), data.vectors("val")
        fits = {penalty: _portraits.fit(learn, truth["train"], penalty) for penalty in _portraits.PENALTIES}
        losses = {p: _portraits.log_loss(val @ w.T + b, truth["val"]) for p, (w, b) in fits.items()}
        penalty = min(losses, key=lambda value: losses[value])
        shown = ", ".join(f"{value:g}: {loss:.4f}" for value, loss in losses.items())
        self.progress.say(f"validation loss by penalty: {shown}; taken: {penalty:g}")
        weight, bias = fits[penalty]
        measured = _attribute_scores.measure(val @ weight.T + bias, truth["val"])
        card = self._card(
            data,
            net="logistic",
            parameters=weight.size + bias.size,
            preprocessing={"penalty": penalty},
            licence=_LICENCE,
            metrics={f"validation {name}": value for name, value in measured.items()},
        )
        tensors = {"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)}
        return Learned(card, tensors, lambda part: data.vectors(part) @ weight.T + bias)

    def _finish(self, learned: Learned, data: Data) -> Card:
        """Chooses the thresholds on the validation part, makes the table from the test part."""
        known, val = (data.parts[part].labels for part in ("train", "val"))
        cuts = _attribute_scores.most_accurate(learned.scores("val"), val)
        metrics = learned.card.metrics
        if "test" in data.parts:
            balanced = self.chosen.loss == "balanced" and not self.chosen.base
            even = _attribute_scores.even_handed(known, _attribute_scores.weights(known) if balanced else 1.0)
            rows = _attribute_scores.table(learned.scores("test"), data.parts["test"].labels, known, cuts, even)
            write_file(self.output / "attributes.csv", encoded(_attribute_scores.as_csv(data.classes, rows)))
            metrics = metrics | _attribute_scores.means(rows)
        thresholds = dict(zip(data.classes, sigmoid(cuts).tolist(), strict=True))
        return self._write(learned, thresholds=thresholds, metrics=metrics)

    def _say_balance(self, table: CelebA, labels: NDArray[np.float32]) -> None:
        shares = labels.mean(axis=0)
        rarest, commonest = int(shares.argmin()), int(shares.argmax())
        self.progress.say(
            f"{len(shares)} attributes, from {100 * shares[rarest]:.1f} % ({table.attributes[rarest]}) to "
            f"{100 * shares[commonest]:.1f} % ({table.attributes[commonest]}) of the training photos"
        )

    def _optimiser(self, net: Any) -> Any:
        import torch

        if self.chosen.optimiser == "rmsprop":  # Keras' decay and epsilon
            return torch.optim.RMSprop(net.parameters(), lr=self.chosen.rate, alpha=0.9, eps=1e-7)
        return adamw(net, self.chosen.rate)

    def _loss(self, labels: NDArray[Any]) -> Callable[[Tensor, Tensor], Tensor]:
        import torch

        weight = None
        if self.chosen.loss == "balanced":
            weight = torch.from_numpy(_attribute_scores.weights(labels))
        device = choose_device(self.chosen.device)
        return torch.nn.BCEWithLogitsLoss(pos_weight=None if weight is None else weight.to(device))

    @classmethod
    def _look(cls, base: Base, photos: Sequence[Path]) -> Iterator[Found | PhotoError]:
        """Tight portraits as CelebA's: hair, hats and neckties are part of them."""
        return base.portraits(photos)

    @classmethod
    def _says(cls, checkpoint: Checkpoint) -> Says:
        """The attributes, each by its own threshold."""
        card, tensors = checkpoint.card, checkpoint.tensors

        def says(given: Floats) -> Said:
            scores = given
            if card.net == "logistic":
                scores = tensors["weight"].numpy() @ _portraits.scaled(given[None])[0] + tensors["bias"].numpy()
            listed = highest_first(card.classes, sigmoid(scores).tolist())
            return tuple(name for name, value in listed if value >= card.thresholds[name]), listed

        return says


def _sha256(photo: Path | bytes) -> str:
    return hashlib.sha256(photo).hexdigest() if isinstance(photo, bytes) else photo_hash(photo)

"""Recipe ``attributes``: the 40 attributes of CelebA, as the first project of BUAP did it, and better."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, PhotoError
from rostro.core.files import write_file
from rostro.photos.reading import photo_hash
from rostro.training.base import LoopOptions, Prediction, Recipe, Tools, option
from rostro.training.classifiers import attribute_scores as _attribute_scores
from rostro.training.classifiers import portraits as _portraits
from rostro.training.classifiers.bases import open_base, reopen_base
from rostro.training.classifiers.pictures import run_checkpoint
from rostro.training.data.augment import AUGMENTATIONS
from rostro.training.data.batches import PictureBatches, Pictures, data_hash
from rostro.training.data.celeba import PARTS, CelebA, read_celeba
from rostro.training.loop import nets as _nets
from rostro.training.loop.card import Card
from rostro.training.loop.checkpoint import BEST, Checkpoint, make_folder, need_torch, write_checkpoint
from rostro.training.loop.loop import Training, check_loop, run_net
from rostro.training.loop.processes import choose_device

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from rostro.core.types import Floats

    Rows = dict[str, NDArray[np.int64]]
    Labels = dict[str, NDArray[np.float32]]
    Scores = dict[str, NDArray[Any]]

_LICENCE = "non-commercial research (CelebA)"
#: Side of the pictures where it is not the network's own: CelebA's faces do not gain from more.
_SIZES = {"compact": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesOptions(LoopOptions):
    """What it can be told; with a base, everything about networks and epochs is left aside."""

    epochs: int = option(20, "Most passes over the training photos.")
    batch: int = option(64, "Photos per step.")
    rate: float = option(5e-3, "Learning rate at its highest.")
    base: str = option("", "A frozen embedder to learn the attributes on, instead of a network from scratch.")
    net: str = option("compact", "compact, or buap: the original's 3,836,304 parameters.")
    size: int = option(0, "Side of the pictures in pixels. Default: 80 for compact, 192 for buap.")
    loss: str = option("plain", "plain, as in the original, or balanced: rare attributes count more.")
    optimiser: str = option("adamw", "adamw with a falling rate, or rmsprop with a constant one, as in the original.")
    augmentation: str = option("default", "default, upna or none; the original had none.")


class AttributesRecipe(Recipe):
    """A folder with CelebA's official files: the attributes, the partition, and the photos as folder or zip."""

    name = "attributes"
    about = "The 40 attributes of CelebA's faces, from its official files."
    options = AttributesOptions
    names_one = False

    def train(self) -> Card:
        """Trains on the binary cross entropy; thresholds from the validation part, the table from the test part."""
        need_torch()
        self._check()
        table = read_celeba(self.root)
        rows = {part: table.rows(part) for part in PARTS if table.rows(part).size}
        if not {"train", "val"} <= set(rows):
            raise BadInput(f"{self.root}: the partition gives no photo to the training or to the validation part")
        self.tools.say(", ".join(f"{part} {len(found)} photos" for part, found in rows.items()))
        labels = {part: table.labels[found].astype(np.float32) for part, found in rows.items()}
        self._say_balance(table, labels["train"])
        make_folder(self.output)
        make = self._on_base if self.chosen.base else self._from_scratch
        card, tensors, scores = make(table, rows, labels)
        return self._finish(card, tensors, scores, labels)

    def _from_scratch(self, table: CelebA, rows: Rows, labels: Labels) -> tuple[Card, dict[str, Tensor], Scores]:
        chosen: AttributesOptions = self.chosen
        size = chosen.size or _SIZES.get(chosen.net) or _nets.size_of(chosen.net)
        augmentation = AUGMENTATIONS[chosen.augmentation]
        pictures = {part: self._pictures(table, found, size) for part, found in rows.items()}
        net = _nets.build(chosen.net, len(table.attributes), chosen.seed)
        for line in _nets.summary(net):
            self.tools.say(line)
        card = Card(
            recipe="attributes",
            net=chosen.net,
            classes=table.attributes,
            preprocessing={
                "size": size,
                "range": "[0, 1]",
                "colours": "RGB",
                "crop": "whole photo, not in proportion",
                "mirrored": augmentation.flip,
            },
            data_hash=_data_hash([pictures[part].hashes for part in rows], labels),
            photos={part: len(found) for part, found in rows.items()},
            parameters=_nets.parameters(net),
            options=asdict(chosen),
            licence=chosen.licence or _LICENCE,
        )
        best = Training(
            net=net,
            optimiser=self._optimiser(net),
            loss=self._loss(labels["train"]),
            train=PictureBatches(
                pictures["train"], labels["train"], batch=chosen.batch, threads=self.tools.threads, seed=chosen.seed,
                augmentation=augmentation,
            ),
            val=self._plain(pictures["val"], labels["val"]),
            measure=_attribute_scores.measure,
            options=chosen,
            anneal=chosen.optimiser == "adamw",
            card=card,
            folder=self.output,
            tools=self.tools,
        ).run()  # fmt: skip
        device = choose_device(chosen.device)
        from rostro.nets.mirrored import Mirrored

        asked = Mirrored(net) if augmentation.flip else net
        scores = {
            part: run_net(asked, self._plain(pictures[part], labels[part]), device) for part in rows if part != "train"
        }
        return best, dict(net.state_dict()), scores

    def _on_base(self, table: CelebA, rows: Rows, labels: Labels) -> tuple[Card, dict[str, Tensor], Scores]:
        import torch

        chosen: AttributesOptions = self.chosen
        base = open_base(chosen.base, self.tools)
        photos = {part: [table.photo(int(row)) for row in found] for part, found in rows.items()}
        vectors = {part: _portraits.look(base, listed, self.tools) for part, listed in photos.items()}
        fits = {penalty: _portraits.fit(vectors["train"], labels["train"], penalty) for penalty in _portraits.PENALTIES}
        losses = {p: _portraits.log_loss(vectors["val"] @ w.T + b, labels["val"]) for p, (w, b) in fits.items()}
        penalty = min(losses, key=lambda value: losses[value])
        shown = ", ".join(f"{value:g}: {loss:.4f}" for value, loss in losses.items())
        self.tools.say(f"validation loss by penalty: {shown}; taken: {penalty:g}")
        weight, bias = fits[penalty]
        scores = {part: vectors[part] @ weight.T + bias for part in rows if part != "train"}
        measured = _attribute_scores.measure(scores["val"], labels["val"])
        card = Card(
            recipe="attributes",
            net="logistic",
            classes=table.attributes,
            preprocessing={"base": chosen.base, "space": base.space, "crop": "middle square", "penalty": penalty},
            metrics={f"validation {name}": value for name, value in measured.items()},
            data_hash=_data_hash([[_sha256(photo) for photo in listed] for listed in photos.values()], labels),
            photos={part: len(found) for part, found in rows.items()},
            parameters=weight.size + bias.size,
            options=asdict(chosen),
            licence=chosen.licence or _LICENCE,
        )
        return card, {"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)}, scores

    def _finish(self, card: Card, tensors: dict[str, Tensor], scores: Scores, labels: Labels) -> Card:
        """Chooses the thresholds, writes the table and the checkpoint."""
        cuts = _attribute_scores.most_accurate(scores["val"], labels["val"])
        card = replace(card, thresholds=dict(zip(card.classes, _sigmoid(cuts).tolist(), strict=True)))
        if "test" in scores:
            balanced = self.chosen.loss == "balanced" and not self.chosen.base
            counted = _attribute_scores.weights(labels["train"]) if balanced else 1.0
            even = _attribute_scores.even_handed(labels["train"], counted)
            rows = _attribute_scores.table(scores["test"], labels["test"], labels["train"], cuts, even)
            write_file(self.output / "attributes.csv", _attribute_scores.as_csv(card.classes, rows).encode())
            card = replace(card, metrics=card.metrics | _attribute_scores.means(rows))
        return write_checkpoint(self.output, BEST, tensors, card)

    def _say_balance(self, table: CelebA, labels: NDArray[np.float32]) -> None:
        shares = labels.mean(axis=0)
        rarest, commonest = int(shares.argmin()), int(shares.argmax())
        self.tools.say(
            f"{len(shares)} attributes, from {100 * shares[rarest]:.1f} % ({table.attributes[rarest]}) to "
            f"{100 * shares[commonest]:.1f} % ({table.attributes[commonest]}) of the training photos"
        )

    def _check(self) -> None:
        chosen: AttributesOptions = self.chosen
        check_loop(chosen)
        allowed = {
            "loss": ("balanced", "plain"), "optimiser": ("adamw", "rmsprop"), "augmentation": tuple(AUGMENTATIONS),
        }  # fmt: skip
        for name, values in allowed.items():
            if getattr(chosen, name) not in values:
                raise BadInput(f"--{name} is {', '.join(values)}, got {getattr(chosen, name)!r}")

    def _pictures(self, table: CelebA, rows: NDArray[np.int64], size: int) -> Pictures:
        return Pictures(len(rows), lambda index: table.photo(int(rows[index])), size, self.tools.threads)

    def _plain(self, pictures: Pictures, labels: NDArray[Any]) -> PictureBatches:
        return PictureBatches(pictures, labels, batch=self.chosen.batch, threads=self.tools.threads)

    def _optimiser(self, net: Any) -> Any:
        import torch

        if self.chosen.optimiser == "rmsprop":  # Keras' decay and epsilon
            return torch.optim.RMSprop(net.parameters(), lr=self.chosen.rate, alpha=0.9, eps=1e-7)
        return torch.optim.AdamW(net.parameters(), lr=self.chosen.rate, weight_decay=0.02, fused=True)

    def _loss(self, labels: NDArray[Any]) -> Callable[[Tensor, Tensor], Tensor]:
        import torch

        weight = None
        if self.chosen.loss == "balanced":
            weight = torch.from_numpy(_attribute_scores.weights(labels))
        device = choose_device(self.chosen.device)
        return torch.nn.BCEWithLogitsLoss(pos_weight=None if weight is None else weight.to(device))

    @classmethod
    def predict(cls, checkpoint: Checkpoint, photos: Sequence[Path], tools: Tools) -> Iterator[Prediction | PhotoError]:
        """The attributes of each whole photo, a tight portrait as CelebA's."""
        card = checkpoint.card
        on_base = card.net == "logistic"
        for photo, scores in _on_base(checkpoint, photos, tools) if on_base else run_checkpoint(checkpoint, photos):
            if isinstance(scores, PhotoError):
                yield scores
                continue
            listed = sorted(zip(card.classes, _sigmoid(scores).tolist(), strict=True), key=lambda item: -item[1])
            had = tuple(name for name, value in listed if value >= card.thresholds[name])
            yield Prediction(str(photo), had, tuple(listed))


def _on_base(
    checkpoint: Checkpoint, photos: Sequence[Path], tools: Tools
) -> Iterator[tuple[Path, Floats | PhotoError]]:
    weight, bias = (checkpoint.tensors[name].numpy() for name in ("weight", "bias"))
    for photo, found in zip(photos, reopen_base(checkpoint, tools).portraits(photos), strict=True):
        if isinstance(found, PhotoError):
            yield photo, found
        else:
            yield photo, weight @ _portraits.scaled(found.vector[None])[0] + bias


def _data_hash(hashes: Sequence[Sequence[str]], labels: Labels) -> str:
    """Of the photos of all parts."""
    return data_hash([sha256 for part in hashes for sha256 in part], np.concatenate(list(labels.values())))


def _sha256(photo: Path | bytes) -> str:
    return hashlib.sha256(photo).hexdigest() if isinstance(photo, bytes) else photo_hash(photo)


def _sigmoid(scores: NDArray[Any]) -> NDArray[np.float64]:
    values: NDArray[np.float64] = 1 / (1 + np.exp(-np.asarray(scores, np.float64)))
    return values

"""Recipe ``attributes``: the 40 attributes of CelebA, as the first project of BUAP did it, and better."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.data.celeba import PARTS, CelebA, read_celeba
from rostro.errors import BadInput, PhotoError
from rostro.imaging.writing import replace_file
from rostro.training import _nets
from rostro.training._augment import AUGMENTATIONS
from rostro.training._card import Card
from rostro.training._checkpoint import BEST, Checkpoint, need_torch, write_checkpoint
from rostro.training._data import PictureBatches, Pictures, data_hash
from rostro.training._loop import Training, check_loop, run_net
from rostro.training._pictures import run_checkpoint
from rostro.training._processes import choose_device
from rostro.training._scores import auc, balanced_accuracy, best_threshold
from rostro.training.base import LoopOptions, Prediction, Recipe, Tools, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

#: A rare attribute counts at most this many times as much as a frequent one.
_MOST_WEIGHT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesOptions(LoopOptions):
    """What it can be told."""

    epochs: int = option(20, "Most passes over the training photos.")
    batch: int = option(40, "Photos per step.")
    net: str = option("compact", "compact, or buap: the original's 3,836,304 parameters.")
    loss: str = option("balanced", "balanced (rare attributes count more) or plain, as in the original.")
    optimiser: str = option("adamw", "adamw with a falling rate, or rmsprop with a constant one, as in the original.")
    augmentation: str = option("default", "default, upna or none; the original had none.")


class AttributesRecipe(Recipe):
    """A folder with CelebA's official files: the attributes, the partition, and the photos as folder or zip."""

    about = "The 40 attributes of CelebA's faces, from its official files."
    options = AttributesOptions

    def train(self) -> Card:
        """Trains on the binary cross entropy; thresholds from the validation part, the table from the test part."""
        need_torch()
        self._check()
        chosen: AttributesOptions = self.chosen
        size = _nets.size_of(chosen.net)
        table = read_celeba(self.root)
        rows = {part: table.rows(part) for part in PARTS if table.rows(part).size}
        if not {"train", "val"} <= set(rows):
            raise BadInput(f"{self.root}: the partition gives no photo to the training or to the validation part")
        self.tools.say(", ".join(f"{part} {len(found)} photos" for part, found in rows.items()))
        pictures = {part: self._pictures(table, found, size) for part, found in rows.items()}
        labels = {part: table.labels[found].astype(np.float32) for part, found in rows.items()}
        net = _nets.build(chosen.net, len(table.attributes), chosen.seed)
        for line in _nets.summary(net):
            self.tools.say(line)
        card = Card(
            recipe="attributes",
            net=chosen.net,
            classes=table.attributes,
            preprocessing={"size": size, "range": "[0, 1]", "colours": "RGB", "crop": "whole photo, not in proportion"},
            data_hash=data_hash(
                [sha256 for part in pictures for sha256 in pictures[part].hashes],
                np.concatenate([labels[part] for part in pictures]),
            ),
            photos={part: len(found) for part, found in rows.items()},
            parameters=_nets.parameters(net),
            options=asdict(chosen),
            licence=chosen.licence or "non-commercial research (CelebA)",
        )
        val = self._plain(pictures["val"], labels["val"])
        best = Training(
            net=net,
            optimiser=self._optimiser(net),
            loss=self._loss(labels["train"]),
            train=PictureBatches(
                pictures["train"], labels["train"], batch=chosen.batch, threads=self.tools.threads, seed=chosen.seed,
                augmentation=AUGMENTATIONS[chosen.augmentation],
            ),
            val=val,
            measure=_measure,
            options=chosen,
            anneal=chosen.optimiser == "adamw",
            card=card,
            folder=self.output,
            tools=self.tools,
        ).run()  # fmt: skip
        device = choose_device(chosen.device)
        scores = run_net(net, val, device)
        cuts = np.array([best_threshold(scores[:, i], labels["val"][:, i]) for i in range(scores.shape[1])])
        best = replace(best, thresholds=dict(zip(table.attributes, _sigmoid(cuts).tolist(), strict=True)))
        if "test" in pictures:
            scores = run_net(net, self._plain(pictures["test"], labels["test"]), device)
            metrics = self._write_table(table.attributes, scores, labels["test"], labels["train"], cuts)
            best = replace(best, metrics=best.metrics | metrics)
        return write_checkpoint(self.output, BEST, net.state_dict(), best)

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
        return torch.optim.AdamW(net.parameters(), lr=self.chosen.rate, weight_decay=0.02)

    def _loss(self, labels: NDArray[Any]) -> Callable[[Tensor, Tensor], Tensor]:
        import torch

        weight = None
        if self.chosen.loss == "balanced":
            share = labels.mean(axis=0).clip(1e-6, 1 - 1e-6)
            weight = torch.from_numpy(((1 - share) / share).clip(1 / _MOST_WEIGHT, _MOST_WEIGHT).astype(np.float32))
        device = choose_device(self.chosen.device)
        return torch.nn.BCEWithLogitsLoss(pos_weight=None if weight is None else weight.to(device))

    def _write_table(
        self,
        attributes: Sequence[str],
        scores: NDArray[Any],
        truth: NDArray[Any],
        known: NDArray[Any],
        cuts: NDArray[np.float64],
    ) -> dict[str, float]:
        """Writes ``attributes.csv``, a line per attribute; returns the means.

        Args:
            attributes: Their names.
            scores: (N, attributes) of the test part.
            truth: (N, attributes) 0 or 1.
            known: Labels of the training part, to say what always giving the more frequent answer is worth.
            cuts: (attributes,) thresholds of the scores for the accuracy; balanced accuracy is at a score of 0.
        """
        majority = known.mean(axis=0) >= 0.5
        rows = np.array(
            [
                [
                    np.mean((scores[:, i] >= cuts[i]) == (truth[:, i] == 1)),
                    np.mean(majority[i] == (truth[:, i] == 1)),
                    balanced_accuracy(scores[:, i] >= 0, truth[:, i]),
                    auc(scores[:, i], truth[:, i]),
                ]
                for i in range(len(attributes))
            ]
        )
        names = ("accuracy", "majority", "balanced accuracy", "AUC")
        lines = ["attribute," + ",".join(names)]
        lines += [f"{name}," + ",".join(f"{v:.4f}" for v in row) for name, row in zip(attributes, rows, strict=True)]
        replace_file(self.output / "attributes.csv", "\n".join([*lines, ""]).encode())
        defined = np.isfinite(rows).any(axis=0)
        means = np.nanmean(rows[:, defined], axis=0)
        kept = [name for name, there in zip(names, defined, strict=True) if there]
        return {f"test mean {name}": float(value) for name, value in zip(kept, means, strict=True)}

    @classmethod
    def predict(cls, checkpoint: Checkpoint, photos: Sequence[Path], tools: Tools) -> Iterator[Prediction | PhotoError]:
        """The attributes of each whole photo, a tight portrait as CelebA's."""
        card = checkpoint.card
        for photo, scores in run_checkpoint(checkpoint, photos):
            if isinstance(scores, PhotoError):
                yield scores
                continue
            listed = sorted(zip(card.classes, _sigmoid(scores).tolist(), strict=True), key=lambda item: -item[1])
            had = tuple(name for name, value in listed if value >= card.thresholds[name])
            yield Prediction(str(photo), had, tuple(listed))


def _measure(scores: NDArray[Any], labels: NDArray[Any]) -> dict[str, float]:
    """Mean AUC over the attributes that occur, which no threshold sways, and Keras' binary accuracy."""
    areas = [auc(scores[:, index], labels[:, index]) for index in range(labels.shape[1])]
    known = [area for area in areas if np.isfinite(area)]
    mean = float(np.mean(known)) if known else 0.5
    return {"mean AUC": mean, "binary accuracy": float(((scores >= 0) == (labels == 1)).mean())}


def _sigmoid(scores: NDArray[Any]) -> NDArray[np.float64]:
    values: NDArray[np.float64] = 1 / (1 + np.exp(-np.asarray(scores, np.float64)))
    return values

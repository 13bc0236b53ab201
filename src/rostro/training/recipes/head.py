"""Recipe ``head``: a classifier on a frozen embedder's vectors, as UPNA's versions 4 and 5; few photos are enough."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, PhotoError
from rostro.core.geometry import unit_rows
from rostro.training.base import LoopOptions, Prediction, Recipe, Tools, option
from rostro.training.classifiers.bases import Vectors, embed, open_base, reopen_base
from rostro.training.classifiers.linear import COSINE_SCALE, choose, logistic, prototypes, unknown_threshold
from rostro.training.classifiers.scores import class_scores
from rostro.training.data.batches import VectorBatches, data_hash
from rostro.training.data.parts import read_parts
from rostro.training.loop.card import Card
from rostro.training.loop.checkpoint import BEST, Checkpoint, need_torch, write_checkpoint
from rostro.training.loop.loop import Training, check_loop
from rostro.training.loop.nets import parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from rostro.core.types import Floats

KINDS = ("auto", "cosine", "logistic", "mlp")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadOptions(LoopOptions):
    """What it can be told; epochs, batch, rate and patience are the perceptron's."""

    base: str = option("sface", "An embedder, or a checkpoint of a network.")
    kind: str = option("auto", "cosine, logistic, mlp (UPNA's), or auto: cosine or logistic by cross-validation.")
    threshold: float | None = option(None, "Cosine below which a face is nobody's. Default: learned from the people.")


class HeadRecipe(Recipe):
    """``train/``, ``val/`` and perhaps ``test/``, each with one folder per person."""

    name = "head"
    about = "A classifier on a frozen embedder's vectors; three photos of a person are enough."
    options = HeadOptions

    def train(self) -> Card:
        """Embeds everything once, then trains the classifier."""
        need_torch()
        chosen: HeadOptions = self.chosen
        if chosen.kind not in KINDS:
            raise BadInput(f"kind is {', '.join(KINDS)}, got {chosen.kind!r}")
        check_loop(chosen)
        people = read_parts(self.root)
        self.tools.say(people.balance())
        base = open_base(chosen.base, self.tools)
        parts = {name: embed(base, part.photos, part.labels, self.tools) for name, part in people.parts.items()}
        learn, classes = parts["train"], len(people.classes)
        kind = chosen.kind
        if kind == "auto":
            kind, accuracies = choose(learn.vectors, learn.labels, classes, chosen.seed)
            shown = ", ".join(f"{name} {value:.4f}" for name, value in accuracies.items())
            self.tools.say(f"cross-validation: {shown or 'somebody has one photo only'}; taken: {kind}")
        threshold = chosen.threshold
        if threshold is None:
            threshold = unknown_threshold(learn.vectors, learn.labels, classes)
        card = Card(
            recipe="head",
            net=kind,
            classes=people.classes,
            preprocessing={"base": chosen.base, "space": base.space, "norm": 1},
            data_hash=data_hash(
                [sha256 for part in parts.values() for sha256 in part.hashes],
                np.concatenate([part.labels for part in parts.values()]),
            ),
            photos={name: len(part.labels) for name, part in parts.items()},
            options=asdict(chosen),
            licence=chosen.licence,
            thresholds={"unknown": float(threshold)},
        )
        tensors, card = self._fit(kind, parts, classes, card)
        metrics: dict[str, float] = {}
        for part, name in {"val": "validation", "test": "test"}.items():
            if part in parts:
                scores = _scores(kind, tensors, parts[part].vectors)
                metrics |= {f"{name} {key}": value for key, value in class_scores(scores, parts[part].labels).items()}
        return write_checkpoint(self.output, BEST, tensors, replace(card, metrics=metrics))

    def _fit(self, kind: str, parts: dict[str, Vectors], classes: int, card: Card) -> tuple[dict[str, Tensor], Card]:
        import torch

        learn = parts["train"]
        means = torch.from_numpy(prototypes(learn.vectors, learn.labels, classes))
        if kind == "mlp":
            return self._perceptron(means, parts, card)
        tensors = {"prototypes": means}
        if kind == "logistic":
            weight, bias = logistic(learn.vectors, learn.labels, classes)
            tensors |= {"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)}
        trained = sum(tensor.numel() for name, tensor in tensors.items() if kind == "cosine" or name != "prototypes")
        return tensors, replace(card, parameters=trained)

    def _perceptron(self, means: Tensor, parts: dict[str, Vectors], card: Card) -> tuple[dict[str, Tensor], Card]:
        """UPNA's, with its optimiser (Nadam)."""
        import torch

        from rostro.nets.head import UpnaHead

        torch.manual_seed(self.chosen.seed)
        net = UpnaHead(means)
        card = replace(card, parameters=parameters(net))
        Training(
            net=net,
            optimiser=torch.optim.NAdam(net.parameters(), lr=self.chosen.rate),
            loss=torch.nn.functional.cross_entropy,
            train=_batches(parts["train"], self.chosen.batch, self.chosen.seed),
            val=_batches(parts["val"], self.chosen.batch, None),
            measure=class_scores,
            options=self.chosen,
            anneal=False,
            card=card,
            folder=self.output,
            tools=self.tools,
        ).run()
        return dict(net.state_dict()), card

    @classmethod
    def predict(cls, checkpoint: Checkpoint, photos: Sequence[Path], tools: Tools) -> Iterator[Prediction | PhotoError]:
        """The most probable person of each photo's largest face; nobody if its cosine is under the threshold."""
        card = checkpoint.card
        base = reopen_base(checkpoint, tools)
        for photo, found in zip(photos, base.vectors(photos), strict=True):
            if isinstance(found, PhotoError):
                yield found
                continue
            scores = _scores(card.net, checkpoint.tensors, found.vector[None])[0]
            powers = np.exp(scores - scores.max())
            listed = sorted(zip(card.classes, (powers / powers.sum()).tolist(), strict=True), key=lambda item: -item[1])
            cosines = unit_rows(found.vector[None]) @ checkpoint.tensors["prototypes"].numpy().T
            known = float(cosines.max()) >= card.thresholds["unknown"]
            yield Prediction(str(photo), (listed[0][0],) if known else (), tuple(listed), found.box)


def _batches(part: Vectors, batch: int, seed: int | None) -> VectorBatches:
    return VectorBatches(unit_rows(part.vectors), part.labels, batch=batch, seed=seed)


def _scores(kind: str, tensors: dict[str, Tensor], vectors: Floats) -> NDArray[Any]:
    """(N, classes) scores before the softmax."""
    import torch

    rows = unit_rows(vectors)
    if kind == "cosine":
        cosines: NDArray[Any] = COSINE_SCALE * rows @ tensors["prototypes"].numpy().T
        return cosines
    if kind == "logistic":
        scores: NDArray[Any] = rows @ tensors["weight"].numpy().T + tensors["bias"].numpy()
        return scores
    from rostro.nets.head import UpnaHead

    net = UpnaHead(tensors["prototypes"])
    net.load_state_dict(tensors)
    with torch.inference_mode():
        answered: NDArray[Any] = net.eval()(torch.from_numpy(rows)).numpy()
    return answered

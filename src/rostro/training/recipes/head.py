"""Recipe ``head``: a classifier on a frozen embedder's vectors, as UPNA's versions 4 and 5; few photos are enough."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from rostro.core.geometry import unit_rows
from rostro.core.ranges import SIMILARITY
from rostro.training.base import LoopOptions, option
from rostro.training.classifiers.answers import softmax
from rostro.training.classifiers.bases import embed, open_base
from rostro.training.classifiers.linear import COSINE_SCALE, choose, logistic, prototypes, unknown_threshold
from rostro.training.classifiers.scores import class_scores
from rostro.training.data.examples import Data, VectorExamples
from rostro.training.data.parts import read_parts
from rostro.training.recipes._course import Course, Learned, Learner

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from rostro.core.types import Floats
    from rostro.training.loop.card import Card
    from rostro.training.loop.checkpoint import Checkpoint
    from rostro.training.recipes._course import Said, Says

KINDS = ("auto", "cosine", "logistic", "mlp")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadOptions(LoopOptions):
    """What it can be told; epochs, batch, rate and patience are the perceptron's."""

    base: str = option("sface", "An embedder, or a checkpoint of a network.")
    kind: str = option("auto", "cosine, logistic, mlp (UPNA's), or auto: cosine or logistic by cross-validation.")
    threshold: float | None = option(
        None, "Cosine below which a face is nobody's. Default: learned from the people.", SIMILARITY
    )


class HeadRecipe(Course[Data]):
    """``train/``, ``val/`` and perhaps ``test/``, each with one folder per person; or these folders alone, split."""

    name = "head"
    about = "A classifier on a frozen embedder's vectors; three photos of a person are enough."
    options = HeadOptions
    on_embedder = True
    allowed: ClassVar = {"kind": KINDS}
    chosen: HeadOptions

    def _data(self) -> Data:
        """Embeds everything once."""
        people = read_parts(self.root, self.chosen.seed)
        people.tell(self.output, self.progress.say)
        base = open_base(self.chosen.base, self.recognizer, self.progress)
        return Data(
            classes=people.classes,
            parts={name: embed(base, part.photos, part.labels, self.progress) for name, part in people.parts.items()},
            preprocessing={"base": self.chosen.base, "space": base.space, "norm": 1},
            split=people.card(),
        )

    def _learn(self, data: Data) -> Learned:
        """In one step, but for the perceptron."""
        import torch

        vectors, labels, classes = data.vectors("train"), data.parts["train"].labels, len(data.classes)
        kind = self._kind(vectors, labels, classes)
        threshold = self.chosen.threshold
        if threshold is None:
            threshold = unknown_threshold(vectors, labels, classes)
        thresholds = {"unknown": float(threshold)}
        means = torch.from_numpy(prototypes(vectors, labels, classes))
        if kind == "mlp":
            return self._perceptron(means, data, thresholds)
        tensors = {"prototypes": means}
        if kind == "logistic":
            weight, bias = logistic(vectors, labels, classes)
            tensors |= {"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)}
        trained = sum(tensor.numel() for name, tensor in tensors.items() if kind == "cosine" or name != "prototypes")
        card = self._card(data, net=kind, parameters=trained, thresholds=thresholds)
        return Learned(card, tensors, lambda part: _scores(kind, tensors, data.vectors(part)))

    def _kind(self, vectors: Floats, labels: NDArray[Any], classes: int) -> str:
        if self.chosen.kind != "auto":
            return self.chosen.kind
        kind, accuracies = choose(vectors, labels, classes, self.chosen.seed)
        shown = ", ".join(f"{name} {value:.4f}" for name, value in accuracies.items())
        self.progress.say(f"cross-validation: {shown or 'somebody has one photo only'}; taken: {kind}")
        return kind

    def _perceptron(self, means: Tensor, data: Data, thresholds: dict[str, float]) -> Learned:
        """UPNA's, with its optimiser (Nadam)."""
        import torch

        from rostro.nets.head import UpnaHead

        torch.manual_seed(self.chosen.seed)
        net = UpnaHead(means)
        learner = Learner(
            name="mlp",
            net=net,
            optimiser=torch.optim.NAdam(net.parameters(), lr=self.chosen.rate),
            loss=torch.nn.functional.cross_entropy,
            measure=class_scores,
            loss_name="cross entropy, nats",
            anneal=False,
            about={"thresholds": thresholds},
        )
        units = {
            name: VectorExamples(unit_rows(data.vectors(name)), part.labels, part.hashes)
            for name, part in data.parts.items()
        }
        return self._loop(learner, replace(data, parts=units))

    def _finish(self, learned: Learned, data: Data) -> Card:
        """Validation and test parts."""
        measured = self._measured(learned, data, class_scores, val="validation", test="test")
        return self._write(learned, metrics=learned.card.metrics | measured)

    @classmethod
    def _says(cls, checkpoint: Checkpoint) -> Says:
        """The most probable person; nobody if the cosine with everybody is under the threshold."""
        card, tensors = checkpoint.card, checkpoint.tensors

        def says(vector: Floats) -> Said:
            listed = softmax(card.classes, _scores(card.net, tensors, vector[None])[0])
            cosines = unit_rows(vector[None]) @ tensors["prototypes"].numpy().T
            known = float(cosines.max()) >= card.thresholds["unknown"]
            return (listed[0][0],) if known else (), listed

        return says


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

"""The course of events that all recipes share: options → data → network → loop → scores → card."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from rostro.core.errors import BadInput, PhotoError
from rostro.photos.reading import name_of
from rostro.training.base import Found, LoopOptions, Prediction, Recipe
from rostro.training.classifiers.bases import reopen_base
from rostro.training.classifiers.pictures import run_checkpoint
from rostro.training.data.examples import Data
from rostro.training.loop.card import Card
from rostro.training.loop.checkpoint import BEST, need_torch, write_checkpoint
from rostro.training.loop.loop import Training, run_net
from rostro.training.loop.nets import parameters, summary
from rostro.training.loop.precision import PRECISIONS
from rostro.training.loop.processes import choose_device

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from rostro.core.types import Floats
    from rostro.recognizer import Recognizer
    from rostro.training.base import Base, Progress
    from rostro.training.classifiers.answers import Listed
    from rostro.training.loop.checkpoint import Checkpoint

    Measure = Callable[[NDArray[Any], NDArray[Any]], dict[str, float]]
    #: Labels, and every class with its probability, as in `Prediction`.
    Said = tuple[tuple[str, ...], Listed]
    Says = Callable[[Floats], Said]

D = TypeVar("D", bound=Data)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learner:
    """A network that is trained step by step, and how.

    Attributes:
        name: Of the network, for the card.
        net: The network.
        optimiser: Over its parameters.
        loss: (scores, labels) → the mean loss.
        loss_name: What that is, with its unit, for the learning curves.
        measure: (scores, labels) of the validation part → numbers; the first one is to be highest.
        anneal: Whether the rate climbs and then falls along a cosine.
        asked: What answers afterwards, where it is not the network alone.
        measured: The part of the network whose answers `measure` is given, where it is not the whole.
        unseen: Whether the validation part has other classes than the training part.
        export: See `Training`.
        about: What else the card says: ``preprocessing`` (besides the data's), ``thresholds``, ``licence``.
    """

    name: str
    net: nn.Module
    optimiser: torch.optim.Optimizer
    loss: Callable[[Tensor, Tensor], Tensor]
    measure: Measure
    loss_name: str = ""
    anneal: bool = True
    asked: nn.Module | None = None
    measured: nn.Module | None = None
    unseen: bool = False
    export: Callable[[Path, Card], Card] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What came out.

    Attributes:
        card: Of the checkpoint, as far as it is known.
        tensors: The checkpoint's numbers.
        scores: Name of a part → (N, outputs) what is said of it.
    """

    card: Card
    tensors: dict[str, Tensor]
    scores: Callable[[str], NDArray[Any]]


class Course(Recipe, Generic[D]):
    """A recipe says what its data are and what learns from them; the rest happens here.

    Class attributes:
        needs: Packages of the extra ``train`` that are needed besides torch.
        allowed: Option → the words that it may be.
        unlisted: Options that the card does not tell.
    """

    needs: ClassVar[tuple[str, ...]] = ()
    allowed: ClassVar[dict[str, tuple[str, ...]]] = {}
    unlisted: ClassVar[frozenset[str]] = frozenset()

    chosen: LoopOptions

    def train(self) -> Card:
        """See `Recipe.train`."""
        need_torch(*self.needs)
        self._check()
        data = self._data()
        return self._finish(self._learn(data), data)

    def _check(self) -> None:
        """Refuses options that cannot be, before any photo is read."""
        for name, words in {"precision": PRECISIONS, **self.allowed}.items():
            if getattr(self.chosen, name) not in words:
                raise BadInput(f"{name} is {', '.join(words)}, got {getattr(self.chosen, name)!r}")

    @abstractmethod
    def _data(self) -> D:
        """Reads the data, and says what they are."""

    def _learner(self, data: D) -> Learner:
        """What is trained step by step; not asked for where `_learn` has another way."""
        raise NotImplementedError

    def _learn(self, data: D) -> Learned:
        """Trains what `_learner` gives."""
        return self._loop(self._learner(data), data)

    def _finish(self, learned: Learned, data: D) -> Card:
        """What is measured and chosen afterwards; the loop has written its best epoch already."""
        return learned.card

    @classmethod
    def predict(
        cls,
        checkpoint: Checkpoint,
        photos: Sequence[Path],
        recognizer: Recognizer | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Prediction | PhotoError]:
        """See `Recipe.predict`; where the checkpoint stands on a base, it is opened again."""
        says = cls._says(checkpoint)
        if "base" in checkpoint.card.preprocessing:
            seen = cls._look(reopen_base(checkpoint, recognizer, progress), photos)
        else:
            seen = (s if isinstance(s, PhotoError) else Found(s) for _, s in run_checkpoint(checkpoint, photos))
        return _answers(photos, seen, says)

    @classmethod
    def _look(cls, base: Base, photos: Sequence[Path]) -> Iterator[Found | PhotoError]:
        """What a base sees in photos: the largest face."""
        return base.vectors(photos)

    @classmethod
    @abstractmethod
    def _says(cls, checkpoint: Checkpoint) -> Says:
        """What a checkpoint says: of a base's (d,) vector, or of its network's (outputs,) scores."""

    # What recipes use for that.

    def _loop(self, learner: Learner, data: Data) -> Learned:
        """The training loop, from the first epoch to the best one."""
        chosen, net = self.chosen, learner.net
        card = Training(
            net=net,
            optimiser=learner.optimiser,
            loss=learner.loss,
            train=data.parts["train"].batches(chosen.batch, chosen.seed),
            val=data.parts["val"].batches(chosen.batch),
            measure=learner.measure,
            options=chosen,
            anneal=learner.anneal,
            card=self._card(data, net=learner.name, parameters=parameters(net), **learner.about),
            folder=self.output,
            progress=self.progress,
            measured=learner.measured,
            loss_name=learner.loss_name,
            unseen=learner.unseen,
            export=learner.export,
        ).run()

        def scores(part: str) -> NDArray[Any]:
            batches = data.parts[part].batches(chosen.batch)
            return run_net(learner.asked or net, batches, choose_device(chosen.device))

        return Learned(card, dict(net.state_dict()), scores)

    def _card(
        self,
        data: Data,
        *,
        net: str,
        parameters: int,
        preprocessing: Mapping[str, Any] | None = None,
        licence: str = "",
        **more: Any,
    ) -> Card:
        """The card of a checkpoint of this recipe; further arguments are attributes of `Card`."""
        return Card(
            recipe=self.name,
            net=net,
            classes=data.classes,
            preprocessing={**data.preprocessing, **(preprocessing or {})},
            data_hash=data.hash,
            photos=data.counts,
            split=data.split,
            parameters=parameters,
            options={name: value for name, value in asdict(self.chosen).items() if name not in self.unlisted},
            licence=self.chosen.licence or licence,
            **more,
        )

    def _say_layers(self, net: nn.Module) -> None:
        for line in summary(net):
            self.progress.say(line)

    def _measured(self, learned: Learned, data: Data, measure: Measure, **parts: str) -> dict[str, float]:
        """What is measured on parts, each number after the part's name.

        Args:
            learned: What is asked.
            data: The parts; those that are not there are left out.
            measure: (scores, labels) → numbers.
            parts: Part → its name in the card.
        """
        return {
            f"{shown} {name}": value
            for part, shown in parts.items()
            if part in data.parts
            for name, value in measure(learned.scores(part), data.parts[part].labels).items()
        }

    def _write(self, learned: Learned, **changed: Any) -> Card:
        """Writes the best checkpoint, its card changed."""
        return write_checkpoint(self.output, BEST, learned.tensors, replace(learned.card, **changed))


def _answers(
    photos: Sequence[Path], seen: Iterator[Found | PhotoError], says: Says
) -> Iterator[Prediction | PhotoError]:
    for photo, found in zip(photos, seen, strict=True):
        if isinstance(found, PhotoError):
            yield found
        else:
            labels, listed = says(found.vector)
            yield Prediction(name_of(photo), labels, listed, found.box)

"""What a recipe is: data in, a checkpoint and its card out; and the checkpoint's answers about photos."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from rostro.core.parts import Room
from rostro.core.ranges import LEARNING_RATE, SEED, Range, check_all, counted
from rostro.core.types import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rostro.core.errors import PhotoError
    from rostro.core.types import Floats
    from rostro.core.words import Language
    from rostro.recognizer import Recognizer
    from rostro.reports.typeset import Format
    from rostro.training.loop.card import Card
    from rostro.training.loop.checkpoint import Checkpoint

Box = tuple[float, float, float, float]


#: What these may be: so many that no training lasts as long, and that no memory holds as many.
EPOCHS = counted(1, 1_000_000, what="a number of epochs")
BATCH = counted(1, 100_000, what="a number of photos")


def option(default: Any, about: str, allowed: Range | None = None) -> Any:
    """A field of a recipe's options: its default, a line of help, and of a number what it may be.

    The command line is made from them.
    """
    return field(default=default, metadata={"help": about, "range": allowed})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What every recipe can be told."""

    seed: int = option(0, "Of everything that is drawn by chance.", SEED)
    licence: str = option("", "Licence of what comes out, for the card; say what the photos allow.")

    def __post_init__(self) -> None:
        ranges = {item.name: item.metadata["range"] for item in fields(self) if item.metadata.get("range") is not None}
        check_all({name: getattr(self, name) for name in ranges}, ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopOptions(Options):
    """What every recipe that trains a network by gradient descent can be told besides."""

    epochs: int = option(60, "Most passes over the training photos.", EPOCHS)
    batch: int = option(32, "Photos per step.", BATCH)
    rate: float = option(1e-3, "Learning rate at its highest.", LEARNING_RATE)
    patience: int = option(10, "Stop after this many epochs without a better validation value.", EPOCHS)
    device: str = option("auto", "auto, cpu or cuda.")
    precision: str = option("auto", "Of the steps: float32, bfloat16, or auto: the faster one, measured at the start.")
    resume: bool = option(False, "Go on where an interrupted training stopped, to the same numbers.")


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A photo's vector.

    Attributes:
        vector: (d,) float32.
        box: The face that it is of, in pixels of the photo; None where the whole photo was taken.
    """

    vector: Floats
    box: Box | None = None


class Base(Protocol):
    """A frozen network that gives vectors: an embedder, or a checkpoint's network without its last layer."""

    @property
    def space(self) -> str:
        """What its vectors may be compared with: those of the same space."""

    def vectors(self, photos: Sequence[Path]) -> Iterator[Found | PhotoError]:
        """One answer per photo, in order."""

    def portraits(self, photos: Sequence[Path | bytes]) -> Iterator[Found | PhotoError]:
        """The same of the middle square of photos that are portraits, hair and all; no face is looked for."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a training is, after one step.

    Attributes:
        epoch: Counted from 1.
        epochs: Most there will be.
        step: Of the epoch, counted from 1.
        steps: Of each epoch.
        loss: The training loss: mean of the epoch so far.
        photos_per_second: Since the training began or went on.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    photos_per_second: float


def _silent(*_: Any) -> None:
    pass


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Progress:
    """How whoever started a training follows it, and ends it.

    Attributes:
        say: Told a line for people now and then.
        on_step: Told how far the training is, after each step.
        on_photo: Told what is being done with photos before that, how many are done, and of how many.
        stopped: Asked after each step and each photo; True ends the training there, ready to be resumed.
        language: Of the learning curves.
        formats: What the learning curves are written as in the end, besides SVG.
    """

    say: Callable[[str], None] = _silent
    on_step: Callable[[Step], None] = _silent
    on_photo: Callable[[str, int, int], None] = _silent
    stopped: Callable[[], bool] = _never
    language: Language = "en"
    formats: tuple[Format, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Prediction(Answer):
    """A checkpoint's answer about a photo.

    Attributes:
        photo: The photo.
        labels: What it is said to be: a name, or the attributes that it has; empty for nobody known.
        probabilities: Of every class, in [0, 1], highest first.
        box: The face that was looked at; None where the whole photo was.
    """

    photo: str
    labels: tuple[str, ...]
    probabilities: tuple[tuple[str, float], ...]
    box: Box | None = None

    def __repr__(self) -> str:
        said = ", ".join(self.labels) or "none of the known"
        return f"<Prediction {self.photo}: {said}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "labels", "probabilities": {class: probability}, "box"}``."""
        return {
            "photo": self.photo,
            "labels": list(self.labels),
            "probabilities": {name: round(value, 4) for name, value in self.probabilities},
            "box": None if self.box is None else [round(value, 2) for value in self.box],
        }


class Recipe(ABC):
    """One way of training.

    Class attributes:
        name: What cards call it; the command line writes it with hyphens.
        about: One line for people.
        options: What it can be told.
        on_embedder: Whether it stands on an embedder's vectors: the recogniser's, unless another base is named.
        names_one: Whether its predictions give each photo one class, or nobody known.
        otherwise: The class of a photo that is said to be nobody known; None where there is no such class.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    options: ClassVar[type[Options]]
    on_embedder: ClassVar[bool] = False
    names_one: ClassVar[bool] = True
    otherwise: ClassVar[str | None] = None

    def __init__(
        self,
        root: Path,
        output: Path,
        options: Any,
        recognizer: Recognizer | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Touches no disk and loads no model.

        Args:
            root: Folder of the data; what it holds depends on the recipe.
            output: Folder for the checkpoint, its card and the learning curves.
            options: An object of the class in `options`.
            recognizer: Gives vectors, aligned crops and model files; None makes the default one.
            progress: Follows the training; None: nobody does.
        """
        self.root = root
        self.output = output
        self.chosen = options
        self.recognizer = recognizer or _default()
        self.progress = progress or Progress()

    @abstractmethod
    def train(self) -> Card:
        """Trains, and writes ``best.safetensors`` with its card into the output folder.

        Returns:
            The card of the best checkpoint.

        Raises:
            BadInput: The data or an option cannot be used; says which and why.
            Interrupted: It was stopped before its end.
        """

    @classmethod
    @abstractmethod
    def predict(
        cls,
        checkpoint: Checkpoint,
        photos: Sequence[Path],
        recognizer: Recognizer | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Prediction | PhotoError]:
        """What a checkpoint of this recipe says about photos, one answer per photo, in order.

        Args:
            checkpoint: What `train` wrote.
            photos: Paths.
            recognizer: Gives vectors, where the checkpoint stands on an embedder; None makes the default one.
            progress: Told of the photos; None: nobody is.
        """


def _default() -> Recognizer:
    from rostro.recognizer import Recognizer

    return Recognizer()


RECIPES = Room(
    Recipe,
    "recipe",
    "rostro.recipes",
    {
        "attributes": "rostro.training.recipes.attributes:AttributesRecipe",
        "classifier": "rostro.training.recipes.classifier:ClassifierRecipe",
        "embedder": "rostro.training.recipes.embedder:EmbedderRecipe",
        "finetune": "rostro.training.recipes.finetune:FinetuneRecipe",
        "head": "rostro.training.recipes.head:HeadRecipe",
        "is_it_me": "rostro.training.recipes.is_it_me:IsItMeRecipe",
    },
)

"""Training and asking what was trained, each in one call: what ``rostro train`` and ``rostro predict`` do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from rostro.core.errors import BadInput, PhotoError
from rostro.core.files import refuse_existing
from rostro.core.parts import did_you_mean
from rostro.core.types import Answer
from rostro.core.words import check_language
from rostro.embedding.trained import files_of
from rostro.photos.listing import find_photos
from rostro.photos.sources import spare
from rostro.recognition.pipeline import Failure
from rostro.recognizer import Recognizer
from rostro.reports.typeset import check_formats
from rostro.training.base import RECIPES, Progress
from rostro.training.loop.checkpoint import BEST, RESUME, Checkpoint, need_torch, read_checkpoint
from rostro.training.loop.processes import is_first, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rostro.core.words import Language
    from rostro.training.base import Options, Prediction, Recipe, Step
    from rostro.training.loop.card import Card


@dataclass(frozen=True, slots=True, repr=False)
class Trained(Answer):
    """What came out of a training.

    Attributes:
        card: Everything that is known about the checkpoint: recipe, classes, metrics, options, licence, …
        folder: Where it lies, with the learning curves.
    """

    card: Card
    folder: Path

    @property
    def checkpoint(self) -> Path:
        """The file of weights; its card lies beside it."""
        return self.folder / f"{BEST}.safetensors"

    @property
    def metrics(self) -> dict[str, float]:
        """What was measured: ``{"validation accuracy": 0.98, …}``."""
        return self.card.metrics

    def __repr__(self) -> str:
        shown = ", ".join(f"{name} {value:.4f}" for name, value in self.metrics.items())
        return f"<Trained {self.card.recipe} {self.checkpoint}: {shown}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"checkpoint", "metrics"}``."""
        return {"checkpoint": str(self.checkpoint), "metrics": self.metrics}


def train(
    recipe: str,
    root: str | Path,
    *,
    output: str | Path,
    recognizer: Recognizer | None = None,
    on_step: Callable[[Step], None] | None = None,
    on_photo: Callable[[str, int, int], None] | None = None,
    on_message: Callable[[str], None] | None = None,
    stopped: Callable[[], bool] | None = None,
    language: Language = "en",
    formats: Iterable[str] = (),
    overwrite: bool = False,
    **options: Any,
) -> Trained:
    """Trains: a folder of photos in, a checkpoint and its card out.

    >>> done = rostro.train("head", "people/", output="trained/", base="sface")  # doctest: +SKIP
    >>> done.metrics["validation accuracy"]  # doctest: +SKIP
    1.0

    Started by ``torchrun``, several processes train together; the first one alone writes and speaks.

    Args:
        recipe: ``head``, ``classifier``, ``is_it_me``, ``attributes``, ``embedder`` or ``finetune``, or another
            package's.
        root: Folder of the data; what it holds depends on the recipe.
        output: Folder for the checkpoint, its card and the learning curves; made if it is not there.
        recognizer: Gives vectors, aligned faces and model files; None makes the default one. A recipe that stands on an
            embedder takes the one of this recogniser, unless ``base`` names another.
        on_step: Told how far the training is, after each step.
        on_photo: Told what is done with the photos before the first step (``embedding``, ``finding faces``), how many
            are done, and of how many.
        on_message: Told a line for people now and then.
        stopped: Asked after each step and each photo; True ends the training there. With ``resume=True`` the same call
            goes on.
        language: Of the learning curves.
        formats: ``pdf`` and ``png``: what the learning curves of a network are written as in the end, besides SVG.
        overwrite: Whether a checkpoint that is in the output folder is written over; otherwise it is refused, unless
            ``resume=True`` goes on with it.
        options: What the recipe can be told: ``epochs``, ``batch``, ``rate``, ``device``, …; see `Recipe.options`.

    Raises:
        MissingExtra: The extra ``train`` is not installed, or ``pdf`` for a format.
        UnknownModel: There is no recipe, network or embedder of that name.
        BadInput: The data or an option cannot be used; says which and why. Or a checkpoint is there already, or would
            overwrite the one that it stands on, or the curves one of the photos.
        Interrupted: `stopped` said so.
    """
    need_torch()
    drawn = check_formats(formats)
    kind = RECIPES.get(recipe.replace("-", "_"))
    if kind.on_embedder and recognizer is not None:
        options.setdefault("base", recognizer.embedder_name)
    chosen = make_options(kind, options)
    _spare_base(getattr(chosen, "base", None), Path(output))
    if not overwrite and not getattr(chosen, "resume", False):
        refuse_existing(Path(output) / RESUME, why="unfinished")
        refuse_existing(Path(output) / f"{BEST}.safetensors")
    spare((Path(output) / f"curves.{ending}" for ending in drawn), root)
    given = {"say": on_message, "on_step": on_step, "on_photo": on_photo} if is_first() else {}
    check_language(language)
    told = {name: call for name, call in {**given, "stopped": stopped}.items() if call is not None}
    progress = Progress(**told, language=language, formats=drawn)  # type: ignore[arg-type]
    with joined(getattr(chosen, "device", "cpu")):
        made = kind(Path(root), Path(output), chosen, recognizer, progress)
        return Trained(made.train(), Path(output))


def _spare_base(base: str | None, output: Path) -> None:
    """Refuses to train over the checkpoint that the training stands on."""
    if base and output.is_dir():
        spare((file for file in output.iterdir() if file.is_file()), *files_of(base))


def predict(
    checkpoint: str | Path | Trained | Checkpoint,
    photos: str | Path | Iterable[str | Path],
    *,
    recognizer: Recognizer | None = None,
    on_photo: Callable[[str, int, int], None] | None = None,
) -> Iterator[Prediction | Failure]:
    """What a checkpoint that was trained here says about photos.

    >>> for answer in rostro.predict("trained/", "party/"):  # doctest: +SKIP
    ...     print(answer.photo, answer.labels if answer else answer.reason)

    Args:
        checkpoint: The folder that a training wrote, its file of weights, what `train` returned, or what
            `open_checkpoint` read.
        photos: A photo, a folder of photos, or several of either.
        recognizer: Gives vectors, where the checkpoint stands on an embedder; None makes the default one.
        on_photo: Told what is done with the photos, how many are done, and of how many.

    Yields:
        One `Prediction` or `Failure` per photo, in order.

    Raises:
        MissingExtra: The extra ``train`` is not installed.
        BadInput: There is no checkpoint, or it gives vectors and not names.
        ModelCorrupt: The weights are not those of the card.
        SpaceMismatch: The embedder that it stands on is not the same any more.
    """
    read = open_checkpoint(checkpoint)
    listed = [photos] if isinstance(photos, str | Path) else list(photos)
    found = list(find_photos([Path(photo) for photo in listed]))
    progress = Progress() if on_photo is None else Progress(on_photo=on_photo)
    shown = checkpoint if isinstance(checkpoint, str | Path) else read.card.net
    return _answers(read, str(shown), RECIPES.get(read.card.recipe).predict(read, found, recognizer, progress))


def _answers(
    read: Checkpoint, shown: str, answers: Iterator[Prediction | PhotoError]
) -> Iterator[Prediction | Failure]:
    """The same; what a card and its weights lack comes to light only when they are used.

    Raises:
        BadInput: The numbers are none that its recipe can answer with.
    """
    try:
        for answer in answers:
            yield Failure(answer) if isinstance(answer, PhotoError) else answer
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise BadInput(f"{shown}: cannot be used as a checkpoint of {read.card.recipe} ({why})") from error


def open_checkpoint(checkpoint: str | Path | Trained | Checkpoint) -> Checkpoint:
    """Reads a checkpoint, however it is given, unless it is read already; see `predict`."""
    if isinstance(checkpoint, Checkpoint):
        return checkpoint
    return read_checkpoint(checkpoint.folder if isinstance(checkpoint, Trained) else Path(checkpoint))


def make_options(recipe: type[Recipe], given: dict[str, Any]) -> Options:
    """A recipe's options from plain values.

    Raises:
        BadInput: An option that the recipe does not have, or a value of the wrong kind; says which.
    """
    hints = get_type_hints(recipe.options)
    known = [item.name for item in fields(recipe.options)]
    for name in given:
        if name not in known:
            guess = did_you_mean(name, known)
            raise BadInput(f"{recipe.name} has no option {name!r}.{guess} There is: {', '.join(known)}")
    return recipe.options(**{name: _of_kind(name, value, hints[name]) for name, value in given.items()})


def _of_kind(name: str, value: Any, hint: Any) -> Any:
    """The value as the option's type has it: a whole number where a number is wanted, a path where a text is."""
    if isinstance(value, Path) and hint is str:
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and hint in (float, float | None):
        return float(value)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        said = getattr(hint, "__name__", str(hint))
        raise BadInput(f"{name} is of type {said}, got {value!r}")
    return value

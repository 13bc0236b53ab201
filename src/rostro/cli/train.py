"""``rostro train``: one command per recipe, made from the recipe's own options."""

from __future__ import annotations

import inspect
import signal
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import numpy as np
import typer

from rostro.cli import options, output
from rostro.core.errors import PhotoError
from rostro.training.base import RECIPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.progress import Progress

    from rostro.core.types import AlignmentSpec, Image
    from rostro.models.entry import ModelFile
    from rostro.recognizer import Recognizer
    from rostro.training.base import Found, Options, Step, Tools

Root = Annotated[
    Path, typer.Argument(help="Folder of the data; what it holds depends on the recipe.", show_default=False)
]
Output = Annotated[Path, typer.Option("--output", help="Folder for the checkpoint, its card and the learning curves.")]

app = typer.Typer(
    help="Train: folders of photos in, a checkpoint and its card out. Example: rostro train head people/ --base sface",
    no_args_is_help=True,
)


class EmbedderBase:
    """An embedder as a base of the training: the vector of each photo's largest face."""

    def __init__(self, faces: Recognizer, bar: Progress) -> None:
        self._faces, self._bar = faces, bar

    @property
    def space(self) -> str:
        """The embedding space."""
        return self._faces.space

    def vectors(self, photos: Sequence[Path]) -> Iterator[Found | PhotoError]:
        """One answer per photo."""
        from rostro.recognition.pipeline import Failure
        from rostro.training.base import Found

        task = self._bar.add_task("embedding", total=len(photos))
        for answer in self._faces.photos(photos, face="largest"):
            self._bar.advance(task)
            if isinstance(answer, Failure):
                yield answer.error
            else:
                yield Found(answer.embeddings[0], answer.faces[0].box)
        self._bar.remove_task(task)

    def portraits(self, photos: Sequence[Path | bytes]) -> Iterator[Found | PhotoError]:
        """One answer per photo, about its middle square."""
        from rostro.training.base import Found
        from rostro.training.classifiers.portraits import middle_squares

        size = self._faces.alignment_spec.size
        task = self._bar.add_task("embedding", total=len(photos))
        for answers in middle_squares(photos, size):
            crops = [answer for answer in answers if not isinstance(answer, PhotoError)]
            vectors = iter(self._faces.embedder.embed(np.stack(crops)) if crops else ())
            self._bar.advance(task, len(answers))
            for answer in answers:
                yield answer if isinstance(answer, PhotoError) else Found(next(vectors))
        self._bar.remove_task(task)


def _crops(photos: Sequence[Path], spec: AlignmentSpec, detector: str, bar: Progress) -> Iterator[Image | PhotoError]:
    """The largest face of each photo, aligned."""
    from rostro.alignment.base import open_alignment
    from rostro.recognition.pipeline import Failure

    faces = options.make_recognizer(detector=detector)
    alignment = open_alignment(spec, faces.store)
    task = bar.add_task("finding faces", total=len(photos))
    for answer in faces.photos(photos, embed=False, face="largest", keep=True):
        bar.advance(task)
        if isinstance(answer, Failure):
            yield answer.error
        else:
            yield alignment.align(answer.kept_image, answer.faces)[0]
    bar.remove_task(task)


def _model_file(forms: Sequence[ModelFile]) -> tuple[ModelFile, Path]:
    """The first of some files that is installed, else the first one, fetched."""
    store = options.make_recognizer().store
    entry = next((entry for entry in forms if store.is_installed(entry)), forms[0])
    return entry, store.path(entry)


def _say(line: str, bar: Progress) -> None:
    """A line on stderr, above the bar; of several processes only the first one speaks."""
    from rostro.training.loop.processes import is_first

    if not is_first():
        return
    if bar.disable:
        output.note(line)
    else:
        bar.console.print(line, markup=False)


@contextmanager
def tools() -> Iterator[Tools]:
    """A progress bar, and an end at Ctrl-C that keeps what was learned; a second Ctrl-C ends at once."""
    from rostro.core.settings import Settings
    from rostro.training.base import Tools
    from rostro.training.loop.processes import is_first

    asked: list[int] = []

    def stop(number: int, _: Any) -> None:
        asked.append(number)
        signal.signal(number, before[number])

    before: dict[int, Any] = {int(number): signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        bar = output.progress()
        bar.disable = bar.disable or not is_first()
        with bar:
            task = bar.add_task("training", total=None, visible=False)

            def draw(step: Step) -> None:
                done = (step.epoch - 1) * step.steps + step.step
                text = f"epoch {step.epoch}, loss {step.loss:.4f}, {step.photos_per_second:.0f} photos/s"
                bar.update(task, description=text, completed=done, total=step.epochs * step.steps, visible=True)

            yield Tools(
                open_base=lambda name: EmbedderBase(options.make_recognizer(embedder=name), bar),
                crop=lambda photos, spec, detector: _crops(photos, spec, detector, bar),
                model_file=_model_file,
                say=lambda line: _say(line, bar),
                on_step=draw,
                stopped=lambda: bool(asked),
                threads=Settings.from_environment().threads,
            )
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _command(name: str) -> Callable[..., None]:
    """The command of a recipe: its folder, ``--output``, and an option for each field of the recipe's options."""
    recipe = RECIPES.get(name)
    shown = name.replace("_", "-")

    def command(root: Path, output_folder: Path, json: bool, **chosen: Any) -> None:
        from rostro.training.loop.processes import is_first, joined

        wanted: Options = recipe.options(**chosen)
        with tools() as lent, joined(getattr(wanted, "device", "cpu")):
            card = recipe(root, output_folder, wanted, lent).train()
        if not is_first():
            return
        if json:
            output.print_json({"checkpoint": str(output_folder / "best.safetensors"), "metrics": card.metrics})
            return
        for metric, value in card.metrics.items():
            output.say(f"{metric}: {value:.4f}")
        output.say(f"{output_folder / 'best.safetensors'}")

    hints = get_type_hints(recipe.options)
    made = [
        inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Root),
        _parameter("output_folder", Output, Path(f"rostro-{shown}")),
        _parameter("json", options.Json, False),
    ]
    for item in fields(recipe.options):
        flag = typer.Option(f"--{item.name.replace('_', '-')}", help=item.metadata["help"])
        made.append(_parameter(item.name, Annotated[hints[item.name], flag], item.default))
    command.__signature__ = inspect.Signature(made)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in made}
    command.__doc__ = f"{recipe.about}\n\nExample: rostro train {shown} data/ --output trained/"
    return command


def _parameter(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)


for _name in RECIPES:
    app.command(_name.replace("_", "-"))(_command(_name))

"""``rostro train``: one command per recipe, made from the recipe's own options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from rostro.cli import options, output
from rostro.cli.language import figure, language, tell, translated
from rostro.cli.numbers import within
from rostro.core.showing import on_terminal
from rostro.training.base import RECIPES
from rostro.training.words import metric_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from rostro.training.base import Step

Root = Annotated[
    Path, typer.Argument(help="Folder of the data; what it holds depends on the recipe.", show_default=False)
]
Output = Annotated[Path, typer.Option("--output", help="Folder for the checkpoint, its card and the learning curves.")]

app = typer.Typer(
    help="Train: folders of photos in, a checkpoint and its card out. Example: rostro train head people/ --base sface",
    no_args_is_help=True,
)


class Shown:
    """A training's progress on stderr: a bar for photos, a bar for steps, and lines above them."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}

    def say(self, line: str) -> None:
        """A line; without a terminal it goes there all the same."""
        line = translated(line)
        if self._bar.disable:
            output.note(line)
        else:
            self._bar.console.print(on_terminal(line), markup=False)

    def photo(self, what: str, done: int, total: int) -> None:
        """Moves the bar of what is done with photos; a bar that is full goes."""
        self._move(what, translated(what), done, total)
        if done == total:
            self._bar.remove_task(self._tasks.pop(what))

    def step(self, step: Step) -> None:
        """Moves the bar of steps."""
        text = tell("epoch {}, training loss {:.4f}, {:.0f} photos/s", step.epoch, step.loss, step.photos_per_second)
        self._move("training", text, (step.epoch - 1) * step.steps + step.step, step.epochs * step.steps)

    def _move(self, task: str, text: str, done: int, total: int) -> None:
        if task not in self._tasks:
            self._tasks[task] = self._bar.add_task(text, total=total)
        self._bar.update(self._tasks[task], description=text, completed=done, total=total)


@contextmanager
def shown() -> Iterator[Shown]:
    """A progress bar while something is trained or asked."""
    with output.progress() as bar:
        yield Shown(bar)


def _command(name: str) -> Callable[..., None]:
    """The command of a recipe: its folder, ``--output``, and an option for each field of the recipe's options."""
    recipe = RECIPES.get(name)
    called = name.replace("_", "-")

    def command(
        root: Path,
        output_folder: Path,
        overwrite: bool,
        detector: str | None,
        max_side: int | None,
        min_score: float | None,
        engine: str | None,
        precision: str | None,
        json: bool,
        formats: list[str] | None,
        **chosen: Any,
    ) -> None:
        from rostro.core.signals import stopped_by_signals
        from rostro.training.loop.processes import is_first
        from rostro.training.run import train

        written = options.formats(formats)
        recognizer = options.make_recognizer(
            detector=detector, max_side=max_side, min_score=min_score, engine=engine, precision=precision
        )
        with shown() as seen, stopped_by_signals() as stopped:
            done = train(
                name, root, output=output_folder, overwrite=overwrite, recognizer=recognizer,
                on_step=seen.step, on_photo=seen.photo, on_message=seen.say, stopped=stopped,
                language=language(), formats=written, **chosen,
            )  # fmt: skip
        if not is_first():
            return
        if json:
            output.print_json(done.to_dict())
            return
        for metric, value in done.metrics.items():
            output.say(f"{metric_name(metric, language())}: {figure(value, '.4f')}")
        output.say(f"{done.checkpoint}")

    hints = get_type_hints(recipe.options)
    made = [
        inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Root),
        _parameter("output_folder", Output, Path(f"rostro-{called}")),
        _parameter("overwrite", options.Overwrite, False),
        _parameter("detector", options.Detector, None),
        _parameter("max_side", options.MaxSide, None),
        _parameter("min_score", options.MinScore, None),
        _parameter("engine", options.Engine, None),
        _parameter("precision", options.Precision, None),
        _parameter("json", options.Json, False),
        _parameter("formats", options.Format, None),
    ]
    for item in fields(recipe.options):
        held = {} if item.metadata["range"] is None else within(item.metadata["range"])
        flag = typer.Option(f"--{item.name.replace('_', '-')}", help=item.metadata["help"], **held)
        made.append(_parameter(item.name, Annotated[hints[item.name], flag], item.default))
    command.__signature__ = inspect.Signature(made)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in made}
    command.__doc__ = f"{recipe.about}\n\nExample: rostro train {called} data/ --output trained/"
    return command


def _parameter(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)


for _name in RECIPES:
    app.command(_name.replace("_", "-"))(_command(_name))

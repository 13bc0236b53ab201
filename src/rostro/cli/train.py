"""``rostro train``: one command per recipe, made from the recipe's own options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast, get_type_hints

import typer

from rostro.cli import options, output
from rostro.cli.numbers import within
from rostro.training.base import RECIPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from rostro.training.base import Step

Root = Annotated[
    Path, typer.Argument(help="Folder of the data; what it holds depends on the recipe.", show_default=False)
]
Output = Annotated[Path, typer.Option("--output", help="Folder for the checkpoint, its card and the learning curves.")]
Language = Annotated[str, typer.Option("--language", help="Of the learning curves: en or es.")]

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
        if self._bar.disable:
            output.note(line)
        else:
            self._bar.console.print(line, markup=False)

    def photo(self, what: str, done: int, total: int) -> None:
        """Moves the bar of what is done with photos; a bar that is full goes."""
        self._move(what, what, done, total)
        if done == total:
            self._bar.remove_task(self._tasks.pop(what))

    def step(self, step: Step) -> None:
        """Moves the bar of steps."""
        text = f"epoch {step.epoch}, training loss {step.loss:.4f}, {step.photos_per_second:.0f} photos/s"
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
        root: Path, output_folder: Path, json: bool, language: str, formats: list[str] | None, **chosen: Any
    ) -> None:
        from rostro.core.signals import stopped_by_signals
        from rostro.training.loop.processes import is_first
        from rostro.training.run import train

        written = options.formats(formats)
        with shown() as seen, stopped_by_signals() as stopped:
            done = train(
                name, root, output=output_folder, recognizer=options.make_recognizer(),
                on_step=seen.step, on_photo=seen.photo, on_message=seen.say, stopped=stopped,
                language=cast("Any", language), formats=written, **chosen,
            )  # fmt: skip
        if not is_first():
            return
        if json:
            output.print_json(done.to_dict())
            return
        for metric, value in done.metrics.items():
            output.say(f"{metric}: {value:.4f}")
        output.say(f"{done.checkpoint}")

    hints = get_type_hints(recipe.options)
    made = [
        inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Root),
        _parameter("output_folder", Output, Path(f"rostro-{called}")),
        _parameter("json", options.Json, False),
        _parameter("language", Language, "en"),
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

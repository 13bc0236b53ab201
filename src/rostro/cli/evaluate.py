"""``rostro evaluate``: how good is it, on these photos?"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from rostro.cli import options, output
from rostro.cli.numbers import within
from rostro.core.errors import BadInput
from rostro.core.ranges import FALSE_MATCH_RATE
from rostro.evaluation.options import RANGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.core.words import Language as Language_
    from rostro.evaluation.evaluate import Evaluation
    from rostro.evaluation.options import Options
    from rostro.recognition.selection import FaceRule

Root = Annotated[Path, typer.Option("--root", help="Folder of the photos; what it holds depends on the protocol.")]
Output = Annotated[Path, typer.Option("--output", help="Folder for the report, the numbers and the scores.")]
Language = Annotated[str, typer.Option("--language", help="Of the report: en or es.")]
Which = Annotated[
    str | None,
    typer.Option("--face", help="Of several faces in a photo: only, largest or centre. Default: the protocol's."),
]
Seed = Annotated[int, typer.Option("--seed", help="Of everything that is drawn by chance.", **within(RANGES["seed"]))]
References = Annotated[
    int | None,
    typer.Option(
        "--references",
        help="Reference photos per person, where the protocol draws them.",
        **within(RANGES["references"]),
    ),
]
Probes = Annotated[
    int, typer.Option("--probes", help="Probe photos per person (references).", **within(RANGES["probes"]))
]
Draws = Annotated[
    int, typer.Option("--draws", help="How often photos are drawn (references).", **within(RANGES["draws"]))
]
Replicates = Annotated[
    int, typer.Option("--replicates", help="Draws of people for confidence intervals.", **within(RANGES["replicates"]))
]
Fmr = Annotated[
    list[float] | None,
    typer.Option(
        "--fmr",
        help="False match (or false positive) rate to report at; may be given several times.",
        **within(FALSE_MATCH_RATE),
    ),
]
GroupFile = Annotated[
    Path | None,
    typer.Option("--groups", help="CSV file: person or photo, then attributes. Splits the error rates by them."),
]
CheckpointPath = Annotated[
    Path | None, typer.Option("--checkpoint", help="What 'rostro train' wrote (classification).", show_default=False)
]


def command(
    protocol: Annotated[
        str,
        typer.Argument(help="lfw, all-pairs, identification, references or classification.", show_default=False),
    ],
    root: Root,
    output_folder: Output = Path("rostro-evaluation"),
    language: Language = "en",
    formats: options.Format = None,
    face: Which = None,
    fmr: Fmr = None,
    groups: GroupFile = None,
    references: References = None,
    probes: Probes = 5,
    draws: Draws = 10,
    seed: Seed = 0,
    replicates: Replicates = 1000,
    detector: options.Detector = None,
    embedder: options.Embedder = "sface",
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    checkpoint: CheckpointPath = None,
    json: options.Json = False,
) -> None:
    """Error rates with confidence intervals, and a report, on photos of known people.

    Embeddings are kept: a second evaluation of the same photos computes nothing twice.

    Example: rostro evaluate lfw --root lfw/ --output report/ --language es

    Example: rostro evaluate classification --checkpoint trained/ --root people/test/
    """
    written = options.formats(formats)
    if protocol == "classification":
        from rostro.cli import _classification

        _classification.evaluate(checkpoint, root, output_folder, language, written, json=json)
        return
    from rostro.evaluation.evaluate import evaluate

    recognizer = options.make_recognizer(
        detector=detector, embedder=embedder, alignment=alignment, engine=engine, precision=precision
    )
    with progress() as on_progress:
        found = evaluate(
            protocol, root, recognizer=recognizer, face=check_face(face), groups=groups, output=output_folder,
            options=chosen(fmr, references, probes, draws, seed, replicates), language=cast("Any", language),
            formats=written, on_progress=on_progress,
        )  # fmt: skip
    show(found, cast("Any", language), json=json)
    raise typer.Exit(output.report_unread(found.unread, found.not_pictures))


def chosen(
    fmr: list[float] | None, references: int | None, probes: int, draws: int, seed: int, replicates: int
) -> Options:
    """The options of an evaluation."""
    from rostro.evaluation.options import Options

    return Options(
        fmrs=tuple(fmr) if fmr else None, references=references, probes=probes, draws=draws, seed=seed,
        replicates=replicates,
    )  # fmt: skip


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each system, as a function that takes its name, how many photos are done and of how many."""
    with output.progress() as bar:
        tasks: dict[str, Any] = {}

        def draw(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done)

        yield draw


def show(found: Evaluation, language: Language_, *, json: bool) -> None:
    """Prints the numbers, and where the report is."""
    if json:
        output.print_json(found.to_dict())
        return
    from rostro.evaluation.words import metric_name, metric_value

    for result in found:
        output.say(result.system.name)
        for metric in result.measurement.metrics:
            output.say(f"  {metric_name(metric, language)}: {metric_value(metric, language)}")
    output.say(str(found.report))


def check_face(face: str | None) -> FaceRule | None:
    """Returns the rule, or says which there are."""
    if face not in {None, "only", "largest", "centre"}:
        raise BadInput(f"--face is only, largest or centre, got {face!r}")
    return cast("FaceRule | None", face)

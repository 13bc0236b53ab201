"""``rostro evaluate``: how good is it, on these photos?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from rostro.cli import options, output
from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rostro.evaluation.options import Options
    from rostro.evaluation.protocols.base import Protocol
    from rostro.evaluation.report import Shown
    from rostro.recognition.selection import FaceRule
    from rostro.recognizer import Recognizer

Root = Annotated[Path, typer.Option("--root", help="Folder of the photos; what it holds depends on the protocol.")]
Output = Annotated[Path, typer.Option("--output", help="Folder for the report, the numbers and the scores.")]
Language = Annotated[str, typer.Option("--language", help="Of the report: en or es.")]
Which = Annotated[
    str | None,
    typer.Option("--face", help="Of several faces in a photo: only, largest or centre. Default: the protocol's."),
]
Seed = Annotated[int, typer.Option("--seed", help="Of everything that is drawn by chance.")]
References = Annotated[
    int | None, typer.Option("--references", min=1, help="Reference photos per person, where the protocol draws them.")
]
Probes = Annotated[int, typer.Option("--probes", min=1, help="Probe photos per person (references).")]
Draws = Annotated[int, typer.Option("--draws", min=1, help="How often photos are drawn (references).")]
Replicates = Annotated[int, typer.Option("--replicates", min=10, help="Draws of people for confidence intervals.")]
Fmr = Annotated[
    list[float] | None,
    typer.Option("--fmr", help="False match (or false positive) rate to report at; may be given several times."),
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
    if protocol == "classification":
        from rostro.cli import _classification

        _classification.evaluate(checkpoint, root, output_folder, language, json=json)
        return
    from rostro.evaluation.options import Options

    chosen = Options(
        fmrs=tuple(fmr) if fmr else None, references=references, probes=probes, draws=draws, seed=seed,
        replicates=replicates,
    )  # fmt: skip
    task = Task(protocol, root, chosen, output_folder, language, face, groups)
    recognizer = options.make_recognizer(
        detector=detector, embedder=embedder, alignment=alignment, engine=engine, precision=precision
    )
    finish(task, [task.run(recognizer)], json=json)


class Task:
    """A protocol on a folder, for one system after another."""

    def __init__(
        self,
        name: str,
        root: Path,
        chosen: Options,
        folder: Path,
        language: str,
        face: str | None = None,
        groups: Path | None = None,
    ) -> None:
        """Checks what can be checked before the long work begins."""
        from rostro.core.words import check_language
        from rostro.evaluation.run import open_protocol

        self.language = check_language(cast("Any", language))
        self.folder = folder
        self._face, self._groups = check_face(face), groups
        self._name, self._options = name, chosen
        self._protocol: Protocol = open_protocol(name, root, chosen)

    def run(self, recognizer: Recognizer) -> Shown:
        """Evaluates one system, with a progress bar."""
        from rostro.evaluation.mistakes import mistake_sheet
        from rostro.evaluation.report import Shown
        from rostro.evaluation.run import evaluate

        with output.progress() as bar:
            name = f"{recognizer.detector_name} + {recognizer.embedder_name}"
            task = bar.add_task(name, total=len(self._protocol.people.photos))
            result = evaluate(
                self._name,
                self._protocol,
                recognizer,
                self._options,
                self.folder,
                face=self._face,
                groups=self._groups,
                on_photo=lambda photos: bar.update(task, advance=photos),
            )
        measured = result.measurement
        return Shown(
            result,
            mistake_sheet(measured.false_matches, result, recognizer),
            mistake_sheet(measured.false_non_matches, result, recognizer),
            self._protocol.headline,
        )


def finish(task: Task, shown: Sequence[Shown], *, json: bool) -> None:
    """Writes the report and the numbers, and prints them."""
    from rostro.evaluation.report import write_curves, write_report
    from rostro.evaluation.results import document, write_results

    results = [item.result for item in shown]
    write_results(results, task.folder)
    write_report(shown, task.folder / "report.html", task.language)
    write_curves(shown, task.folder, task.language)
    if json:
        output.print_json(document(results))
        return
    for item in shown:
        for line in _lines(item, task.language):
            output.say(line)
    output.say(f"{task.folder / 'report.html'}")


def _lines(item: Shown, language: Any) -> Iterator[str]:
    from rostro.evaluation.words import metric_name, metric_value

    yield item.name
    for metric in item.result.measurement.metrics:
        yield f"  {metric_name(metric, language)}: {metric_value(metric, language)}"


def check_face(face: str | None) -> FaceRule | None:
    """Returns the rule, or says which there are."""
    if face not in {None, "only", "largest", "centre"}:
        raise BadInput(f"--face is only, largest or centre, got {face!r}")
    return cast("FaceRule | None", face)

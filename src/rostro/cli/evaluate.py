"""``rostro evaluate``: how good is it, on these photos?"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rostro.cli import options, output
from rostro.cli.language import language, tell
from rostro.cli.numbers import within
from rostro.core.errors import BadInput
from rostro.core.ranges import REFUSED
from rostro.evaluation.options import RANGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.evaluation.evaluate import Evaluation
    from rostro.evaluation.options import Options

Root = Annotated[
    Path, typer.Argument(help="Folder of the photos; what it holds depends on the protocol.", show_default=False)
]
Protocol = Annotated[
    str | None,
    typer.Option(
        "--protocol",
        help="lfw, all-pairs, identification or references.",
        show_default="lfw where there is a pairs.txt, else all-pairs",
    ),
]
Which = Annotated[str | None, typer.Option("--face", metavar="RULE", help=options.FACE, show_default="the protocol's")]
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
    list[str] | None,
    typer.Option(
        "--fmr",
        metavar="RATE",
        help="False match (or false positive) rate to report at; may be given several times.",
        show_default=False,
    ),
]
GroupFile = Annotated[
    Path | None,
    typer.Option("--groups", help="CSV file: person or photo, then attributes. Splits the error rates by them."),
]

Bpcer = Annotated[
    float | None,
    typer.Option(
        "--bpcer",
        help="Living people and films that the threshold may refuse, as a part (liveness).",
        show_default="0.05",
        **within(REFUSED),
    ),
]
Films = Annotated[
    list[str] | None,
    typer.Option(
        "--film",
        metavar="BEGINNING",
        help="Photos whose names begin so are frames of one film; may be given several times (liveness).",
        show_default=False,
    ),
]


def command(
    root: Root,
    protocol: Annotated[
        str | None,
        typer.Option(
            "--protocol",
            help="lfw, all-pairs, identification, references, classification or liveness.",
            show_default="classification with --checkpoint, lfw where there is a pairs.txt, else all-pairs",
        ),
    ] = None,
    output_folder: options.Output = None,
    overwrite: options.Overwrite = False,
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
    max_side: options.MaxSide = None,
    min_score: options.MinScore = None,
    embedder: options.Embedder = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    checkpoint: options.Checkpoint = None,
    liveness: options.Liveness = None,
    bpcer: Bpcer = None,
    film: Films = None,
    json: options.Json = False,
) -> None:
    """Error rates with confidence intervals, and a report, on photos of known people.

    Embeddings are kept: a second evaluation of the same photos computes nothing twice. The report goes to --output, or
    to rostro-evaluation here; with --json and without --output none is written.

    Example: rostro evaluate people/

    Example: rostro evaluate lfw/ --protocol lfw --output report/ --language es

    Example: rostro evaluate people/test/ --checkpoint trained/

    Example: rostro evaluate door/ --protocol liveness --output report/
    """
    written = options.formats(formats)
    place = place_of(output_folder, "rostro-evaluation", json=json)
    if protocol == "classification" or (protocol is None and checkpoint is not None):
        from rostro.cli import _classification

        _refuse(
            {
                "--face": face, "--fmr": fmr, "--groups": groups, "--references": references, "--detector": detector,
                "--max-side": max_side, "--min-score": min_score, "--embedder": embedder, "--alignment": alignment,
                "--liveness": liveness, "--bpcer": bpcer, "--film": film,
            },
            protocol="classification",
        )  # fmt: skip
        _classification.evaluate(
            checkpoint, root, place, written, overwrite=overwrite, engine=engine, precision=precision,
            json=json,
        )  # fmt: skip
        return
    if checkpoint is not None:
        raise BadInput(f"--checkpoint is asked by --protocol classification, not by {protocol}")
    if protocol == "liveness":
        from rostro.cli import _liveness

        _refuse(
            {
                "--fmr": fmr, "--groups": groups, "--references": references, "--embedder": embedder,
                "--alignment": alignment,
            },
            protocol="liveness",
        )  # fmt: skip
        _liveness.evaluate(
            root, place, written, overwrite=overwrite, scorer=liveness, bpcer=0.05 if bpcer is None else bpcer,
            films=film or (), face=face, json=json, detector=detector, max_side=max_side, min_score=min_score,
            engine=engine, precision=precision,
        )  # fmt: skip
        return
    _refuse({"--liveness": liveness, "--bpcer": bpcer, "--film": film}, protocol=protocol or "all-pairs")
    from rostro.evaluation.evaluate import evaluate

    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, min_score=min_score, embedder=embedder, alignment=alignment,
        engine=engine, precision=precision,
    )  # fmt: skip
    with progress() as on_progress:
        found = evaluate(
            protocol or suiting(root), root, recognizer=recognizer, face=options.face_rule(face), groups=groups,
            output=place, overwrite=overwrite, language=language(), formats=written, on_progress=on_progress,
            options=chosen(fmr, references, probes, draws, seed, replicates),
        )  # fmt: skip
    show(found, json=json)
    raise typer.Exit(output.report_unread(found.unread, found.not_pictures))


def _refuse(given: dict[str, object], *, protocol: str) -> None:
    """Refuses options that a protocol has no use for."""
    idle = [name for name, value in given.items() if value is not None]
    if idle and protocol == "classification":
        raise BadInput(f"{', '.join(idle)}: of no use to a classification; the checkpoint says how it is asked")
    if idle:
        raise BadInput(f"{', '.join(idle)}: of no use to the protocol {protocol}")


def place_of(given: Path | None, usual: str, *, json: bool) -> Path | None:
    """Where the report goes: nowhere, if the answer is one JSON document and no folder was asked for."""
    return given if given is not None or json else Path(usual)


def suiting(root: Path) -> str:
    """The protocol that the folder is made for; says which."""
    from rostro.evaluation.run import suiting_protocol

    protocol = suiting_protocol(root)
    if protocol != "lfw" and root.is_dir():
        output.note(
            tell("{}: no pairs.txt here, so every two photos are compared (--protocol names another way)", root)
        )
    return protocol


def chosen(
    fmr: list[str] | None, references: int | None, probes: int, draws: int, seed: int, replicates: int
) -> Options:
    """The options of an evaluation."""
    from rostro.evaluation.options import Options

    return Options(
        fmrs=options.rates(fmr), references=references, probes=probes, draws=draws, seed=seed,
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


def show(found: Evaluation, *, json: bool) -> None:
    """Prints the numbers, and where the report is."""
    if json:
        output.print_json(found.to_dict())
        return
    from rostro.evaluation.words import metric_name, metric_value

    for result in found:
        output.say(result.system.name)
        for metric in result.measurement.metrics:
            output.say(f"  {metric_name(metric, language())}: {metric_value(metric, language())}")
    if found.report is not None:
        output.say(str(found.report))

"""``rostro calibrate``: the threshold for a false match rate, measured on one's own people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rostro.cli import evaluate as verb
from rostro.cli import options, output
from rostro.cli.language import language, tell, translated
from rostro.cli.numbers import within
from rostro.core.ranges import FALSE_MATCH_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence


def command(
    root: verb.Root,
    fmr: Annotated[float, typer.Option("--fmr", help="False match rate to aim at.", **within(FALSE_MATCH_RATE))] = 1e-3,
    output_file: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="Operating point file, for --operating-point.",
            show_default="operating-point.json; with --json none is written",
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    formats: options.Format = None,
    data: Annotated[
        str | None, typer.Option("--data", help="What the photos are, for the file. Default: the folder's name.")
    ] = None,
    groups: verb.GroupFile = None,
    face: verb.Which = None,
    seed: verb.Seed = 0,
    replicates: verb.Replicates = 1000,
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    min_score: options.MinScore = None,
    embedder: options.Embedder = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    json: options.Json = False,
) -> None:
    """Measures the threshold for a false match rate on every pair of photos of your own people.

    The folder holds one folder per person. Writes a file that verify and identify take with --operating-point.

    Example: rostro calibrate people/ --fmr 1e-3 --output office.json
    """
    from rostro.evaluation.calibrate import calibrate
    from rostro.evaluation.options import Options

    written = options.formats(formats)
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, min_score=min_score, embedder=embedder, alignment=alignment,
        engine=engine, precision=precision,
    )  # fmt: skip
    file = verb.place_of(output_file, "operating-point.json", json=json)
    with output.progress() as bar:
        task = bar.add_task(recognizer.embedder_name, total=None)
        found = calibrate(
            root, fmr=fmr, recognizer=recognizer, output=file, overwrite=overwrite, data=data,
            face=options.face_rule(face), groups=groups, options=Options(seed=seed, replicates=replicates),
            language=language(), formats=written,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    if json:
        output.print_json(found.to_dict())
    else:
        _print(found.document, found.groups, file)
    raise typer.Exit(output.report_unread(found.unread, found.not_pictures))


def _print(document: dict[str, Any], reports: Sequence[dict[str, Any]], file: Path | None) -> None:
    output.say(document["measured_on"])
    for point in document["points"]:
        low, high = point["fmr_interval"]
        told = "FMR {:g}: threshold {:.4f}, measured FMR {:.3g} (95 %: {:.3g} to {:.3g}), FNMR {:.3g}"
        output.say(tell(told, point["target_fmr"], point["threshold"], point["fmr"], low, high, point["fnmr"]))
    for report in reports:
        for kind in ("fmr", "fnmr"):
            for row in report[kind]:
                interval = "{:.3g} (95 %: {:.3g} to {:.3g})"
                rate = translated(row["warning"]) or tell(interval, row["rate"], row["low"], row["high"])
                output.say(f"{report['attribute']} {' / '.join(row['groups'])}: {kind.upper()} {rate}")
            if ratio := report[f"largest_{kind}_ratio"]:
                largest = tell("largest ratio of {} between groups {:.1f}", kind.upper(), ratio)
                output.say(f"{report['attribute']}: {largest}")
    output.say(tell("written to {}; default: FMR {:g}", file, document["default_fmr"]))

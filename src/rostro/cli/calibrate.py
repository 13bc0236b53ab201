"""``rostro calibrate``: the threshold for a false match rate, measured on one's own people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from rostro.cli import evaluate as verb
from rostro.cli import options, output
from rostro.cli.numbers import within
from rostro.core.ranges import FALSE_MATCH_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence


def command(
    root: verb.Root,
    fmr: Annotated[float, typer.Option("--fmr", help="False match rate to aim at.", **within(FALSE_MATCH_RATE))] = 1e-3,
    output_file: Annotated[Path, typer.Option("--output", help="Operating point file, for --operating-point.")] = Path(
        "operating-point.json"
    ),
    language: Annotated[str, typer.Option("--language", help="Of the chart: en or es.")] = "en",
    formats: options.Format = None,
    data: Annotated[
        str | None, typer.Option("--data", help="What the photos are, for the file. Default: the folder's name.")
    ] = None,
    groups: verb.GroupFile = None,
    face: verb.Which = None,
    seed: verb.Seed = 0,
    replicates: verb.Replicates = 1000,
    detector: options.Detector = None,
    embedder: options.Embedder = "sface",
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    json: options.Json = False,
) -> None:
    """Measures the threshold for a false match rate on every pair of photos of your own people.

    The folder holds one folder per person. Writes a file that verify and identify take with --operating-point.

    Example: rostro calibrate --root people/ --fmr 1e-3 --output office.json
    """
    from rostro.evaluation.calibrate import calibrate
    from rostro.evaluation.options import Options

    written = options.formats(formats)
    recognizer = options.make_recognizer(
        detector=detector, embedder=embedder, alignment=alignment, engine=engine, precision=precision
    )
    with output.progress() as bar:
        task = bar.add_task(recognizer.embedder_name, total=None)
        found = calibrate(
            root, fmr=fmr, recognizer=recognizer, output=output_file, data=data, face=verb.check_face(face),
            groups=groups, options=Options(seed=seed, replicates=replicates), language=cast("Any", language),
            formats=written,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    if json:
        output.print_json(found.to_dict())
    else:
        _print(found.document, found.groups, output_file)
    raise typer.Exit(output.report_unread(found.unread, found.not_pictures))


def _print(document: dict[str, Any], reports: Sequence[dict[str, Any]], file: Path) -> None:
    output.say(document["measured_on"])
    for point in document["points"]:
        low, high = point["fmr_interval"]
        output.say(
            f"FMR {point['target_fmr']:g}: threshold {point['threshold']:.4f}, "
            f"measured FMR {point['fmr']:.3g} (95 %: {low:.3g} to {high:.3g}), FNMR {point['fnmr']:.3g}"
        )
    for report in reports:
        for kind in ("fmr", "fnmr"):
            for row in report[kind]:
                rate = row["warning"] or f"{row['rate']:.3g} (95 %: {row['low']:.3g} to {row['high']:.3g})"
                output.say(f"{report['attribute']} {' / '.join(row['groups'])}: {kind.upper()} {rate}")
            if ratio := report[f"largest_{kind}_ratio"]:
                output.say(f"{report['attribute']}: largest ratio of {kind.upper()} between groups {ratio:.1f}")
    output.say(f"written to {file}; default: FMR {document['default_fmr']:g}")

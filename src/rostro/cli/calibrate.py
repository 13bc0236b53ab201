"""``rostro calibrate``: the threshold for a false match rate, measured on one's own people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rostro.cli import evaluate as verb
from rostro.cli import options, output

if TYPE_CHECKING:
    from rostro.evaluation.run import Result
    from rostro.recognizer import Recognizer


def command(
    root: verb.Root,
    fmr: Annotated[float, typer.Option("--fmr", help="False match rate to aim at.")] = 1e-3,
    output_file: Annotated[Path, typer.Option("--output", help="Operating point file, for --operating-point.")] = Path(
        "operating-point.json"
    ),
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
    from rostro.evaluation.calibration import operating_points, write_operating_points
    from rostro.evaluation.options import Options

    chosen = Options(seed=seed, replicates=replicates, fmrs=(fmr,))
    recognizer = options.make_recognizer(
        detector=detector, embedder=embedder, alignment=alignment, engine=engine, precision=precision
    )
    result = _scores(recognizer, root, chosen, face, groups)
    document = operating_points(result.table, fmr, _measured_on(result, data or root.resolve().name), chosen)
    write_operating_points(document, output_file)
    reports = [report.to_dict() for report in result.groups]
    if json:
        output.print_json({**document, "groups": reports, "file": str(output_file)})
    else:
        _print(document, reports, output_file)


def _scores(recognizer: Recognizer, root: Path, chosen: Any, face: str | None, groups: Path | None) -> Result:
    """Every pair's score; the table is read back from a folder that is gone afterwards."""
    from tempfile import TemporaryDirectory

    from rostro.evaluation.calibration import check_people
    from rostro.evaluation.run import evaluate, open_protocol

    protocol = open_protocol("all-pairs", root, chosen)
    check_people(protocol.people, chosen.fmrs[0])
    with output.progress() as bar, TemporaryDirectory(prefix="rostro-") as folder:
        task = bar.add_task(recognizer.embedder_name, total=len(protocol.people.photos))
        return evaluate(
            "all-pairs", protocol, recognizer, chosen, Path(folder), face=verb.check_face(face), groups=groups,
            on_photo=lambda photos: bar.update(task, advance=photos),
        )  # fmt: skip


def _measured_on(result: Result, data: str) -> str:
    table, system = result.table, result.system
    photos = len(table.people.photos) - len(table.failures)
    return (
        f"{data}: every two of {photos:,} photos of {len(table.people.names):,} people, "
        f"{system.detector}, {system.engine} ({system.runs_on})"
    )


def _print(document: dict[str, Any], reports: list[dict[str, Any]], file: Path) -> None:
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

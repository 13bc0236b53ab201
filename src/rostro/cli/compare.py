"""``rostro compare``: several detectors and embedders on the same photos, in one report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rostro.cli import evaluate as verb
from rostro.cli import options, output
from rostro.cli.language import language, translated
from rostro.detection.base import DETECTORS
from rostro.embedding.base import EMBEDDERS
from rostro.embedding.trained import find_embedder

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.core.parts import Room


def command(
    root: verb.Root,
    embedder: Annotated[
        list[str] | None,
        typer.Option(
            "--embedder",
            help="A name, or 'installed'; may be given several times, or once with commas between names.",
            show_default="installed",
        ),
    ] = None,
    detector: Annotated[
        list[str] | None,
        typer.Option(
            "--detector",
            help="A name, or 'installed'; may be given several times, or once with commas between names.",
            show_default="the one that suits each embedder",
        ),
    ] = None,
    max_side: options.MaxSide = None,
    min_score: options.MinScore = None,
    alignment: options.Alignment = None,
    protocol: verb.Protocol = None,
    output_folder: options.Output = None,
    overwrite: options.Overwrite = False,
    formats: options.Format = None,
    face: verb.Which = None,
    fmr: verb.Fmr = None,
    groups: verb.GroupFile = None,
    references: verb.References = None,
    probes: verb.Probes = 5,
    draws: verb.Draws = 10,
    seed: verb.Seed = 0,
    replicates: verb.Replicates = 1000,
    engine: options.Engine = None,
    precision: options.Precision = None,
    json: options.Json = False,
) -> None:
    """All combinations of detectors and embedders on the same photos, side by side in one report.

    What is interrupted goes on where it stopped. A combination that cannot run is named, and the others are compared.
    The report goes to --output, or to rostro-comparison here; with --json and without --output none is written.

    Example: rostro compare people/

    Example: rostro compare lfw/ --embedder sface --embedder edgeface --detector yunet,mtcnn
    """
    from rostro.evaluation.evaluate import compare

    written = options.formats(formats)
    with verb.progress() as on_progress:
        found = compare(
            root,
            detectors=_names(detector, DETECTORS, DETECTORS.get) or None,
            embedders=_names(embedder or ["installed"], EMBEDDERS, find_embedder),
            protocol=protocol or verb.suiting(root),
            make=lambda detector, embedder: options.make_recognizer(
                detector=detector,
                max_side=max_side,
                min_score=min_score,
                embedder=embedder,
                alignment=alignment,
                engine=engine,
                precision=precision,
            ),
            options=verb.chosen(fmr, references, probes, draws, seed, replicates),
            face=options.face_rule(face),
            groups=groups,
            output=verb.place_of(output_folder, "rostro-comparison", json=json),
            overwrite=overwrite,
            language=language(),
            formats=written,
            on_progress=on_progress,
        )
    for name, error in found.failed:
        output.note(f"{name}: {translated(str(error))}")
    verb.show(found, json=json)
    unread = output.report_unread(found.unread, found.not_pictures)
    raise typer.Exit(output.NO_ANSWER if found.failed else unread)


def _names(given: list[str] | None, parts: Room[Any], find: Callable[[str], object]) -> list[str]:
    """The parts that are asked for.

    Raises:
        UnknownModel: One of them does not exist.
    """
    names = options.several(given)
    if names == ["installed"]:
        from rostro.core.settings import Settings
        from rostro.models.store import ModelStore

        store = ModelStore(Settings.from_environment())
        return [name for name in parts if all(store.is_installed(file) for file in parts.get(name).files)]
    for name in names:
        find(name)
    return names

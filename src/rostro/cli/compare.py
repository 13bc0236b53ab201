"""``rostro compare``: several detectors and embedders on the same photos, in one report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from rostro.cli import evaluate as verb
from rostro.cli import options, output
from rostro.detection.base import DETECTORS
from rostro.embedding.base import EMBEDDERS
from rostro.embedding.trained import find_embedder

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.core.parts import Room


def command(
    root: verb.Root,
    embedder: Annotated[
        str, typer.Option("--embedder", help="Names with commas between them, or 'installed'.")
    ] = "installed",
    detector: Annotated[
        str | None,
        typer.Option("--detector", help="Names with commas between them. Default: the one that suits each embedder."),
    ] = None,
    protocol: Annotated[str, typer.Option("--protocol", help="lfw, all-pairs, identification or references.")] = "lfw",
    output_folder: verb.Output = Path("rostro-comparison"),
    language: verb.Language = "en",
    formats: options.Format = None,
    face: verb.Which = None,
    fmr: verb.Fmr = None,
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

    Example: rostro compare --root lfw/ --embedder sface,edgeface --detector yunet,mtcnn
    """
    from rostro.evaluation.evaluate import compare

    written = options.formats(formats)
    with verb.progress() as on_progress:
        found = compare(
            root,
            detectors=None if detector is None else _names(detector, DETECTORS, DETECTORS.get),
            embedders=_names(embedder, EMBEDDERS, find_embedder),
            protocol=protocol,
            make=lambda detector, embedder: options.make_recognizer(
                detector=detector, embedder=embedder, engine=engine, precision=precision
            ),
            options=verb.chosen(fmr, references, probes, draws, seed, replicates),
            face=verb.check_face(face),
            output=output_folder,
            language=cast("Any", language),
            formats=written,
            on_progress=on_progress,
        )
    for name, error in found.failed:
        output.note(f"{name}: {error}")
    verb.show(found, cast("Any", language), json=json)
    unread = output.report_unread(found.unread, found.not_pictures)
    raise typer.Exit(output.NO_ANSWER if found.failed else unread)


def _names(text: str, parts: Room[Any], find: Callable[[str], object]) -> list[str]:
    """The parts that are asked for.

    Raises:
        UnknownModel: One of them does not exist.
    """
    if text == "installed":
        from rostro.core.settings import Settings
        from rostro.models.store import ModelStore

        store = ModelStore(Settings.from_environment())
        return [name for name in parts if all(store.is_installed(file) for file in parts.get(name).files)]
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        find(name)
    return names

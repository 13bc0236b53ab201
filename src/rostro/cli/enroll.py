"""``rostro enroll``: take people into a gallery."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from rostro.cli import living, options, output
from rostro.cli import on as elsewhere
from rostro.cli.keeping import consent_given
from rostro.cli.language import tell, translated
from rostro.core.errors import BadInput
from rostro.core.redaction import redacted
from rostro.core.signals import stopped_by_signals

if TYPE_CHECKING:
    from rich.progress import Progress

    from rostro.recognition.selection import FaceRule


def command(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Folders that hold one folder per person; with --name or --names-from photos or folders.",
            show_default=False,
        ),
    ],
    name: Annotated[str | None, typer.Option("--name", help="Whose photos these are.", show_default=False)] = None,
    names_from: Annotated[
        Literal["folders", "files"],
        typer.Option("--names-from", help="files: each photo's file is named after its person; shown, and asked."),
    ] = "folders",
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    collection: Annotated[
        str, typer.Option("--collection", help="Put them into this collection.", show_default=False)
    ] = "",
    face: options.Face = "dominant",
    quality: options.Quality = None,
    min_quality: options.MinQuality = None,
    any_quality: Annotated[
        bool, typer.Option("--any-quality", help="Take faces too that are too poor to be judged.")
    ] = False,
    require_live: options.RequireLive = False,
    liveness: options.Liveness = None,
    again: Annotated[
        bool, typer.Option("--again", help="Take photos of people who were erased, too, instead of refusing them.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse faces that are enrolled under another name, not only say so.")
    ] = False,
    consent_for: Annotated[
        str | None, typer.Option("--consent-for", help="What all of them agreed to.", show_default=False)
    ] = None,
    consent_by: Annotated[
        str | None, typer.Option("--consent-by", help="Who said so, if not they themselves: a parent, a guardian.")
    ] = None,
    consent_until: Annotated[
        str | None, typer.Option("--consent-until", metavar="DAY", help="The last day of it, as 2031-12-31.")
    ] = None,
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    zone: options.Zone = None,
    min_face: options.MinFace = None,
    min_score: options.MinScore = None,
    embedder: options.EmbedderOfGallery = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    on: elsewhere.On = None,
    json: options.Json = False,
) -> None:
    """Take people into a gallery. Photos that it has are skipped, so it can be run again after an interruption.

    Example: rostro enroll family/ --gallery people.db

    Example: rostro enroll ada1.jpg ada2.jpg --name "Ada Lovelace" --collection staff

    Example: rostro enroll badges/ --names-from files

    Example: rostro enroll course/ --consent-for "the door of house 3" --consent-until 2031-12-31
    """
    consent = consent_given(consent_for, consent_by, consent_until)
    rule = cast("FaceRule", options.face_rule(face))
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, zone=zone, min_face=min_face,
        min_score=min_score, embedder=embedder, alignment=alignment,
        engine=engine, precision=precision, gallery=options.gallery_url(gallery), key=key_file,
        quality=quality, min_quality=min_quality,
        **living.asked(require_live=require_live, liveness=liveness),
    )  # fmt: skip
    recognizer = elsewhere.on(recognizer, on)
    with output.progress() as bar, stopped_by_signals() as stopped:
        task = bar.add_task(tell("enrolling"), total=None)
        done = recognizer.enroll(
            paths,
            name=name,
            names_from=names_from,
            face=rule,
            collection=collection,
            any_quality=any_quality,
            again=again,
            strict=strict,
            consent=consent,
            on_names=lambda photos: _show(photos, bar) if names_from == "files" else None,
            on_count=lambda photos: bar.update(task, total=photos),
            on_photo=lambda: bar.advance(task),
            stopped=stopped,
        )
    if json:
        output.print_json({**done.to_dict(), **({"interrupted": True} if stopped() else {})})
    else:
        output.say(
            tell(
                "{:,} new templates of {:,} people in {} ({:,} photos were there already)",
                done.templates,
                done.people,
                redacted(recognizer.gallery_url),
                done.skipped,
            )
        )
    for remark in done.remarks:
        output.note(f"{remark.photo}: {translated(remark.reason)}{output.hint(remark.error)}")
    output.report_left_out(done.not_pictures)
    output.report_failures(done.failed, gallery)
    if stopped():
        output.note(tell("interrupted: what was taken in until then is kept; the same command goes on from there"))
        raise typer.Exit(output.NO_ANSWER)
    raise typer.Exit(output.NO_ANSWER if done.failed else output.YES)


def _show(photos: dict[str, int], bar: Progress) -> None:
    """Shows who will be made of the files' names, and asks where somebody is there to answer.

    Raises:
        BadInput: The answer is no.
    """
    bar.stop()  # it would write over the question
    width = max(map(len, photos))
    for name, count in photos.items():
        output.note(f"{name:<{width}}  {tell('1 photo') if count == 1 else tell('{:,} photos', count)}")
    if sys.stdin.isatty() and not typer.confirm(tell("Enrol these {:,} people?", len(photos)), err=True):
        raise BadInput("nobody was enrolled")
    bar.start()

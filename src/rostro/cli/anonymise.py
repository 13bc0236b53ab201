"""``rostro anonymise``: photos and films without faces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rostro.anonymisation.anonymiser import MARGIN, RANGES, Anonymiser
from rostro.anonymisation.covering import check_style
from rostro.anonymisation.journal import NAME
from rostro.cli import options, output
from rostro.cli.language import figure, tell
from rostro.cli.numbers import within
from rostro.core.signals import stopped_by_signals
from rostro.photos.reading import printable
from rostro.recognition.pipeline import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress

    from rostro.anonymisation.answers import Anonymised, Summary

#: Stretches of open frames that a line names.
_NAMED = 5


def command(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="SOURCE", help="Photos, films, or folders of them.", show_default=False),
    ],
    folder: Annotated[Path, typer.Option("--output", help="Folder for the new files; folders keep their structure.")],
    spare: Annotated[
        list[str] | None,
        typer.Option(
            "--except", help="Leave this person of the gallery open; may be given several times.", show_default=False
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", help="Cover this person of the gallery only; may be given several times.", show_default=False
        ),
    ] = None,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    style: Annotated[
        str,
        typer.Option("--style", help="solid, or pixelated or blurred: those two leave what can be guessed from."),
    ] = "solid",
    margin: Annotated[
        float,
        typer.Option(
            "--wider",
            help="How much wider than a face its box is at each edge, as a part of its side.",
            **within(RANGES["margin"]),
        ),
    ] = MARGIN,
    every: Annotated[
        int, typer.Option("--every", help="Look for faces in every n-th frame.", **within(RANGES["every"]))
    ] = 1,
    mute: Annotated[
        bool, typer.Option("--mute", help="Leave the sound of films out: a voice tells people, too.")
    ] = False,
    overwrite: options.Overwrite = False,
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    min_score: options.MinScore = None,
    embedder: options.EmbedderOfGallery = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    threshold: options.Threshold = None,
    fmr: options.Fmr = None,
    operating_point: options.OperatingPointFile = None,
    fpir: options.Fpir = None,
    quality: options.Quality = None,
    min_quality: options.MinQuality = None,
    json: options.Json = False,
) -> None:
    """Photos and films without faces, for others: every face is covered, and what a file says besides is left out.

    With --except or --only the people of a gallery are told apart; in doubt a face is covered. Interrupted, the same
    command goes on where it stopped. Look at what comes out before you give it away: no detector finds every face.

    Exit code 0: faces were covered, 1: there were none, 2: a file could not be used (it is not copied), or a face may
    be open in some frames of a film.

    Example: rostro anonymise album/ --output for-the-press/

    Example: rostro anonymise party.jpg --output out/ --except "Ada Lovelace" --gallery people.db

    Example: rostro anonymise door.mp4 --output out/ --style pixelated --mute
    """
    options.refuse_both(**{"except": spare or None, "only": only or None})
    check_style(style)
    about_people: dict[str, Any] = {}
    if spare or only:
        about_people = {"gallery": options.gallery_url(gallery), "key": key_file, "create_gallery": False}
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, min_score=min_score, embedder=embedder, alignment=alignment,
        engine=engine, precision=precision, threshold=threshold, fmr=fmr, operating_point=operating_point,
        fpir=fpir, quality=quality, min_quality=min_quality, **about_people,
    )  # fmt: skip
    anonymiser = Anonymiser(
        recognizer, style=check_style(style), spare=spare or (), only=only or (), margin=margin, every=every,
        mute=mute,
    )  # fmt: skip
    with recognizer, stopped_by_signals() as stopped, output.progress() as bar:
        shown = _Bars(bar, quiet=json)
        summary = anonymiser.run(
            paths, folder, overwrite=overwrite, on_count=shown.count, on_file=shown.file, on_frame=shown.frame,
            stopped=stopped,
        )  # fmt: skip
    if json:
        output.print_json({**summary.to_dict(), **output.not_pictures(list(summary.left_out))})
    output.report_left_out(summary.left_out)
    output.report_failures(summary.failed)
    raise typer.Exit(_told(summary, folder))


def _told(summary: Summary, folder: Path) -> int:
    """Says what somebody has to look at, and gives the exit code."""
    if (notes := folder / NAME).exists():
        until = "{} notes what became of what until all is done: remove it before you give the folder away"
        output.note(printable(tell(until, notes)))
    if summary.interrupted:
        there = "interrupted: {:,} files are there; the same command goes on from there"
        output.note(tell(there, len(summary.files)))
    if summary.uncovered:
        output.note(tell("a face may be open in {:,} frames: look at them", summary.uncovered))
    if summary.failed or summary.interrupted or summary.uncovered or any(file.broken for file in summary.files):
        return output.NO_ANSWER
    return output.YES if summary else output.NO


class _Bars:
    """A bar for the files and one for the frames of a film, and a line for each file that is done."""

    def __init__(self, bar: Progress, *, quiet: bool) -> None:
        self._bar, self._quiet = bar, quiet
        self._files = bar.add_task(tell("anonymising"), total=None)
        self._frames: Any = None

    def count(self, files: int) -> None:
        self._bar.update(self._files, total=files)

    def frame(self, done: int, total: int) -> None:
        if self._frames is None:
            self._frames = self._bar.add_task(tell("frames"), total=total or None)
        self._bar.update(self._frames, completed=done, total=total or None)

    def file(self, made: Anonymised | Failure) -> None:
        if self._frames is not None:
            self._bar.remove_task(self._frames)
            self._frames = None
        self._bar.advance(self._files)
        if not self._quiet and not isinstance(made, Failure):
            for line in _lines(made):
                output.say(line)


def _lines(made: Anonymised) -> Iterator[str]:
    """What became of a file."""
    said = [tell("1 face covered") if made.faces == 1 else tell("{:,} faces covered", made.faces)]
    named = [name for name in made.kept if name is not None]
    if named:
        said.append(tell("open: {}", ", ".join(named)))
    if len(made.kept) > len(named):
        said.append(tell("{:,} open whom the gallery does not know", len(made.kept) - len(named)))
    if made.further:
        said.append(tell("{:,} further pictures of the file left out", made.further))
    if made.broken:
        said.append(tell("{:,} parts could not be decoded", made.broken))
    if made.before:
        said.append(tell("from before"))
    yield f"{made.output}: {', '.join(said)}"
    if made.uncovered:
        spans = [f"{span.first}–{span.last} ({figure(span.seconds, '.1f')} s)" for span in made.uncovered[:_NAMED]]
        more = ", …" if len(made.uncovered) > _NAMED else ""
        yield "  " + tell("a face may be open in frames {}", ", ".join(spans) + more)

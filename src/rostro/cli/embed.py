"""``rostro embed``: the vectors of faces."""

from __future__ import annotations

import sys
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from rostro.cli import albums, options, output
from rostro.cli import on as elsewhere
from rostro.cli.detect import exit_code
from rostro.cli.language import language, tell
from rostro.cli.streaming import Stream
from rostro.core.errors import BadInput
from rostro.core.files import BOM, open_text
from rostro.photos.listing import find_photos
from rostro.photos.sources import spare
from rostro.photos.writing import check_picture
from rostro.recognition import answers
from rostro.recognition.keeping import Keep
from rostro.recognition.parted import MANIFEST
from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.recognition.tables import FaceTable, writer_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rostro.recognition.selection import FaceRule
    from rostro.recognizer import Recognizer

MOST_BARCODES = 2


def command(
    photos: options.Photos,
    face: options.FaceOfMany = None,
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    zone: options.Zone = None,
    min_face: options.MinFace = None,
    min_score: options.MinScore = None,
    embedder: options.Embedder = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    output_file: Annotated[
        Path | None,
        typer.Option(
            "--output", help="Write a table of faces: .npz or .parquet; with --on also a folder.", show_default=False
        ),
    ] = None,
    picture: options.Picture = None,
    on: elsewhere.On = None,
    json: options.Json = False,
) -> None:
    """The vector of every face of photos, of folders of photos, or of lists (LIST.txt, or - for stdin: a path a line).

    A table is made while the photos run, in memory that does not grow with their number. Interrupted, the same command
    goes on where it stopped. The picture draws the representation as a bar code; of two photos both, their difference
    and their distances.

    Example: rostro embed album/ --output faces.parquet

    Example: find /photos -name "*.jpg" | rostro embed - --output faces.parquet

    Example: rostro embed addresses.parquet --on ray://head:10001 --output faces/

    Example: rostro embed a.jpg b.jpg --picture barcodes.png
    """
    rule = options.face_rule(face)
    folder = output_file if on is not None and output_file is not None and not output_file.suffix else None
    if output_file is not None and folder is None:
        writer_for(output_file)
    recognizer = elsewhere.on(options.make_recognizer(
        detector=detector, max_side=max_side, zone=zone, min_face=min_face,
        min_score=min_score, embedder=embedder, alignment=alignment,
        engine=engine, precision=precision,
    ), on)  # fmt: skip
    check_picture(picture)
    if folder is not None:
        _make_parts(recognizer, photos, rule, folder, json=json, others=picture)
    spare([output_file, picture], *photos, *_listed(photos, stdin=False))
    told = Stream(json=json, head=lambda: {"space": recognizer.space})
    listed = find_photos(_listed(photos), on_other=told.left_out.append)
    if output_file is not None and picture is None and not json:
        _tabulate(recognizer, listed, rule, output_file, told.left_out)
    table = None if output_file is None else FaceTable(output_file, recognizer.space)
    shown: list[PhotoFaces] = []
    count = 0
    with told:
        for answer in recognizer.photos(listed, face=rule, keep=False if picture is None else Keep(images=False)):
            if isinstance(answer, Failure):
                told.fail(answer)
                continue
            if picture is not None and answer.faces:
                shown.append(answer)
                _check_shown(len(shown))
            if table is not None and not table.has(answer.photo, answer.sha256):
                table.add(answer)
            count += len(answer.faces)
            told.answer(partial(answers.embedded, answer), list, yes=bool(answer.faces))
        if table is not None:
            table.finish()
        if picture is not None:
            _draw(recognizer, shown, picture)
    if not json:
        output.say(_embedded(count, told.photos, recognizer.space))
    told.end()


def _listed(photos: Iterable[Path], *, stdin: bool = True) -> Iterator[Path]:
    """The arguments, with lists replaced by what they list; what stdin lists can be read only once."""
    for photo in photos:
        if str(photo) == "-":
            yield from _lines(sys.stdin) if stdin else ()
        elif photo.suffix == ".txt":
            try:
                with open_text(photo, errors="surrogateescape") as lines:
                    yield from _lines(lines)
            except OSError as error:
                raise BadInput(f"{photo}: a list of photos that cannot be read ({error.strerror})") from None
        else:
            yield photo


def _lines(lines: Iterable[str]) -> Iterator[Path]:
    for number, line in enumerate(lines):
        name = (line if number else line.removeprefix(BOM)).rstrip("\n")
        if name.strip():
            yield Path(name)


def _tabulate(
    recognizer: Recognizer, photos: Iterable[Path], rule: FaceRule | None, table: Path, others: list[Path]
) -> NoReturn:
    """Photo by photo into the table; ends the program. ``others`` are the files that listing the photos left out."""
    with output.progress() as bar:
        task = bar.add_task(tell("embedding"), total=None)
        try:
            done = recognizer.tabulate(photos, table, face=rule, on_photo=lambda: bar.advance(task))
        except KeyboardInterrupt:
            kept = FaceTable(table, recognizer.space)
            there = "interrupted: {:,} photos are in {}; the same command goes on from there"
            output.note(tell(there, kept.photos, kept.parts))
            raise typer.Exit(output.NO_ANSWER) from None
    if done.before:
        again = "{} of {} ({:,} of them from before), space {}"
        counts = albums.count_faces(done.faces), albums.count_photos(done.photos), done.before
        output.say(tell(again, *counts, recognizer.space))
    else:
        output.say(_embedded(done.faces, done.photos, recognizer.space))
    output.report_left_out(others)
    output.report_failures(done.failed)
    raise typer.Exit(exit_code(done.faces > 0, list(done.failed)))


def _embedded(faces: int, photos: int, space: str) -> str:
    return tell("{} of {}, space {}", albums.count_faces(faces), albums.count_photos(photos), space)


def _make_parts(
    recognizer: Recognizer, photos: list[Path], rule: FaceRule | None, folder: Path, *, json: bool, others: Path | None
) -> NoReturn:
    """Very many photos into a folder, by the workers of a cluster; ends the program."""
    if others is not None:
        raise BadInput("--picture draws one face or two; a folder of parts is of very many photos")
    left_out: list[Path] = []
    tables = [photo for photo in photos if photo.suffix == ".parquet"]
    listed = find_photos(_listed(photo for photo in photos if photo.suffix != ".parquet"), on_other=left_out.append)
    with output.progress() as bar:
        task = bar.add_task(tell("embedding"), total=None)
        try:
            done = recognizer.tabulate_parts(
                chain(tables, listed if len(tables) < len(photos) else ()),
                folder,
                face=rule,
                on_photos=lambda photos: bar.advance(task, photos),
            )
        except KeyboardInterrupt:
            output.note(tell("interrupted: the same command goes on from what is in {}", folder))
            raise typer.Exit(output.NO_ANSWER) from None
    if json:
        output.print_json({**done.to_dict(), **output.not_pictures(left_out)})
    else:
        counts = albums.count_faces(done.faces), albums.count_photos(done.photos), done.before
        output.say(tell("{} of {} ({:,} of them from before) in {}", *counts, folder))
    output.report_left_out(left_out)
    if done.failed:
        output.note(tell("{:,} photos gave no answer; {} names them", done.failed, folder / MANIFEST))
        raise typer.Exit(output.NO_ANSWER)
    raise typer.Exit(output.YES if done.faces else output.NO)


def _check_shown(photos: int) -> None:
    """Said at the first photo that is too many, and not after the last."""
    if not 1 <= photos <= MOST_BARCODES:
        raise BadInput(f"a bar code shows the face of one photo or of two, not of {photos or 'none'}")


def _draw(recognizer: Recognizer, shown: list[PhotoFaces], picture: Path) -> None:
    """Bar codes of the first face of one photo, or of two."""
    from rostro.drawing.barcode import barcode, barcode_pair
    from rostro.photos.writing import write_picture

    _check_shown(len(shown))
    vectors = [recognizer.embedder.represent(answer.kept_crops[:1])[0] for answer in shown]
    names = [f"{answer.photo}, {recognizer.embedder_name}" for answer in shown]
    if len(shown) == 1:
        write_picture(barcode(vectors[0], name=names[0], language=language()), picture)
    else:
        write_picture(barcode_pair(vectors[0], vectors[1], names=(names[0], names[1]), language=language()), picture)

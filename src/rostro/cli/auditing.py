"""``rostro people audit``: what looks wrong in a gallery, and how well its people would be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from rostro.cli import options, output
from rostro.cli.language import counted, figure, language, tell, translated
from rostro.core.redaction import redacted
from rostro.gallery.base import file_of, open_gallery
from rostro.people.people import People

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rostro.core.types import Face, Image
    from rostro.people.pictures import Pictures
    from rostro.people.trust.findings import FoundAs, GalleryAudit
    from rostro.people.trust.held import HeldFace

#: People that are listed of those who would not always be found; `--json` has everybody.
_LISTED = 20


def audit(
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    threshold: options.Threshold = None,
    operating_point: options.OperatingPointFile = None,
    picture: options.Picture = None,
    json: options.Json = False,
) -> None:
    """Wrong photos, people under two names, people who look alike, poor templates, and who would be found.

    Changes nothing; each finding names the command that would mend it. Exit code 0: nothing was found, 1: something.

    Example: rostro people audit --gallery people.db

    Example: rostro people audit --picture wall.png
    """
    from rostro.photos.writing import check_picture

    url = options.gallery_url(gallery)
    check_picture(picture, *filter(None, [file_of(url)]), operating_point)
    called = url if gallery is not None and redacted(url) == url else ""  # else it holds a secret
    with open_gallery(url, create=False, key=key_file) as opened:
        people = People(opened)
        with output.progress() as bar:
            task = bar.add_task("", total=None)
            found = people.audit(
                threshold=threshold, operating_point=operating_point,
                on_templates=lambda done, of: bar.update(task, completed=done, total=of),
            )  # fmt: skip
        if picture is not None:
            _draw(found, people.pictures, picture)
    if json:
        output.print_json(found.to_dict(called))
    else:
        for line in _lines(found, called):
            output.say(line)
        output.note(_summary(found))
    raise typer.Exit(output.YES if found else output.NO)


def _lines(found: GalleryAudit, gallery: str) -> Iterator[str]:
    for finding in found.findings:
        yield translated(finding.reason)
        yield from (f"  {face.name}  {face.sha256[:12]}  {face.photo}" for face in finding.faces)
        yield from (f"  > {mend.command(gallery)}" for mend in finding.mends)
    weak = [person for person in found.people if person.found < person.tried]
    weak.sort(key=lambda person: (person.found / person.tried, person.similarity or 0.0))
    if weak:
        yield tell("not always found:")
        yield from map(_row, weak[:_LISTED])
    if len(weak) > _LISTED:
        yield "  " + tell("and {:,} more", len(weak) - _LISTED)


def _row(person: FoundAs) -> str:
    told = "{}: {} of {} photos are found by the others; rank {}, similarity {:.3f} at the worst"
    return "  " + tell(told, person.name, person.found, person.tried, person.rank, person.similarity)


def _summary(found: GalleryAudit) -> str:
    told = "{}, {}, {}; {:,} of {:,} photos are found by others of their person"
    people = counted(len(found.people), "1 person", "{:,} people")
    templates = counted(found.templates, "1 template", "{:,} templates")
    findings = counted(len(found.findings), "1 finding", "{:,} findings")
    counts = tell(told, people, templates, findings, found.found, found.tried)
    return f"{counts} ({tell('threshold {}', figure(found.threshold, '.3f'))})"


def _draw(found: GalleryAudit, pictures: Pictures | None, picture: Path) -> None:
    """A row of faces for each finding: what it is about, and what that was compared with."""
    from rostro.drawing.walls import FACES, ROWS, wall
    from rostro.photos.writing import write_picture

    rows = [
        (translated(finding.reason), [_shown(face, pictures) for face in finding.faces[:FACES]])
        for finding in found.findings[:ROWS]
    ]
    if rows:
        write_picture(wall(rows, total=len(found.findings), of="findings", language=language()), picture)


def _shown(face: HeldFace, pictures: Pictures | None) -> tuple[Image, Face]:
    from rostro.drawing.gaps import gap
    from rostro.people.trust.faces import picture_of

    return picture_of(face, pictures) or gap(tell("no picture of {}", face.photo))

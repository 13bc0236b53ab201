"""``rostro people reject``: a face that was taken for somebody is not theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rostro.cli import options, output
from rostro.cli.language import tell
from rostro.core.errors import BadInput
from rostro.gallery.base import open_gallery
from rostro.people.people import People

Photo = Annotated[
    str,
    typer.Argument(
        help="A photo's file; with --undo also its name as it is listed, or the beginning of its hash.",
        show_default=False,
    ),
]


def reject(
    photo: Photo,
    of: Annotated[str, typer.Option("--of", help="Who it is not.", show_default=False)],
    face: options.FaceOfMany = None,
    box: Annotated[
        str | None,
        typer.Option("--box", help="The face that is meant, as answers tell it: x1,y1,x2,y2.", show_default=False),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Not this person: the face is not given the name again, nor are faces more like it than like the person.

    Nobody else is found any less. Its vector is kept with the person, and goes when the person is erased.

    Example: rostro people reject door.jpg --of "Ada Lovelace"

    Example: rostro people reject party.jpg --of Ada --box 120,40,220,170

    Example: rostro people reject door.jpg --of "Ada Lovelace" --undo
    """
    rule, where = options.face_rule(face), _box(box)
    if undo:
        with open_gallery(options.gallery_url(gallery), create=False, key=key_file) as opened:
            back = People(opened).take_back(of, photo)
        first, faces = back[0], len(back)
        document = {"taken_back": first.photo, "sha256": first.sha256, "faces": faces, "of": of}
        sentence = tell("{}: may be {} again", first.photo, of)
    else:
        url = options.gallery_url(gallery)
        with options.make_recognizer(gallery=url, key=key_file, create_gallery=False) as recognizer:
            kept = recognizer.reject(Path(photo), of, face=rule, box=where).to_dict()
        document = {"rejected": kept["photo"], "sha256": kept["sha256"], "box": kept["box"], "of": of}
        sentence = tell("{}: is not {}", kept["photo"], of)
    if json:
        output.print_json(document)
    else:
        output.say(sentence)


def _box(text: str | None) -> list[float] | None:
    if text is None:
        return None
    try:
        sides = [float(side) for side in text.split(",")]
    except ValueError:
        sides = []
    if len(sides) != 4:
        raise BadInput(f"--box is four numbers, x1,y1,x2,y2, got {text!r}")
    return sides

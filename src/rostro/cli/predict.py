"""``rostro predict``: what does a checkpoint say about these photos?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rostro import registry
from rostro.cli import options, output
from rostro.cli.train import tools
from rostro.errors import PhotoError
from rostro.imaging.listing import find_photos

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.training.base import Prediction, Recipe
    from rostro.types import Image

_SHOWN = 3
CheckpointPath = Annotated[
    Path, typer.Argument(help="A folder that 'rostro train' wrote, or its .safetensors file.", show_default=False)
]


def command(
    checkpoint: CheckpointPath,
    photos: options.Photos,
    picture: options.Picture = None,
    json: options.Json = False,
) -> None:
    """Names or attributes of photos, by a checkpoint that was trained here.

    Example: rostro predict trained/ party.jpg --picture answer.png
    """
    from rostro.training._checkpoint import read_checkpoint

    read = read_checkpoint(checkpoint)
    recipe: type[Recipe] = registry.part("training", read.card.recipe)
    with tools() as lent:
        answers = list(recipe.predict(read, list(find_photos(photos)), lent))
    found = [answer for answer in answers if not isinstance(answer, PhotoError)]
    failed = [answer for answer in answers if isinstance(answer, PhotoError)]
    if picture is not None and found:
        from rostro.imaging.writing import write_picture

        write_picture(_sheet(found), picture)
    if json:
        output.print_json(
            {
                "recipe": read.card.recipe,
                "photos": [answer.to_json() for answer in found],
                "failed": [{"photo": error.photo, "reason": error.reason} for error in failed],
            }
        )
    else:
        for answer in found:
            output.say(f"{answer.photo}: {_labels(answer)} ({_shown(answer)})")
    for error in failed:
        output.note(str(error))
    if failed:
        raise typer.Exit(output.NO_ANSWER)
    raise typer.Exit(output.YES if any(answer.labels for answer in found) else output.NO)


def _labels(answer: Prediction) -> str:
    return ", ".join(answer.labels) or "none of the known"


def _shown(answer: Prediction) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in answer.probabilities[:_SHOWN])


def _sheet(answers: Sequence[Prediction]) -> Image:
    """The photos under each other: the face that was looked at, the answer, the highest probabilities."""
    from rostro.imaging.drawing import mark_faces
    from rostro.imaging.layout import GAP, MARGIN, SMALL, TEXT, below, fit, framed, line, paragraph
    from rostro.imaging.reading import read_photo
    from rostro.types import Face

    side = 480
    blocks = []
    for answer in answers:
        faces = [] if answer.box is None else [Face(answer.box, 1.0)]
        image, faces = fit(read_photo(answer.photo).image, faces, side, side)
        mark_faces(image, faces, kinds=["match" if answer.labels else "unknown"] * len(faces))
        words = [
            line(Path(answer.photo).name, SMALL, side), paragraph(_labels(answer), TEXT, side),
            paragraph(_shown(answer), SMALL, side),
        ]  # fmt: skip
        blocks.append(below([image, *words], 6))
    return framed(below(blocks, GAP), MARGIN)

"""``rostro detect --detector all``: the same photos by every detector, side by side, with times."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rostro.cli import options, output
from rostro.core.errors import MissingExtra, ModelError
from rostro.detection.base import DETECTORS
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def compare(photos: Sequence[Path], picture: Path | None, json: bool, given: dict[str, Any]) -> int:
    """Runs every detector that is installed on the photos, and says which are not.

    Args:
        photos: The photo files.
        picture: Draws a sheet: each photo, once per detector.
        json: Print JSON.
        given: The other options of the recogniser.

    Returns:
        The exit code.
    """
    rows: list[dict[str, Any]] = []
    cells: list[tuple[str, Any, Any]] = []
    failed: dict[str, Failure] = {}
    for name in DETECTORS:
        kind = DETECTORS.get(name)
        if given["max_side"] is not None and kind.least_side is None:
            output.note(f"{name}: left out: it looks at every photo in one size")
            continue
        try:
            faces = options.make_recognizer(detector=name, **given)
            list(faces.photos(photos[:1], embed=False))  # compiled now, so that the times are of detecting
        except (MissingExtra, ModelError) as error:
            output.note(f"{name}: left out: {error}")
            continue
        for photo in photos:
            started = time.perf_counter()
            (answer,) = faces.photos([photo], embed=False, keep=True)
            milliseconds = (time.perf_counter() - started) * 1000
            if isinstance(answer, PhotoFaces):
                cells.append((f"{name}, {milliseconds:.0f} ms", answer.kept_image, answer.faces))
                found = [face.to_dict() for face in answer.faces]
                rows.append({"photo": answer.photo, "detector": name, "ms": round(milliseconds, 1), "faces": found})
            else:
                failed[answer.photo] = answer
    if picture is not None and cells:
        _draw(cells, picture)
    if json:
        output.print_json({"photos": rows, "failed": [failure.to_dict() for failure in failed.values()]})
    else:
        for row in rows:
            output.say(f"{row['photo']}: {row['detector']} {len(row['faces'])} faces, {row['ms']:.0f} ms")
    output.report_failures(list(failed.values()))
    if failed:
        return output.NO_ANSWER
    return output.YES if any(row["faces"] for row in rows) else output.NO


def _draw(cells: list[tuple[str, Any, Any]], picture: Path) -> None:
    from rostro.drawing.sheets import detection_sheet
    from rostro.photos.writing import write_picture

    write_picture(detection_sheet(cells), picture)

"""A film that is cut: whoever comes next is not taken for who was there before, though both are in the same place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image
from running_server import with_models_of

from rostro.recognizer import Recognizer
from rostro.video.watch import watch


def portrait(path: Path, recognizer: Recognizer) -> np.ndarray:
    """The face of a photo, in the middle of a picture of 480 × 480."""
    face = max(recognizer.detect(path), key=lambda face: face.area)
    (x, y), half = face.centre, face.height
    box = tuple(int(v) for v in (x - half, y - half, x + half, y + half))
    return np.asarray(Image.open(path).convert("RGB").crop(box).resize((480, 480)))  # type: ignore[arg-type]


def film(path: Path, shots: list[np.ndarray], *, rate: int = 25, seconds: float = 2) -> Path:
    """Each picture for so long, one after the other."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=rate)
        stream.height, stream.width, stream.pix_fmt, stream.bit_rate = 480, 480, "yuv420p", 4_000_000
        for shot in shots:
            for _ in range(int(rate * seconds)):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(shot, format="rgb24")))
        container.mux(stream.encode())
    return path


def test_everybody_of_a_cut_film_is_named_soon(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    obama, biden = (portrait(samples[name], recognizer) for name in ("obama2.jpg", "biden.jpg"))
    path = film(tmp_path / "cut.mp4", [obama, biden, obama, biden])
    told: list[dict[str, Any]] = []
    with with_models_of(recognizer, gallery=str(tmp_path / "people.db")) as own:
        own.enroll(samples["obama.jpg"], name="Barack Obama")
        own.enroll(samples["biden.jpg"], name="Joe Biden")
        summary = watch(str(path), recognizer=own, on_event=told.append)
    seen = [(event["name"], event["seconds"]) for event in told if event["event"] == "recognised"]
    assert [name for name, _ in seen] == ["Barack Obama", "Joe Biden"] * 2
    assert all(seconds - shot * 2 < 1 for shot, (_, seconds) in enumerate(seen))
    assert set(summary.people) == {"Barack Obama", "Joe Biden"}
    assert summary.strangers == 0

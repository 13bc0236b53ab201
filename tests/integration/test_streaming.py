"""Answers come when they are there, Ctrl-C keeps what is done, and a sheet keeps no more than it shows."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import answer, rostro
from PIL import Image

from rostro.cli.shown import Sheet, shown_face
from rostro.core.errors import ModelUnavailable
from rostro.drawing.sheets import LARGEST_TILE, MOST_PHOTOS, detection_sheet
from rostro.recognition.keeping import Keep
from rostro.recognition.pipeline import PhotoFaces, Pipeline
from rostro.recognizer import Recognizer
from rostro.video.watcher import Watcher

VERBS = ["detect", "identify", "embed"]


@pytest.fixture(scope="module")
def album(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five portraits and one that cannot be read, second in order; a gallery beside them."""
    folder = tmp_path_factory.mktemp("streaming")
    (folder / "album").mkdir()
    for number, name in enumerate(["obama.jpg", "obama2.jpg", "biden.jpg", "astronaut.png", "obama3.jpg"]):
        (folder / "album" / f"{number}{Path(name).suffix}").write_bytes(samples[name].read_bytes())
    (folder / "album" / "0b.jpg").write_text("x")
    assert rostro("enroll", samples["obama.jpg"], "--name", "O", "--gallery", folder / "g.db").returncode == 0
    return folder / "album"


def arguments(verb: str, album: Path) -> list[object]:
    return [verb, album, *(["--gallery", album.parent / "g.db"] if verb == "identify" else [])]


def after(count: int, then: Callable[[], None]) -> Callable[..., Iterator[Any]]:
    """A pipeline in which something happens after some answers."""
    run = Pipeline.run

    def running(self: Pipeline, sources: Iterable[Any], **options: Any) -> Iterator[Any]:
        for number, each in enumerate(run(self, sources, **options), 1):
            yield each
            if number == count:
                then()

    return running


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("verb", VERBS)
def test_an_answer_is_told_before_the_next_one_is_there(
    verb: str, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines, and pieces of the one document."""
    for flags in (["--json"], []) if verb != "embed" else (["--json"],):
        said: list[str] = []
        with monkeypatch.context() as patch:
            patch.setattr(Pipeline, "run", after(3, lambda s=said: s.append(sys.stdout.buffer.getvalue().decode())))
            whole = rostro(*arguments(verb, album), *flags)
        assert whole.returncode == 2, "one photo cannot be read"
        assert "0.jpg" in said[0] and "1.jpg" in said[0] and "2.jpg" not in said[0]
        assert whole.stdout.startswith(said[0]) and len(whole.stdout) > len(said[0])


@pytest.mark.parametrize("verb", VERBS)
def test_ctrl_c_keeps_what_is_done(verb: str, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = ["--picture", tmp_path / "sheet.png"] if verb != "embed" else []
    whole = answer(*arguments(verb, album), code=2)
    with monkeypatch.context() as patch:
        patch.setattr(Pipeline, "run", after(3, interrupt))
        part = rostro(*arguments(verb, album), *picture, "--json")
        lines = rostro(*arguments(verb, album))
    document = json.loads(part.stdout)
    assert part.returncode == lines.returncode == 2 and document.pop("interrupted") is True
    assert document["photos"] == whole["photos"][:2] and document["failed"] == whole["failed"]
    assert list(document) == list(whole), "the members and their order are the same"
    for done in (part, lines):
        assert "interrupted: 2 photos answered until then" in done.stderr and "0b.jpg" in done.stderr
        assert "Aborted" not in done.stderr and "Traceback" not in done.stderr
    if picture:
        assert Image.open(tmp_path / "sheet.png").size[0] > 2 * 200
    if verb == "embed":
        assert "of 2 photos" in lines.stdout
    else:
        assert "0.jpg" in lines.stdout and "1.jpg" in lines.stdout and "2.jpg" not in lines.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_an_error_in_the_middle_leaves_a_whole_document(
    verb: str, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ModelUnavailable("detector.onnx: no source could give it")

    monkeypatch.setattr(Pipeline, "run", after(3, fail))
    done = rostro(*arguments(verb, album), "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 2 and "no source could give it" in done.stderr
    assert document["kind"] == "model-unavailable" and "no source" in document["error"]
    assert len(document["photos"]) == 2 and [Path(f["photo"]).name for f in document["failed"]] == ["0b.jpg"]


def test_an_error_before_the_first_answer_is_the_document(tmp_path: Path, samples: dict[str, Path]) -> None:
    done = rostro("identify", samples["obama.jpg"], "--gallery", tmp_path / "none.db", "--json")
    assert done.returncode == 2 and set(json.loads(done.stdout)) == {"error", "kind", "values"}


def test_nothing_to_look_at_is_a_document_too(tmp_path: Path) -> None:
    for photos in ([tmp_path / "missing.jpg"], [tmp_path / "a.jpg", tmp_path / "b.jpg"]):
        document = answer("detect", *photos, code=2)
        assert document["photos"] == [] and len(document["failed"]) == len(photos)


def test_an_interrupted_enrolment_keeps_what_is_done_and_goes_on(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["enroll", album, "--name", "Everybody", "--gallery", tmp_path / "g.db"]
    with monkeypatch.context() as patch:
        patch.setattr("rostro.people.enroll._LOOK_AHEAD", 1)
        patch.setattr("rostro.recognition.chunks.CHUNK", 1)
        patch.setattr(Pipeline, "run", after(1, lambda: signal.raise_signal(signal.SIGINT)))
        part = rostro(*command, "--json")
    document = json.loads(part.stdout)
    assert part.returncode == 2 and document["interrupted"] is True
    assert "interrupted: what was taken in until then is kept" in part.stderr
    people = answer("people", "show", "Everybody", "--gallery", tmp_path / "g.db", code=0)
    assert len(people["templates"]) == document["templates"] >= 1
    rest = answer(*command, code=2)
    assert rest["skipped"] == document["templates"] and rest["skipped"] + rest["templates"] == 5
    assert "interrupted" not in rest
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_film_that_was_not_seen_to_its_end_gives_no_no(
    album: Path, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whom the rest shows nobody knows: 2, and not 1. Who was recognised was."""
    step, pictures = Watcher.step, tmp_path / "pictures"
    pictures.mkdir()
    for number in range(8):
        (pictures / f"{number}.jpg").write_bytes(samples["biden.jpg" if number < 4 else "obama2.jpg"].read_bytes())
    for stop_at, code, names in ((3, 2, []), (7, 0, ["O"])):

        def until(self: Watcher, item: Any, last: int = stop_at) -> Any:
            scene = step(self, item)
            return interrupt() if item.number == last else scene

        with monkeypatch.context() as patch:
            patch.setattr(Watcher, "step", until)
            document = answer("watch", pictures, "--gallery", album.parent / "g.db", code=code)
        assert document["interrupted"] is True and [one["name"] for one in document["people"]] == names


# What is kept for a picture


def photo(number: int, width: int, height: int) -> PhotoFaces:
    image = np.zeros((height, width, 3), np.uint8)
    return PhotoFaces(f"{number}.jpg", "", width, height, (), np.empty((0, 0), np.float32), image)


def test_no_more_photos_are_kept_than_are_shown(tmp_path: Path) -> None:
    drawn: list[tuple[int, int | None]] = []

    def sheet(photos: Any, /, *, total: int | None, language: Any) -> np.ndarray:
        drawn.append((len(photos), total))
        return detection_sheet(photos, total=total, language=language)

    collected: Sheet[list[Any]] = Sheet(tmp_path / "sheet.png", (Path(f"{n}.jpg") for n in range(1000)))
    assert collected.keep == Keep(side=LARGEST_TILE, crops=False)
    for number, path in enumerate(collected.photos):
        assert path.name == f"{number}.jpg"
        collected.add(photo(number, 8, 6), lambda found: [])
    collected.draw(sheet)
    assert drawn == [(MOST_PHOTOS, 1000)] and (tmp_path / "sheet.png").exists()
    assert Sheet(None, [Path("a.jpg"), Path("b.jpg")]).keep is False
    assert Sheet(tmp_path / "one.png", [Path("a.jpg")]).keep == Keep(side=None, crops=False), "one is shown as it is"


@pytest.mark.parametrize(("keep", "size", "crops"), [
    (Keep(side=100), 100, True), (Keep(side=100, crops=False), 100, False), (Keep(images=False), None, True),
    (Keep(side=10_000), 1000, True), (True, 1000, True), (False, None, False),
])  # fmt: skip
def test_what_answers_carry(
    recognizer: Recognizer, samples: dict[str, Path], keep: bool | Keep, size: int | None, crops: bool
) -> None:
    """Faces are in pixels of the photo, however large its picture is."""
    large = np.asarray(Image.open(samples["obama.jpg"]).convert("RGB").resize((800, 1000)))
    (found,) = recognizer.photos([large], keep=keep)
    (plain,) = recognizer.photos([large])
    assert found.faces == plain.faces and (found.width, found.height) == (800, 1000)
    assert (None if found.image is None else max(found.image.shape)) == size
    assert (found.crops is not None) == crops
    if found.image is not None:
        (face,) = (shown_face(face, found) for face in found.faces)
        assert face.centre == pytest.approx([c * size / 1000 for c in found.faces[0].centre], rel=0.02)


def test_the_picture_of_many_is_drawn_from_thumbnails(album: Path, tmp_path: Path) -> None:
    """Boxes lie where the faces are: the same sheet as from whole photos, but for resampling."""
    assert rostro("detect", album, "--picture", tmp_path / "sheet.png").returncode == 2
    recognizer = Recognizer(gallery=":memory:")
    found = [each for each in recognizer.photos(sorted(album.iterdir()), embed=False, keep=True) if each]
    expected = detection_sheet([(each.photo, each.kept_image, each.faces) for each in found])
    drawn = np.asarray(Image.open(tmp_path / "sheet.png").convert("RGB"))
    assert drawn.shape == expected.shape
    assert np.abs(drawn.astype(int) - expected).mean() < 3

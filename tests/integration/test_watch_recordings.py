"""``rostro watch`` on recordings, with real models: behind http, seldom pictures, and pictures that nobody can read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from command_line import answer, rostro
from films import HEIGHT, WIDTH, film, picture
from running_server import with_models_of

from rostro.photos.reading import read_photo
from rostro.photos.writing import write_picture
from rostro.recognizer import Recognizer
from rostro.video.sources import open_source
from rostro.video.watch import watch
from rostro.video.writer import VideoWriter

OBAMA = "Barack Obama"


@pytest.fixture(scope="module")
def faces(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Recognizer]:
    own = with_models_of(recognizer, gallery=str(tmp_path_factory.mktemp("recordings") / "people.db"))
    own.enroll(samples["obama.jpg"], name=OBAMA)
    own.enroll(samples["biden.jpg"], name="Joe Biden")
    yield own
    own.gallery.close()


@pytest.fixture
def folder_behind_http(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address under which Python's own server gives it: lengths, but no parts of files."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def walked(photo: Path, step: int) -> np.ndarray:
    """A portrait that is somewhere else in each picture."""
    portrait = read_photo(photo).image[::2, ::2]
    frame = np.full((HEIGHT, WIDTH, 3), (70, 90, 100), np.uint8)
    height, width = min(HEIGHT, portrait.shape[0]), min(WIDTH, portrait.shape[1])
    left = (WIDTH - width) * (step % 3) // 2
    frame[:height, left : left + width] = portrait[:height, :width]
    return frame


def test_a_film_behind_http_is_seen_as_the_file_itself(
    faces: Recognizer, samples: dict[str, Path], folder_behind_http: tuple[Path, str]
) -> None:
    folder, address = folder_behind_http
    film(folder / "door.mp4", (2, [samples["obama2.jpg"]]), (1, []))
    there = answer("watch", f"{address}/door.mp4", "--gallery", faces.gallery_url, code=0)
    here = answer("watch", folder / "door.mp4", "--gallery", faces.gallery_url, code=0)
    assert there.pop("source") == f"{address}/door.mp4" and here.pop("source")
    assert there == here and (there["frames"], there["dropped"]) == (75, 0)
    assert [(one["name"], one["tracks"]) for one in there["people"]] == [(OBAMA, 1)]
    lines = rostro("watch", f"{address}/door.mp4", "--gallery", faces.gallery_url).stdout.splitlines()
    assert [line.split("  ")[1].split(":")[0] for line in lines] == ["appeared", "recognised", "left"]
    assert all(line.startswith(("0.", "1.", "2.", "3.")) for line in lines), "times of the film, not of the clock"
    missing = rostro("watch", f"{address}/missing.mp4", "--gallery", faces.gallery_url)
    assert missing.returncode == 2 and "missing.mp4" in missing.stderr


@pytest.mark.parametrize("pictures", [2, 3])
@pytest.mark.parametrize("kind", ["film", "folder", "folder without a rate"])
def test_one_picture_a_second_is_enough(
    faces: Recognizer, samples: dict[str, Path], tmp_path: Path, kind: str, pictures: int
) -> None:
    """Somebody walks by and is in two or three of ten pictures, each time somewhere else."""
    empty = np.full((HEIGHT, WIDTH, 3), (70, 90, 100), np.uint8)
    shots = [walked(samples["obama2.jpg"], n) if 4 <= n < 4 + pictures else empty for n in range(10)]
    if kind == "film":
        with VideoWriter(tmp_path / "slow.mp4", rate=1) as video:
            for number, shot in enumerate(shots):
                video.write(float(number), lambda shot=shot: shot)
        source = open_source(str(tmp_path / "slow.mp4"))
    else:
        for number, shot in enumerate(shots):
            write_picture(shot, tmp_path / f"{number:03d}.png")
        source = open_source(str(tmp_path), rate=None if "without" in kind else 1.0)
    events: list[dict[str, object]] = []
    summary = watch(source, recognizer=faces, on_event=events.append)
    assert {name: tracks for name, (tracks, _) in summary.people.items()} == {OBAMA: 1} and not summary.strangers
    assert [event["event"] for event in events] == ["appeared", "recognised", "left"]


def test_strangers_in_seldom_pictures_are_not_named(
    faces: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    for number in range(3):
        write_picture(walked(samples["astronaut.png"], number), tmp_path / f"{number}.png")
    summary = watch(open_source(str(tmp_path), rate=1.0), recognizer=faces)
    assert not summary and summary.strangers == 1


def test_an_unreadable_picture_is_named_at_the_end(faces: Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    for number in range(1, 7):
        write_picture(picture([samples["obama2.jpg"]], number), tmp_path / f"{number}.png")
    (tmp_path / "3.png").write_text("x")
    (tmp_path / "5.png").write_bytes(b"")
    document = answer("watch", tmp_path, "--gallery", faces.gallery_url, code=2)
    assert document["frames"] == 4 and [one["name"] for one in document["people"]] == [OBAMA]
    assert [Path(failure["photo"]).name for failure in document["failed"]] == ["3.png", "5.png"]
    assert {failure["kind"] for failure in document["failed"]} == {"unreadable-photo"}
    told = rostro("watch", tmp_path, "--gallery", faces.gallery_url)
    assert told.returncode == 2 and f"recognised: {OBAMA}" in told.stdout
    assert told.stderr.count("3.png") == 1 and "2 photos could not be used" in told.stderr.splitlines()[-1]

"""``rostro watch`` with real models: who is named, what is kept and erased, cameras that vanish and return."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from films import HttpCamera, film, rtsp_camera
from running_server import running_server, with_models_of
from websockets.sync.client import connect

from rostro.core.errors import MissingExtra
from rostro.recognizer import Recognizer
from rostro.server.sockets.broadcast import Broadcast
from rostro.video import capture
from rostro.video.events import FaceEvent, SourceEvent
from rostro.video.eyes import RecognizerEyes
from rostro.video.loop import run
from rostro.video.sources import Source, open_source
from rostro.video.watch import watch
from rostro.video.watcher import Scene, Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OBAMA, BIDEN = "Barack Obama", "Joe Biden"
ROSTRO = [sys.executable, "-m", "rostro"]


@pytest.fixture(scope="module")
def faces(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Recognizer]:
    """Obama and Biden are enrolled."""
    gallery = tmp_path_factory.mktemp("watch") / "people.db"
    own = with_models_of(recognizer, gallery=str(gallery))
    own.enroll(samples["obama.jpg"], name=OBAMA)
    own.enroll(samples["biden.jpg"], name=BIDEN)
    yield own
    own.gallery.close()


@pytest.fixture(scope="module")
def door(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Obama comes with a stranger, and both go again."""
    path = tmp_path_factory.mktemp("film") / "door.mp4"
    return film(path, (2, [samples["obama2.jpg"], samples["astronaut.png"]]), (1.4, []))


def told(scenes: list[Scene]) -> list[tuple[str, str | None]]:
    return [
        (event.kind, event.match.name if isinstance(event, FaceEvent) and event.match else None)
        for scene in scenes
        for event in scene.events
    ]


def rostro(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*ROSTRO, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def bytes_anywhere(folder: Path, *needles: bytes) -> list[str]:
    """Files below a folder that hold one of these byte strings."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


def test_the_command_and_what_erasing_leaves(faces: Recognizer, door: Path, tmp_path: Path) -> None:
    """Events, pictures and the drawn video are there; after the erasure no file holds a template or picture of them."""
    from rostro.gallery.base import open_gallery

    with open_gallery(str(tmp_path / "people.db"), space=faces.space) as gallery:
        for name in (OBAMA, BIDEN):
            gallery.add({name: faces.gallery.templates(name)})
        person = gallery.person(OBAMA).id
        vector = gallery.templates(OBAMA)[0].vector
    done = rostro(
        "watch", str(door), "--gallery", "people.db", "--events", "events.jsonl", "--keep-crops",
        "--output", "named.mp4", "--json", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert [(one["name"], one["tracks"]) for one in summary["people"]] == [(OBAMA, 1)]
    assert (summary["frames"], summary["dropped"], summary["strangers"]) == (85, 0, 1)

    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]
    assert sorted(event["event"] for event in events) == ["appeared", "appeared", "left", "left", "recognised"]
    named = [event for event in events if event["name"] == OBAMA]
    assert {event["event"] for event in named} == {"recognised", "left"}
    assert all(event["person"] == person and event["score"] > 0.419 and event["picture"] for event in named)
    assert all(event["picture"] is None for event in events if event["name"] is None), "strangers are not kept"

    pictures = list((tmp_path / "people.db.crops").rglob("*.jpg"))
    assert [str(path.relative_to(tmp_path)) for path in pictures] == [named[0]["picture"]]
    portrait = pictures[0].read_bytes()
    with av.open(str(tmp_path / "named.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == 85

    template = vector.astype("<f2").tobytes()
    assert bytes_anywhere(tmp_path, template, vector.tobytes()), "the template is looked for in the right form"
    removed = rostro("people", "remove", OBAMA, "--gallery", "people.db", cwd=tmp_path)
    assert removed.returncode == 0, removed.stderr
    assert not list((tmp_path / "people.db.crops").rglob("*.jpg"))
    assert bytes_anywhere(tmp_path, portrait, template, vector.tobytes()) == []
    again = rostro("watch", str(door), "--gallery", "people.db", "--keep-crops", cwd=tmp_path)
    assert again.returncode == 1 and OBAMA not in again.stdout and "2 unknown tracks" in again.stderr


def test_the_command_says_what_is_wrong(tmp_path: Path, door: Path) -> None:
    missing = rostro("watch", "nowhere.mp4", cwd=tmp_path)
    assert missing.returncode == 2 and "nowhere.mp4: no such file" in missing.stderr
    no_gallery = rostro("watch", str(door), "--gallery", "none.db", cwd=tmp_path)
    assert no_gallery.returncode == 2 and "none.db" in no_gallery.stderr
    assert "Traceback" not in missing.stderr + no_gallery.stderr


def test_only_the_collections_that_are_named_are_searched(faces: Recognizer, samples: dict[str, Path]) -> None:
    query = np.stack([faces.embed(str(samples["obama.jpg"]))[0].vector])
    everywhere, nowhere = RecognizerEyes(faces), RecognizerEyes(faces, collections=["nobody"])
    assert everywhere.look_up(query)[0][0].name == OBAMA
    assert nowhere.look_up(query) == [[]]


def test_what_following_takes_is_missed_before_a_model_is_loaded(
    door: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recognizer, "open", lambda self: pytest.fail("was opened"))
    for package, options in (("lap", {}), ("av", {"video": tmp_path / "out.mp4"})):
        with monkeypatch.context() as patch, pytest.raises(MissingExtra, match=package):
            patch.setitem(sys.modules, package, None)
            watch(str(door), recognizer=Recognizer(create_gallery=False), **options)


def test_ctrl_c_ends_it_well(faces: Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    """Who was there has left, and the video is whole."""
    camera = HttpCamera([samples["obama2.jpg"]])
    camera.on()
    command = ["watch", camera.url, "--gallery", faces.gallery_url, "--events", "e.jsonl", "--output", "out.mp4"]
    with subprocess.Popen([*ROSTRO, *command], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as watching:
        try:
            wait_until(lambda: "recognised" in read(tmp_path / "e.jsonl"), 90)
        finally:
            watching.send_signal(signal.SIGTERM)
            _, notes = watching.communicate(timeout=30)
            camera.off()
    assert watching.returncode == 0 and "Traceback" not in notes and f"saw {OBAMA}" in notes
    last = json.loads(read(tmp_path / "e.jsonl").splitlines()[-1])
    assert last["event"] == "left" and last["name"] == OBAMA and last["time"].endswith("Z")
    with av.open(str(tmp_path / "out.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) >= 2, "two looks at least"


def read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def wait_until(true: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


# Live sources


class Watching:
    """A watcher in a thread, and what it told."""

    def __init__(self, faces: Recognizer, source: Source) -> None:
        self.scenes: list[Scene] = []
        self.stop = threading.Event()
        watcher = Watcher(RecognizerEyes(faces))

        def work() -> None:
            run(source, watcher, [self.scenes.append], stop=self.stop)

        self.thread = threading.Thread(target=work)
        self.thread.start()

    def wait_for(self, kind: str, times: int = 1) -> None:
        wait_until(lambda: [event for event, _ in told(list(self.scenes))].count(kind) >= times, 60)

    def end(self) -> list[tuple[str, str | None]]:
        self.stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()
        return told(self.scenes)


EXPECTED = [
    ("appeared", None), ("recognised", OBAMA), ("left", OBAMA), ("lost", None), ("back", None),
    ("appeared", None), ("recognised", OBAMA), ("left", OBAMA),
]  # fmt: skip


def test_an_http_camera_that_vanishes_and_returns(faces: Recognizer, samples: dict[str, Path]) -> None:
    camera = HttpCamera([samples["obama2.jpg"]])
    camera.on()
    watching = Watching(faces, open_source(camera.url))
    try:
        watching.wait_for("recognised")
        camera.off()
        watching.wait_for("lost")
        camera.on()
        watching.wait_for("recognised", 2)
    finally:
        events = watching.end()
        camera.off()
    assert events == EXPECTED
    reasons = [e.reason for scene in watching.scenes for e in scene.events if isinstance(e, SourceEvent)]
    assert reasons == ["no more pictures come", ""]


def test_an_rtsp_camera_that_vanishes_and_returns(
    faces: Recognizer, samples: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "READ_PATIENCE", 2000)
    port = free_ports()
    loop = film(tmp_path / "loop.mp4", (1, [samples["obama2.jpg"]]))
    with rtsp_camera(loop, port) as url:
        source = open_source(url)
        wait_until(lambda: opens(url), 40)
        watching = Watching(faces, source)
        try:
            watching.wait_for("recognised")
        except BaseException:
            watching.end()
            raise
    try:
        watching.wait_for("lost")
        with rtsp_camera(loop, port):
            watching.wait_for("recognised", 2)
            events = watching.end()
    finally:
        watching.end()
    assert events == EXPECTED


def opens(url: str) -> bool:
    from rostro.core.errors import BadInput

    try:
        capture.Capture(url).close()
    except BadInput:
        return False
    return True


def free_ports() -> int:
    """Two free ports in a row."""
    for _ in range(50):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no free ports")


# The page's socket


def test_what_is_watched_is_shown(faces: Recognizer, door: Path, tmp_path: Path) -> None:
    """Pictures, faces with names and every event reach those who look; a server that watches nothing says so."""
    source = open_source(str(door), real_time=True)
    broadcast = Broadcast(source.name)
    messages: list[Any] = []
    with running_server(faces, tmp_path, watching=broadcast) as server:
        address = f"{server.url.replace('http', 'ws')}/v1/watch"
        with connect(address) as viewer:
            viewer.send(json.dumps({"key": None}))
            assert json.loads(viewer.recv(30)) == {"ready": True, "source": str(door)}
            watcher = Watcher(RecognizerEyes(faces))
            thread = threading.Thread(target=run, args=(source, watcher, [broadcast.hear]))
            thread.start()
            while [e["event"] for m in messages if isinstance(m, dict) for e in m["events"]].count("left") < 2:
                message = viewer.recv(30)
                messages.append(message if isinstance(message, bytes) else json.loads(message))
            thread.join(30)
    assert any(isinstance(message, bytes) and message.startswith(b"\xff\xd8") for message in messages)
    seen = [message for message in messages if isinstance(message, dict)]
    assert {OBAMA, None} == {face["name"] for message in seen for face in message["faces"]}
    assert ("recognised", OBAMA) in {(e["event"], e["name"]) for message in seen for e in message["events"]}


def test_a_server_that_watches_nothing_says_so(faces: Recognizer, tmp_path: Path) -> None:
    with (
        running_server(faces, tmp_path) as server,
        connect(f"{server.url.replace('http', 'ws')}/v1/watch") as viewer,
    ):
        viewer.send(json.dumps({"key": None}))
        assert json.loads(viewer.recv(30))["type"] == "urn:rostro:not-watching"


def test_an_erased_person_is_unknown_while_it_runs(faces: Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    own = with_models_of(faces, gallery=str(tmp_path / "people.db"))
    own.enroll(samples["obama.jpg"], name=OBAMA)
    scenes: list[Scene] = []

    def erase_after_a_second(scene: Scene) -> None:
        if scene.frame is not None and scene.frame.number == 25:
            own.gallery.remove(OBAMA)

    path = film(tmp_path / "long.mp4", (4, [samples["obama2.jpg"]]))
    run(open_source(str(path)), Watcher(RecognizerEyes(own)), [scenes.append, erase_after_a_second])
    assert scenes[24].seen[0].name == OBAMA
    assert scenes[-2].seen[0].name is None and scenes[-2].seen[0].state == "unknown"
    own.gallery.close()

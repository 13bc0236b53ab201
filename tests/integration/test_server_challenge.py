"""The challenge over its socket, with the real networks, and what its sessions are worth in requests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from made_movements import Movements
from running_server import Running, running_server
from websockets.sync.client import connect

from rostro.server.admission.keys import Role
from rostro.server.sockets import challenging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rostro.recognizer import Recognizer

pytestmark = pytest.mark.data

STEPS = ("right", "blink", "left")


@pytest.fixture(scope="module")
def person(lfw_root: Path, recognizer: Recognizer) -> Movements:
    return Movements(lfw_root, recognizer)


@pytest.fixture(scope="module")
def server(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_server(recognizer, tmp_path_factory.mktemp("challenge")) as running:
        yield running


@pytest.fixture
def client(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as opened:
        yield opened


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn by chance elsewhere is known here; and a slow machine is no reason."""
    monkeypatch.setattr(challenging, "draw", lambda random: STEPS)
    rules = challenging.rules_of
    from dataclasses import replace

    monkeypatch.setattr(
        challenging, "rules_of", lambda recognizer: replace(rules(recognizer), step_seconds=60, gap_seconds=30)
    )


@dataclass
class Passed:
    """How a conversation ended, and the frames that were sent: number → JPEG."""

    last: dict[str, Any]
    asked: list[str]
    frames: dict[int, bytes]

    @property
    def usable(self) -> list[bytes]:
        return [self.frames[number] for number in self.last["frames"]]


def converse(url: str, doing: Callable[[str], Sequence[bytes]], key: str | None = None) -> Passed:
    """Shows what `doing` gives for what is asked, until it is over."""
    asked: list[str] = []
    frames: dict[int, bytes] = {}
    with connect(url.replace("http", "ws", 1) + "/v1/challenge") as socket:
        socket.send(json.dumps({"key": key}))
        answer = json.loads(socket.recv())
        while "ask" in answer and answer["ask"] is not None:
            if not asked or asked[-1] != answer["ask"]:
                asked.append(answer["ask"])
            for frame in doing(answer["ask"]):
                socket.send(frame)
                answer = json.loads(socket.recv())
                if "type" in answer:
                    return Passed(answer, asked, frames)
                frames[answer["frame"]] = frame
                assert len(frames) < 60, "nothing comes of it"
                if answer["ask"] is None:
                    break
    return Passed(answer, asked, frames)


def test_who_does_what_is_asked(server: Running, person: Movements, client: httpx.Client) -> None:
    told = converse(server.url, person.doing)
    assert told.asked == ["straight", "right", "straight", "blink", "straight", "left", "straight"]
    assert (told.last["done"], told.last["of"], told.last["seconds"]) == (3, 3, 120.0)
    form = {"name": "George", "liveness_session": told.last["liveness_session"]}
    photo = told.usable[-1]
    assert client.post("/v1/people", data=form, files={"photos": ("a.jpg", photo)}).status_code == 201
    again = client.post("/v1/verify", data={"liveness_session": form["liveness_session"]}, files=pair(photo, photo))
    assert (again.status_code, again.json()["type"]) == (422, "urn:rostro:no-liveness-session")


def test_a_verification_with_one_photo_of_the_session(
    server: Running, person: Movements, client: httpx.Client, samples: dict[str, Path]
) -> None:
    told, passport = converse(server.url, person.doing), person.frame("right")
    form = {"liveness_session": told.last["liveness_session"]}
    assert client.post("/v1/verify", data=form, files=pair(told.usable[0], passport)).json()["same"] is True
    other = converse(server.url, person.doing).last["liveness_session"]
    refused = client.post("/v1/verify", data={"liveness_session": other}, files=pair(passport, passport))
    assert refused.json()["type"] == "urn:rostro:not-of-the-session"
    turned = converse(server.url, person.doing)
    away = next(frame for number, frame in turned.frames.items() if number not in turned.last["frames"])
    form = {"liveness_session": turned.last["liveness_session"]}
    refused = client.post("/v1/identify", data=form, files={"photos": ("a.jpg", away)})
    assert refused.json()["type"] == "urn:rostro:not-of-the-session"


def test_the_wrong_way_round(server: Running, person: Movements) -> None:
    mirrored = {"left": "right", "right": "left"}
    told = converse(server.url, lambda ask: person.doing(mirrored.get(ask, ask)))
    assert told.last["type"] == "urn:rostro:challenge-wrong-step"
    assert told.last["detail"] == "something else was done than was asked: begin anew"


def test_another_face_in_the_middle(server: Running, person: Movements, samples: dict[str, Path]) -> None:
    obama = [samples["obama.jpg"].read_bytes() + bytes([n]) for n in range(20)]  # no two have the same bytes
    told = converse(server.url, lambda ask: [obama.pop()] if ask == "right" else person.doing(ask))
    assert told.last["type"] == "urn:rostro:challenge-another-face"


def test_frames_that_were_shown_before(server: Running, person: Movements) -> None:
    first = converse(server.url, person.doing)
    film = iter(first.frames.values())
    again = converse(server.url, lambda ask: [next(film)])
    assert again.last["type"] == "urn:rostro:challenge-replayed"
    assert not again.frames


def test_a_still_picture_comes_nowhere(server: Running, person: Movements, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    rules = challenging.rules_of
    monkeypatch.setattr(challenging, "rules_of", lambda recognizer: replace(rules(recognizer), step_seconds=1.0))
    told = converse(server.url, lambda ask: [person.frame("straight")])
    assert told.last["type"] == "urn:rostro:challenge-too-slow"
    assert told.asked == ["straight", "right"]


def test_a_film_of_a_screen(server: Running, person: Movements, data_root: Path) -> None:
    """It does not move as asked; and its frames look no living person's, so none could be used."""
    frames = sorted((data_root / "liveness" / "attack").glob("videole*.jpg"))
    if not frames:
        pytest.skip(f"no liveness photos in {data_root}")
    film = iter([path.read_bytes() for path in frames])
    with connect(server.url.replace("http", "ws", 1) + "/v1/challenge") as socket:
        socket.send(json.dumps({"key": None}))
        answers = [json.loads(socket.recv())]
        for frame in list(film)[:6]:
            socket.send(frame)
            answers.append(json.loads(socket.recv()))
    assert [answer["ask"] for answer in answers] == ["straight"] * 2 + ["right"] * 5


def test_bulk_enrolment_knows_no_sessions(client: httpx.Client, person: Movements) -> None:
    form = {"names": "Ada", "liveness_session": "x"}
    refused = client.post("/v1/enrolments", data=form, files={"photos": ("a.jpg", person.frame("straight"))})
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:rostro:unknown-field")


def test_sessions_are_of_a_key(recognizer: Recognizer, person: Movements, tmp_path: Path) -> None:
    with running_server(recognizer, tmp_path) as running, httpx.Client(base_url=running.url, timeout=60) as client:
        ada, eve = (running.keys.create(name, Role.ENROL)[1] for name in ("ada", "eve"))
        told = converse(running.url, person.doing, ada)
        form = {"name": "George", "liveness_session": told.last["liveness_session"]}
        photo = {"photos": ("a.jpg", told.usable[0])}
        refused = client.post("/v1/people", data=form, files=photo, headers={"x-api-key": eve})
        assert refused.json()["type"] == "urn:rostro:no-liveness-session"
        assert client.post("/v1/people", data=form, files=photo, headers={"x-api-key": ada}).status_code == 201
        assert converse(running.url, person.doing, None).last["type"] == "urn:rostro:key-needed"


def pair(a: bytes, b: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("a", ("a.jpg", a)), ("b", ("b.jpg", b))]

"""Liveness at every door: photos of living people and of pictures of them, in Python, on the command line, by HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest
from command_line import answer, rostro
from running_server import running_server

from rostro.core.errors import BadInput, UnknownModel
from rostro.photos.reading import read_photo
from rostro.recognition.keeping import Keep
from rostro.recognition.living import not_live
from rostro.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.core.settings import Settings
    from rostro.models.store import ModelStore

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def frames(data_root: Path) -> dict[str, Path]:
    """One person: living, living a moment later, and on a screen; and somebody else on paper."""
    root = data_root / "liveness"
    if not root.is_dir():
        pytest.skip(f"no liveness photos in {data_root}")
    found = {"live": "live/videole004.jpg", "later": "live/videole010.jpg", "screen": "attack/videole010.jpg"}
    return {name: root / path for name, path in {**found, "paper": "attack/photo012.jpg"}.items()}


@pytest.fixture(autouse=True)
def mirror(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """The command line takes model files from where the tests have them."""
    if settings.model_mirror is not None:
        monkeypatch.setenv("ROSTRO_MODEL_MIRROR", str(settings.model_mirror))


@pytest.fixture(scope="module")
def asking(store: ModelStore, settings: Settings) -> Iterator[Recognizer]:
    """A recogniser that decides about living people only."""
    with Recognizer(settings=settings, store=store, gallery=":memory:", require_live=True) as opened:
        yield opened


# Python


def test_one_photo(recognizer: Recognizer, frames: dict[str, Path]) -> None:
    (live,), (screen,) = (recognizer.liveness(frames[name]) for name in ("live", "screen"))
    assert live and not screen
    assert live.score > 0.9 > 0.1 > screen.score
    assert recognizer.liveness(np.zeros((80, 80, 3), np.uint8)) == []


def test_answers_say_it_where_it_was_asked_and_nowhere_else(recognizer: Recognizer, frames: dict[str, Path]) -> None:
    (asked,) = recognizer.photos([frames["screen"]], embed=False, liveness=True)
    (plain,) = recognizer.photos([frames["screen"]], embed=False)
    assert asked.to_dict()["faces"][0]["liveness"]["live"] is False
    assert "liveness" not in plain.to_dict()["faces"][0]


def test_a_turned_photo_is_judged_upright(recognizer: Recognizer, frames: dict[str, Path]) -> None:
    upright = read_photo(frames["live"]).image
    (found,) = recognizer.photos([np.rot90(upright, 2).copy()], liveness=True)
    assert found.turned == 180
    assert found.liveness[0].score == pytest.approx(recognizer.liveness(upright)[0].score, abs=0.1)


def test_nothing_is_decided_about_a_picture(asking: Recognizer, frames: dict[str, Path]) -> None:
    assert asking.verify(frames["live"], frames["later"]).same is True
    for photos in (("live", "screen"), ("screen", "live")):
        verdict = asking.verify(*(frames[name] for name in photos))
        assert verdict.same is None and not verdict
        assert verdict.doubt is not None
        assert verdict.doubt.kinds == ("not-live",)
        assert verdict.doubt.reason == f"cannot be judged: the face of {frames['screen']} is not a living face"
        told = verdict.to_dict()
        assert [face["liveness"]["live"] for face in told["faces"]] == [name == "live" for name in photos]
    without = Recognizer(settings=asking.settings, store=asking.store, gallery=":memory:")
    verdict = without.verify(frames["live"], frames["screen"])
    assert verdict.same is True, "without asking, a film on a phone is the person in it"
    assert "liveness" not in verdict.to_dict()["faces"][0]


def test_a_passport_need_not_be_alive(asking: Recognizer, frames: dict[str, Path]) -> None:
    """Of two photos one alone may be asked about: that of a document is always a picture."""
    (door,) = asking.photos([frames["live"]])
    (passport,) = asking.photos([frames["screen"]], liveness=False)
    verdict = asking.compare(door, passport)
    assert verdict.same is True
    assert ["liveness" in face for face in verdict.to_dict()["faces"]] == [True, False]
    assert asking.compare(passport, next(iter(asking.photos([frames["screen"]])))).doubt is not None


def test_a_picture_is_not_enrolled_and_not_identified(asking: Recognizer, frames: dict[str, Path]) -> None:
    done = asking.enroll(frames["screen"], name="Eve")
    assert (done.templates, [failure.kind for failure in done.failed]) == (0, ["poor-quality"])
    assert done.failed[0].values["kinds"] == ["not-live"]
    assert asking.enroll(frames["live"], name="Ada").templates == 1
    assert [who.name for who in asking.identify(frames["later"])] == ["Ada"]
    (spoof,) = asking.identify(frames["screen"])
    assert (spoof.name, spoof.candidates[0].name) == (None, "Ada")
    assert spoof.to_dict()["kinds"] == ["not-live"]
    assert spoof.liveness is not None and not spoof.liveness


def test_what_says_so_is_checked_before_the_work() -> None:
    with pytest.raises(UnknownModel, match="Did you mean 'antispoof'"):
        Recognizer(liveness="antispof")
    with pytest.raises(BadInput, match=r"none\.json"):
        Recognizer(liveness=Path("none.json"))
    assert not_live([], []) is None
    assert not_live([None, None]) is None


# The command line


def test_the_verb(frames: dict[str, Path], tmp_path: Path) -> None:
    done = rostro("liveness", frames["live"], frames["later"])
    assert (done.returncode, done.stdout.count("looks alive")) == (0, 2)
    assert "a sign, not security: 3.8% of the attacks passed" in done.stderr
    done = rostro("liveness", frames["live"], frames["screen"], "--picture", tmp_path / "answer.png")
    assert done.returncode == 1
    assert f"{frames['screen']}: does not look alive (0.0" in done.stdout
    assert read_photo(tmp_path / "answer.png").image.shape[1] > 500
    document = answer("liveness", frames["screen"], code=1)
    assert document["failed"] == []
    (photo,) = document["photos"]
    assert set(photo) == {"photo", "faces"}
    (face,) = photo["faces"]
    assert set(face) == {"box", "score", "liveness"}
    assert set(face["liveness"]) == {"live", "score", "apcer", "bpcer"}
    one = answer("liveness", frames["live"], "--liveness", "minifasnet_v2", code=0)
    assert one["photos"][0]["faces"][0]["liveness"]["score"] > 0.9


def test_no_face_is_no_living_face(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (80, 80), "white").save(tmp_path / "wall.png")
    done = rostro("liveness", tmp_path / "wall.png")
    assert (done.returncode, done.stdout) == (1, f"{tmp_path / 'wall.png'}: no face\n")
    (tmp_path / "letter.txt").write_text("dear")
    assert rostro("liveness", tmp_path / "letter.txt").returncode == 2


def test_verify_and_identify_require_it(frames: dict[str, Path], tmp_path: Path) -> None:
    done = rostro("verify", frames["live"], frames["screen"], "--require-live", "--picture", tmp_path / "v.png")
    assert done.returncode == 2
    assert done.stdout == f"cannot be judged: the face of {frames['screen']} is not a living face\n"
    assert rostro("verify", frames["live"], frames["later"], "--require-live").returncode == 0
    people = tmp_path / "people.db"
    assert rostro("enroll", frames["live"], "--name", "Ada", "--gallery", people).returncode == 0
    named = answer("identify", frames["screen"], "--gallery", people, code=0)
    assert named["photos"][0]["faces"][0]["name"] == "Ada"
    spoof = answer("identify", frames["screen"], "--gallery", people, "--require-live", code=2)
    assert spoof["photos"][0]["faces"][0]["name"] is None
    assert spoof["photos"][0]["faces"][0]["kinds"] == ["not-live"]
    told = rostro("identify", frames["screen"], "--gallery", people, "--require-live", "--language", "es")
    assert "desconocido: no se puede decidir: la cara no es una cara viva" in told.stdout


def test_a_picture_is_not_enrolled_by_the_verb_either(frames: dict[str, Path], tmp_path: Path) -> None:
    given = ("--name", "Eve", "--gallery", tmp_path / "people.db", "--require-live")
    refused = answer("enroll", frames["screen"], *given, code=2)
    assert refused["failed"][0]["values"]["kinds"] == ["not-live"]
    assert rostro("enroll", frames["live"], *given, "--liveness", "minifasnet_v2").returncode == 0


@pytest.mark.parametrize("verb", ["verify", "identify", "watch", "enroll"])
def test_a_judge_that_nothing_asks_is_refused(verb: str, frames: dict[str, Path], tmp_path: Path) -> None:
    """Whoever names one believes that pictures are refused."""
    gallery = () if verb == "verify" else ("--gallery", tmp_path / "people.db")
    photos = [frames["live"], frames["screen"]] if verb == "verify" else [frames["screen"].parent]
    done = rostro(verb, *photos, *gallery, "--liveness", "minifasnet_v2")
    assert (done.returncode, done.stdout) == (2, "")
    assert "without --require-live: give both" in done.stderr


def test_of_several_faces_each_line_says_which_one_it_is(
    recognizer: Recognizer, frames: dict[str, Path], tmp_path: Path
) -> None:
    from PIL import Image

    two = np.hstack([read_photo(frames[name]).image for name in ("live", "screen")])
    Image.fromarray(two).save(tmp_path / "two.png")
    lines = rostro("liveness", tmp_path / "two.png").stdout.splitlines()
    boxes = [face.box for face in recognizer.detect(tmp_path / "two.png")]
    assert len(boxes) >= 2
    starts = ["{}: {:.0f},{:.0f} to {:.0f},{:.0f}: ".format(tmp_path / "two.png", *box) for box in boxes]
    assert [line.startswith(start) for line, start in zip(lines, starts, strict=True)] == [True] * len(boxes)


# The server


@pytest.fixture(scope="module")
def client(
    recognizer: Recognizer, frames: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    with (
        running_server(recognizer, tmp_path_factory.mktemp("live")) as running,
        httpx.Client(base_url=running.url, timeout=60) as opened,
    ):
        form = {"name": "Ada"}
        assert opened.post("/v1/people", data=form, files=[upload(frames["live"], "photos")]).status_code == 201
        yield opened


def upload(path: Path, field: str) -> tuple[str, tuple[str, bytes]]:
    return field, (path.name, path.read_bytes())


def test_over_http(client: httpx.Client, frames: dict[str, Path]) -> None:
    both = [upload(frames["live"], "a"), upload(frames["screen"], "b")]
    assert client.post("/v1/verify", files=both).json()["same"] is True
    refused = client.post("/v1/verify", files=both, data={"require_live": "true"}).json()
    assert (refused["same"], refused["kinds"]) == (None, ["not-live"])
    photos = [upload(frames["screen"], "photos"), upload(frames["later"], "photos")]
    named = client.post("/v1/identify", files=photos, data={"require_live": "true"}).json()
    assert [photo["faces"][0]["name"] for photo in named["photos"]] == [None, "Ada"]
    told = client.post("/v1/liveness", files=photos).json()
    assert [photo["faces"][0]["liveness"]["live"] for photo in told["photos"]] == [False, True]
    assert client.post("/v1/verify", files=both, data={"require_life": "true"}).status_code == 422


def test_a_server_that_requires_it_cannot_be_talked_out_of_it(
    asking: Recognizer, frames: dict[str, Path], tmp_path: Path
) -> None:
    with (
        running_server(asking, tmp_path, require_live=True) as running,
        httpx.Client(base_url=running.url, timeout=60) as client,
    ):
        both = [upload(frames["live"], "a"), upload(frames["screen"], "b")]
        for asked in ({}, {"require_live": "false"}):
            assert client.post("/v1/verify", files=both, data=asked).json()["kinds"] == ["not-live"]
        refused = client.post("/v1/people", data={"name": "Eve"}, files=[upload(frames["screen"], "photos")])
        assert refused.status_code == 422
        assert refused.json()["failed"][0]["values"]["kinds"] == ["not-live"]


def test_the_live_view(client: httpx.Client, frames: dict[str, Path]) -> None:
    from websockets.sync.client import connect

    for query, names in (("", ["Ada"]), ("?require_live=true", [None]), ("?require_live=false", ["Ada"])):
        address = str(client.base_url).replace("http", "ws", 1).rstrip("/") + "/v1/live" + query
        with connect(address) as socket:
            socket.send(json.dumps({"key": None}))
            assert json.loads(socket.recv())["ready"]
            socket.send(frames["screen"].read_bytes())
            assert [face["name"] for face in json.loads(socket.recv())["faces"]] == names


def test_images_that_are_kept_stay_those_of_the_photo(recognizer: Recognizer, frames: dict[str, Path]) -> None:
    (found,) = recognizer.photos([frames["live"]], embed=False, liveness=True, keep=Keep(side=200))
    assert max(found.kept_image.shape) == 200
    assert found.liveness[0].score == recognizer.liveness(frames["live"])[0].score


# Films


def test_a_door(data_root: Path, asking: Recognizer, frames: dict[str, Path], tmp_path: Path) -> None:
    """``benchmarks/liveness_door.py`` in small: the person is named, their film on a screen is not."""
    pytest.importorskip("lap")
    from rostro.video.sources import open_source
    from rostro.video.watch import watch

    people = tmp_path / "people.db"
    recognizer = Recognizer(settings=asking.settings, store=asking.store, gallery=people, require_live=True)
    with recognizer:
        recognizer.enroll(data_root / "liveness/live/videole000.jpg", name="Ada")
        summaries, events = {}, []
        for kind in ("live", "attack"):
            film = tmp_path / kind
            film.mkdir()
            for photo in sorted((data_root / "liveness" / kind).glob("videole*.jpg"))[5:9]:
                (film / photo.name).write_bytes(photo.read_bytes())
            source = open_source(str(film), rate=12.0)
            summaries[kind] = watch(source, recognizer=recognizer, on_event=events.append).to_dict()
    assert [row["name"] for row in summaries["live"]["people"]] == ["Ada"]
    assert "not_live" not in summaries["live"]
    assert (summaries["attack"]["people"], summaries["attack"]["not_live"]) == ([], 1)
    left = [event for event in events if event["event"] == "left"]
    assert [(event["name"], event["liveness"]["live"]) for event in left] == [("Ada", True), (None, False)]


def test_watch_says_so(data_root: Path, frames: dict[str, Path], tmp_path: Path) -> None:
    pytest.importorskip("lap")
    people, film = tmp_path / "people.db", tmp_path / "film"
    film.mkdir()
    for photo in sorted((data_root / "liveness/attack").glob("videole*.jpg"))[5:8]:
        (film / photo.name).write_bytes(photo.read_bytes())
    assert rostro("enroll", frames["live"], "--name", "Ada", "--gallery", people).returncode == 0
    done = rostro("watch", film, "--rate", "12", "--gallery", people, "--require-live")
    assert done.returncode == 1
    assert "no living face (track 1)" in done.stdout and "not alive: 1" in done.stderr
    done = rostro("watch", film, "--rate", "12", "--gallery", people)
    assert done.returncode == 0 and "Ada" in done.stdout

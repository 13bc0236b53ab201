"""Many who ask for the same at once: one gets it, the others are told, and nothing is made, lost or mixed up by it."""

from __future__ import annotations

import threading
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from running_server import fill, running_server

from rostro.gallery.base import open_gallery
from rostro.server.admission.keys import KeyStore, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.recognizer import Recognizer

CROWD = 8
TURNS = 4


@pytest.fixture(scope="module")
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(CROWD) as pool:
        yield pool


@pytest.fixture(scope="module")
def client(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("crowd")
    fill(folder / "people.db", recognizer, ["Somebody"])
    limits = httpx.Limits(max_connections=2 * CROWD)
    with (
        running_server(recognizer, folder) as running,
        httpx.Client(base_url=running.url, timeout=120, limits=limits) as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def faces(samples: dict[str, Path]) -> list[tuple[str, bytes]]:
    return [(name, samples[name].read_bytes()) for name in ("obama.jpg", "biden.jpg", "astronaut.png", "obama2.jpg")]


def at_once(crowd: ThreadPoolExecutor, *asks: Callable[[], httpx.Response]) -> list[httpx.Response]:
    together = threading.Barrier(len(asks))

    def go(ask: Callable[[], httpx.Response]) -> httpx.Response:
        together.wait()
        return ask()

    return list(crowd.map(go, asks))


def kinds(answers: list[httpx.Response]) -> Counter[tuple[int, str]]:
    """How often each status came, with the kind of problem."""
    return Counter(
        (answer.status_code, "" if answer.is_success else answer.json()["type"].rsplit(":", 1)[1]) for answer in answers
    )


def person(client: httpx.Client, name: str) -> dict[str, Any] | None:
    found = client.get("/v1/people", params={"name": name}).json()["people"]
    return found[0] if found else None


def make(client: httpx.Client, name: str, face: tuple[str, bytes]) -> httpx.Response:
    return client.post("/v1/people", data={"name": name}, files={"photos": face})


@pytest.mark.parametrize("turn", range(TURNS))
def test_of_many_who_make_the_same_person_one_does(
    client: httpx.Client, crowd: ThreadPoolExecutor, faces: list[tuple[str, bytes]], turn: int
) -> None:
    """However they write the name."""
    written = [f"José {turn}", unicodedata.normalize("NFD", f"José {turn}"), f"  José {turn} "]
    answers = at_once(
        crowd,
        *(
            lambda n=n: make(client, written[n % 3], (f"{turn}-{n}.png", another(faces[0][1], turn * CROWD + n)))
            for n in range(CROWD)
        ),
    )
    assert kinds(answers) == {(201, ""): 1, (409, "name-taken"): CROWD - 1}
    made = person(client, f"José {turn}")
    assert made is not None and made["templates"] == 1
    assert client.delete(f"/v1/people/{made['id']}").status_code == 200


def another(photo: bytes, number: int) -> bytes:
    """The same face in other bytes."""
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(photo)) as opened:
        small = opened.convert("RGB").resize((opened.width // 3, opened.height // 3))
    small.putpixel((0, 0), (number % 256, number // 256, 7))
    small.save(written := BytesIO(), "PNG")
    return written.getvalue()


@pytest.mark.parametrize("turn", range(TURNS))
def test_of_many_who_take_the_same_name_one_does(
    client: httpx.Client, crowd: ThreadPoolExecutor, faces: list[tuple[str, bytes]], turn: int
) -> None:
    ids = [
        make(client, f"{turn} {n}", ("a.png", another(faces[1][1], 1000 + turn * CROWD + n))).json()["person"]["id"]
        for n in range(4)
    ]
    wanted = {"name": f"Taken {turn}"}
    answers = at_once(crowd, *(lambda id=id: client.patch(f"/v1/people/{id}", json=wanted) for id in ids))
    assert kinds(answers) == {(200, ""): 1, (409, "name-taken"): 3}
    names = [client.get(f"/v1/people/{id}").json()["name"] for id in ids]
    assert names.count(f"Taken {turn}") == 1 and len(set(names)) == 4
    for id in ids:
        assert client.delete(f"/v1/people/{id}").status_code == 200


@pytest.mark.parametrize("turn", range(TURNS))
def test_who_is_made_and_who_is_renamed_are_two(
    client: httpx.Client, crowd: ThreadPoolExecutor, faces: list[tuple[str, bytes]], turn: int
) -> None:
    """Whoever comes second is told; in no order are two people made one."""
    first = make(client, f"Old {turn}", ("a.png", another(faces[1][1], 2000 + turn))).json()["person"]["id"]
    new = another(faces[0][1], 2000 + turn)
    answers = at_once(
        crowd,
        lambda: client.patch(f"/v1/people/{first}", json={"name": f"Both {turn}"}),
        lambda: make(client, f"Both {turn}", ("b.png", new)),
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [201, 409])
    both = person(client, f"Both {turn}")
    assert both is not None and both["templates"] == 1
    for one in client.get("/v1/people", params={"search": str(turn)}).json()["people"]:
        assert client.delete(f"/v1/people/{one['id']}").status_code == 200


@pytest.mark.parametrize("turn", range(TURNS))
def test_two_who_are_merged_into_each_other_are_one(
    client: httpx.Client, crowd: ThreadPoolExecutor, faces: list[tuple[str, bytes]], turn: int
) -> None:
    a, b = (
        make(client, name, ("a.png", another(faces[n][1], 3000 + turn))).json()["person"]["id"]
        for n, name in enumerate(("A", "B"))
    )
    answers = at_once(
        crowd,
        lambda: client.post(f"/v1/people/{a}/merge", json={"into": b}),
        lambda: client.post(f"/v1/people/{b}/merge", json={"into": a}),
    )
    assert kinds(answers) == {(200, ""): 1, (404, "unknown-person"): 1}
    (left,) = [one for one in (person(client, "A"), person(client, "B")) if one]
    assert left["templates"] == 2
    assert client.delete(f"/v1/people/{left['id']}").status_code == 200


@pytest.mark.parametrize("turn", range(TURNS))
def test_who_is_erased_while_photos_are_added_does_not_come_back(
    client: httpx.Client, crowd: ThreadPoolExecutor, faces: list[tuple[str, bytes]], turn: int
) -> None:
    someone = make(client, "Gone", ("a.png", another(faces[0][1], 4000 + turn))).json()["person"]["id"]
    more = [another(faces[0][1], 5000 + turn * CROWD + n) for n in range(4)]
    answers = at_once(
        crowd,
        *(lambda photo=photo: client.post(f"/v1/people/{someone}/photos", files={"photos": photo}) for photo in more),
        *([lambda: client.delete(f"/v1/people/{someone}")] * 3),
    )
    erased = kinds(answers[4:])
    assert erased == {(200, ""): 1, (404, "unknown-person"): 2}
    assert set(kinds(answers[:4])) <= {(200, ""), (404, "unknown-person")}
    assert person(client, "Gone") is None and client.get(f"/v1/people/{someone}").status_code == 404


def test_no_more_jobs_run_than_may(
    client: httpx.Client, crowd: ThreadPoolExecutor, faces: list[tuple[str, bytes]]
) -> None:
    def start(number: int) -> httpx.Response:
        photos = [("photos", (f"{n}.png", another(faces[n % 2][1], 6000 + 100 * number + n))) for n in range(6)]
        return client.post("/v1/enrolments", data={"names": [f"Job {number}"] * 6}, files=photos)

    answers = at_once(crowd, *(lambda n=n: start(n) for n in range(CROWD)))
    assert kinds(answers).keys() <= {(202, ""), (503, "busy"), (429, "too-many-requests")}
    started = [answer.json()["id"] for answer in answers if answer.status_code == 202]
    assert len(started) >= 2 and len(set(started)) == len(started)
    for id in started:
        with client.stream("GET", f"/v1/enrolments/{id}/events") as events:
            assert '"state": "done"' in list(events.iter_lines())[-2]


def test_a_picture_is_there_or_it_is_not(
    client: httpx.Client, crowd: ThreadPoolExecutor, faces: list[tuple[str, bytes]]
) -> None:
    for turn in range(TURNS):
        form = {"name": "Shown", "keep_picture": "true"}
        photo = another(faces[0][1], 7000 + turn)
        made = client.post("/v1/people", data=form, files={"photos": photo}).json()["person"]["id"]
        answers = at_once(
            crowd,
            *([lambda made=made: client.get(f"/v1/people/{made}/picture")] * 6),
            lambda made=made: client.delete(f"/v1/people/{made}"),
        )
        assert kinds(answers).keys() <= {(200, ""), (404, "unknown-person"), (404, "no-picture")}, turn


def test_keys_that_are_made_at_once_are_all_there(crowd: ThreadPoolExecutor, tmp_path: Path) -> None:
    """By programs that know nothing of each other, into a file that none of them has seen."""
    together = threading.Barrier(CROWD)

    def make_key(number: int) -> str:
        store = KeyStore(tmp_path / "keys.db")
        together.wait()
        key, text = store.create(f"key {number}", Role.READ)
        assert store.check(text) == key
        store.close()
        return key.id

    made = list(crowd.map(make_key, range(CROWD)))
    assert {key.id for key in KeyStore(tmp_path / "keys.db").all()} == set(made) and len(set(made)) == CROWD
    assert (tmp_path / "keys.db").stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_revoked_lets_nobody_in_who_asks_later(
    recognizer: Recognizer, crowd: ThreadPoolExecutor, tmp_path: Path
) -> None:
    with running_server(recognizer, tmp_path) as keyed, httpx.Client(base_url=keyed.url, timeout=60) as asking:
        key, text = keyed.keys.create("x", Role.READ)
        headers = {"x-api-key": text}

        def ask() -> httpx.Response:
            return asking.get("/v1/people", headers=headers)

        stop = threading.Event()
        seen = crowd.submit(lambda: [ask().status_code for _ in iter(stop.is_set, True)])
        KeyStore(tmp_path / "keys.db").revoke(key.id)
        assert {answer.status_code for answer in at_once(crowd, *([ask] * 6))} == {401}
        stop.set()
        codes = seen.result()
        assert codes == sorted(codes), "refused for good from one request on"


def test_two_servers_of_one_gallery_make_a_person_once(
    recognizer: Recognizer, crowd: ThreadPoolExecutor, faces: list[tuple[str, bytes]], tmp_path: Path
) -> None:
    with (
        running_server(recognizer, tmp_path) as one,
        running_server(recognizer, tmp_path) as other,
        httpx.Client(base_url=one.url, timeout=60) as first,
        httpx.Client(base_url=other.url, timeout=60) as second,
    ):
        for turn in range(TURNS):
            answers = at_once(
                crowd,
                lambda turn=turn: make(first, f"Ana {turn}", ("a.png", another(faces[0][1], 8000 + turn))),
                lambda turn=turn: make(second, f"Ana {turn}", ("b.png", another(faces[1][1], 8000 + turn))),
            )
            assert kinds(answers) == {(201, ""): 1, (409, "name-taken"): 1}
        with open_gallery(str(one.gallery)) as gallery:
            assert [who.templates for who in gallery.people()] == [1] * TURNS

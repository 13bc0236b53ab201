"""Thousands of people: each can be found and reached, in one order, by every door."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from command_line import answer, rostro
from running_server import fill, running_server

from rostro.core.folding import name_order
from rostro.gallery.base import open_gallery
from rostro.gallery.sqlite.gallery import SqliteGallery
from rostro.people.people import People

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognizer import Recognizer

MANY = 2_500
KNOWN = ["Zoe", "José", "ana", "Bob", "Ángela", "Jose Luis", "Łukasz", "Ñato", "Nora", "Ω" * 180 + "mega", "x" * 900]
NAMES = [*KNOWN, *(f"Person {number:04}" for number in range(MANY - len(KNOWN)))]


@pytest.fixture(scope="module")
def folder(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    fill(folder / "people.db", recognizer, NAMES)
    return folder


@pytest.fixture(scope="module")
def client(recognizer: Recognizer, folder: Path) -> Iterator[httpx.Client]:
    with running_server(recognizer, folder) as running, httpx.Client(base_url=running.url, timeout=60) as opened:
        yield opened


def ask(client: httpx.Client, **params: Any) -> tuple[list[str], int, str | None]:
    document = client.get("/v1/people", params=params).raise_for_status().json()
    return [person["name"] for person in document["people"]], document["total"], document["next"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("José", ["José", "Jose Luis"]),
        (unicodedata.normalize("NFD", "José"), ["José", "Jose Luis"]),
        ("jose", ["José", "Jose Luis"]),
        ("ANGELA", ["Ángela"]),
        ("ñato", ["Ñato"]),
        ("nato", ["Ñato"]),
        ("lukasz", ["Łukasz"]),
        (" jose  luis ", ["Jose Luis"]),
        ("omega", []),
        ("ωμ", []),
        ("ω" * 20 + "mega", ["Ω" * 180 + "mega"]),
    ],
)
def test_people_are_found_without_accents_and_case(
    client: httpx.Client, folder: Path, search: str, found: list[str]
) -> None:
    names, total, _ = ask(client, search=search, limit=20)
    assert (names, total) == (found, len(found))
    said = answer("people", "list", "--search", search, "--gallery", folder / "people.db", code=0 if found else 1)
    assert [person["name"] for person in said["people"]] == found
    with open_gallery(str(folder / "people.db")) as gallery:
        assert [person.name for person in People(gallery).page(search=search)] == found


def test_every_door_has_the_same_order(client: httpx.Client, folder: Path) -> None:
    expected = sorted(NAMES, key=name_order)
    assert expected[:4] == ["ana", "Ángela", "Bob", "José"]
    listed = rostro("people", "list", "--gallery", folder / "people.db").stdout.splitlines()
    assert [line.removesuffix("  1") for line in listed] == expected
    with open_gallery(str(folder / "people.db")) as gallery:
        assert [person.name for person in gallery.people()] == expected
        assert [person.name for person in People(gallery)] == expected
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        names, total, after = ask(client, limit=1000, after=after)
        seen += names
        assert total == MANY
    assert seen == expected


def test_pages_of_a_search_are_whole_and_have_no_one_twice(client: httpx.Client) -> None:
    wanted = sorted((name for name in NAMES if "person 1" in name.lower()), key=name_order)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        names, total, after = ask(client, search="person 1", limit=137, after=after)
        seen += names
        assert total == len(wanted) == 1000
    assert seen == wanted
    assert ask(client, search="person 1", limit=5, offset=998) == (wanted[998:], 1000, None)
    assert ask(client, search="person 1", limit=5, offset=5000) == ([], 1000, None)
    unnormal = unicodedata.normalize("NFD", "Ángela")
    assert ask(client, after=unnormal, limit=1)[0] == ["Bob"], "the form of Unicode of a cursor does not matter"


def test_photos_of_somebody_come_in_pages(recognizer: Recognizer, tmp_path: Path) -> None:
    fill(tmp_path / "people.db", recognizer, ["Ana"])
    with open_gallery(str(tmp_path / "people.db")) as gallery:
        (face,) = gallery.templates("Ana")
        gallery.add({"Ana": [replace(face, source_hash=f"{n:064x}", photo=f"{n}.jpg") for n in range(1, 251)]})
    with running_server(recognizer, tmp_path) as running, httpx.Client(base_url=running.url) as client:
        seen: list[str] = []
        after: int | None = 0
        while after is not None:
            page = client.get("/v1/people/1/photos", params={"after": after}).json()
            seen += [row["photo"] for row in page["photos"]]
            assert page["total"] == 251 and len(page["photos"]) <= 100
            after = page["next"]
        assert seen == [f"{n}.jpg" for n in range(251)]
        assert client.get("/v1/people/1/photos", params={"after": 251}).json()["photos"] == []
        assert client.get("/v1/people/1/photos", params={"limit": 1000}).json()["next"] is None


def test_people_who_are_there_no_more_do_not_break_pages(recognizer: Recognizer, tmp_path: Path) -> None:
    fill(tmp_path / "people.db", recognizer, ["a", "b", "c", "d"])
    with running_server(recognizer, tmp_path) as running, httpx.Client(base_url=running.url) as client:
        _, _, after = ask(client, limit=2)
        (gone,) = client.get("/v1/people", params={"name": "b"}).json()["people"]
        assert client.delete(f"/v1/people/{gone['id']}").status_code == 200
        assert ask(client, limit=2, after=after) == (["c", "d"], 3, None)


def test_a_page_reads_the_names_once_and_counts_no_more_templates_than_it_shows(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()

    def counted(name: str) -> None:
        real = getattr(SqliteGallery, name)

        def call(self: SqliteGallery, *args: Any) -> Any:
            calls[name] += len(args[0]) if name == "template_counts" else 1
            return real(self, *args)

        monkeypatch.setattr(SqliteGallery, name, call)

    for name in ("all_names", "template_counts", "info", "people"):
        counted(name)
    for params in ({"limit": 7}, {"search": "person", "limit": 7}):
        calls.clear()
        assert len(ask(client, **params)[0]) == 7
        assert calls == {"all_names": 1, "template_counts": 7}


def test_jobs_are_listed_in_pages(client: httpx.Client, samples: dict[str, Path]) -> None:
    def begin(number: int) -> str:
        files = [("photos", ("x.jpg", b"no photo"))] * 2
        job = client.post("/v1/enrolments", data={"names": [f"Job {number}"] * 2}, files=files).json()["id"]
        with client.stream("GET", f"/v1/enrolments/{job}/events") as events:
            for _ in events.iter_lines():
                pass
        return job

    begun = [begin(number) for number in range(5)][::-1]
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = client.get("/v1/enrolments", params={"limit": 2, "after": after}).json()
        seen += [job["id"] for job in page["jobs"]]
        assert page["total"] == 5 and len(page["jobs"]) <= 2
        assert all(job["state"] == "done" and job["photos"] == job["done"] == 2 for job in page["jobs"])
        after = page["next"]
    assert seen == begun, "the newest first"
    forgotten = client.get("/v1/enrolments", params={"after": "x"}).json()
    assert (forgotten["jobs"], forgotten["next"]) == ([], None)

"""The album and the review as people use them: over REST, and on the page, in a browser, in both languages."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest
from browsers import DESK, PHONE, check_accessible, is_complaint, opened_browser
from running_server import Running, running_server

from rostro.core.types import Template
from rostro.people.albums.album import Album

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.recognizer import Recognizer

PHOTOS = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png")


@pytest.fixture(scope="module")
def server(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("album")
    album = Album.open(folder / "album.db", create=True, space=recognizer.space)
    with running_server(recognizer, folder, album=album) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as opened:
        yield opened


@pytest.fixture(scope="module")
def open_page(samples: dict[str, Path], server: Running) -> Iterator[Callable[..., Any]]:
    """Opens the page; nothing may go wrong in it, and nothing may be asked of others."""
    complaints: list[str] = []
    with opened_browser(samples["obama.jpg"]) as browser:

        def opening(view: str, language: str = "en", scheme: str = "light", size: dict[str, int] = DESK) -> Any:
            locale = {"en": "en-US", "es": "es-CO"}[language]
            page = browser.new_context(locale=locale, color_scheme=scheme, viewport=size).new_page()
            page.set_default_timeout(20_000)
            page.on("console", lambda m: complaints.append(m.text) if is_complaint(m) else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda r: None if r.url.startswith((server.url, "blob:")) else complaints.append(r.url))
            page.goto(f"{server.url}/#{view}")
            page.wait_for_selector("h1")
            return page

        yield opening
    assert not complaints


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any, str], None]:
    """Says that a page is accessible as it is now; ROSTRO_SCREENSHOTS keeps what it looks like."""
    folder = Path(os.environ.get("ROSTRO_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))

    def looking(page: Any, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")
        check_accessible(page)

    return looking


def tile(page: Any, name: str) -> Any:
    return page.locator(".tile", has=page.locator(".name", has_text=name))


def wanted(page: Any, text: str) -> None:
    page.locator(".status", has_text=text).wait_for()


def test_photos_by_person_and_nothing_is_kept(
    client: httpx.Client, recognizer: Recognizer, samples: dict[str, Path]
) -> None:
    files = [("photos", (name, samples[name].read_bytes())) for name in PHOTOS]
    told = client.post("/v1/group", files=files).json()
    expected = recognizer.group([samples[name] for name in PHOTOS]).to_dict()
    for face in [*expected["singles"], *(face for group in expected["groups"] for face in group["faces"])]:
        face["photo"] = Path(face["photo"]).name
    assert told == expected
    assert [len(group["faces"]) for group in told["groups"]] == [3] and len(told["singles"]) == 2
    assert client.get("/v1/album/groups").json() == {"groups": [], "total": 0, "next": None}
    bad = client.post("/v1/group", files=[("photos", ("a.txt", b"no picture"))])
    assert (bad.status_code, bad.json()["type"]) == (422, "urn:rostro:unreadable-photo")


def test_an_album_is_named_split_and_merged_on_the_page(
    open_page: Callable[..., Any], client: httpx.Client, samples: dict[str, Path], look: Callable[[Any, str], None]
) -> None:
    page = open_page("album")
    page.get_by_text("Nobody is in this album yet: add photos.").wait_for()
    page.locator("summary").click()
    page.locator("input[type=file]").set_input_files([str(samples[name]) for name in PHOTOS])
    page.get_by_label("Keep small pictures of the faces").check()
    page.get_by_role("button", name="Add photos").click()
    wanted(page, "Photos: 5. People in the album now: 1, and seen once: 2.")
    page.locator("summary").click()
    # Its name, by typing.
    page.get_by_placeholder("Who is it?").fill("Barack Obama")
    page.keyboard.press("Enter")
    wanted(page, "This is Barack Obama now. Faces: 3")
    # One face is split off, is suggested to be him, and becomes him by Enter alone.
    page.get_by_role("button", name="Barack Obama, faces: 3").click()
    page.get_by_role("heading", name="Barack Obama").wait_for()
    page.locator(".of-face img").nth(2).wait_for()
    page.get_by_role("checkbox").nth(2).check()
    look(page, "album-group")
    page.get_by_role("button", name="Split off").click()
    wanted(page, "faces that are a group of their own now: 1.")
    page.get_by_role("link", name="All people of the album").click()
    suggested = page.get_by_placeholder("Barack Obama?")
    suggested.wait_for()
    page.locator(".tile img").nth(1).wait_for()
    look(page, "album-wall")
    suggested.press("Enter")
    wanted(page, "Now one person: Barack Obama. Faces: 3")
    # Those who are there once get names, too, and then somebody is dragged onto somebody.
    page.get_by_role("link", name="Seen once").click()
    for name in ("Joe Biden", "Eileen Collins"):
        page.get_by_placeholder("Who is it?").first.fill(name)
        page.keyboard.press("Enter")
        wanted(page, f"This is {name} now. Faces: 1")
    page.get_by_role("link", name="Everybody").click()
    page.get_by_text("People: 3").wait_for()
    tile(page, "Joe Biden").drag_to(tile(page, "Eileen Collins"))
    page.get_by_text("They become one person: Eileen Collins.").wait_for()
    look(page, "album-merge")
    page.locator("dialog button.main").click()
    wanted(page, "Now one person: Eileen Collins. Faces: 2")
    told = client.get("/v1/album/groups", params={"search": "eileen"}).json()
    assert [(group["name"], group["faces"]) for group in told["groups"]] == [("Eileen Collins", 2)]
    assert told["total"] == 1 and told["groups"][0]["cover"]["picture"]


def test_a_wrong_face_leaves_and_a_person_is_ignored_in_spanish(
    open_page: Callable[..., Any], client: httpx.Client, look: Callable[[Any, str], None]
) -> None:
    page = open_page("album", "es", "dark", PHONE)
    page.get_by_text("Personas: 2").wait_for()
    page.get_by_role("button", name="Eileen Collins, caras: 2").click()
    page.locator(".of-face img").nth(1).wait_for()
    page.get_by_role("checkbox").first.check()
    look(page, "album-group-es-dark-phone")
    page.get_by_role("button", name="No es esta persona").click()
    wanted(page, "caras que no son de esta persona: 1.")
    group = client.get("/v1/album/groups", params={"search": "eileen"}).json()["groups"][0]
    assert group["faces"] == 1
    (alone,) = client.get("/v1/album/groups", params={"alone": True}).json()["groups"]
    assert alone["suggested"] is None, "it was said that this is not she"
    # Merging by keyboard: the menu, then whoever is chosen on the wall.
    page.get_by_role("button", name="Unir con alguien…").press("Enter")
    page.get_by_text("Elija abajo quién es también.").wait_for()
    page.locator(".tile img").nth(1).wait_for()
    look(page, "album-joining-es-dark-phone")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Qué hacer con Eileen Collins").press("Enter")
    look(page, "album-menu-es-dark-phone")
    page.get_by_role("button", name="Ignorar").press("Enter")
    wanted(page, "Desde ahora se ignora: Eileen Collins.")
    page.get_by_role("link", name="Ignoradas").click()
    page.get_by_role("button", name="Qué hacer con Eileen Collins").click()
    page.locator("dialog").get_by_role("button", name="Borrar").click()
    page.locator("dialog button.danger").last.click()
    wanted(page, "Eileen Collins se borró.")
    assert client.get("/v1/album/groups", params={"ignored": True}).json()["total"] == 0


def test_what_is_uncertain_is_reviewed_by_keyboard(
    open_page: Callable[..., Any], client: httpx.Client, samples: dict[str, Path], look: Callable[[Any, str], None]
) -> None:
    for part in ({}, {"alone": True}):
        for group in client.get("/v1/album/groups", params=part).json()["groups"]:
            assert client.delete(f"/v1/album/groups/{group['id']}").is_success
    photo = {"photos": ("me.jpg", samples["obama.jpg"].read_bytes())}
    assert client.post("/v1/people", data={"name": "Barack Obama"}, files=photo).is_success
    files = [("photos", (name, samples[name].read_bytes())) for name in PHOTOS[1:]]
    job = client.post("/v1/album/photos", data={"again": True, "keep_crops": True}, files=files).headers["location"]
    while (told := client.get(job).json())["state"] == "running":
        time.sleep(0.05)
    assert (told["state"], told["groups"], told["alone"], told["failed"]) == ("done", 1, 2, [])
    page = open_page("review")
    page.get_by_text("Waiting: 3").wait_for()
    page.get_by_text("Is this Barack Obama?").wait_for()
    page.locator(".card img").nth(2).wait_for()
    look(page, "review")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    wanted(page, "Noted: Barack Obama.")
    assert client.get("/v1/people", params={"name": "Barack Obama"}).json()["people"][0]["templates"] == 3
    page.keyboard.press("c")
    page.locator("dialog").get_by_label("Name").fill("Joe Biden")
    page.keyboard.press("Enter")
    wanted(page, "Noted: Joe Biden.")
    spanish = open_page("review", "es", "dark", PHONE)
    spanish.get_by_text("Esperan: 1").wait_for()
    spanish.locator(".card img").wait_for()
    look(spanish, "review-es-dark-phone")
    spanish.keyboard.press("i")
    wanted(spanish, "Ignorada.")
    spanish.get_by_text("Nada espera.").wait_for()
    names = [group["name"] for group in client.get("/v1/album/groups").json()["groups"]]
    assert sorted(names) == ["Barack Obama", "Joe Biden"]


def test_any_number_of_people_is_scrolled_over(open_page: Callable[..., Any], server: Running) -> None:
    """Who jumps to the end sees the last ones, though there are more than come at a time and few are drawn."""
    names = [f"Person {number:04}" for number in range(1_200)]
    vectors = np.random.default_rng(0).normal(size=(len(names), 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    box = (1.0, 1.0, 9.0, 9.0)
    with Album.open(server.gallery.with_name("album.db")) as album:
        faces = [Template(vector, f"{n:064x}", f"{n}.jpg", 0.9, box) for n, vector in enumerate(vectors)]
        album.gallery.add({name: [face] for name, face in zip(names, faces, strict=True)})
        total = album.page(limit=1).total
    page = open_page("album")
    page.get_by_text(f"People: {total:,}").wait_for()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.locator(f".tile[aria-posinset='{total}']").wait_for()
    assert page.locator(".tile").count() < 60
    page.get_by_label("Search").fill("person 0999")
    page.get_by_text("People: 1", exact=True).wait_for()
    assert tile(page, "Person 0999").count() == page.locator(".tile").count() == 1

"""The web page, driven as people do it: in a browser, with a camera, in both languages."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browsers import DESK, PHONE, check_accessible, is_complaint, opened_browser
from films import film
from proxies import PREFIX, proxy
from running_server import Running, fill, running_server, with_models_of

from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.photos.reading import read_photo
from rostro.photos.writing import encode_picture
from rostro.recognizer import Recognizer
from rostro.server.sockets.broadcast import Broadcast
from rostro.video.eyes import RecognizerEyes
from rostro.video.frames import Lost
from rostro.video.sources import open_source
from rostro.video.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EVIL = '<img src=x onerror="document.title=1"> & Söhne'


@pytest.fixture(scope="module")
def camera_film(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees: a portrait that moves a little, as motion JPEG."""
    import cv2

    portrait = read_photo(samples["obama.jpg"]).image
    small = cv2.resize(portrait, (360, 450), interpolation=cv2.INTER_AREA)
    film = tmp_path_factory.mktemp("camera") / "portrait.mjpeg"
    frames = []
    for shift in (0, 4, 8, 4):
        frame = np.full((480, 640, 3), (70, 90, 100), np.uint8)
        frame[15:465, 140 + shift : 500 + shift] = small
        frames.append(encode_picture(frame, ".jpg"))
    film.write_bytes(b"".join(frames))
    return film


@pytest.fixture(scope="module")
def server(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_server(recognizer, tmp_path_factory.mktemp("page")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(camera_film: Path) -> Iterator[Any]:
    with opened_browser(camera_film) as opened:
        yield opened


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go; ROSTRO_SCREENSHOTS keeps them."""
    folder = Path(os.environ.get("ROSTRO_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def open_page(browser: Any, server: Running) -> Iterator[Callable[..., Any]]:
    """Opens the page; at the end nothing may have gone wrong in it, and nothing may have been asked of others, nor with
    a field that the server does not know.
    """
    complaints: list[str] = []
    refused: list[Any] = []
    contexts = []

    def opening(view: str, language: str = "en", scheme: str = "light", size: dict[str, int] = DESK) -> Any:
        context = browser.new_context(
            locale={"en": "en-US", "es": "es-CO"}[language], color_scheme=scheme, viewport=size,
            permissions=["camera"],
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda m: complaints.append(m.text) if is_complaint(m) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith((server.url, "blob:")) else complaints.append(r.url))
        page.on("response", lambda answer: refused.append(answer) if answer.status == 422 else None)
        page.goto(f"{server.url}/#{view}")
        page.wait_for_selector("h1")
        return page

    yield opening
    complaints += [answer.text() for answer in refused if "-field" in answer.text()]
    for context in contexts:
        context.close()
    assert not complaints


def choose(page: Any, number: int, *photos: Path) -> None:
    page.locator("input[type=file]").nth(number).set_input_files([str(photo) for photo in photos])


def enrol(page: Any, name: str, *photos: Path, keep: bool = True) -> None:
    page.locator("input[name=name]").fill(name)
    choose(page, 0, *photos)
    ticks = page.locator("input[type=checkbox]")
    ticks.nth(0).check()
    if keep:
        ticks.nth(1).check()
    page.locator("main form button.main").last.click()


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["0.523", "1,000", "12,345", "People: 1,234,567"]),
        ("es", ["0,523", "1000", "12\u00a0345", "Personas: 1\u00a0234\u00a0567"]),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(
    open_page: Callable[..., Any], language: str, expected: list[str]
) -> None:
    page = open_page("verify", language)
    shown = page.evaluate(
        """async () => {
            const { number, t } = await import("/page/words.js");
            return [number(0.5234, 3), number(1000), number(12345), t("total", { count: 1234567 })];
        }"""
    )
    assert shown == expected


def test_enrol(
    open_page: Callable[..., Any], samples: dict[str, Path], server: Running, pictures: Path, tmp_path: Path
) -> None:
    page = open_page("enrol")
    page.locator("main form button.main").click()
    assert "write a name" in page.locator(".status").last.inner_text()
    enrol(page, "Joe Biden", samples["biden.jpg"])
    page.get_by_text("Joe Biden: new templates: 1.").wait_for()
    tree = tmp_path / "tree.png"
    tree.write_bytes(encode_picture(np.full((100, 100, 3), 90, np.uint8), ".png"))
    page.reload()
    enrol(page, EVIL, samples["astronaut.png"], tree)
    page.get_by_text("no face was found").wait_for()
    assert page.locator(".status[data-kind=yes]").inner_text() == f"{EVIL}: new templates: 1."
    page.screenshot(path=pictures / "enrol.png", full_page=True)
    check_accessible(page)
    assert server.crops.has(1) and server.crops.has(2)


def test_enrol_from_the_camera_in_spanish(open_page: Callable[..., Any], server: Running, pictures: Path) -> None:
    page = open_page("enrol", "es", "dark", PHONE)
    page.get_by_role("button", name="Usar la cámara").click()
    page.get_by_role("button", name="Tomar la foto").click()
    page.locator(".shown li").first.wait_for()
    page.screenshot(path=pictures / "enrol-camera-es-dark-phone.png", full_page=True)
    check_accessible(page)
    page.get_by_role("button", name="Cerrar la cámara").click()
    page.get_by_label("Nombre").fill("Barack Obama")
    page.get_by_role("button", name="Registrar").click()
    assert "Pregunte primero" in page.locator(".status").last.inner_text()
    page.get_by_label("Esta persona está de acuerdo").check()
    page.get_by_label("También está de acuerdo").check()
    page.get_by_role("button", name="Registrar").click()
    page.get_by_text("Barack Obama: plantillas nuevas: 1.").wait_for()


def test_verify(open_page: Callable[..., Any], samples: dict[str, Path], pictures: Path) -> None:
    page = open_page("verify")
    choose(page, 0, samples["obama.jpg"])
    choose(page, 1, samples["obama2.jpg"])
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("The same person").wait_for()
    assert re.search(r"similarity 0\.\d{3}, threshold 0\.\d{3}", page.locator(".numbers").inner_text())
    assert "1 in" in page.locator(".result .note").first.inner_text()
    assert page.locator(".result canvas").count() == 2
    page.screenshot(path=pictures / "verify.png", full_page=True)
    check_accessible(page)
    page.get_by_label("Language").select_option("es")
    assert page.locator("html").get_attribute("lang") == "es"
    choose(page, 0, samples["obama.jpg"])
    choose(page, 1, samples["biden.jpg"])
    page.get_by_role("button", name="Comparar").click()
    page.get_by_text("No es la misma persona").wait_for()
    page.screenshot(path=pictures / "verify-es.png", full_page=True)
    page.get_by_text("Comparar con alguien que está registrado").click()
    page.get_by_role("button", name="Comparar").click()
    assert "una persona de la lista" in page.locator(".status").last.inner_text()
    page.get_by_label("Personas registradas").select_option("Joe Biden")
    page.get_by_role("button", name="Comparar").click()
    page.get_by_text("No es Joe Biden").wait_for()
    choose(page, 0, samples["biden.jpg"])
    page.get_by_role("button", name="Comparar").click()
    page.get_by_text("Es Joe Biden", exact=True).wait_for()
    page.screenshot(path=pictures / "verify-person-es.png", full_page=True)
    check_accessible(page)


@pytest.mark.data
def test_the_switch_for_living_faces(open_page: Callable[..., Any], data_root: Path, pictures: Path) -> None:
    """A film on a phone is the person in it, until a living face is required."""
    live, screen = (data_root / "liveness" / kind / "videole010.jpg" for kind in ("live", "attack"))
    if not screen.is_file():
        pytest.skip(f"no liveness photos in {data_root}")
    page = open_page("verify")
    choose(page, 0, live)
    choose(page, 1, screen)
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("The same person").wait_for()
    page.get_by_label(re.compile("Require a living face")).check()
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("This cannot be judged: the face is not a living face.").wait_for()
    page.screenshot(path=pictures / "verify-not-live.png", full_page=True)
    check_accessible(page)
    identify = open_page("identify", "es")
    choose(identify, 0, screen)
    identify.get_by_label(re.compile("Exigir una cara viva")).check()
    identify.get_by_role("button", name="Buscar").click()
    identify.get_by_text("la cara no es una cara viva").wait_for()
    assert open_page("live").get_by_label(re.compile("Require a living face")).count() == 1


def test_verify_says_what_is_wrong(open_page: Callable[..., Any], samples: dict[str, Path], tmp_path: Path) -> None:
    page = open_page("verify", "es")
    text = tmp_path / "<b>carta</b>.jpg"
    text.parent.mkdir(parents=True, exist_ok=True)
    text.write_text("hola")
    choose(page, 0, text)
    choose(page, 1, samples["obama.jpg"])
    page.get_by_role("button", name="Comparar").click()
    page.get_by_text("no es una imagen").wait_for()
    assert page.locator("main b").count() == 0


def test_identify(open_page: Callable[..., Any], samples: dict[str, Path], pictures: Path) -> None:
    page = open_page("identify", scheme="dark")
    choose(page, 0, samples["obama2.jpg"])
    page.get_by_role("button", name="Look up").click()
    page.locator(".answers b", has_text="Barack Obama").wait_for()
    page.screenshot(path=pictures / "identify-dark.png", full_page=True)
    check_accessible(page)
    page.get_by_role("button", name="Use the camera").click()
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("button", name="Look up").click()
    page.locator(".answers b", has_text="Barack Obama").wait_for()
    spanish = open_page("identify", "es")
    choose(spanish, 0, samples["obama_partial_face.jpg"])
    spanish.get_by_role("button", name="Buscar").click()
    spanish.locator(".answers li, .status[data-kind]").first.wait_for()


def test_analyze(open_page: Callable[..., Any], samples: dict[str, Path], pictures: Path) -> None:
    page = open_page("analyze")
    choose(page, 0, samples["obama.jpg"])
    page.get_by_role("button", name="Look", exact=True).click()
    told = page.locator(".answers li", has_text="years (")
    told.wait_for()
    for words in ("male", "no mask", "eyes: left open, right open", "looks alive", "quality 0."):
        assert words in told.inner_text(), words
    page.screenshot(path=pictures / "analyze.png", full_page=True)
    check_accessible(page)
    spanish = open_page("analyze", "es")
    choose(spanish, 0, samples["obama.jpg"])
    spanish.get_by_role("button", name="Mirar").click()
    spanish.locator(".answers li", has_text="años (de").wait_for()
    assert "sin mascarilla" in spanish.locator(".answers li").inner_text()


def test_who_am_i(open_page: Callable[..., Any], samples: dict[str, Path], pictures: Path) -> None:
    page = open_page("whoami", "es", "dark", PHONE)
    choose(page, 0, samples["obama3.jpg"])
    page.get_by_role("button", name="¿Quién soy?").click()
    page.get_by_text("Usted es Barack Obama.").wait_for()
    rows = page.locator(".people.answers li")
    assert rows.count() == 3
    assert rows.first.locator("img.portrait").get_attribute("alt") == "Imagen de Barack Obama"
    portrait = rows.first.locator("img.portrait").element_handle()
    page.wait_for_function("image => image.complete && image.naturalWidth > 100", arg=portrait)
    page.screenshot(path=pictures / "whoami-es-dark-phone.png", full_page=True)
    check_accessible(page)
    english = open_page("whoami")
    choose(english, 0, samples["obama3.jpg"])
    english.get_by_role("button", name="Who am I?").click()
    english.get_by_text("You are Barack Obama.").wait_for()
    english.screenshot(path=pictures / "whoami.png", full_page=True)


@pytest.mark.parametrize(("language", "start", "stop"), [("en", "Start", "Stop"), ("es", "Empezar", "Parar")])
def test_live(open_page: Callable[..., Any], pictures: Path, language: str, start: str, stop: str) -> None:
    page = open_page("live", language, "dark" if language == "es" else "light", PHONE if language == "es" else DESK)
    page.get_by_role("button", name=start).click()
    page.locator(".status", has_text="Barack Obama").wait_for()
    page.locator(".note", has_text=re.compile(r"\d (frames|fotogramas)")).wait_for()
    page.screenshot(path=pictures / f"live-{language}.png", full_page=True)
    check_accessible(page)
    page.get_by_role("button", name=stop).click()
    page.get_by_role("button", name=start).wait_for()
    assert page.locator("video").evaluate("video => video.srcObject") is None


def test_people(open_page: Callable[..., Any], samples: dict[str, Path], server: Running, pictures: Path) -> None:
    enrolling = open_page("enrol")
    enrol(enrolling, "B. Obama", samples["obama2.jpg"], keep=False)
    enrolling.get_by_text("B. Obama: new templates: 1.").wait_for()
    page = open_page("people")
    page.get_by_text("People: 4").wait_for()
    assert page.locator("tbody th", has_text=EVIL).count() == 1, "a name is text, never markup"
    page.screenshot(path=pictures / "people.png", full_page=True)
    check_accessible(page)
    page.get_by_label("Search").fill("BIDEN")
    page.get_by_text("People: 1").wait_for()
    page.get_by_role("button", name="Rename Joe Biden").click()
    page.get_by_label("New name").fill("Joseph R. Biden")
    page.screenshot(path=pictures / "people-rename.png")
    check_accessible(page)
    page.locator("dialog button.main").click()
    page.get_by_text("Joe Biden is now Joseph R. Biden.").wait_for()
    page.get_by_label("Search").fill("")
    page.get_by_role("button", name="Merge B. Obama into another person").click()
    page.get_by_label("Into whom").select_option("Barack Obama")
    page.locator("dialog button.main").click()
    page.get_by_text("B. Obama was merged into Barack Obama.").wait_for()
    page.get_by_text("People: 3").wait_for()


def test_one_wrong_photo_is_moved_and_forgotten(
    open_page: Callable[..., Any], samples: dict[str, Path], server: Running, pictures: Path
) -> None:
    enrolling = open_page("enrol")
    enrol(enrolling, "Wrong", samples["obama3.jpg"], keep=False)
    enrolling.get_by_text("Wrong: new templates: 1.").wait_for()
    enrolling.get_by_text("the face is also enrolled as Barack Obama").wait_for()
    page = open_page("people", "es", "dark", PHONE)
    page.get_by_role("button", name="Fotos de Wrong").click()
    page.get_by_text("Las fotos en sí no se guardan").wait_for()
    page.screenshot(path=pictures / "people-photos-es-dark-phone.png")
    check_accessible(page)
    page.get_by_role("button", name="Mover obama3.jpg a otra persona").click()
    page.get_by_label("Nombre de quien aparece").fill("Barack Obama")
    page.locator("dialog button.main").click()
    page.get_by_text("obama3.jpg ahora es una foto de Barack Obama.").wait_for()
    page.get_by_text("Personas: 3").wait_for()
    english = open_page("people")
    english.get_by_role("button", name="Photos of Barack Obama").click()
    english.get_by_role("button", name="Forget obama3.jpg").click()
    english.screenshot(path=pictures / "people-forget.png")
    check_accessible(english)
    english.locator("dialog button.danger").click()
    english.get_by_text("obama3.jpg of Barack Obama was forgotten.").wait_for()


def test_erase_in_spanish(open_page: Callable[..., Any], server: Running, pictures: Path) -> None:
    page = open_page("people", "es", "dark", PHONE)
    page.get_by_text("Personas: 3").wait_for()
    page.screenshot(path=pictures / "people-es-dark-phone.png", full_page=True)
    check_accessible(page)
    page.get_by_role("button", name="Borrar a Joseph R. Biden").click()
    page.screenshot(path=pictures / "people-erase-es-dark-phone.png")
    check_accessible(page)
    page.locator("dialog button.danger").click()
    page.get_by_text("Joseph R. Biden se borró.").wait_for()
    page.get_by_text("Personas: 2").wait_for()
    assert not server.crops.has(1)


def test_without_an_album_the_page_says_how_to_show_one(open_page: Callable[..., Any]) -> None:
    for language, says in {"en": "rostro serve --album ALBUM", "es": "rostro serve --album ÁLBUM"}.items():
        for view in ("album", "review"):
            page = open_page(view, language)
            page.locator(".status", has_text=says).wait_for()
            assert not page.locator(".adding, .wall, .queue").first.is_visible()


def test_keyboard_alone(open_page: Callable[..., Any]) -> None:
    """Everything can be reached and used without a pointer."""
    page = open_page("verify")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    seen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.type"))
    for wanted in ("Key", "People", "Live", "file", "Use the camera", "Compare"):
        assert wanted in seen
    page.get_by_role("link", name="People").press("Enter")
    page.get_by_role("heading", name="Enrolled people").wait_for()
    assert page.evaluate("document.activeElement.id") == "main"


def test_with_a_key(recognizer: Recognizer, browser: Any, tmp_path: Path) -> None:
    """The page asks for a key where the server does, and keeps it for this tab only."""
    from rostro.server.admission.keys import Role

    with running_server(recognizer, tmp_path / "keyed") as keyed:
        _, key = keyed.keys.create("page", Role.READ)
        context = browser.new_context(locale="en-US")
        page = context.new_page()
        page.goto(f"{keyed.url}/#people")
        page.get_by_text("This server asks for a key.").wait_for()
        page.get_by_role("button", name="Key").click()
        page.get_by_label("API key").last.fill(key)
        page.locator("dialog button.main").click()
        page.get_by_text("Nobody found.").wait_for()
        assert page.evaluate("localStorage.getItem('rostro-key')") is None
        page.goto(f"{keyed.url}/#live")
        page.get_by_role("button", name="Start").click()
        page.get_by_text("In view: Unknown").wait_for()
        context.close()


@pytest.fixture(scope="module")
def many(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """2,500 people, the last ones of the alphabet among them."""
    folder = tmp_path_factory.mktemp("many")
    fill(folder / "people.db", recognizer, [*(f"Person {number:04}" for number in range(2498)), "Zoë Ángel", "Zuzana"])
    with running_server(recognizer, folder) as running:
        yield running


@pytest.fixture
def open_many(browser: Any, many: Running) -> Iterator[Callable[..., Any]]:
    contexts = []

    def opening(view: str, locale: str = "en-US", size: dict[str, int] = DESK) -> Any:
        contexts.append(browser.new_context(locale=locale, viewport=size))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{many.url}/#{view}")
        return page

    yield opening
    for context in contexts:
        context.close()


def test_everybody_of_thousands_is_in_the_list(open_many: Callable[..., Any], pictures: Path) -> None:
    page = open_many("people")
    page.get_by_text("People: 2,500. Shown: the first 50.").wait_for()
    more = page.get_by_role("button", name="Show more")
    for shown in range(100, 2550, 50):
        more.click()
        said = f"People: 2,500. Shown: the first {shown:,}." if shown < 2500 else "People: 2,500"
        page.get_by_text(said, exact=True).wait_for()
    assert not more.is_visible()
    names = page.locator("tbody th").all_inner_texts()
    assert len(set(names)) == 2500 and names[-1].endswith("Zuzana")
    page.get_by_label("Search").fill("zoe angel")
    page.get_by_text("People: 1").wait_for()
    assert page.locator("tbody th").all_inner_texts()[0].endswith("Zoë Ángel")


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ("en-US", ("People: 2,500. Shown: the first 100.", "Search for a person", "Into whom", "Show more", "Merge")),
        (
            "es-CO",
            (
                "Personas: 2500. Se muestran las primeras 100.",
                "Buscar a una persona",
                "Con quién",
                "Mostrar más",
                "Unir",
            ),
        ),
    ],
)
def test_anybody_of_thousands_can_be_merged_into(
    open_many: Callable[..., Any], many: Running, pictures: Path, locale: str, says: tuple[str, ...]
) -> None:
    counted, search, into, more, merge = says
    page = open_many("people", locale, DESK if locale == "en-US" else PHONE)
    page.locator("tbody tr").first.get_by_role("button", name=re.compile(f"^{merge} ")).click()
    dialog = page.locator("dialog")
    dialog.get_by_text(counted).wait_for()
    options = dialog.locator("option")
    assert options.count() == 100 and options.first.is_disabled(), "nobody is merged into themselves"
    dialog.get_by_role("button", name=more).click()
    options.nth(199).wait_for(state="attached")
    assert len(set(options.all_inner_texts())) == 200
    page.screenshot(path=pictures / f"merge-{locale}.png")
    check_accessible(page)
    dialog.get_by_label(search).fill("ZOE ANGEL")
    dialog.get_by_label(search).press("Enter")
    page.wait_for_function("() => document.querySelectorAll('dialog option').length === 1")
    assert dialog.is_visible(), "looking for somebody merges nobody"
    dialog.get_by_role("button", name=merge, exact=True).click()
    assert dialog.is_visible(), "nobody was chosen"
    dialog.get_by_label(into).select_option("Zoë Ángel")
    dialog.get_by_role("button", name=merge, exact=True).click()
    page.locator(".status[data-kind=yes]", has_text="Zoë Ángel").wait_for()
    with open_gallery(str(many.gallery)) as gallery:
        assert gallery.person("Zoë Ángel").templates == (2 if locale == "en-US" else 3)
        gallery.add({f"Person 3000 {locale}": [Template(gallery.templates("Zuzana")[0].vector, locale, "x.jpg")]})


def test_photos_are_added_to_anybody_of_thousands(
    open_many: Callable[..., Any], many: Running, samples: dict[str, Path], pictures: Path
) -> None:
    page = open_many("enrol")
    page.get_by_text("Somebody who is enrolled already").click()
    chooser = page.locator(".chooser")
    chooser.get_by_text("People: 2,500. Shown: the first 100.").wait_for()
    chooser.get_by_label("Search for a person").fill("zuz")
    chooser.get_by_text("People: 1").wait_for()
    chooser.get_by_label("Search for a person").press("Enter")
    assert page.locator(".status[data-kind=error]").count() == 0, "looking for somebody enrols nobody"
    chooser.get_by_label("Enrolled people").select_option("Zuzana")
    assert page.locator("input[name=name]").input_value() == "Zuzana"
    page.screenshot(path=pictures / "enrol-chooser.png", full_page=True)
    check_accessible(page)
    choose(page, 0, samples["biden.jpg"])
    page.locator("input[type=checkbox]").first.check()
    page.locator("main form button.main").last.click()
    page.get_by_text("Zuzana: new templates: 1.").wait_for()
    with open_gallery(str(many.gallery)) as gallery:
        assert gallery.person("Zuzana").templates == 2


def test_any_photo_of_hundreds_is_moved_to_anybody_of_thousands(
    open_many: Callable[..., Any], many: Running, pictures: Path
) -> None:
    with open_gallery(str(many.gallery)) as gallery:
        (face,) = gallery.templates("Person 2000")
        more = [replace(face, source_hash=f"{n:064x}", photo=f"{n}.jpg") for n in range(4000, 4250)]
        gallery.add({"Person 2000": more})
    page = open_many("people")
    page.get_by_label("Search").fill("person 2000")
    page.get_by_role("button", name="Photos of Person 2000").click()
    dialog = page.locator("dialog")
    dialog.get_by_text("Photos: 251. Shown: the first 100.").wait_for()
    dialog.get_by_role("button", name="Show more").click()
    dialog.get_by_text("Photos: 251. Shown: the first 200.").wait_for()
    dialog.get_by_role("button", name="Show more").click()
    dialog.get_by_text("Photos: 251", exact=True).wait_for()
    assert not dialog.get_by_role("button", name="Show more").is_visible()
    assert len(set(dialog.locator("tbody th").all_inner_texts())) == 251
    dialog.get_by_role("button", name="Move 4249.jpg to another person").click()
    page.get_by_text("Somebody who is enrolled already").click()
    chooser = page.locator("dialog .chooser")
    chooser.get_by_text("Shown: the first 100.").wait_for()
    chooser.get_by_label("Search for a person").fill("PERSON 2222")
    chooser.get_by_text("People: 1").wait_for()
    chooser.get_by_label("Enrolled people").select_option("Person 2222")
    page.screenshot(path=pictures / "photo-move.png")
    check_accessible(page)
    page.locator("dialog button.main").click()
    page.get_by_text("4249.jpg is now a photo of Person 2222.").wait_for()
    with open_gallery(str(many.gallery)) as gallery:
        assert gallery.person("Person 2222").templates == 2 and gallery.person("Person 2000").templates == 250


@pytest.mark.parametrize("told", [True, False], ids=["told of the prefix", "not told"])
def test_behind_a_proxy_under_a_path(
    recognizer: Recognizer, browser: Any, samples: dict[str, Path], tmp_path: Path, told: bool
) -> None:
    """Everything that the page asks for lies under the prefix: files, REST, pictures, the live view."""
    asked: list[str] = []
    with (
        running_server(recognizer, tmp_path, root_path=PREFIX if told else "") as behind,
        proxy(behind.url, strips=not told, keeps_host=told) as url,
    ):
        context = browser.new_context(locale="en-US", permissions=["camera"])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url.replace("ws", "http", 1)))
        page.on("response", lambda answer: asked.append(f"{answer.status} {answer.url}") if not answer.ok else None)
        page.goto(f"{url}/#enrol")
        enrol(page, "Barack Obama", samples["obama.jpg"])
        page.get_by_text("Barack Obama: new templates: 1.").wait_for()
        page.get_by_role("link", name="People").click()
        page.locator("img.portrait").wait_for()
        page.get_by_role("button", name="Rename Barack Obama").click()
        page.get_by_label("New name").fill("B. Obama")
        page.locator("dialog button.main").click()
        page.get_by_text("Barack Obama is now B. Obama.").wait_for()
        if told:  # a proxy that asks by another name hides from sockets whose they are
            page.get_by_role("link", name="Live").click()
            page.get_by_role("button", name="Start").click()
            page.locator(".status", has_text="B. Obama").wait_for()
        context.close()
    assert len(asked) > 15 and all(address.startswith((f"{url}/", "blob:")) for address in asked), asked


@pytest.mark.parametrize(("language", "scheme", "size"), [("en", "light", DESK), ("es", "dark", PHONE)])
def test_watch(
    recognizer: Recognizer, browser: Any, samples: dict[str, Path], tmp_path: Path, pictures: Path,
    language: str, scheme: str, size: dict[str, int],
) -> None:  # fmt: skip
    """What ``rostro watch`` sees: the picture with names, and what happened, in words."""
    path = film(tmp_path / "door.mp4", (1, [samples["obama2.jpg"], samples["astronaut.png"]]))
    broadcast = Broadcast("door.mp4")
    complaints: list[str] = []
    faces = with_models_of(recognizer, gallery=str(tmp_path / "w" / "people.db"))
    with running_server(faces, tmp_path / "w", watching=broadcast) as serving:
        faces.enroll(samples["obama.jpg"], name="Barack Obama")
        watcher = Watcher(RecognizerEyes(faces))
        page = browser.new_context(
            locale={"en": "en-US", "es": "es-CO"}[language], color_scheme=scheme, viewport=size
        ).new_page()
        page.on("console", lambda m: complaints.append(m.text) if is_complaint(m) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(serving.url)
        page.get_by_role("link", name={"en": "Watch", "es": "Vigilar"}[language]).click()
        says = {"en": "This server watches door.mp4.", "es": "Este servidor vigila door.mp4."}[language]
        page.get_by_text(says).wait_for()
        for frame in open_source(str(path)).items(threading.Event()):
            broadcast.hear(watcher.step(frame))
        page.locator(".status", has_text="Barack Obama").wait_for()
        page.locator("canvas.watched").wait_for()
        page.wait_for_function("document.querySelector('canvas.watched').width === 640")
        page.screenshot(path=pictures / f"watch-{language}.png", full_page=True)
        check_accessible(page)
        broadcast.hear(watcher.step(Lost(2.0, "no more pictures come")))
        page.get_by_text({"en": "Barack Obama left", "es": "Barack Obama se fue"}[language]).wait_for()
        page.get_by_text({"en": "The source is lost", "es": "Se perdió la fuente"}[language]).wait_for()
        events = page.locator(".events li").all_inner_texts()
        assert len(events) == 6 and page.locator("h2").is_visible()
        older = page.get_by_text(re.compile("rostro watch --events"))
        assert not older.is_visible()
        event = {"event": "back", "name": None}
        with broadcast._lock:
            (viewer,) = broadcast._viewers
        for _ in range(10):  # as many at a time as wait for a slow viewer
            viewer.loop.call_soon_threadsafe(viewer.put, None, {"faces": []}, [event] * 60)
            page.wait_for_timeout(50)
        older.wait_for()
        assert page.locator(".events li").count() == 500
        page.goto(f"{serving.url}/#people")
        page.get_by_text("Barack Obama").wait_for()
        page.context.close()
    assert not complaints

"""The challenge on the page: a browser whose camera shows somebody who turns their head and blinks."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsers import DESK, PHONE, check_accessible, is_complaint, opened_browser
from made_movements import Movements
from running_server import Running, running_server

from rostro.server.sockets import challenging

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.recognizer import Recognizer

pytestmark = pytest.mark.data

#: Frames of each picture in the camera's film, which plays 30 a second, over and over.
HELD = 40

#: What is asked, in its order; and what notes it: on a busy machine it may be done before anybody looked at the page.
ASKED = ["Turn your head to your right", "Close both eyes"]
NOTE = """(words) => {
  window.asked = new Set();
  const note = () => {
    for (const text of words) if (document.body.innerText.includes(text)) window.asked.add(text);
  };
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def film(lfw_root: Path, recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    person = Movements(lfw_root, recognizer)
    path = tmp_path_factory.mktemp("camera") / "moving.mjpeg"
    with path.open("wb") as file:
        for shown in ("straight", "right", "straight", "closed"):
            for _ in range(HELD):
                file.write(person.frame(shown))
    return path


@pytest.fixture(scope="module")
def server(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_server(recognizer, tmp_path_factory.mktemp("challenge")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(film: Path) -> Iterator[Any]:
    with opened_browser(film) as opened:
        yield opened


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is asked; the film cannot answer, so it must be what the film shows, in its order."""
    asked: dict[str, Any] = {"steps": ("right", "blink")}
    rules = challenging.rules_of
    monkeypatch.setattr(challenging, "draw", lambda random: asked["steps"])
    patient = {"step_seconds": 60.0, "gap_seconds": 30.0}
    monkeypatch.setattr(challenging, "rules_of", lambda recognizer: replace(rules(recognizer), **patient))
    return asked


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go; ROSTRO_SCREENSHOTS keeps them."""
    folder = Path(os.environ.get("ROSTRO_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_on_the_page(
    browser: Any, server: Running, steps: dict[str, Any], pictures: Path, lfw_root: Path, tmp_path: Path
) -> None:
    """Passed, and used to verify; then the same film is shown where the head should turn to the other side."""
    complaints: list[str] = []
    context = browser.new_context(locale="en-US", viewport=DESK, permissions=["camera"])
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("console", lambda m: complaints.append(m.text) if is_complaint(m) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/#verify")
    page.evaluate(NOTE, ASKED)
    page.get_by_role("button", name="Show that somebody is there").click()
    words = (page.get_by_text(text) for text in (*ASKED, "Done. The picture can be used once"))
    reduce(lambda one, other: one.or_(other), words).first.wait_for()
    page.screenshot(path=pictures / "challenge-right.png", full_page=True)
    check_accessible(page)
    page.get_by_text("Done. The picture can be used once").or_(page.locator(".status[data-kind=error]")).wait_for()
    assert page.evaluate("[...window.asked]") == ASKED
    assert "Done." in page.locator(".challenge .status").inner_text()
    assert page.locator(".shown li").count() == 1
    passport = lfw_root / "images" / "George_W_Bush" / "George_W_Bush_0016.jpg"
    page.locator("input[type=file]").nth(1).set_input_files([str(passport)])
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("The same person").wait_for()
    page.get_by_text("did what they were asked").wait_for()
    page.screenshot(path=pictures / "challenge-passed.png", full_page=True)
    page.get_by_role("button", name="Compare").click()  # again: without the session, which was for one request
    page.get_by_text("The same person").wait_for()
    page.wait_for_function("!document.querySelector('.result').innerText.includes('did what they were asked')")
    context.close()

    steps["steps"] = ("left", "blink")
    context = browser.new_context(locale="es-CO", viewport=PHONE, permissions=["camera"], color_scheme="dark")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/#enrol")
    page.get_by_role("button", name="Mostrar que hay alguien").click()
    page.get_by_text("Se hizo otra cosa que la pedida").or_(page.get_by_text("ya se mostraron antes")).wait_for()
    page.screenshot(path=pictures / "challenge-refused-es.png", full_page=True)
    check_accessible(page)
    context.close()
    assert not complaints

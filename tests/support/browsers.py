"""A browser for tests of the page, and what it must not say. Who imports it is skipped where there is none to drive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1100, "height": 900}


def find_chromium() -> str | None:
    """The system's browser, or Playwright's own."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    with playwright_api.sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).is_file() else None


@contextmanager
def opened_browser(camera: Path) -> Iterator[Any]:
    """The browser, whose camera shows a film; skips where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium found (Debian: apt install chromium; elsewhere: playwright install chromium)")
    with playwright_api.sync_playwright() as playwright:
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={camera}"]
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()


def is_complaint(message: Any) -> bool:
    """Errors and warnings, but not Chromium's note that a photo was refused, which the page shows to people."""
    return message.type in {"error", "warning"} and "with a status of 4" not in message.text


def check_accessible(page: Any) -> None:
    """axe-core finds nothing serious in what the page shows now."""
    page.evaluate(axe.AXE_SCRIPT)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"] if v["impact"] != "minor"]
    assert not serious

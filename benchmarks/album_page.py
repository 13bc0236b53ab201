"""The album's page over many people: how long the longest frame takes while somebody scrolls over all of them.

    python benchmarks/album_page.py [--groups 10000] [--pixels 120]

An album of groups of drawn faces, half of them named, with pictures, is served and scrolled through from top
to bottom by so many pixels a frame (60 frames a second: 120 are eight desktop screens a second), on a desk and on a
phone. Beside it the same browser with nothing to do: frames that take long there are the machine's. CPU is processor
time of the page's main thread, which other work on the machine does not lengthen: a task over 16.7 ms costs a frame.
Empty is how often the tile in the middle of the window was a frame without a face, since the server had not told of it
yet. Needs Playwright and a Chromium; models come from the cache.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from rostro.core.types import Template
from rostro.people.albums.album import Album
from rostro.recognizer import Recognizer
from rostro.server.admission.keys import KeyStore
from rostro.server.admission.limits import Limits
from rostro.server.serving import make_server

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
from browsers import DESK, FLAGS, PHONE, find_chromium, playwright_api

#: Frames of a page at rest, and those whose processor time is looked at, in the middle of the wall.
_FRAMES = 400
#: Between two frames: what the one before took. It ends at the bottom, or after so many frames.
_SCROLL = """async ([pixels, frames, from]) => {
  const took = [];
  const seen = []; // every tenth frame, whether the tile in the middle of the window is there, and not only its frame
  let last = performance.now();
  for (let y = from, n = 0; n < frames; n += 1, y += pixels) {
    const now = await new Promise(requestAnimationFrame);
    took.push(now - last);
    last = now;
    const [middle] = n % 10 === 9 ? document.elementsFromPoint(innerWidth / 3, innerHeight / 2) : [];
    const tile = middle?.closest(".tile");
    if (tile) seen.push(!tile.classList.contains("empty"));
    if (pixels) scrollTo(0, y);
    if (pixels && y > document.documentElement.scrollHeight - innerHeight) break;
  }
  return [took.slice(2), seen.filter((yes) => !yes).length / Math.max(1, seen.length)];
}"""


def fill(album: Album, groups: int, dims: int) -> None:
    """Groups of drawn people: every other one has a name and one face, the rest have two; and all have pictures."""
    draw = np.random.default_rng(0)
    centres = draw.normal(size=(groups, dims)).astype(np.float32)
    picture = np.add.outer(np.arange(112), np.arange(112))[..., None].repeat(3, 2).astype(np.uint8)
    for start in range(0, groups, 1000):
        people = {}
        for number in range(start, min(start + 1000, groups)):
            name = f"Person {number:05}" if number % 2 else secrets.token_hex(6)
            noisy = centres[number] + 0.3 * draw.normal(size=(2 - number % 2, dims)).astype(np.float32)
            rows = noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
            people[name] = [
                Template(row, f"{2 * number + face:064x}", f"{number}-{face}.jpg", 0.9, (10.0, 10.0, 90.0, 110.0))
                for face, row in enumerate(rows)
            ]
        album.gallery.add(people)
        assert album.pictures is not None
        for name, person in album.people.ids(people).items():
            for face in people[name]:
                album.pictures.keep(person, face.source_hash, picture)


def measure(browser: Any, url: str, groups: int, pixels: int) -> None:
    """Prints a row for each size of screen: at rest, and scrolling."""
    for size in (DESK, PHONE):
        page = browser.new_context(viewport=size).new_page()
        page.goto(f"{url}/#album")
        page.locator(".tile img").first.wait_for(timeout=60_000)
        middle = groups * 20 if size is DESK else groups * 60
        for what, step in (("at rest", 0), (f"scrolling, {pixels} pixels a frame", pixels)):
            frames, empty = page.evaluate(_SCROLL, [step, 100_000 if step else _FRAMES, 0])
            browser.start_tracing(page=page, categories=["disabled-by-default-devtools.timeline", "toplevel"])
            page.evaluate(_SCROLL, [step, _FRAMES, middle if step else 0])
            tasks = cpu(json.loads(browser.stop_tracing()))
            told = [f"{float(np.quantile(frames, part)):.1f}" for part in (0.5, 0.95, 0.99, 1)]
            told += [f"{sum(tasks) / _FRAMES:.1f}", f"{max(tasks):.1f}", f"{empty:.1%}"]
            print(f"| {size['width']} × {size['height']}, {what} | {len(frames):,} | {' | '.join(told)} |", flush=True)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.locator(f".tile[aria-posinset='{groups}']").wait_for(timeout=60_000)
        print(f"  {page.locator('.tile').count()} of {groups:,} tiles are in the document", flush=True)
        page.context.close()


def cpu(trace: Any) -> list[float]:
    """Milliseconds of processor time of every task of the page's main thread."""
    events = trace["traceEvents"]
    pages = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = (event for event in events if event["name"] == "RunTask" and (event["pid"], event["tid"]) in pages)
    return [event["tdur"] / 1000 for event in tasks if "tdur" in event]


def main() -> None:
    """Serves, scrolls, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", type=int, default=10_000)
    parser.add_argument("--pixels", type=int, default=120)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        recognizer = Recognizer(gallery=f"{folder}/people.db")
        album = Album.open(f"{folder}/album.db", create=True, space=recognizer.space)
        fill(album, given.groups, recognizer.embedder.dims)
        server = make_server(
            recognizer, keys=KeyStore(Path(folder) / "keys.db"), host="127.0.0.1", port=0, album=album,
            limits=Limits.from_environment(),
        )  # fmt: skip
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        print("| screen | frames | p50, ms | p95 | p99 | longest | CPU a frame, ms | of the longest task | empty |")
        print("|---|---|---|---|---|---|---|---|---|")
        try:
            with playwright_api.sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
                measure(browser, url, given.groups, given.pixels)
                browser.close()
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    main()

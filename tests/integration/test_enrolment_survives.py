"""An enrolment that is killed at random moments loses nothing that was committed, and a resume completes it."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rostro.gallery.base import open_gallery

PEOPLE, PHOTOS, KILLS = 8, 40, 20


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, Path]) -> Path:
    """Many different files with a face in each: the portraits, cropped and changed a little."""
    root = tmp_path_factory.mktemp("album")
    face = Image.open(samples["obama.jpg"]).convert("RGB").crop((290, 40, 690, 480)).resize((200, 220))
    noise = np.random.default_rng(0)
    for person in range(PEOPLE):
        (root / f"person {person}").mkdir()
        for photo in range(PHOTOS):
            pixels = np.asarray(face).astype(np.int16) + noise.integers(-6, 7, size=(220, 200, 3))
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(root / f"person {person}" / f"{photo}.jpg")
    return root


def enrolment(album: Path, gallery: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "rostro", "enroll", str(album), "--gallery", str(gallery), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def stored(gallery: Path) -> set[tuple[str, str]]:
    if not gallery.exists():
        return set()
    with open_gallery(str(gallery), create=False) as opened:
        return {(person.name, row.source_hash) for person in opened.people() for row in opened.templates(person.name)}


@pytest.mark.slow
def test_kill_9_twenty_times(album: Path, tmp_path: Path) -> None:
    gallery = tmp_path / "people.db"
    started = time.monotonic()
    with enrolment(album, tmp_path / "whole.db") as whole:
        whole.communicate()  # it says more than a pipe holds: everybody looks like everybody else
    duration = time.monotonic() - started

    moment = random.Random(4)
    committed: set[tuple[str, str]] = set()
    grew = 0
    for _ in range(KILLS):
        with enrolment(album, gallery) as child:
            try:
                child.communicate(timeout=moment.uniform(0.4, 1.0) * duration)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
        now = stored(gallery)
        assert committed <= now, "a committed template was lost"
        grew += len(now) > len(committed)
        committed = now
    assert grew, "no run lived long enough to commit anything"

    with enrolment(album, gallery) as child:
        out, err = child.communicate()
    assert child.returncode == 0, err
    done = json.loads(out)
    assert done["skipped"] == len(committed)
    assert done["templates"] == PEOPLE * PHOTOS - len(committed)
    assert len(stored(gallery)) == PEOPLE * PHOTOS

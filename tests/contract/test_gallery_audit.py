"""The audit of a gallery says the same in every backend, encrypted or not, and writes nothing."""

from __future__ import annotations

import secrets
from pathlib import Path

import numpy as np
import pytest
from gallery_backends import BACKENDS, URLS

from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.people.people import People

SPACE = "sface-0ba9fbfa/five_point-112"


def photos(people: int, each: int) -> dict[str, list[Template]]:
    random = np.random.default_rng(7)
    found: dict[str, list[Template]] = {}
    for number in range(people):
        centre = random.normal(size=128)
        vectors = centre + 0.6 * random.normal(size=(each, 128))
        rows = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        found[f"P{number}"] = [
            Template(row, f"{number:032x}{place:032x}", f"{number}-{place}.jpg") for place, row in enumerate(rows)
        ]
    found["P1"].append(found["P0"].pop())  # under the wrong name
    found["P2"].append(found["P3"][0])  # under two names
    return found


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_is_audited_and_left_as_it_was(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROSTRO_HOME", str(tmp_path))  # forgetting looks into what evaluations keep there
    with open_gallery(URLS[backend](request, f"audited{secrets.token_hex(4)}"), space=SPACE) as gallery:
        gallery.add(photos(6, 3))
        people = People(gallery)
        told: list[tuple[int, int]] = []
        found = people.audit(on_templates=lambda done, every: told.append((done, every)))
        kinds = [(one.kind, one.people) for one in found.findings]
        assert kinds == [("twice", ("P3", "P2")), ("other-person", ("P1", "P0"))]
        assert (found.templates, found.tried, found.found) == (19, 19, 14)
        assert told[-1] == (19, 19)
        assert list(people.log()) == []
        for finding in found.findings:
            mend = finding.mends[0]
            if mend.action == "move":
                people.move(mend.photo, mend.to, of=mend.person)
            else:
                people.forget(mend.photo, of=mend.person)
        assert people.audit(), "what was said to mend it mends it"

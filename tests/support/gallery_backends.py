"""Where a gallery of each backend is for the tests, and what they put into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.gallery.base import GALLERIES, Gallery
from rostro.testing.made_up import DIMS, SPACE, template, templates, unit_vectors

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

__all__ = [
    "BACKENDS",
    "DIMS",
    "ENCRYPTED",
    "SPACE",
    "URLS",
    "backend_class",
    "encrypted",
    "template",
    "templates",
    "unit_vectors",
]

#: A gallery in a file that is encrypted. No backend of its own: the settings name a key, for every process.
ENCRYPTED = "sqlite, encrypted"

#: What every gallery test runs with.
BACKENDS = (*GALLERIES.names, ENCRYPTED)


def backend_class(backend: str) -> type[Gallery]:
    """The class of one of `BACKENDS`."""
    return GALLERIES.get("sqlite" if backend == ENCRYPTED else backend)


def encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, in this test, galleries in files are encrypted."""
    monkeypatch.setenv("TEST_KEY", "0123456789abcdeffedcba98765432100f1e2d3c4b5a69788796a5b4c3d2e1f0")
    monkeypatch.setenv("ROSTRO_KEY_FILE", "env:TEST_KEY")


def _encrypted(request: pytest.FixtureRequest, name: str) -> str:
    encrypted(request.getfixturevalue("monkeypatch"))
    return str(request.getfixturevalue("tmp_path") / f"{name}.db")


#: backend → the URL of a gallery in it of a given name. A backend that is missing here fails, it is not skipped.
URLS: dict[str, Callable[[pytest.FixtureRequest, str], str]] = {
    "sqlite": lambda request, name: str(request.getfixturevalue("tmp_path") / f"{name}.db"),
    ENCRYPTED: _encrypted,
    "postgresql": lambda request, name: f"{request.getfixturevalue('postgresql_server')}&gallery={name}",
    "milvus": lambda request, name: f"{request.getfixturevalue('milvus_server')}/{name}",
}

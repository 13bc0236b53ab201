"""Where a gallery of each backend is for the tests, and what they put into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.testing.made_up import DIMS, SPACE, template, templates, unit_vectors

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

__all__ = ["DIMS", "SPACE", "URLS", "template", "templates", "unit_vectors"]

#: backend → the URL of a gallery in it of a given name. A backend that is missing here fails, it is not skipped.
URLS: dict[str, Callable[[pytest.FixtureRequest, str], str]] = {
    "sqlite": lambda request, name: str(request.getfixturevalue("tmp_path") / f"{name}.db"),
    "postgresql": lambda request, name: f"{request.getfixturevalue('postgresql_server')}&gallery={name}",
    "milvus": lambda request, name: f"{request.getfixturevalue('milvus_server')}/{name}",
}

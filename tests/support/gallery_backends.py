"""Where a gallery of each backend is for the tests, and what they put into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.core.types import Template

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

DIMS = 16
SPACE = "toy-00000000/none"


def unit_vectors(count: int, seed: int = 0, dims: int = DIMS) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, dims)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def template(vector: np.ndarray, source: str = "a" * 64, **kwargs: object) -> Template:
    return Template(vector=vector, source_hash=source, photo=f"{source[:8]}.jpg", **kwargs)  # type: ignore[arg-type]


def templates(count: int, seed: int = 0) -> list[Template]:
    return [template(v, f"{seed}-{n}") for n, v in enumerate(unit_vectors(count, seed))]


#: backend → the URL of a gallery in it of a given name. A backend that is missing here fails, it is not skipped.
URLS: dict[str, Callable[[pytest.FixtureRequest, str], str]] = {
    "sqlite": lambda request, name: str(request.getfixturevalue("tmp_path") / f"{name}.db"),
    "postgresql": lambda request, name: f"{request.getfixturevalue('postgresql_server')}&gallery={name}",
    "milvus": lambda request, name: f"{request.getfixturevalue('milvus_server')}/{name}",
}

"""Every embedder keeps the contract of `rostro.testing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from seeded_store import seeded_store

from rostro.core.errors import ModelUnavailable
from rostro.embedding.base import EMBEDDERS, Embedder
from rostro.testing import EmbedderContract

if TYPE_CHECKING:
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

NAMES = EMBEDDERS.names
UNPINNED = [name for name in NAMES if EMBEDDERS.get(name).files[0].sha256 is None]


#: Making half a gigabyte of weights takes a busy machine minutes.
SLOW = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module", params=[pytest.param(n, marks=SLOW if n in UNPINNED else []) for n in NAMES])
def embedder(request: pytest.FixtureRequest, store: ModelStore, engine: EngineOptions) -> Embedder:
    """Each embedder, with its real weights; with seeded ones where the makers pin no file."""
    if request.param == "dlib":
        pytest.importorskip("dlib")
    try:
        part = EMBEDDERS.get(request.param)
        return part(seeded_store(request.param) if request.param in UNPINNED else store, engine)
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


class TestEmbedders(EmbedderContract):
    @pytest.fixture(params=NAMES)
    def embedder_class(self, request: pytest.FixtureRequest) -> type[Embedder]:
        return EMBEDDERS.get(request.param)


def test_a_file_name_means_one_file() -> None:
    """Several embedders may share an entry, but no two entries share a name."""
    entries = {entry for name in NAMES for entry in EMBEDDERS.get(name).files}
    assert len({entry.name for entry in entries}) == len(entries)

"""What every embedder promises, whichever file it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from seeded_store import seeded_store
from seeded_weights import seeded_crops

from rostro.alignment.base import ALIGNMENTS
from rostro.core.errors import ModelUnavailable
from rostro.detection.base import DETECTORS
from rostro.embedding.base import EMBEDDERS
from rostro.models.store import ModelStore
from rostro.runtime.base import EngineOptions

NAMES = EMBEDDERS.names
UNPINNED = [name for name in NAMES if EMBEDDERS.get(name).files[0].sha256 is None]


#: Making half a gigabyte of weights takes a busy machine minutes.
SLOW = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module", params=[pytest.param(n, marks=SLOW if n in UNPINNED else []) for n in NAMES])
def embedder(request: pytest.FixtureRequest, store: ModelStore, engine: EngineOptions) -> Any:
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


@pytest.fixture(scope="module")
def crops(embedder: Any) -> np.ndarray:
    return seeded_crops(3, embedder.alignment.size)


def test_one_float32_row_per_crop_also_for_none(embedder: Any, crops: np.ndarray) -> None:
    for count in (0, 1, 3):
        vectors = embedder.represent(crops[:count])
        assert vectors.shape == (count, embedder.dims)
        assert vectors.dtype == np.float32
        assert embedder.embed(crops[:count]).shape == (count, embedder.dims)


def test_unit_norm(embedder: Any, crops: np.ndarray) -> None:
    vectors = embedder.embed(crops)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_batch_same_as_one_by_one_and_each_run_the_same(embedder: Any, crops: np.ndarray) -> None:
    batch = embedder.embed(crops)
    np.testing.assert_allclose(batch, np.concatenate([embedder.embed(crop[None]) for crop in crops]), atol=1e-5)
    np.testing.assert_allclose(batch, embedder.embed(crops), atol=1e-6)


def test_crops_that_are_a_view(embedder: Any, crops: np.ndarray) -> None:
    mirrored = crops[:, :, ::-1]
    np.testing.assert_allclose(embedder.embed(mirrored), embedder.embed(np.ascontiguousarray(mirrored)), atol=1e-5)


def test_other_crops_give_other_vectors(embedder: Any, crops: np.ndarray) -> None:
    vectors = embedder.embed(crops)
    similarity = vectors @ vectors.T
    assert similarity[~np.eye(3, dtype=bool)].max() < 0.9999


def test_extreme_crops_give_finite_vectors(embedder: Any, crops: np.ndarray) -> None:
    plain = np.stack([np.zeros_like(crops[0]), np.full_like(crops[0], 255)])
    assert np.isfinite(embedder.embed(plain)).all()


def test_several_threads_at_once(embedder: Any, crops: np.ndarray) -> None:
    alone = [embedder.embed(crop[None]) for crop in crops]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda crop: embedder.embed(crop[None]), crops))
    np.testing.assert_allclose(np.concatenate(together), np.concatenate(alone), atol=1e-5)


def test_space_says_embedder_weights_and_alignment(embedder: Any) -> None:
    name = type(embedder).__module__.rpartition(".")[2]
    assert embedder.space() == f"{name}-{embedder.weights_hash[:8]}/{embedder.alignment.key}"
    assert len(embedder.weights_hash) == 64


@pytest.mark.parametrize("name", NAMES)
def test_what_it_says_of_itself(name: str) -> None:
    part: Any = EMBEDDERS.get(name)
    assert part.about
    assert part.paper
    assert part.files
    assert str(part.dims) in part.about
    assert part.alignment.name in ALIGNMENTS.names
    assert part.detector in DETECTORS.names
    for entry in (*part.files, *part.optional_files):
        assert entry.sources
        assert entry.licence
        assert (entry.sha256 is None) == (entry.size is None)


def test_a_file_name_means_one_file() -> None:
    """Several embedders may share an entry, but no two entries share a name."""
    entries = {entry for name in NAMES for entry in EMBEDDERS.get(name).files}  # type: ignore[attr-defined]
    assert len({entry.name for entry in entries}) == len(entries)

"""What every embedder promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rostro.alignment.base import ALIGNMENTS
from rostro.core.types import Crops
from rostro.detection.base import DETECTORS
from rostro.embedding.base import Embedder
from rostro.testing.made_up import pictures


class EmbedderContract:
    """Derive from it, in a class whose name starts with ``Test``; give these fixtures there or in its module.

    Fixtures to give:
        embedder: The embedder, ready. In the module, with ``scope="module"``, its model is loaded once.

    Fixtures that may be given, in the class:
        embedder_class: Its class; what it says of itself is looked at without a model.
        crops: Three crops of its size that differ, RGB uint8 (3, size, size, 3); by default smooth random pictures.
    """

    @pytest.fixture
    def crops(self, embedder: Embedder) -> Crops:
        """Three pictures that differ."""
        return pictures(3, embedder.alignment.size)

    @pytest.fixture
    def embedder_class(self, embedder: Embedder) -> type[Embedder]:
        """The class."""
        return type(embedder)

    def test_one_float32_row_per_crop_also_for_none(self, embedder: Embedder, crops: Crops) -> None:
        for count in (0, 1, 3):
            vectors = embedder.represent(crops[:count])
            assert vectors.shape == (count, embedder.dims)
            assert vectors.dtype == np.float32
            assert embedder.embed(crops[:count]).shape == (count, embedder.dims)

    def test_unit_norm(self, embedder: Embedder, crops: Crops) -> None:
        vectors = embedder.embed(crops)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_batch_same_as_one_by_one_and_each_run_the_same(self, embedder: Embedder, crops: Crops) -> None:
        batch = embedder.embed(crops)
        np.testing.assert_allclose(batch, np.concatenate([embedder.embed(crop[None]) for crop in crops]), atol=1e-5)
        np.testing.assert_allclose(batch, embedder.embed(crops), atol=1e-6)

    def test_crops_that_are_a_view(self, embedder: Embedder, crops: Crops) -> None:
        mirrored = crops[:, :, ::-1]
        np.testing.assert_allclose(embedder.embed(mirrored), embedder.embed(np.ascontiguousarray(mirrored)), atol=1e-5)

    def test_other_crops_give_other_vectors(self, embedder: Embedder, crops: Crops) -> None:
        vectors = embedder.embed(crops)
        similarity = vectors @ vectors.T
        assert similarity[~np.eye(3, dtype=bool)].max() < 0.9999

    def test_extreme_crops_give_finite_vectors(self, embedder: Embedder, crops: Crops) -> None:
        plain = np.stack([np.zeros_like(crops[0]), np.full_like(crops[0], 255)])
        assert np.isfinite(embedder.embed(plain)).all()

    def test_several_threads_at_once(self, embedder: Embedder, crops: Crops) -> None:
        alone = [embedder.embed(crop[None]) for crop in crops]
        with ThreadPoolExecutor(3) as pool:
            together = list(pool.map(lambda crop: embedder.embed(crop[None]), crops))
        np.testing.assert_allclose(np.concatenate(together), np.concatenate(alone), atol=1e-5)

    def test_space_says_embedder_weights_and_alignment(self, embedder: Embedder) -> None:
        assert embedder.space() == f"{embedder.name}-{embedder.weights_hash[:8]}/{embedder.alignment.key}"
        assert len(embedder.weights_hash) == 64

    def test_what_it_says_of_itself(self, embedder_class: type[Embedder]) -> None:
        assert embedder_class.about
        assert embedder_class.paper
        assert embedder_class.files
        assert str(embedder_class.dims) in embedder_class.about
        assert embedder_class.alignment.name in ALIGNMENTS.names
        assert embedder_class.detector in DETECTORS.names
        for entry in (*embedder_class.files, *embedder_class.optional_files):
            assert entry.sources
            assert entry.licence
            assert (entry.sha256 is None) == (entry.size is None)

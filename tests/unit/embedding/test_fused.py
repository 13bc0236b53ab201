"""Several embedders as one: names, weights, vectors, spaces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rostro.core.errors import BadInput, EngineError, ModelUnavailable, UnknownModel
from rostro.core.types import AlignmentSpec
from rostro.embedding.fused import FusedEmbedder, fuse
from rostro.embedding.retail0095 import Retail0095
from rostro.embedding.sface import SFace
from rostro.embedding.trained import find_embedder
from rostro.models.store import ModelStore
from rostro.recognizer import Recognizer
from rostro.runtime.base import EngineOptions, engines_of
from rostro.scoring.operating_points import file_stem

SPACE = (
    "sface-0ba9fbfa+0.8*retail0095-241229ca/"
    "five_point-112,landmarks=retail0009+five_point-128,landmarks=retail0009,width=96"
)


def fused(name: str) -> type[FusedEmbedder]:
    part = find_embedder(name)
    assert issubclass(part, FusedEmbedder)
    return part


@pytest.fixture(scope="module")
def both(store: ModelStore, engine: EngineOptions) -> FusedEmbedder:
    try:
        return fused("sface+retail0095")(store, engine)
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


def test_what_it_says_of_itself() -> None:
    part = fused("sface+retail0095")
    assert part.name == "sface+0.8*retail0095"
    assert part.dims == 384
    assert part.alignment.size == 240
    assert part.detector == "yunet"
    assert part.files == (*SFace.files, *Retail0095.files)
    assert all(entry.commercial for entry in part.files)
    assert str(part.dims) in part.about


def test_weights() -> None:
    assert [p.weight for p in fused("sface+2*retail0095").parts] == [1, 2]
    assert [p.weight for p in fused("retail0095+sface").parts] == [1, 1], "measured in the other order only"
    assert [p.weight for p in fused("1*sface+retail0095").parts] == [1, 1], "a weight that is given is meant"
    assert fused("1*sface+retail0095").name == "sface+retail0095"
    assert [p.left for p in fused("sface+edgeface+retail0095").parts] == [0, 0, 112], "the same crops are made once"


@pytest.mark.parametrize("name", ["sface+", "+sface", "sface++edgeface", "sface+0*edgeface", "sface+sface"])
def test_what_is_no_fusion(name: str) -> None:
    with pytest.raises(BadInput):
        find_embedder(name)


def test_unknown_embedder() -> None:
    with pytest.raises(UnknownModel, match="nobody"):
        find_embedder("sface+nobody")


def test_one_alone_is_no_fusion() -> None:
    with pytest.raises(BadInput):
        fuse("sface", find_embedder)


def test_cosines_are_weighted_means(both: FusedEmbedder) -> None:
    crops = np.random.default_rng(3).integers(0, 256, (4, 240, 240, 3), np.uint8)
    first = both.embedders[0].embed(crops[:, :112, :112])
    second = both.embedders[1].embed(crops[:, :128, 112:])
    vectors = both.embed(crops)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    expected = (first @ first.T + 0.64 * second @ second.T) / 1.64
    np.testing.assert_allclose(vectors @ vectors.T, expected, atol=1e-5)
    assert both.embed(crops[:0]).shape == (0, 384)


def test_crops_of_another_alignment(both: FusedEmbedder) -> None:
    with pytest.raises(BadInput, match="takes crops"):
        both.embed(np.zeros((1, 112, 112, 3), np.uint8))
    with pytest.raises(BadInput, match="own way"):
        both.space(AlignmentSpec("crop", 240))


def test_space_and_the_file_of_its_operating_points(both: FusedEmbedder) -> None:
    assert both.space() == both.space(both.alignment) == SPACE
    assert not set(file_stem(SPACE)) & set('/\\:*?"<>|')
    assert len(both.weights_hash) == 64


def test_reports_say_what_each_part_runs_in(both: FusedEmbedder) -> None:
    assert [engine.precision for engine in engines_of(both)] == ["f32", "f32"]


def test_through_the_facade(store: ModelStore, portraits: list[Path]) -> None:
    faces = Recognizer(embedder="sface+retail0095", store=store, gallery=":memory:", threshold=0.3)
    assert faces.space == SPACE
    assert [len(e.vector) for e in faces.embed(portraits[0])] == [384]
    assert faces.embedder_name == "sface+retail0095"
    assert faces.verify(portraits[0], portraits[0]).similarity == pytest.approx(1, abs=1e-3)


def test_an_engine_that_cannot_read_it(store: ModelStore) -> None:
    with pytest.raises(EngineError, match="OpenVINO's own format"):
        Retail0095(store, EngineOptions(name="onnxruntime"))
    with pytest.raises(EngineError, match="OpenVINO's own format"):
        fused("sface+retail0095")(store, EngineOptions(name="onnxruntime"))

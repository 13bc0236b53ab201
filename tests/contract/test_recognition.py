"""What every embedder, with the detector that suits it, is for: verify, enrol, identify at the shipped threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rostro import Recognizer
from rostro.core.errors import ModelUnavailable
from rostro.embedding.base import EMBEDDERS

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.models.store import ModelStore

#: Embedders whose files everybody can fetch. Of the others no threshold could be measured: `rostro calibrate` does.
NAMES = [name for name in EMBEDDERS.names if EMBEDDERS.get(name).files[0].sha256]


@pytest.fixture(scope="module", params=NAMES)
def recognizer(
    request: pytest.FixtureRequest, store: ModelStore, tmp_path_factory: pytest.TempPathFactory
) -> Recognizer:
    if request.param == "dlib":
        pytest.importorskip("dlib")
    try:
        made = Recognizer(embedder=request.param, gallery=tmp_path_factory.mktemp("gallery") / "people.db")
        assert made.embedder.dims
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise
    return made


# MTCNN takes a badge for a second face in one portrait: the largest is meant.
def test_verifies_at_its_own_shipped_threshold(recognizer: Recognizer, samples: dict[str, Path]) -> None:
    same = recognizer.verify(samples["obama.jpg"], samples["obama2.jpg"], face="largest")
    other = recognizer.verify(samples["obama.jpg"], samples["biden.jpg"], face="largest")
    assert (same.same, other.same) == (True, False)
    assert same.false_match_rate == pytest.approx(1e-4, rel=0.02)
    assert same.threshold == other.threshold


def test_enrols_and_identifies_and_knows_a_stranger(recognizer: Recognizer, samples: dict[str, Path]) -> None:
    for name, photo in {"Barack Obama": "obama.jpg", "Joe Biden": "biden.jpg"}.items():
        recognizer.enroll(samples[photo], name=name, face="largest")
    (known,) = recognizer.identify(samples["obama2.jpg"])
    (stranger,) = recognizer.identify(samples["astronaut.png"])
    assert (known.name, stranger.name) == ("Barack Obama", None)

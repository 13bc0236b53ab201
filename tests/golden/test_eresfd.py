"""EResFD against its authors' own code (``make_eresfd.py``), and on photos of crowds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rostro.core.errors import ModelUnavailable
from rostro.core.geometry import overlap
from rostro.detection.eresfd import EResFD
from rostro.models.store import ModelStore
from rostro.nets.eresfd import BACKGROUNDS
from rostro.photos.reading import read_photo
from rostro.runtime.base import EngineOptions

GOLDEN = np.load(Path(__file__).with_name("eresfd.npz"))


@pytest.fixture(scope="module")
def detector(store: ModelStore, engine: EngineOptions) -> EResFD:
    try:
        return EResFD(store, engine)
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


def test_the_network_gives_what_its_authors_code_gives(detector: EResFD) -> None:
    picture = np.random.default_rng(0).uniform(-120, 130, (1, 3, 256, 384)).astype(np.float32)
    for number, output in enumerate(detector._engine.run(picture)):
        backgrounds = 1 if number else BACKGROUNDS
        away = output[0, :backgrounds].max(axis=0, keepdims=True)
        rows = np.concatenate([away, output[0, backgrounds:]]).reshape(6, -1).T
        np.testing.assert_allclose(rows[::7], GOLDEN[f"level_{number}"], atol=0.02 if _rough(detector) else 1e-4)


def _rough(detector: EResFD) -> bool:
    return detector._engine.precision != "f32"


@pytest.mark.data
def test_small_faces_of_a_crowd_are_found(detector: EResFD, data_root: Path) -> None:
    """At least four of five faces of 10 pixels and more in six photos of WIDER FACE; it was 0.90 when written."""
    folder = data_root / "crowds"
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    hits = []
    for name, people in json.loads((folder / "faces.json").read_text()).items():
        boxes = np.array([person["box"] for person in people], np.float32)
        boxes = boxes[boxes[:, 3] - boxes[:, 1] >= 10]
        (faces,) = detector.find([read_photo(folder / name).image])
        mine = np.array([face.box for face in faces], np.float32).reshape(-1, 4)
        hits += list((overlap(boxes, mine) >= 0.5).any(axis=1))
    assert np.mean(hits) > 0.8, np.mean(hits)

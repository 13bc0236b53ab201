"""The liveness scorers against their makers' own code and networks (``make_liveness.py``): torch and onnxruntime."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from seeded_weights import seeded_crops

from rostro.core.types import Face, Image
from rostro.liveness.base import LIVENESS
from rostro.models.store import ModelStore
from rostro.nets.minifasnet import LIVE
from rostro.runtime.base import EngineOptions

GOLDEN = json.loads(Path(__file__).with_name("liveness.json").read_text(encoding="utf-8"))
#: (x, y, width, height), as in the script.
BOXES = [(250, 180, 90, 110), (0, 0, 60, 80), (560, 400, 100, 120), (20, 10, 600, 450)]
FACES = [Face((float(x), float(y), float(x + w), float(y + h)), 1.0) for x, y, w, h in BOXES]


def seeded_photo() -> Image:
    tiles = seeded_crops(12, 160)
    return np.concatenate([np.concatenate(list(tiles[row : row + 4]), axis=1) for row in (0, 4, 8)])


@pytest.mark.parametrize("engine_name", ["openvino", "onnxruntime"])
@pytest.mark.parametrize("name", ["minifasnet_v2", "minifasnet_v1se"])
def test_minifasnet_says_what_the_makers_say(name: str, engine_name: str, store: ModelStore) -> None:
    scorer = LIVENESS.get(name)(store, EngineOptions(name=engine_name))
    expected = np.array(GOLDEN[name])[:, LIVE]
    assert np.ptp(expected) > 0.1, "the photo tells nothing"
    np.testing.assert_allclose(scorer.score(seeded_photo(), FACES), expected, atol=1e-4)


@pytest.mark.parametrize("engine_name", ["openvino", "onnxruntime"])
def test_antispoof_says_what_the_makers_say(engine_name: str, store: ModelStore) -> None:
    living, not_living = np.array(GOLDEN["antispoof"]).T
    scores = LIVENESS.get("antispoof")(store, EngineOptions(name=engine_name)).score(seeded_photo(), FACES)
    np.testing.assert_allclose(scores, 1 / (1 + np.exp(not_living - living)), atol=1e-4)
    np.testing.assert_allclose(np.log(scores / (1 - scores)), living - not_living, atol=5e-3)

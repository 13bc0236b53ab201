"""VGG-16, ResNet-50 and SENet-50 against keras-vggface, with the same weights: see ``make_vggface.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from seeded_store import seeded_store
from seeded_weights import seeded_crops

from rostro.embedding.base import EMBEDDERS
from rostro.runtime.base import EngineOptions

GOLDEN = np.load(Path(__file__).with_name("vggface.npz"))
TOLERANCE = 1e-4


def furthest(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference, relative to the largest value."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("embedder", "golden"),
    [
        ("vggface", "vggface"),
        ("vggface_fc7", "vggface"),
        ("vggface2_resnet50", "resnet50"),
        ("vggface2_senet50", "senet50"),
    ],
)
def test_same_as_keras_vggface(embedder: str, golden: str, engine: EngineOptions) -> None:
    part = EMBEDDERS.get(embedder)
    ours = part(seeded_store(embedder), engine)
    assert ours.network.parameters == GOLDEN[f"{golden}/parameters"]
    crops = seeded_crops(2, 224)
    assert furthest(ours.represent(crops), GOLDEN[f"{golden}/{part.output}"]) <= TOLERANCE
    assert furthest(ours.probabilities(crops), GOLDEN[f"{golden}/probabilities"]) <= TOLERANCE
    best = GOLDEN[f"{golden}/probabilities"].argmax(axis=1)
    assert [people[0][0] for people in ours.most_probable(crops)] == [f"Person {person}" for person in best]

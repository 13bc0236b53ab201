"""Who a network itself says that faces are; a network that knows two colours."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from coloured_faces import Colours, NotGrey
from PIL import Image

import rostro
from rostro.core.types import Crops, Floats
from rostro.embedding.base import Classifier
from rostro.models.store import ModelStore
from rostro.runtime.base import EngineOptions


class RedOrBlue(Colours, Classifier):
    """Names the colour."""

    name = "red_or_blue"
    people = ("Red", "Blue")

    def probabilities(self, crops: Crops) -> Floats:
        red, _, blue = crops.reshape(len(crops), -1, 3).mean(axis=1).T
        return np.stack([red, blue], axis=1).astype(np.float32) / (red + blue)[:, None]


@pytest.fixture
def recognizer() -> rostro.Recognizer:
    given = ModelStore(rostro.Settings()), EngineOptions()
    return rostro.Recognizer(detector=NotGrey(*given), embedder=RedOrBlue(*given), gallery=":memory:")


def test_names_each_face(recognizer: rostro.Recognizer, tmp_path: Path) -> None:
    for name, colour in {"1": (180, 20, 60), "2": (99, 99, 99), "3": (50, 0, 150)}.items():
        Image.new("RGB", (40, 40), colour).save(tmp_path / f"{name}.png")
    (tmp_path / "4.png").write_bytes(b"no picture")
    red, nobody, blue, broken = rostro.classify(recognizer, tmp_path)
    assert isinstance(red, rostro.NamedFaces)
    assert red.classes == ((("Red", pytest.approx(0.75)), ("Blue", pytest.approx(0.25))),)
    assert repr(red) == f"<NamedFaces {tmp_path / '1.png'}: Red 75.0%>"
    face = json.loads(red.to_json())["faces"][0]
    assert face["classes"][0] == {"name": "Red", "probability": 0.75}
    assert face["box"] == [0, 0, 40, 40]
    assert (nobody.faces, nobody.classes) == ((), ())
    assert blue.classes[0][0][0] == "Blue"
    assert isinstance(broken, rostro.Failure)
    (first,) = rostro.classify(recognizer, tmp_path / "3.png", top=1)
    assert [len(row) for row in first.classes] == [1]


def test_refuses_what_cannot_name(recognizer: rostro.Recognizer, tmp_path: Path) -> None:
    plain = rostro.Recognizer(embedder="sface", gallery=":memory:")
    with pytest.raises(rostro.BadInput, match="sface cannot name anybody"):
        rostro.classify(plain, tmp_path)
    with pytest.raises(rostro.BadInput, match="top is at least 1"):
        rostro.classify(recognizer, tmp_path, top=0)

"""``precision="int8"`` means int8 for the parts that have it; what each part runs in is told, nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import answer, rostro

from rostro.core.errors import BadInput, EngineError
from rostro.core.settings import Settings
from rostro.models.store import ModelStore
from rostro.recognizer import Recognizer
from rostro.runtime.base import ENGINES, PRECISIONS

INT8 = pytest.mark.skipif(
    "int8" not in ENGINES.get("openvino").about()["precisions"], reason="this processor computes no int8"
)


def made(store: ModelStore, settings: Settings, **options: str) -> Recognizer:
    return Recognizer(settings=settings, store=store, gallery=":memory:", **options)


@INT8
def test_int8_for_the_parts_that_have_it(store: ModelStore, settings: Settings, samples: dict[str, Path]) -> None:
    rounded, exact = (made(store, settings, precision=name) for name in ("int8", "f32"))
    verdict = rounded.verify(samples["obama.jpg"], samples["obama2.jpg"])
    assert verdict.to_dict()["precision"] == {"detector": "f32", "embedder": "int8"} == rounded.precisions
    plain = exact.verify(samples["obama.jpg"], samples["obama2.jpg"])
    assert plain.to_dict()["precision"] == {"detector": "f32", "embedder": "f32"}
    assert verdict and plain and 0 < abs(verdict.similarity - plain.similarity) < 0.03
    assert verdict.faces[0].box == plain.faces[0].box, "the detector is not touched"


def test_only_when_no_part_has_it_it_is_an_error(
    store: ModelStore, settings: Settings, samples: dict[str, Path]
) -> None:
    nothing = made(store, settings, embedder="edgeface", precision="int8")
    with pytest.raises(EngineError, match="detector and embedder have no int8 form"):
        nothing.verify(samples["obama.jpg"], samples["obama2.jpg"])
    with pytest.raises(EngineError, match="no int8 form"):
        nothing.open()
    assert nothing.detect(samples["obama.jpg"]), "a detector by itself runs in what it has"


def test_an_engine_that_has_none_refuses(store: ModelStore, settings: Settings, samples: dict[str, Path]) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(EngineError, match="int8"):
        made(store, settings, engine="onnxruntime", precision="int8").open()


@pytest.mark.parametrize("name", ["int4", "fp16", "INT8", "nan"])
def test_what_is_no_precision_is_refused_before_the_work(
    store: ModelStore, settings: Settings, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """In Python, from the environment, and on the command line."""
    with pytest.raises(BadInput, match=f"auto, f32, f16, bf16 or int8, got '{name}'"):
        made(store, settings, precision=name)
    refused = rostro("verify", samples["obama.jpg"], samples["obama2.jpg"], "--precision", name)
    assert refused.returncode == 2 and f"got '{name}'" in refused.stderr
    monkeypatch.setenv("ROSTRO_PRECISION", name)
    with pytest.raises(BadInput, match=name):
        Recognizer()
    assert name not in PRECISIONS


@INT8
def test_doctor_says_it_per_part(samples: dict[str, Path]) -> None:
    models = answer("doctor", "--precision", "int8", code=0)["models"]
    assert models["precision"] == {"detector": "f32", "embedder": "int8"}
    assert models["detector"]["runs_on"] == ["CPU f32"] and models["embedder"]["runs_on"] == ["CPU int8"]
    without = answer("doctor", "--precision", "int8", "--embedder", "edgeface", code=1)["models"]
    assert "no int8 form" in without["precision"]

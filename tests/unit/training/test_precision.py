"""The precision of steps: what is measured, what that leaves alone, and that a training goes on as it began."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rostro.core.errors import BadInput  # noqa: E402
from rostro.nets.dropout import MapDropout  # noqa: E402
from rostro.training.base import Progress  # noqa: E402
from rostro.training.data.batches import VectorBatches  # noqa: E402
from rostro.training.loop import precision  # noqa: E402
from rostro.training.loop.checkpoint import read_checkpoint  # noqa: E402
from rostro.training.loop.loop import Interrupted  # noqa: E402
from rostro.training.recipes.classifier import ClassifierOptions, ClassifierRecipe  # noqa: E402

SHORT = ClassifierOptions(epochs=2, batch=5, rate=5e-3, device="cpu")
MakePeople = Callable[..., Path]


class Net(torch.nn.Module):
    """A convolution and what counts means."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.norm = torch.nn.Conv2d(3, 16, 3), torch.nn.BatchNorm2d(16)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.norm(self.convolution(images)).mean(dim=(2, 3))
        return scores


@pytest.fixture
def data() -> VectorBatches:
    rng = np.random.default_rng(0)
    return VectorBatches(rng.random((6, 3, 8, 8), np.float32), np.arange(6), batch=6)


@pytest.mark.parametrize(("part", "chosen"), [(0.8, "bfloat16"), (0.9, "float32"), (3.0, "float32")])
def test_the_faster_one_is_taken_and_nothing_is_changed(
    part: float, chosen: str, data: VectorBatches, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, plain = [0.0], precision.mean_loss

    def timed(*given: object) -> torch.Tensor:
        clock[0] += part if given[-1] == "bfloat16" else 1.0
        return plain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(precision, "mean_loss", timed)
    monkeypatch.setattr(precision, "_can_gain", lambda net: True)
    monkeypatch.setattr(precision.time, "perf_counter", lambda: clock[0])
    net, said = Net(), []
    before = {name: value.clone() for name, value in net.state_dict().items()}
    loss = torch.nn.functional.cross_entropy
    assert precision.fastest(net, loss, data, "cpu", steps=200, say=said.append) == chosen
    assert said == [f"a step takes 1000 ms in float32, {1000 * part:.0f} ms in bfloat16; taken: {chosen}"]
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert all(parameter.grad is None for parameter in net.parameters())


def test_what_is_soon_over_or_multiplies_vectors_is_not_measured(data: VectorBatches) -> None:
    loss, said = torch.nn.functional.cross_entropy, []
    assert precision.fastest(Net(), loss, data, "cpu", steps=199, say=said.append) == "float32"
    assert precision.fastest(torch.nn.Linear(8, 8), loss, data, "cpu", steps=9999, say=said.append) == "float32"
    assert precision.fastest(Net(), loss, data, "cuda", steps=9999, say=said.append) == "bfloat16"
    assert said == []


def test_goes_on_in_what_it_began_with_to_the_same_weights(
    make_people: MakePeople, tmp_path: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_people(train=4, val=2)
    monkeypatch.setattr(precision, "fastest", lambda *_, **__: "bfloat16")
    ClassifierRecipe(root, tmp_path / "whole", SHORT, progress=progress).train()
    steps = itertools.count(1)
    cut = replace(progress, stopped=lambda: next(steps) == 2)
    with pytest.raises(Interrupted, match="epoch 1 after step 2"):
        ClassifierRecipe(root, tmp_path / "cut", SHORT, progress=cut).train()
    monkeypatch.setattr(precision, "fastest", lambda *_, **__: "float32")  # what it would measure now
    goes_on = replace(SHORT, resume=True)
    with pytest.raises(BadInput, match="was begun in bfloat16 and cannot go on in float32"):
        ClassifierRecipe(root, tmp_path / "cut", replace(goes_on, precision="float32"), progress=progress).train()
    ClassifierRecipe(root, tmp_path / "cut", goes_on, progress=progress).train()
    whole, resumed = (read_checkpoint(tmp_path / name / "last.safetensors") for name in ("whole", "cut"))
    assert whole.card.options["precision"] == resumed.card.options["precision"] == "bfloat16"
    assert all(torch.equal(whole.tensors[key], resumed.tensors[key]) for key in whole.tensors)


def test_learns_the_same_in_both(make_people: MakePeople, tmp_path: Path, progress: Progress) -> None:
    root, losses = make_people(train=4, val=2), []
    for name in ("float32", "bfloat16"):
        chosen = replace(SHORT, precision=name)
        losses.append(ClassifierRecipe(root, tmp_path / name, chosen, progress=progress).train().metrics)
        tensors = read_checkpoint(tmp_path / name).tensors.values()
        assert {value.dtype for value in tensors} <= {torch.float32, torch.int64}, "weights are kept whole"
    assert losses[1]["training loss"] == pytest.approx(losses[0]["training loss"], rel=0.05)
    assert losses[1]["training loss"] != losses[0]["training loss"]


def test_only_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="precision is auto, float32, bfloat16, got 'half'"):
        ClassifierRecipe(tmp_path, tmp_path / "out", replace(SHORT, precision="half")).train()


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_dropout_of_maps(kind: torch.dtype) -> None:
    layer = MapDropout(0.25)
    maps = torch.ones(4, 16, 33, 31, dtype=kind).to(memory_format=torch.channels_last).requires_grad_()
    torch.manual_seed(3)
    out = layer(maps)
    torch.manual_seed(3)
    assert torch.equal(layer(maps), out), "the seed decides"
    kept = out != 0
    assert float(kept.float().mean()) == pytest.approx(0.75, abs=0.01)
    assert out[kept].float().unique().tolist() == pytest.approx([4 / 3], rel=0.01)
    assert (out.dtype, out.stride()) == (kind, maps.stride())
    out.sum().backward()
    assert torch.equal(maps.grad != 0, kept)
    assert layer.eval()(maps) is maps


@pytest.mark.parametrize("chance", [0.2, 1.0, -0.25])
def test_dropout_by_chances_that_a_byte_cannot_tell(chance: float) -> None:
    with pytest.raises(ValueError, match=r"multiple of 1/256 in \[0, 1\)"):
        MapDropout(chance)

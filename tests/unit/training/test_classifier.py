"""Recipe ``classifier``: it learns, it resumes to the same weights, and it says what is wrong with the data."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from rostro.core.errors import BadInput, ModelCorrupt, PhotoError, UnknownModel  # noqa: E402
from rostro.training.base import Progress  # noqa: E402
from rostro.training.loop.checkpoint import read_checkpoint  # noqa: E402
from rostro.training.loop.loop import Interrupted  # noqa: E402
from rostro.training.recipes.classifier import ClassifierOptions, ClassifierRecipe  # noqa: E402

SHORT = ClassifierOptions(epochs=3, batch=5, rate=5e-3, device="cpu")
LONG = replace(SHORT, epochs=10, batch=4, rate=1e-2)
MakePeople = Callable[..., Path]


def test_learns_and_predicts(make_people: MakePeople, tmp_path: Path, progress: Progress) -> None:
    root, said = make_people(), []
    card = ClassifierRecipe(root, tmp_path / "out", LONG, progress=replace(progress, say=said.append)).train()
    assert card.metrics["validation accuracy"] == 1.0
    lines = (tmp_path / "out" / "curves.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "epoch,training loss,validation loss,accuracy,balanced accuracy"
    losses = [float(line.split(",")[1]) for line in lines[1:]]
    assert len(losses) == LONG.epochs
    assert losses[-1] < 0.6 * losses[0]
    assert any("3 classes; photos: train 24, val 12" in line for line in said)
    ET.parse(tmp_path / "out" / "curves.svg")
    photos = [root / "val" / name / "0.png" for name in ("cy", "ada")] + [root / "gone.png"]
    cy, ada, gone = ClassifierRecipe.predict(read_checkpoint(tmp_path / "out"), photos)
    assert (cy.labels, ada.labels) == (("cy",), ("ada",))
    assert sum(p for _, p in cy.probabilities) == pytest.approx(1)
    assert isinstance(gone, PhotoError)


def test_resumes_in_the_middle_of_an_epoch_to_the_same_weights(
    make_people: MakePeople, tmp_path: Path, progress: Progress
) -> None:
    root = make_people()
    ClassifierRecipe(root, tmp_path / "whole", SHORT, progress=progress).train()
    steps = itertools.count(1)
    cut = replace(progress, stopped=lambda: next(steps) == 8)  # five steps an epoch: the third of the second
    with pytest.raises(Interrupted, match=r"epoch 2 after step 3 of 5"):
        ClassifierRecipe(root, tmp_path / "cut", SHORT, progress=cut).train()
    ClassifierRecipe(root, tmp_path / "cut", replace(SHORT, resume=True), progress=progress).train()
    for name in ("last", "best"):
        whole = read_checkpoint(tmp_path / "whole" / f"{name}.safetensors")
        resumed = read_checkpoint(tmp_path / "cut" / f"{name}.safetensors")
        assert whole.card.metrics == resumed.card.metrics
        assert whole.tensors.keys() == resumed.tensors.keys()
        assert all(torch.equal(whole.tensors[key], resumed.tensors[key]) for key in whole.tensors)
    assert (tmp_path / "whole" / "curves.csv").read_text(encoding="utf-8") == (
        tmp_path / "cut" / "curves.csv"
    ).read_text(encoding="utf-8")


def test_another_seed_gives_other_weights(make_people: MakePeople, tmp_path: Path, progress: Progress) -> None:
    root = make_people(train=3, val=1)
    one = replace(SHORT, epochs=1)
    for seed in (1, 2):
        ClassifierRecipe(root, tmp_path / str(seed), replace(one, seed=seed), progress=progress).train()
    first, second = (read_checkpoint(tmp_path / str(seed)).tensors["head.weight"] for seed in (1, 2))
    assert not torch.equal(first, second)


def test_resume_refuses_another_training(make_people: MakePeople, tmp_path: Path, progress: Progress) -> None:
    root = make_people(train=3, val=1)
    one = replace(SHORT, epochs=1)
    with pytest.raises(BadInput, match="nothing to resume"):
        ClassifierRecipe(root, tmp_path / "out", replace(one, resume=True), progress=progress).train()
    ClassifierRecipe(root, tmp_path / "out", one, progress=progress).train()
    with pytest.raises(BadInput, match="other data or with other options"):
        ClassifierRecipe(root, tmp_path / "out", replace(one, resume=True, rate=0.1), progress=progress).train()


def test_stops_early(make_people: MakePeople, tmp_path: Path, progress: Progress) -> None:
    chosen = replace(SHORT, epochs=50, rate=1e-9, patience=2)
    ClassifierRecipe(make_people(train=2, val=2), tmp_path / "out", chosen, progress=progress).train()
    assert len((tmp_path / "out" / "curves.csv").read_text(encoding="utf-8").splitlines()) < 20


def test_original_net_and_test_part(make_people: MakePeople, tmp_path: Path, progress: Progress) -> None:
    root = make_people(train=2, val=1)
    (root / "val").rename(root / "test")
    (root / "train").joinpath("../val").resolve().symlink_to(root / "test")
    chosen = replace(SHORT, epochs=1, net="upna_pooled", augmentation="upna")
    card = ClassifierRecipe(root, tmp_path / "out", chosen, progress=progress).train()
    assert card.net == "upna_pooled"
    assert card.metrics["test accuracy"] == card.metrics["validation accuracy"]
    assert read_checkpoint(tmp_path / "out").card == card


def spoil_one_class(root: Path) -> None:
    for name in ("bob", "cy"):
        for part in ("train", "val"):
            (root / part / name).rename(root.parent / f"{part}-{name}")


def spoil_empty(root: Path) -> None:
    for photo in (root / "train" / "bob").iterdir():
        photo.unlink()


def spoil_unreadable(root: Path) -> None:
    (root / "train" / "bob" / "0.png").write_bytes(b"no picture")


def spoil_labels(root: Path) -> None:
    (root / "val" / "bob").rename(root / "val" / "zoe")


def spoil_val(root: Path) -> None:
    (root / "val").rename(root / "else")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (spoil_one_class, r"train: only one class \(ada\)"),
        (spoil_empty, "train: no photos of bob"),
        (spoil_unreadable, r"1 of 6 photos cannot be used: .*0\.png"),
        (spoil_labels, "val: zoe not in .*train"),
        (spoil_val, "no folder val here"),
    ],
)
def test_says_what_is_wrong_with_the_data(
    spoil: Callable[[Path], None], message: str, make_people: MakePeople, tmp_path: Path, progress: Progress
) -> None:
    root = make_people(train=2, val=1)
    spoil(root)
    with pytest.raises(BadInput, match=message):
        ClassifierRecipe(root, tmp_path / "out", SHORT, progress=progress).train()


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"epochs": 0}, BadInput),
        ({"rate": -1.0}, BadInput),
        ({"augmentation": "x"}, BadInput),
        ({"net": "x"}, UnknownModel),
    ],
)
def test_refuses_options(wrong: dict, error: type, make_people: MakePeople, tmp_path: Path, progress: Progress) -> None:
    with pytest.raises(error):
        ClassifierRecipe(
            make_people(train=2, val=1), tmp_path / "out", replace(SHORT, **wrong), progress=progress
        ).train()


def test_weights_that_are_not_the_cards_are_refused(
    make_people: MakePeople, tmp_path: Path, progress: Progress
) -> None:
    ClassifierRecipe(make_people(train=2, val=1), tmp_path / "out", replace(SHORT, epochs=1), progress=progress).train()
    weights = tmp_path / "out" / "best.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\xff")
    with pytest.raises(ModelCorrupt, match=r"best\.safetensors"):
        read_checkpoint(tmp_path / "out")

"""Recipes ``head`` and ``is-it-me`` on a base whose vectors are a photo's mean colour, turned into many dimensions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from sklearn.linear_model import LogisticRegression  # noqa: E402

from rostro.core.errors import BadInput, NoFace, PhotoError, SpaceMismatch  # noqa: E402
from rostro.core.geometry import unit_rows  # noqa: E402
from rostro.photos.reading import read_photo  # noqa: E402
from rostro.training.base import Found, Tools  # noqa: E402
from rostro.training.classifiers import linear  # noqa: E402
from rostro.training.classifiers.portraits import middle_squares  # noqa: E402
from rostro.training.loop.checkpoint import read_checkpoint  # noqa: E402
from rostro.training.recipes.classifier import ClassifierOptions, ClassifierRecipe  # noqa: E402
from rostro.training.recipes.head import HeadOptions, HeadRecipe  # noqa: E402
from rostro.training.recipes.is_it_me import IsItMeOptions, IsItMeRecipe  # noqa: E402

MakePeople = Callable[..., Path]
PLANE = np.random.default_rng(0).normal(size=(3, 32)).astype(np.float32)


class ColourBase:
    """Vectors of a photo's mean colour; ``space`` can be changed."""

    def __init__(self, space: str = "colours") -> None:
        self.space = space

    def vectors(self, photos: Sequence[Path]) -> Iterator[Found | PhotoError]:
        for photo in photos:
            try:
                image = read_photo(photo).image
            except PhotoError as error:
                yield error
                continue
            mean = image.reshape(-1, 3).mean(axis=0).astype(np.float32) - 105
            yield NoFace(str(photo)) if np.abs(mean).max() < 5 else Found(mean @ PLANE, (1.0, 2.0, 30.0, 31.0))

    def portraits(self, photos: Sequence[Path | bytes]) -> Iterator[Found | PhotoError]:
        for answer in middle_squares(photos, 8):
            yield from (
                a if isinstance(a, PhotoError) else Found(a.mean(axis=(0, 1)).astype(np.float32)) for a in answer
            )


@pytest.fixture
def tools() -> Tools:
    return Tools(open_base=lambda name: ColourBase())


@pytest.mark.parametrize(
    ("kind", "trained"), [("cosine", 96), ("logistic", 99), ("mlp", 32 * 100 + 100 + 200 + 1010 + 20 + 33)]
)
def test_head_learns_from_few_photos(
    kind: str, trained: int, make_people: MakePeople, tmp_path: Path, tools: Tools
) -> None:
    root = make_people(train=3, val=4)
    chosen = HeadOptions(kind=kind, epochs=60, patience=60, rate=0.01, device="cpu")
    card = HeadRecipe(root, tmp_path / "out", chosen, tools).train()
    assert card.metrics["validation accuracy"] == 1.0
    assert card.parameters == trained
    checkpoint = read_checkpoint(tmp_path / "out")
    assert checkpoint.card == card
    (found,) = HeadRecipe.predict(checkpoint, [root / "val" / "bob" / "2.png"], tools)
    assert (found.labels, found.probabilities[0][0]) == (("bob",), "bob")
    assert found.box == (1.0, 2.0, 30.0, 31.0)


def test_head_says_nobody_for_a_stranger(make_people: MakePeople, tmp_path: Path, tools: Tools) -> None:
    root = make_people(people=("ada", "bob"))
    stranger = tmp_path / "blue.png"
    Image.new("RGB", (40, 40), (60, 60, 200)).save(stranger)
    HeadRecipe(root, tmp_path / "out", HeadOptions(), tools).train()
    (found,) = HeadRecipe.predict(read_checkpoint(tmp_path / "out"), [stranger], tools)
    assert found.labels == ()
    everybody = replace(HeadOptions(), threshold=-1.0)
    HeadRecipe(root, tmp_path / "out", everybody, tools).train()
    (found,) = HeadRecipe.predict(read_checkpoint(tmp_path / "out"), [stranger], tools)
    assert len(found.labels) == 1


def test_head_refuses_vectors_of_another_space(make_people: MakePeople, tmp_path: Path, tools: Tools) -> None:
    HeadRecipe(make_people(train=2, val=1), tmp_path / "out", HeadOptions(), tools).train()
    other = Tools(open_base=lambda name: ColourBase("others"))
    with pytest.raises(SpaceMismatch, match=r"colours.*others"):
        list(HeadRecipe.predict(read_checkpoint(tmp_path / "out"), [], other))


def test_photos_without_a_face_are_named_and_left_out(make_people: MakePeople, tmp_path: Path, tools: Tools) -> None:
    root, said = make_people(train=2, val=1), []
    Image.new("RGB", (40, 40), (105, 105, 105)).save(root / "train" / "ada" / "grey.png")
    card = HeadRecipe(root, tmp_path / "out", HeadOptions(), replace(tools, say=said.append)).train()
    assert card.photos == {"train": 6, "val": 3}
    assert any("left out" in line and "grey.png" in line for line in said)
    for photo in (root / "train" / "ada").glob("[01].png"):
        photo.unlink()
    with pytest.raises(BadInput, match="ada: no photo here gives a vector"):
        HeadRecipe(root, tmp_path / "out", HeadOptions(), tools).train()


def test_head_refuses_a_kind_that_there_is_not(make_people: MakePeople, tmp_path: Path, tools: Tools) -> None:
    with pytest.raises(BadInput, match="kind is"):
        HeadRecipe(make_people(train=2, val=1), tmp_path, HeadOptions(kind="svm"), tools).train()


def test_logistic_regression_is_scikit_learns() -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1, 2], 10)
    vectors = (rng.normal(size=(30, 6)) + 2 * np.eye(6)[labels]).astype(np.float32)
    weight, bias = linear.logistic(vectors, labels, 3)
    theirs = LogisticRegression(C=1 / (linear.L2 * 30), tol=1e-8, max_iter=2000).fit(unit_rows(vectors), labels)
    ours = unit_rows(vectors) @ weight.T + bias
    expected = theirs.decision_function(unit_rows(vectors))
    assert (
        np.abs((ours - ours.mean(axis=1, keepdims=True)) - (expected - expected.mean(axis=1, keepdims=True))).max()
        < 0.01
    )


def test_cross_validation_takes_what_is_right_more_often() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 20)
    vectors = rng.normal(size=(40, 8)).astype(np.float32)
    vectors[:, 0] = 10.0
    vectors[:, 1] = np.where(labels == 1, 0.7, -0.7) + rng.normal(size=40) * 0.05
    kind, accuracies = linear.choose(vectors, labels, 2, 0)
    assert kind == max(accuracies, key=lambda name: accuracies[name])
    assert linear.choose(vectors[[0, 20, 21]], labels[[0, 20, 21]], 2, 0) == ("cosine", {})


@pytest.fixture
def me(make_people: MakePeople) -> Path:
    """``train/{me,not_me}`` and ``validation/{me,not_me}``."""
    root = make_people(people=("ada", "bob"))
    for part in ("train", "val"):
        (root / part / "ada").rename(root / part / "me")
        (root / part / "bob").rename(root / part / "not_me")
    (root / "val").rename(root / "validation")
    return root


def test_is_it_me_on_an_embedder(me: Path, tmp_path: Path, tools: Tools) -> None:
    card = IsItMeRecipe(me, tmp_path / "out", IsItMeOptions(epochs=30, device="cpu"), tools).train()
    assert card.metrics["validation AUC"] == 1.0
    assert card.metrics["validation accuracy"] == 1.0
    assert card.parameters == 33
    photos = [me / "validation" / name / "0.png" for name in ("me", "not_me")]
    mine, other = IsItMeRecipe.predict(read_checkpoint(tmp_path / "out"), photos, tools)
    assert (mine.labels, other.labels) == (("me",), ())
    assert dict(mine.probabilities)["me"] > 0.5 > dict(other.probabilities)["me"]


def test_is_it_me_on_a_checkpoint(me: Path, tmp_path: Path, tools: Tools) -> None:
    other = tmp_path / "base"
    ClassifierRecipe(me, other, ClassifierOptions(epochs=2, batch=8, device="cpu"), tools).train()
    chosen = IsItMeOptions(epochs=5, base=str(other), device="cpu")
    card = IsItMeRecipe(me, tmp_path / "out", chosen, tools).train()
    assert card.preprocessing["space"].startswith("compact-")
    assert card.parameters == 161
    with pytest.raises(BadInput, match="cannot be one"):
        IsItMeRecipe(me, tmp_path / "x", replace(chosen, base=str(tmp_path / "out")), tools).train()


def test_strangers_stand_in_for_not_me(me: Path, tmp_path: Path, tools: Tools) -> None:
    strangers = tmp_path / "strangers"
    strangers.mkdir()
    for part in ("train", "validation"):
        for photo in (me / part / "not_me").iterdir():
            photo.rename(strangers / f"{part}{photo.name}")
    with pytest.raises(BadInput, match="not_me: no photos"):
        IsItMeRecipe(me, tmp_path / "out", IsItMeOptions(), tools).train()
    chosen = IsItMeOptions(epochs=30, strangers=str(strangers), negatives=10, device="cpu")
    card = IsItMeRecipe(me, tmp_path / "out", chosen, tools).train()
    assert card.photos == {"train": 8 + 8, "val": 4 + 2}
    assert card.metrics["validation AUC"] == 1.0

"""Recipes ``head`` and ``is-it-me`` on a base whose vectors are a photo's mean colour, turned into many dimensions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from coloured_faces import coloured
from PIL import Image

torch = pytest.importorskip("torch")

from sklearn.linear_model import LogisticRegression  # noqa: E402

from rostro.core.errors import BadInput, SpaceMismatch  # noqa: E402
from rostro.core.geometry import unit_rows  # noqa: E402
from rostro.recognizer import Recognizer  # noqa: E402
from rostro.training.base import Progress  # noqa: E402
from rostro.training.classifiers import linear  # noqa: E402
from rostro.training.loop.checkpoint import read_checkpoint  # noqa: E402
from rostro.training.recipes.classifier import ClassifierOptions, ClassifierRecipe  # noqa: E402
from rostro.training.recipes.head import HeadOptions, HeadRecipe  # noqa: E402
from rostro.training.recipes.is_it_me import IsItMeOptions, IsItMeRecipe  # noqa: E402

MakePeople = Callable[..., Path]
HEAD, IS_IT_ME = HeadOptions(base="colours"), IsItMeOptions(base="colours", device="cpu")


@pytest.mark.parametrize(
    ("kind", "trained"), [("cosine", 96), ("logistic", 99), ("mlp", 32 * 100 + 100 + 200 + 1010 + 20 + 33)]
)
def test_head_learns_from_few_photos(
    kind: str, trained: int, make_people: MakePeople, tmp_path: Path, recognizer: Recognizer
) -> None:
    root = make_people(train=3, val=4)
    chosen = replace(HEAD, kind=kind, epochs=60, patience=60, rate=0.01, device="cpu")
    card = HeadRecipe(root, tmp_path / "out", chosen, recognizer).train()
    assert card.metrics["validation accuracy"] == 1.0
    assert card.parameters == trained
    checkpoint = read_checkpoint(tmp_path / "out")
    assert checkpoint.card == card
    (found,) = HeadRecipe.predict(checkpoint, [root / "val" / "bob" / "2.png"], recognizer)
    assert (found.labels, found.probabilities[0][0]) == (("bob",), "bob")
    assert found.box == (1.0, 2.0, 30.0, 31.0)


def test_head_says_nobody_for_a_stranger(make_people: MakePeople, tmp_path: Path, recognizer: Recognizer) -> None:
    root = make_people(people=("ada", "bob"))
    stranger = tmp_path / "blue.png"
    Image.new("RGB", (40, 40), (60, 60, 200)).save(stranger)
    HeadRecipe(root, tmp_path / "out", HEAD, recognizer).train()
    (found,) = HeadRecipe.predict(read_checkpoint(tmp_path / "out"), [stranger], recognizer)
    assert found.labels == ()
    everybody = replace(HEAD, threshold=-1.0)
    HeadRecipe(root, tmp_path / "out", everybody, recognizer).train()
    (found,) = HeadRecipe.predict(read_checkpoint(tmp_path / "out"), [stranger], recognizer)
    assert len(found.labels) == 1


def test_head_refuses_vectors_of_another_space(make_people: MakePeople, tmp_path: Path, recognizer: Recognizer) -> None:
    HeadRecipe(make_people(train=2, val=1), tmp_path / "out", HEAD, recognizer).train()
    other = coloured(space="others")
    with pytest.raises(SpaceMismatch, match=r"colours.*others"):
        list(HeadRecipe.predict(read_checkpoint(tmp_path / "out"), [], other))


def test_photos_without_a_face_are_named_and_left_out(
    make_people: MakePeople, tmp_path: Path, recognizer: Recognizer
) -> None:
    root, said = make_people(train=2, val=1), []
    Image.new("RGB", (40, 40), (105, 105, 105)).save(root / "train" / "ada" / "grey.png")
    card = HeadRecipe(root, tmp_path / "out", HEAD, recognizer, Progress(say=said.append)).train()
    assert card.photos == {"train": 6, "val": 3}
    assert any("left out" in line and "grey.png" in line for line in said)
    for photo in (root / "train" / "ada").glob("[01].png"):
        photo.unlink()
    with pytest.raises(BadInput, match="ada: no photo here gives a vector"):
        HeadRecipe(root, tmp_path / "out", HEAD, recognizer).train()


def test_head_refuses_a_kind_that_there_is_not(make_people: MakePeople, tmp_path: Path, recognizer: Recognizer) -> None:
    with pytest.raises(BadInput, match="kind is"):
        HeadRecipe(make_people(train=2, val=1), tmp_path, replace(HEAD, kind="svm"), recognizer).train()


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


def test_is_it_me_on_an_embedder(me: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    card = IsItMeRecipe(me, tmp_path / "out", replace(IS_IT_ME, epochs=30), recognizer).train()
    assert card.metrics["validation AUC"] == 1.0
    assert card.metrics["validation accuracy"] == 1.0
    assert card.parameters == 33
    photos = [me / "validation" / name / "0.png" for name in ("me", "not_me")]
    mine, other = IsItMeRecipe.predict(read_checkpoint(tmp_path / "out"), photos, recognizer)
    assert (mine.labels, other.labels) == (("me",), ())
    assert dict(mine.probabilities)["me"] > 0.5 > dict(other.probabilities)["me"]


def test_is_it_me_on_a_checkpoint(me: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    other = tmp_path / "base"
    ClassifierRecipe(me, other, ClassifierOptions(epochs=2, batch=8, device="cpu"), recognizer).train()
    chosen = replace(IS_IT_ME, epochs=5, base=str(other))
    card = IsItMeRecipe(me, tmp_path / "out", chosen, recognizer).train()
    assert card.preprocessing["space"].startswith("compact-")
    assert card.parameters == 161
    with pytest.raises(BadInput, match="cannot be one"):
        IsItMeRecipe(me, tmp_path / "x", replace(chosen, base=str(tmp_path / "out")), recognizer).train()


def test_strangers_stand_in_for_not_me(me: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    strangers = tmp_path / "strangers"
    strangers.mkdir()
    for part in ("train", "validation"):
        for photo in (me / part / "not_me").iterdir():
            photo.rename(strangers / f"{part}{photo.name}")
    with pytest.raises(BadInput, match="not_me: no photos"):
        IsItMeRecipe(me, tmp_path / "out", IS_IT_ME, recognizer).train()
    chosen = replace(IS_IT_ME, epochs=30, strangers=str(strangers), negatives=10)
    card = IsItMeRecipe(me, tmp_path / "out", chosen, recognizer).train()
    assert card.photos == {"train": 8 + 8, "val": 4 + 2}
    assert card.metrics["validation AUC"] == 1.0

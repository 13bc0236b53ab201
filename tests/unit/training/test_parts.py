"""The small parts: cards, scores, augmentation, batches, curves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from rostro.core.errors import BadInput
from rostro.training.classifiers.scores import auc, balanced_accuracy, best_threshold, class_scores
from rostro.training.data.augment import AUGMENTATIONS, Augmentation
from rostro.training.data.batches import batch_indices, data_hash
from rostro.training.data.squares import resize_square
from rostro.training.loop.card import Card
from rostro.training.loop.curves import write_curves

CARD = Card(
    recipe="classifier", net="compact", classes=("Ñandú", "1", "no"), preprocessing={"size": 112}, metrics={"a": 0.5},
    photos={"train": 3}, options={"rate": 1e-3}, thresholds={"unknown": 0.3},
)  # fmt: skip


def test_card_goes_to_yaml_and_back() -> None:
    pytest.importorskip("yaml")
    assert Card.from_yaml(CARD.to_yaml(), "card.yaml") == CARD


def test_the_loss_of_an_earlier_card_is_called_what_it_is() -> None:
    pytest.importorskip("yaml")
    before = replace(CARD, metrics={"validation loss": 0.7, "validation accuracy": 0.5})
    after = {"training loss": 0.7, "validation accuracy": 0.5}
    assert Card.from_yaml(before.to_yaml(), "card.yaml").metrics == after
    both = replace(CARD, metrics={"training loss": 0.5, "validation loss": 0.7})
    assert Card.from_yaml(both.to_yaml(), "card.yaml") == both


@pytest.mark.parametrize("text", ["", "[1", "recipe: x", "a: &a [*a]", CARD.recipe])
def test_what_is_no_card_is_refused(text: str) -> None:
    pytest.importorskip("yaml")
    with pytest.raises(BadInput, match=r"^c\.yaml"):
        Card.from_yaml(text, "c.yaml")


@given(st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=2).filter(lambda x: len({b for _, b in x}) == 2))
def test_auc_and_balanced_accuracy_are_sklearns(pairs: list[tuple[int, bool]]) -> None:
    scores, truth = np.array([s for s, _ in pairs], float), np.array([b for _, b in pairs])
    assert auc(scores, truth) == pytest.approx(roc_auc_score(truth, scores))
    assert balanced_accuracy(scores >= 0, truth) == pytest.approx(balanced_accuracy_score(truth, scores >= 0))


@given(st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=1))
def test_no_other_threshold_is_right_more_often(pairs: list[tuple[int, bool]]) -> None:
    scores, truth = np.array([s for s, _ in pairs], float), np.array([b for _, b in pairs])

    def right(threshold: float) -> int:
        return int(((scores >= threshold) == truth).sum())

    assert right(best_threshold(scores, truth)) == max(right(t) for t in np.arange(-5, 6, 0.5))


def test_auc_without_negatives_is_unknown() -> None:
    assert np.isnan(auc(np.ones(3), np.ones(3)))


def test_balanced_accuracy_counts_classes_alike() -> None:
    scores = np.eye(2)[[0, 0, 0, 0]]
    assert class_scores(scores, np.array([0, 0, 0, 1])) == {"accuracy": 0.75, "balanced accuracy": 0.5}


def test_augmentation_none_changes_nothing_and_shift_shifts() -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    assert np.array_equal(AUGMENTATIONS["none"].apply(image, np.random.default_rng(1)), image)
    changed = Augmentation(flip=True).apply(image, np.random.default_rng(3))
    assert np.array_equal(changed, image) or np.array_equal(changed, image[:, ::-1])


@pytest.mark.parametrize("name", ["default", "upna"])
def test_augmentation_depends_on_the_generator_only(name: str) -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    first, again, other = (AUGMENTATIONS[name].apply(image, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_augmentation_of_one_colour_keeps_it() -> None:
    image = np.full((20, 20, 3), 77, np.uint8)
    assert np.array_equal(AUGMENTATIONS["upna"].apply(image, np.random.default_rng(5)), image)


@given(st.integers(2, 200), st.integers(2, 40))
def test_batches_hold_everything_once_and_none_is_single(count: int, batch: int) -> None:
    parts = batch_indices(count, batch, np.arange(count))
    assert np.array_equal(np.concatenate(parts), np.arange(count))
    assert all(2 <= len(part) <= batch + 1 for part in parts)


def test_data_hash_ignores_order_and_sees_labels() -> None:
    assert data_hash(["a", "b"], np.array([0, 1])) == data_hash(["b", "a"], np.array([1, 0]))
    assert data_hash(["a", "b"], np.array([0, 1])) != data_hash(["a", "b"], np.array([1, 0]))


def test_square() -> None:
    assert resize_square(np.zeros((30, 70, 3), np.uint8), 16).shape == (16, 16, 3)


def test_curves_of_nothing_and_of_one_epoch(tmp_path: Path) -> None:
    write_curves(tmp_path, [])
    assert not list(tmp_path.iterdir())
    write_curves(tmp_path, [{"epoch": 1, "training loss": 0.7, "accuracy": float("nan")}])
    assert (tmp_path / "curves.csv").read_text(encoding="utf-8") == "epoch,training loss,accuracy\n1,0.7,nan\n"

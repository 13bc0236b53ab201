"""BCubed and pairwise agreement of groups with people."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.scoring.clustering import Agreement, bcubed, pairwise

LABELLED = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30)


def by_definition(groups: list[int], owners: list[int]) -> tuple[float, float]:
    """BCubed as it is defined: face by face."""
    faces = range(len(groups))
    precision, recall = [], []
    for face in faces:
        mine = {other for other in faces if groups[other] == groups[face]}
        own = {other for other in faces if owners[other] == owners[face]}
        precision.append(len(mine & own) / len(mine))
        recall.append(len(mine & own) / len(own))
    return float(np.mean(precision)), float(np.mean(recall))


def pairs_by_definition(groups: list[int], owners: list[int]) -> tuple[float, float]:
    pairs = list(combinations(range(len(groups)), 2))
    grouped = {pair for pair in pairs if groups[pair[0]] == groups[pair[1]]}
    owned = {pair for pair in pairs if owners[pair[0]] == owners[pair[1]]}
    both = len(grouped & owned)
    return both / len(grouped) if grouped else 1.0, both / len(owned) if owned else 1.0


@given(LABELLED)
def test_they_are_what_their_definitions_say(labelled: list[tuple[int, int]]) -> None:
    groups, owners = (list(labels) for labels in zip(*labelled, strict=True))
    found, pairs = bcubed(groups, owners), pairwise(groups, owners)
    assert (found.precision, found.recall) == pytest.approx(by_definition(groups, owners))
    assert (pairs.precision, pairs.recall) == pytest.approx(pairs_by_definition(groups, owners))
    assert 0 < found.f <= 1
    assert 0 <= pairs.f <= 1


@given(LABELLED)
def test_what_groups_are_called_does_not_matter_and_nor_does_the_order(labelled: list[tuple[int, int]]) -> None:
    groups, owners = (list(labels) for labels in zip(*labelled, strict=True))
    for measure in (bcubed, pairwise):
        plain = measure(groups, owners)
        renamed = measure([f"g{9 - group}" for group in groups][::-1], owners[::-1])
        assert renamed.to_dict() == pytest.approx(plain.to_dict())


@given(LABELLED)
def test_people_and_groups_change_places_as_precision_and_recall_do(labelled: list[tuple[int, int]]) -> None:
    groups, owners = (list(labels) for labels in zip(*labelled, strict=True))
    for measure in (bcubed, pairwise):
        one, other = measure(groups, owners), measure(owners, groups)
        assert (one.precision, one.recall) == pytest.approx((other.recall, other.precision))


@given(LABELLED)
def test_right_groups_alone_are_perfect(labelled: list[tuple[int, int]]) -> None:
    groups, owners = (list(labels) for labels in zip(*labelled, strict=True))
    assert bcubed(owners, owners) == pairwise(owners, owners) == Agreement(1, 1)
    assert bcubed(list(range(len(owners))), owners).precision == pytest.approx(1)
    assert bcubed([0] * len(owners), owners).recall == pytest.approx(1)
    right = len(set(labelled)) == len(set(groups)) == len(set(owners))
    assert (bcubed(groups, owners).f == pytest.approx(1)) == right


def test_by_hand() -> None:
    # Ada's three photos lie two and one; the one is with Bob's.
    found = bcubed([0, 0, 1, 1], ["Ada", "Ada", "Ada", "Bob"])
    assert found.precision == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert found.recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert pairwise([0, 0, 1, 1], ["Ada", "Ada", "Ada", "Bob"]) == Agreement(1 / 2, 1 / 3)
    assert Agreement(0, 0).f == 0


@pytest.mark.parametrize(("groups", "owners"), [([], []), ([1], [1, 2]), ([[1]], [[1]])])
def test_what_is_no_grouping_is_refused(groups: list[int], owners: list[int]) -> None:
    with pytest.raises(BadInput):
        bcubed(groups, owners)
    with pytest.raises(BadInput):
        pairwise(groups, owners)

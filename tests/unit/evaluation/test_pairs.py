"""All pairs in blocks: the same numbers as one by one, whatever the block."""

from __future__ import annotations

import numpy as np
import pytest
from embedded_people import make_embedded
from hypothesis import given, settings
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.evaluation import pairs
from rostro.evaluation.pairs import score_all_pairs
from rostro.scoring.counts import ScoreCounts


def one_by_one(embedded):
    """(photo, other, genuine, score) of every two photos."""
    owners, rows = embedded.people.owners, []
    for a in range(owners.size):
        for b in range(a + 1, owners.size):
            made = embedded.found[a] and embedded.found[b]
            score = float(embedded.vectors[a] @ embedded.vectors[b]) if made else -np.inf
            rows.append((a, b, bool(owners[a] == owners[b]), score))
    return rows


@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=8).filter(lambda counts: max(counts) > 1),
    st.sets(st.integers(0, 7), max_size=2),
    st.integers(1, 9),
)
@settings(max_examples=25, deadline=None)
def test_blocks_change_nothing(counts, failed, block):
    embedded = make_embedded(counts, failed=[photo for photo in failed if photo < sum(counts)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "BLOCK", block)
        result = score_all_pairs(embedded)
    rows = one_by_one(embedded)
    expected = ScoreCounts.of(
        [score for _, _, genuine, score in rows if genuine], [score for _, _, genuine, score in rows if not genuine]
    )
    got = result.counts
    assert (got.genuine_total, got.impostor_total) == (expected.genuine_total, expected.impostor_total)
    assert (got.failed_genuine, got.failed_impostor) == (expected.failed_genuine, expected.failed_impostor)
    for threshold in (-0.5, 0.0, 0.25, 0.5, 0.75):
        assert got.accepted(threshold) == expected.accepted(threshold)
    listed = {
        (min(a, b), max(a, b)): score for a, b, score in zip(result.probe, result.reference, result.scores, strict=True)
    }
    wanted = {(a, b): score for a, b, genuine, score in rows if genuine or score >= result.floor - 1e-6}
    needed = {(a, b) for a, b, genuine, score in rows if genuine or score >= result.floor + 1e-6}
    assert needed <= listed.keys() <= wanted.keys(), "at the floor itself, the last bit of a product may decide"
    assert len(listed) == result.scores.size, "no pair is listed twice"
    for key, score in listed.items():
        assert wanted[key] == pytest.approx(score, abs=1e-6)


def test_the_highest_impostors_are_listed():
    result = score_all_pairs(make_embedded([2] * 60))
    above = result.counts.accepted(result.floor)[1]
    assert 0.01 <= above / result.counts.impostor_total <= pairs.LISTED_FMR


def test_rows_are_told():
    told = []
    score_all_pairs(make_embedded([3, 3], failed=[0]), told.append)
    assert sum(told) == 2 * 5


@pytest.mark.parametrize("counts", [[5], [1, 1, 1]])
def test_nothing_to_compare_is_refused(counts):
    with pytest.raises(BadInput, match="needs two people"):
        score_all_pairs(make_embedded(counts))


def test_too_many_photos_of_a_person_are_refused(monkeypatch):
    monkeypatch.setattr(pairs, "MOST_GENUINE", 5)
    with pytest.raises(BadInput, match="fewer photos per person"):
        score_all_pairs(make_embedded([4, 2]))

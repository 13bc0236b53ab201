"""The gate: what is not judged, what needs a closer match, and what was measured for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.core.quality import Quality, Reason
from rostro.quality.gate import SHIPPED, Gate, file_stem
from rostro.scoring import operating_points

if TYPE_CHECKING:
    from pathlib import Path

GATE = Gate(
    space="toy-1/five_point-112",
    scorer="lightqnet",
    weights=(1.0, 2.0, 0.5),
    bias=-10.0,
    refuse_below=0.2,
    sure_from=0.8,
    margin=0.3,
    measured={},
)
UNIT = st.floats(0, 1)


def test_the_margin_falls_to_nothing() -> None:
    assert np.allclose(GATE.margins([0.0, 0.2, 0.5, 0.8, 1.0]), [0.3, 0.3, 0.15, 0, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("similarity", "values", "same"),
    [
        (0.9, (0.1, 1.0), None),  # one face is too poor, whatever the similarity
        (0.1, (0.1, 1.0), None),
        (0.5, (0.9, 0.9), True),
        (0.3, (0.9, 0.9), False),
        (0.5, (0.5, 0.9), None),  # 0.4 is reached, 0.4 + 0.15 is not
        (0.6, (0.5, 0.9), True),
        (0.3, (0.5, 0.9), False),
        (0.5, (0.9,), True),
    ],
)
def test_decisions(similarity: float, values: tuple[float, ...], same: bool | None) -> None:
    assert GATE.same(similarity, 0.4, *values) is same


@pytest.mark.parametrize(
    ("similarity", "reasons", "doubted"),
    [
        (0.9, (("covered",), ("covered", "blurred")), True),
        (0.9, (("covered",), ()), False),  # a bare face and one in a mask are judged
        (0.9, ((), ()), False),
        (0.3, (("covered",), ("covered",)), False),  # what does not reach the threshold is no match
        (0.9, (("covered",),), False),  # a search knows the templates' qualities no more; none of them is covered
    ],
)
def test_two_faces_in_masks_are_no_match(
    similarity: float, reasons: tuple[tuple[Reason, ...], ...], doubted: bool
) -> None:
    doubt = GATE.doubt(similarity, 0.4, [Quality(0.9, why) for why in reasons], ["a.jpg", "b.jpg"][: len(reasons)])
    assert (doubt is not None) == doubted
    if doubt is not None:
        assert doubt.reason.startswith("cannot be judged: the face of a.jpg is covered")
        assert not doubt.close


@given(st.floats(-1, 1), UNIT, UNIT, UNIT)
def test_a_better_photo_never_turns_a_yes_into_a_no(similarity: float, one: float, two: float, better: float) -> None:
    order = {False: 0, None: 1, True: 2}
    before = GATE.same(similarity, 0.4, one, two)
    after = GATE.same(similarity, 0.4, max(one, better), two)
    assert before is not True or after is True
    assert before is not None or order[after] != 0 or min(one, two) < GATE.refuse_below
    assert GATE.same(similarity, 0.4, one, two) is GATE.same(similarity, 0.4, two, one)


@given(st.floats(0, 40), UNIT)
def test_values_lie_between_0_and_1_and_rise_with_length_and_score(length: float, score: float) -> None:
    lengths, scores = np.array([length, length + 1, length], np.float32), np.array([score] * 2 + [1], np.float32)
    values = GATE.values(lengths, scores)
    assert values.dtype == np.float32
    assert ((values >= 0) & (values <= 1)).all()
    assert values[1] >= values[0]
    assert values[2] >= values[0]


def test_scores_are_not_forgotten() -> None:
    with pytest.raises(BadInput, match="lightqnet"):
        GATE.values(np.ones(2, np.float32))


def test_another_level() -> None:
    assert GATE.but(refuse_below=None) is GATE
    assert GATE.but(refuse_below=0.5).same(0.9, 0.4, 0.4) is None
    assert GATE.but(refuse_below=0.0).same(0.99, 0.4, 0.0) is True
    assert GATE.but(refuse_below=0.95).sure_from == 0.95
    assert GATE.but(refuse_below=1.0).same(0.9, 0.4, 1.0) is True
    with pytest.raises(BadInput, match="refuse_below"):
        GATE.but(refuse_below=1.5)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"space": "a", "weights": [1]}', '{"space": 3, "weights": "abc"}'])
def test_a_malformed_file_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "gate.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"gate\.json"):
        Gate.read(path)
    with pytest.raises(BadInput, match=r"none\.json"):
        Gate.read(tmp_path / "none.json")


FILES = sorted(SHIPPED.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_gates_say_what_they_are_for(path: Path) -> None:
    gate = Gate.read(path)
    assert path.stem == file_stem(gate.space, gate.scorer)
    assert Gate.shipped(gate.space, gate.scorer) == gate
    assert operating_points.shipped(gate.space).at().threshold > 0
    assert gate.measured["refused"]["LFW"] <= 0.0055
    rows = {row["row"]: row for row in gate.measured["rows"]}
    assert rows["upright"]["held"]
    assert json.loads(path.read_text(encoding="utf-8"))["measured"]["measured_on"]


def test_with_the_scorer_every_promised_row_holds() -> None:
    gate = Gate.shipped("sface-0ba9fbfa/five_point-112", "lightqnet")
    assert gate is not None
    rows = {row["row"]: row for row in gate.measured["rows"]}
    promised = ["upright", "negative", *(row for row in rows if row.startswith(("turned", "blurred", "small")))]
    assert len(promised) > 15
    assert [row for row in promised if not rows[row]["held"]] == []
    assert gate.measured["refused"]["CelebA"] <= 0.03


def test_no_gate_was_measured_for_a_space_nobody_knows() -> None:
    assert Gate.shipped("nobody-00000000/five_point-112", "lightqnet") is None

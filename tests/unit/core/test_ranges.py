"""What numbers may be, in every door of the library: NaN, infinity, negative and absurd ones are refused, named."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
from command_line import rostro
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.core.ranges import SCORE, SEARCH_RATE, SEED, SIMILARITY, Range, check_all, counted
from rostro.core.settings import Settings
from rostro.detection.base import DETECTORS
from rostro.evaluation.options import RANGES as EVALUATION
from rostro.evaluation.options import Options
from rostro.models.store import ModelStore
from rostro.recognition.lookup import identify
from rostro.recognition.wishes import RANGES as PARTS
from rostro.recognizer import Recognizer
from rostro.runtime.base import EngineOptions
from rostro.server.admission.limits import Limits
from rostro.training.base import RECIPES
from rostro.video.watcher import RANGES as WATCHING
from rostro.video.watcher import WatchOptions

WRONG = [math.nan, math.inf, -math.inf, 1e99, -1e9]


@given(st.floats() | st.integers())
def test_a_range_takes_what_is_finite_and_between_its_ends(value: float) -> None:
    assert (value in SCORE) == (math.isfinite(value) and 0 <= value <= 1)
    assert (value in SEARCH_RATE) == (math.isfinite(value) and 0 < value < 1)
    assert (value in counted()) == (math.isfinite(value) and 1 <= value <= 1_000_000 and value == int(value))


def test_what_is_no_number_is_in_no_range() -> None:
    for value in (True, "0.5", None, [0.5], 1j):
        assert value not in SCORE
    assert np.float32(0.5) in SCORE and np.int64(3) in counted()
    assert 2**63 - 1 in SEED and 2**63 not in SEED


def test_what_is_said() -> None:
    with pytest.raises(BadInput, match=r"^a score lies in \[0, 1\], got nan$") as error:
        SCORE.check(math.nan)
    assert error.value.values == {"range": "[0, 1]", "got": "nan"}
    with pytest.raises(BadInput, match=r"^epochs is at least 1, got 0$"):
        check_all({"epochs": 0}, {"epochs": counted()})
    assert [str(one) for one in (SIMILARITY, SEARCH_RATE, counted())] == ["[-1, 1]", "(0, 1)", "[1, 1,000,000]"]
    assert SCORE.check(1) == 1 and check_all({"epochs": None}, {"epochs": counted()}) is None


#: Each door that takes numbers: how something is made from one option of it, and which options there are.
DOORS: list[tuple[str, Callable[..., object], dict[str, Range]]] = [
    ("Recognizer", Recognizer, PARTS),
    ("WatchOptions", WatchOptions, WATCHING),
    ("evaluation.Options", Options, EVALUATION),
    ("Settings", Settings, {name: counted() for name in ("threads", "max_bytes", "max_pixels", "max_faces")}),
    ("Limits", Limits, {"rate": SCORE}),
    *[
        (
            f"train {name}",
            RECIPES.get(name).options,
            {f.name: f.metadata["range"] for f in fields(RECIPES.get(name).options) if f.metadata["range"] is not None},
        )
        for name in RECIPES
    ],
]


@pytest.mark.parametrize(
    ("make", "option"),
    [pytest.param(make, option, id=f"{door} {option}") for door, make, options in DOORS for option in options],
)
def test_every_door_of_python_refuses_them(make: Callable[..., object], option: str) -> None:
    for value in WRONG:
        with pytest.raises(BadInput, match=r"lies? in|at least"):
            make(**{option: value})


def test_every_number_of_a_recipe_has_a_range() -> None:
    for name in RECIPES:
        for item in fields(RECIPES.get(name).options):
            if isinstance(item.default, int | float) and not isinstance(item.default, bool):
                assert item.metadata["range"] is not None, f"{name} --{item.name}"
                assert item.default in item.metadata["range"], f"{name} --{item.name}"


@pytest.mark.parametrize("name", list(DETECTORS))
@pytest.mark.parametrize("option", ["min_score", "max_side"])
def test_detectors_by_themselves(name: str, option: str) -> None:
    """Said before a model is fetched: the store is never asked."""
    for value in WRONG:
        with pytest.raises(BadInput, match=option):
            DETECTORS.get(name)(ModelStore(Settings(offline=True)), EngineOptions(), **{option: value})


@pytest.mark.parametrize("text", ["0", "-1", "1e99", "nan", "99999999999999999999", "1.5"])
@pytest.mark.parametrize("variable", ["ROSTRO_THREADS", "ROSTRO_MAX_BYTES", "ROSTRO_MAX_PIXELS", "ROSTRO_MAX_FACES"])
def test_the_environment(variable: str, text: str) -> None:
    with pytest.raises(BadInput, match=variable):
        Settings.from_environment({variable: text})


def test_people_to_list() -> None:
    for count in (0, -1, 10**9):
        with pytest.raises(BadInput, match="a number of people lies in"):
            identify(None, [], np.empty((0, 4), np.float32), None, candidates=count)  # type: ignore[arg-type]


@pytest.mark.parametrize("other", [{"threshold": 0.5}, {"fmr": 1e-3}])
def test_a_rate_of_searches_and_another_rule_contradict_each_other(other: dict[str, float]) -> None:
    """One of the two used to win without a word."""
    with pytest.raises(BadInput, match="either a false positive identification rate, or"):
        Recognizer(fpir=0.01, **other)
    refused = rostro("identify", "a.jpg", "--fpir", "0.01", *(f"--{name}={value}" for name, value in other.items()))
    assert refused.returncode == 2 and "either a false positive identification rate, or" in refused.stderr


@pytest.mark.parametrize("quality", [None, "none"])
def test_a_least_quality_where_nothing_is_judged_says_nothing(quality: str | None) -> None:
    with pytest.raises(BadInput, match="no face is judged"):
        Recognizer(quality=quality, min_quality=0.5)
    if quality is not None:
        refused = rostro("verify", "a.jpg", "b.jpg", "--quality", quality, "--min-quality", "0.5")
        assert refused.returncode == 2 and "no face is judged" in refused.stderr

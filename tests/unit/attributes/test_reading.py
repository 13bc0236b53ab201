"""How networks' numbers are read: curves of ages, genders that are said and not said, places of the mask detector."""

from __future__ import annotations

import numpy as np
import pytest

from rostro.attributes import aizoo
from rostro.attributes._ages import Measured
from rostro.attributes._pixels import around_boxes, planes, square
from rostro.attributes.values import ADULT, Age, Eyes, Gender, Mask, Pose, Traits
from rostro.core.types import Face

MEASURED = Measured((0, 40, 80), (0, 30, 60), (1, 38, 82), (3, 50, 95), 0.7)


@pytest.mark.parametrize("name", ["age_gender", "faceres", "retail0013"])
def test_shipped_curves_rise_and_hold_their_middle(name: str) -> None:
    found = Measured.shipped(name)
    for curve in (found.estimates, found.low, found.years, found.high):
        assert list(curve) == sorted(curve)
        assert len(curve) > 10
    assert all(low <= years <= high for low, years, high in zip(found.low, found.years, found.high, strict=True))
    assert 0.5 <= found.say_from < 1


def test_only_the_network_of_all_ages_has_read_children() -> None:
    assert Measured.shipped("age_gender").years[0] < 3
    assert Measured.shipped("retail0013").years[0] >= ADULT


def test_ages_lie_on_the_curves_and_between_them() -> None:
    ages = MEASURED.ages(np.array([-5, 20, 40, 99], np.float32))
    assert ages == [Age(1, 0, 3), Age(19.5, 15, 26.5), Age(38, 30, 50), Age(82, 60, 95)]


@pytest.mark.parametrize(
    ("female", "child", "said"),
    [
        (0.9, False, Gender("female", 0.9)),
        (0.1, False, Gender("male", 0.9)),
        (0.6, False, Gender(None, 0.6)),
        (0.9, True, Gender(None, 0.9)),
    ],
)
def test_a_gender_is_said_of_adults_and_where_it_is_probable(female: float, child: bool, said: Gender) -> None:
    found = MEASURED.gender(female, child=child)
    assert found.value == said.value
    assert found.probability == pytest.approx(said.probability)


def test_values_are_documents_as_the_interface_says() -> None:
    assert Age(31.26, 24, 40.04).to_dict() == {"years": 31.3, "low": 24, "high": 40.0}
    assert Gender(None, 0.51234).to_dict() == {"value": None, "probability": 0.5123}
    assert Mask("worn", 1.0).to_dict() == {"value": "worn", "probability": 1.0}
    assert Pose(1.26, -2.0, 0.0).to_dict() == {"yaw": 1.3, "pitch": -2.0, "roll": 0.0}
    assert Eyes(True, None, 0.9, 0.2).to_dict() == {"left_open": True, "right_open": None}
    assert Traits({"Smiling": 0.91234}, ("Smiling",)).to_dict() == {
        "labels": ["Smiling"],
        "probabilities": {"Smiling": 0.9123},
    }


def test_the_places_of_the_mask_detector_are_those_of_its_maps() -> None:
    places = aizoo._anchors()
    assert places.shape == (5972, 4)
    assert places[0] == pytest.approx([0.5 / 33, 0.5 / 33, 0.04, 0.04])
    assert places[-1, :2] == pytest.approx([2.5 / 3, 2.5 / 3])
    assert (places[:, 2] <= places[:, 3] + 1e-6).all(), "wide faces"


def test_a_square_is_cut_out_where_it_is_meant() -> None:
    image = np.zeros((60, 80, 3), np.uint8)
    image[20:40, 30:50] = (200, 100, 0)
    for size in (20, 60, 8):
        cut = square(image, (40, 30), 20, size)
        assert cut.shape == (size, size, 3)
        edge = size // 20  # what is enlarged is mixed there with what lies around
        assert np.abs(cut[edge : size - edge, edge : size - edge].astype(int) - (200, 100, 0)).max() <= 1
    wider = square(image, (40, 30), 40, 40)
    assert (wider[:10] == 0).all()
    assert (wider[10:30, 10:30] == (200, 100, 0)).all()


def test_a_square_turns_with_the_eyes() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    image[45:55, 80:90] = 255  # to the right of the middle
    upright = square(image, (50, 50), 100, 100)
    turned = square(image, (50, 50), 100, 100, np.pi / 2)  # the line from eye to eye points down: right is up there
    assert upright[50, 85].min() == 255
    assert turned[15, 50].min() == 255


def test_numbers_are_in_the_order_that_networks_want() -> None:
    crops = np.zeros((1, 2, 2, 3), np.uint8)
    crops[..., 0], crops[..., 2] = 10, 30
    assert planes(crops, bgr=True)[0, :, 0, 0].tolist() == [30, 0, 10]
    assert planes(crops, bgr=True, less=(10, 0, 0), by=2)[0, :, 0, 0].tolist() == [10, 0, 5]
    assert planes(crops, bgr=False, by=10)[0, :, 0, 0].tolist() == [1, 0, 3]
    assert around_boxes([], [], 1.0, 4).shape == (0, 4, 4, 3)
    assert around_boxes([crops[0]], [Face((0, 0, 2, 2), 1.0)], 1.0, 4).shape == (1, 4, 4, 3)

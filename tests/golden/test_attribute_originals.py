"""The attribute networks against what their makers run them with (``make_attributes.py``)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from seeded_weights import seeded_crops

from rostro.attributes.adas0001 import HeadPose
from rostro.attributes.aizoo import MaskDetector
from rostro.attributes.faceres import FaceRes
from rostro.attributes.openclosed0001 import OpenClosedEye
from rostro.attributes.retail0013 import Retail0013
from rostro.models.store import ModelStore
from rostro.runtime.base import EngineOptions

GOLDEN = np.load(Path(__file__).with_name("attributes.npz"))


@pytest.fixture(scope="module")
def parts(store: ModelStore, engine: EngineOptions) -> tuple[ModelStore, EngineOptions]:
    return store, engine


def test_faceres_is_what_numpy_makes_of_its_graph(parts: tuple[ModelStore, EngineOptions]) -> None:
    ages, male = FaceRes(*parts).distributions(seeded_crops(2, 224))
    np.testing.assert_allclose(ages, GOLDEN["faceres_age"], atol=1e-4)
    np.testing.assert_allclose(male, GOLDEN["faceres_gender"][:, 0], atol=1e-4)


def test_retail0013_is_what_openvino_alone_says(parts: tuple[ModelStore, EngineOptions]) -> None:
    ages, genders = Retail0013(*parts).numbers(seeded_crops(2, 62))
    np.testing.assert_allclose(np.column_stack([ages, genders]), GOLDEN["retail0013"], atol=1e-3)


def test_the_pose_is_what_openvino_alone_says(parts: tuple[ModelStore, EngineOptions]) -> None:
    np.testing.assert_allclose(HeadPose(*parts).angles(seeded_crops(2, 60)), GOLDEN["adas0001"], atol=1e-2)


def test_eyes_are_what_onnxruntime_says(parts: tuple[ModelStore, EngineOptions]) -> None:
    told = OpenClosedEye(*parts).probabilities(seeded_crops(2, 32))
    np.testing.assert_allclose(told, GOLDEN["eyes"][:, 1], atol=1e-4)


def test_masks_are_what_opencv_makes_of_the_caffe_files(parts: tuple[ModelStore, EngineOptions]) -> None:
    boxes, classes = MaskDetector(*parts).scores(seeded_crops(2, 260))
    np.testing.assert_allclose(boxes[:, ::100], GOLDEN["mask_boxes"], atol=2e-3)
    np.testing.assert_allclose(classes[:, ::100], GOLDEN["mask_classes"], atol=1e-4)

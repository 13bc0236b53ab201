"""Fixtures of the evaluation tests."""

from __future__ import annotations

import pytest


@pytest.fixture
def header():
    return {
        "protocol": "all-pairs",
        "system": {"space": "fake/five_point-112"},
        "data_hash": "ab" * 32,
        "seconds_per_photo": 0.01,
    }

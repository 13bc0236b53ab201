"""The contracts themselves: they find faults, say what differed, and load pytest only where they are asked for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FAULTY = '''
"""Parts that break promises."""
import numpy as np
import pytest
from rostro.core.settings import Settings
from rostro.core.types import Face
from rostro.detection.base import Detector
from rostro.gallery.sqlite.gallery import SqliteGallery
from rostro.models.store import ModelStore
from rostro.runtime.base import EngineOptions
from rostro.testing import DetectorContract, GalleryContract, Portrait


class Always(Detector):
    """Finds the same two faces in every image, worst first."""

    name, about, paper, files, default_score, gives_landmarks = "always", "a", "a", (), 0.5, False

    def detect(self, images):
        return [[Face((80, 80, 160, 160), score) for score in (0.6, 0.9)] for image in images]


class Forgetful(SqliteGallery):
    """Says that it erased, and did not."""

    def remove(self, *names):
        return sum(len(self.templates(name)) for name in names)


class TestAlways(DetectorContract):
    @pytest.fixture
    def detector(self):
        return Always(ModelStore(Settings.from_environment()), EngineOptions())

    @pytest.fixture
    def portrait(self):
        return Portrait(np.full((200, 200, 3), 9, np.uint8), middle=(70, 60, 140, 140), widths=(60, 150))


class TestForgetful(GalleryContract):
    @pytest.fixture
    def gallery_class(self):
        return Forgetful

    @pytest.fixture
    def new_url(self, tmp_path):
        return str(tmp_path / "people.db")

    @pytest.fixture
    def turns(self):
        return 2
'''


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("faulty")
    (folder / "test_faulty.py").write_text(FAULTY, encoding="utf-8")
    return child(["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_faulty.py"], folder)


def child(arguments: list[str], folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode != 0, done.stdout
    return done.stdout + done.stderr


def test_faults_of_a_detector_are_found(report: str) -> None:
    failed = set(re.findall(r"^FAILED test_faulty\.py::TestAlways::(\w+)", report, re.MULTILINE))
    assert failed >= {"test_describes_itself", "test_finds_a_portrait", "test_no_face", "test_odd_shapes"}
    assert "test_input_is_not_changed" not in failed


def test_faults_of_a_gallery_are_found(report: str) -> None:
    failed = set(re.findall(r"^FAILED test_faulty\.py::TestForgetful::(\w+)", report, re.MULTILINE))
    assert failed >= {
        "test_the_removed_are_gone_and_never_found",
        "test_several_people_are_removed_at_once",
        "test_a_search_may_be_limited_to_collections",
        "test_another_connection_sees_what_was_committed",
    }
    assert "test_what_was_added_is_there_after_opening_again" not in failed


def test_failures_say_what_differed(report: str) -> None:
    """pytest rewrites the assertions of the contracts as it does those of test files."""
    assert "assert [0.6, 0.9] == [0.9, 0.6]" in report


def test_without_pytest_the_extra_is_named(tmp_path: Path) -> None:
    said = child(["-c", "import sys; sys.modules['pytest'] = None; import rostro.testing"], tmp_path)
    assert said.strip().endswith("pytest is not installed; run: pip install 'rostro[testing]'")

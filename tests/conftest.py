"""Fixtures shared by all tests: the model store, the sample photos, the measuring photos."""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import hypothesis
import order
import pytest
from pytest import TestReport
from servers import milvus_server, postgresql_server  # noqa: F401 - fixtures

from rostro.core.errors import ModelUnavailable
from rostro.core.settings import Settings
from rostro.models.samples import PORTRAITS, SAMPLES
from rostro.models.store import ModelStore
from rostro.recognition.catalogue import catalogue
from rostro.recognizer import Recognizer
from rostro.runtime.base import EngineOptions

ROOT = Path(__file__).resolve().parents[1]

# How fast an example is says something about the machine, not about the code; a property holds on a busy one too.
hypothesis.settings.register_profile("rostro", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("rostro")


#: Model files that only their makers' repositories have, which not every machine can reach.
ELSEWHERE = {
    file.name
    for model in catalogue()
    for file in (*model.files, *model.optional)
    if not any(source.startswith("pypi:") for source in file.sources)
}


def pytest_configure(config: pytest.Config) -> None:
    """Workers are given files in the order of `order`, and not those with most tests first."""
    config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long files first where several workers share the suite."""
    if hasattr(config, "workerinput"):
        order.longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """How many ``-n auto`` are; None where the environment says it."""
    return None if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS") else order.workers_here()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, TestReport, TestReport]:
    """A test whose model file no package index has skips where nobody else gives it; it says which."""
    report = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, ModelUnavailable):
        reason = str(call.excinfo.value)
        if reason.partition(":")[0] in ELSEWHERE:
            report.outcome = "skipped"
            report.longrepr = (str(item.path), item.location[1] or 0, f"Skipped: {reason}")
    return report


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The measuring photos (never part of the project); tests that need them skip where they are absent."""
    root = Path(os.environ.get("ROSTRO_DATA", ROOT / ".." / "shared" / "data")).resolve()
    if not root.is_dir():
        pytest.skip(f"measuring photos not found at {root}; set ROSTRO_DATA to run this test")
    return root


@pytest.fixture(scope="session")
def lfw_root(data_root: Path) -> Path:
    """Labeled Faces in the Wild: ``images/NAME/NAME_0001.jpg`` and ``pairs.txt``."""
    if not (data_root / "lfw" / "pairs.txt").is_file():
        pytest.skip(f"LFW not found in {data_root}")
    return data_root / "lfw"


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings of whoever runs the tests: model files are kept where they always are.

    Those that no package index has are taken from the folder beside the measuring photos, where there is one.
    """
    found = Settings.from_environment()
    beside = Path(os.environ.get("ROSTRO_DATA", ROOT / ".." / "shared" / "data")).resolve().parent / "models"
    return replace(found, model_mirror=beside) if found.model_mirror is None and beside.is_dir() else found


@pytest.fixture(scope="session")
def store(settings: Settings) -> ModelStore:
    """Real model files. Fetched when missing; with ROSTRO_OFFLINE=1 tests that lack one skip."""
    return ModelStore(settings)


@pytest.fixture(scope="session")
def engine(settings: Settings) -> EngineOptions:
    """OpenVINO in float32: what golden values are compared in."""
    return EngineOptions(name="openvino", precision="f32", threads=settings.threads)


@pytest.fixture(scope="session")
def samples(store: ModelStore) -> dict[str, Path]:
    """Sample photos by file name: public-domain portraits, and a stranger."""
    try:
        return {entry.name: store.path(entry) for entry in SAMPLES}
    except ModelUnavailable as error:
        if store.settings.offline:
            pytest.skip(f"offline: {error}")
        raise


@pytest.fixture(scope="session")
def portraits(samples: dict[str, Path]) -> list[Path]:
    """The portraits alone."""
    return [samples[entry.name] for entry in PORTRAITS]


@pytest.fixture(scope="session")
def recognizer(store: ModelStore, settings: Settings, samples: dict[str, Path]) -> Recognizer:
    """The default recogniser, shared; it has no gallery of its own."""
    return Recognizer(settings=settings, store=store, gallery=":memory:")

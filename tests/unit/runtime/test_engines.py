"""Every engine keeps the contract of `rostro.testing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import tiny_models

from rostro.core.errors import UnknownModel
from rostro.runtime.base import ENGINES, Engine, EngineOptions, open_engine
from rostro.testing import EngineContract

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=ENGINES.names)
def engine_class(request: pytest.FixtureRequest) -> type[Engine]:
    return ENGINES.get(request.param)


class TestEngines(EngineContract):
    """All tests are the contract's."""

    def test_is_opened_by_its_name(self, engine_class: type[Engine], tmp_path: Path) -> None:
        model = tiny_models.sums(tmp_path / "sums.onnx", ("n", 3, "h", "w"))
        assert type(open_engine(model, EngineOptions(name=engine_class.name))) is engine_class


@pytest.mark.parametrize("engine", ENGINES.names)
def test_an_unknown_engine_is_named(engine: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match=engine):
        open_engine(tmp_path / "model.onnx", EngineOptions(name="steam"))

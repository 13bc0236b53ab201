"""How the scorers' networks are run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rostro.runtime.base import Engine, EngineOptions, open_engine

if TYPE_CHECKING:
    from pathlib import Path


def open_float32(network: Path, engine: EngineOptions) -> Engine:
    """By the engine that is wanted, in float32: what a score means was measured in it, and the networks are small."""
    return open_engine(network, replace(engine, precision="f32"))

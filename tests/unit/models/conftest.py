"""Fixtures of this room: the index on this machine, an empty store, made-up entries."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from local_index import NETWORK, Index, sdist, sha256, wheel

from rostro.core.settings import Settings
from rostro.models.entry import ModelFile
from rostro.models.store import ModelStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """The only index that pip's settings name."""
    made = Index()
    made.add("made-up", "made_up-1.0.tar.gz", sdist({"made_up-1.0/net.onnx": NETWORK, "made_up-1.0/b.onnx": b"second"}))
    made.add("made-up", "made_up-1.0-py3-none-any.whl", wheel({"made_up/net.onnx": NETWORK}))
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", made.url)
    yield made
    made.stall.set()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(Settings(home=tmp_path / "home"))


@pytest.fixture
def make_entry() -> Callable[..., ModelFile]:
    def make(
        *sources: str, data: bytes = NETWORK, name: str = "net.onnx", pinned: bool = True, commercial: bool = True
    ) -> ModelFile:
        return ModelFile(
            name=name,
            sha256=sha256(data) if pinned else None,
            size=len(data) if pinned else None,
            licence="MIT" if commercial else "CC-BY-NC-4.0",
            commercial=commercial,
            paper="",
            sources=sources or ("pypi:made-up==1.0!made_up-1.0/net.onnx",),
        )

    return make

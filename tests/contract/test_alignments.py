"""Every alignment keeps the contract of `rostro.testing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rostro.alignment.base import ALIGNMENTS, Alignment, open_alignment
from rostro.core.errors import ModelUnavailable
from rostro.core.types import AlignmentSpec
from rostro.testing import AlignmentContract

if TYPE_CHECKING:
    from rostro.models.store import ModelStore

SIZE = 96


class TestAlignments(AlignmentContract):
    @pytest.fixture(params=ALIGNMENTS.names)
    def alignment(self, request: pytest.FixtureRequest, store: ModelStore) -> Alignment:
        if ALIGNMENTS.get(request.param).files:
            pytest.importorskip("dlib")
        try:
            made = open_alignment(AlignmentSpec(request.param, SIZE), store)
        except ModelUnavailable as error:
            if store.settings.offline:
                pytest.skip(f"offline: {error}")
            raise
        assert made.size == SIZE
        return made

    @pytest.fixture(params=ALIGNMENTS.names)
    def alignment_class(self, request: pytest.FixtureRequest) -> type[Alignment]:
        return ALIGNMENTS.get(request.param)

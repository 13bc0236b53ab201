"""How people lie in Milvus, without a server."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rostro.core.errors import BadInput
from rostro.gallery.milvus.gallery import MilvusGallery
from rostro.gallery.milvus.rows import key_if_any, name_key


def test_a_stored_name_that_nobody_can_have_is_named_as_damage_and_no_crash() -> None:
    """Another program wrote it: JSON can say halves of surrogate pairs, and texts cannot hold them."""
    rows = [
        {"id": 1, "key": name_key("Ana"), "name": {"name": "Ana"}},
        {"id": 2, "key": "x", "name": {"name": "Bo\udcff"}},
        {"id": 3, "key": "y", "name": {"name": ""}},
    ]
    milvus = SimpleNamespace(people="people", dims=None, rows=lambda *_: iter(rows))
    gallery = SimpleNamespace(space="toy", _milvus=milvus)
    assert MilvusGallery.damage(gallery) == [  # type: ignore[arg-type]
        "'Bo\\udcff' cannot be found by name",
        "'' cannot be found by name",
    ]
    assert key_if_any("Bo\udcff") is None
    with pytest.raises(BadInput):
        name_key("Bo\udcff")

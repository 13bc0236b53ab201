"""Addresses of clusters."""

from __future__ import annotations

import pytest

from rostro.cluster.address import Address
from rostro.core.errors import BadInput


@pytest.mark.parametrize(
    ("text", "address", "ray"),
    [
        ("ray://head:10001", Address("head:10001"), "ray://head:10001"),
        ("ray://auto", Address("auto"), "auto"),
        ("ray://local?workers=4&threads=2", Address("local", 4, 2), None),
    ],
)
def test_what_is_meant(text: str, address: Address, ray: str | None) -> None:
    assert Address.parse(text) == address
    assert address.ray == ray


@pytest.mark.parametrize(
    "text",
    ["", "head:10001", "http://head", "ray://", "ray://head/x", "ray://head?workers=0", "ray://head?workers=two",
     "ray://head?worker=2", "ray://head?workers=1&workers=2", "ray://head#x"],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    with pytest.raises(BadInput, match=r"cluster|workers|nothing may follow"):
        Address.parse(text)

"""Photos that are small files and much work, and how many of them a server has looked at."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO

import httpx
from PIL import Image


@cache
def large_photo(pixels: int = 19_500_000, shade: int = 0) -> bytes:
    """A PNG of so many pixels in some 60 kB; nobody is on it."""
    side = int(pixels**0.5)
    file = BytesIO()
    Image.new("L", (side, side), shade).save(file, "PNG")
    return file.getvalue()


def figure(client: httpx.Client, name: str) -> float:
    """One of the server's numbers."""
    found = re.search(rf"^{name} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found is not None, name
    return float(found[1])

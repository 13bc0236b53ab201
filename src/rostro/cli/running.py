"""Which command runs: what may be advised depends on it, and what it opened is closed when it ends."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rostro.core.closing import Closing

C = TypeVar("C", bound="Closing")

#: The options of the command that runs: a hint names no other.
_OFFERED: ContextVar[frozenset[str]] = ContextVar("offered", default=frozenset())
#: What is done when it ends.
_ENDING: ContextVar[ExitStack] = ContextVar("ending")


def runs_with(options: Iterable[str]) -> None:
    """Notes the options of the command that begins."""
    _OFFERED.set(frozenset(options))


def offered(option: str) -> bool:
    """Whether the command that runs has an option."""
    return option in _OFFERED.get()


@contextmanager
def closed_at_the_end() -> Iterator[None]:
    """For as long as a command runs; afterwards what `close_at_the_end` was told is closed, the last one first."""
    with ExitStack() as ending:
        token = _ENDING.set(ending)
        try:
            yield
        finally:
            _ENDING.reset(token)


def close_at_the_end(made: C) -> C:
    """Has what a verb made, and may need for as long as it runs, closed when the command ends; gives it back.

    Args:
        made: May be closed by then, or gone: a verb that makes many, one after the other, keeps none of them for this.
    """
    ending = _ENDING.get(None)
    if ending is not None:
        ending.callback(_close, ref(made))
    return made


def _close(made: ref[Closing]) -> None:
    left = made()
    if left is not None:
        left.close()

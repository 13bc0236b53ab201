"""What libraries in C write to the terminal past Python: a line for every broken strip of a hostile picture.

libtiff and libjpeg write straight to descriptor 2, and Python has no way to tell them otherwise. Where Python's own
``sys.stderr`` goes elsewhere (the command line sees to that, a notebook always does), the descriptor is turned to
nowhere while they decode. Where both are one, nothing is muted: what the program itself says would be lost with it.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from rostro.core.forking import Forking, Mutex

if TYPE_CHECKING:
    from collections.abc import Iterator

_STDERR: Final = 2


class Mute(Forking):
    """Turns descriptor 2 away while any thread is inside."""

    def __init__(self) -> None:
        """Turns nothing yet."""
        self._mutex = Mutex()
        self._inside = 0
        self._kept: int | None = None
        self.join_forks()

    def after_fork(self) -> None:
        """See `Forking.after_fork`: whoever was inside is the parent's."""
        self._inside = 0
        self._turn_back()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Nothing that a library in C says within the block is seen."""
        if _is_ours():
            yield
            return
        with self._mutex:
            self._inside += 1
            if self._inside == 1:
                self._turn_away()
        try:
            yield
        finally:
            with self._mutex:
                self._inside = max(0, self._inside - 1)
                if not self._inside:
                    self._turn_back()

    def _turn_away(self) -> None:
        with suppress(OSError):  # closed from the start: nothing is seen anyway
            kept = os.dup(_STDERR)
            try:
                nowhere = os.open(os.devnull, os.O_WRONLY)
            except OSError:
                os.close(kept)
                raise
            os.dup2(nowhere, _STDERR)
            os.close(nowhere)
            self._kept = kept

    def _turn_back(self) -> None:
        if self._kept is not None:
            os.dup2(self._kept, _STDERR)
            os.close(self._kept)
            self._kept = None


#: Decoders of pictures. State of the whole process, as the descriptor is.
MUTED: Final = Mute()


def set_stderr_aside() -> None:
    """Gives Python's ``sys.stderr`` a descriptor of its own, so that libraries in C can be muted without it.

    Only where it writes to descriptor 2; for programs that own their process.
    """
    if _is_ours():
        sys.stderr.flush()
        sys.stderr = open(  # noqa: SIM115, PTH123 - until the very end; a descriptor is no path
            os.dup(_STDERR), "w", encoding=sys.stderr.encoding, errors=sys.stderr.errors, buffering=1
        )


def _is_ours() -> bool:
    """Whether descriptor 2 is where Python's own stderr writes."""
    try:
        return sys.stderr.fileno() == _STDERR
    except (AttributeError, OSError, ValueError):  # none at all, closed, or one in memory
        return False

"""The audit of a server's gallery: one at a time, whoever asks, and it goes on after who asked was told to wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rostro.people.trust.findings import GalleryAudit

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Audits, telling how many templates are done, and of how many.
    Work = Callable[[Callable[[int, int], object]], GalleryAudit]

#: Seconds in which an answer is given at once.
PATIENCE = 5.0


class _StoppingError(Exception):
    """The server stops."""


class Auditing:
    """An audit under way.

    Attributes:
        done: How many templates were compared with all others.
        of: How many there are; 0 while they are read.
    """

    def __init__(self) -> None:
        """None yet."""
        self.done = self.of = 0
        self._task: asyncio.Task[GalleryAudit] | None = None
        self._stopping = False

    async def ask(self, work: Work) -> GalleryAudit | None:
        """What is found; None where that takes longer. Who asks next is given it, and after that it begins anew.

        Args:
            work: Does it, where none is under way.

        Raises:
            RostroError: As the audit does.
        """
        if self._task is None:
            self.done = self.of = 0
            self._task = asyncio.create_task(asyncio.to_thread(work, self._note))
        task = self._task
        await asyncio.wait({task}, timeout=PATIENCE)
        if not task.done():
            return None
        if self._task is task:
            self._task = None
        return task.result()

    async def stop(self) -> None:
        """Ends it."""
        self._stopping = True
        if self._task is not None:
            await asyncio.wait({self._task})
            self._task.exception()  # seen

    def _note(self, done: int, of: int) -> None:
        if self._stopping:
            raise _StoppingError
        self.done, self.of = done, of

"""What runs in a process of the cluster."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Worker:
    """Makes its tool once, and works with it until it is ended."""

    def __init__(self, make: Callable[[int], Callable[[Any], Any]], threads: int, folder: str) -> None:
        """Notes what is to be made; it is made for the first block, so that what goes wrong is an answer to it.

        Args:
            make: Gives the tool.
            threads: How many it may use.
            folder: What paths are relative to, where there is such a folder here.
        """
        self._make, self._threads = make, threads
        self._tool: Callable[[Any], Any] | None = None
        with suppress(OSError):
            os.chdir(folder)

    def do(self, block: Any) -> Any:
        """The result of a block."""
        if self._tool is None:
            self._tool = self._make(self._threads)
        return self._tool(block)

    def pid(self) -> int:
        """This process."""
        return os.getpid()

"""What all clients together have sent, and is still held: in memory, or in temporary files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rostro.server.admission.limits import TooMany

if TYPE_CHECKING:
    from rostro.server.admission.limits import Limits


@dataclass(slots=True)
class Held:
    """Counts the bytes of bodies, from their arrival to the answer.

    One large body after the other is within the limits of each request; it is the sum that fills a memory. A client's
    own part is taken by what is announced, so that they are told before they send it; the whole by what has come, so
    that nobody keeps others out by mere announcements.

    Attributes:
        limits: What is allowed.
        total: Bytes that are held.
    """

    limits: Limits
    total: int = 0
    _of: Counter[str] = field(default_factory=Counter)

    def expect(self, client: str, size: int) -> None:
        """So many bytes of a client will come.

        Raises:
            TooMany: They have no room for them.
        """
        if self._of[client] + size > self.limits.held_per_client:
            most = self.limits.held_per_client
            raise TooMany(f"more than {most} bytes of one client are held", client=True)
        self._of[client] += size

    def take(self, size: int) -> None:
        """Another piece of what was expected has come.

        Raises:
            TooMany: There is no room for it; it is to be forgotten.
        """
        if self.total + size > self.limits.held_bytes:
            raise TooMany("the server holds as much as it can", client=False)
        self.total += size

    def release(self, client: str, expected: int, taken: int) -> None:
        """A body is held no more."""
        self.total -= taken
        self._of[client] -= expected
        if not self._of[client]:
            del self._of[client]

"""Places for what lasts: live views, streams of events, bulk jobs. No client can have them all."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rostro.server.admission.limits import TooMany

if TYPE_CHECKING:
    from collections.abc import Iterator


class Places:
    """So many places, of which one client has at most half. Belongs to one event loop."""

    def __init__(self, limit: int, what: str, *, retry_after: float = 1.0) -> None:
        """Begins with all of them free.

        Args:
            limit: How many there are.
            what: What takes them, for people: ``live views are open``.
            retry_after: When to come again if they are taken, in seconds.
        """
        self._limit = limit
        self._per_client = max(1, limit // 2)
        self._what = what
        self._retry_after = retry_after
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, client: str) -> Iterator[None]:
        """The time in which a client has a place.

        Raises:
            TooMany: All are taken, or as many as one client may have.
        """
        if self._taken.total() >= self._limit:
            raise TooMany(f"{self._limit} {self._what}", client=False, retry_after=self._retry_after)
        if self._taken[client] >= self._per_client:
            detail = f"{self._per_client} {self._what} for this client, as many as one may have"
            raise TooMany(detail, client=True, retry_after=self._retry_after)
        self._taken[client] += 1
        try:
            yield
        finally:
            self._taken -= Counter((client,))

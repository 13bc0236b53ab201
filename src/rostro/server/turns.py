"""Whose photo is next: clients take turns, and so do the requests of one client among themselves.

First come, first served would let one request with five hundred photos keep everybody else waiting for all of them.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn a photo waits for.

    Attributes:
        client: Who asks; empty for nobody in particular.
        request: What they ask for; two requests are different objects.
    """

    client: str = ""
    request: object = field(default_factory=object)


@dataclass(slots=True, eq=False)
class Waiting:
    """A photo that waits.

    Attributes:
        photo: The photo.
        work: What is wanted of it.
        turn: Whose it is.
        pixels: How many it has.
        answer: What comes of it; who gives up cancels it.
    """

    photo: Any
    work: Any
    turn: Turn
    pixels: int
    answer: asyncio.Future[Any]


class Turns:
    """Photos that wait, in the order in which they will be taken. Belongs to one event loop."""

    def __init__(self) -> None:
        """Begins with nobody."""
        self._clients: OrderedDict[str, OrderedDict[object, deque[Waiting]]] = OrderedDict()
        self._numbers: dict[str, int] = {}
        self._total = 0

    def __len__(self) -> int:
        return self._total

    def of(self, client: str) -> int:
        """How many photos of a client wait."""
        return self._numbers.get(client, 0)

    def put(self, item: Waiting) -> None:
        """A photo that waits from now on, until it is taken or its answer is given up."""
        requests = self._clients.setdefault(item.turn.client, OrderedDict())
        requests.setdefault(item.turn.request, deque()).append(item)
        self._count(item, 1)
        item.answer.add_done_callback(lambda _: self._drop(item))

    def take(self, fits: Callable[[Waiting], bool]) -> Waiting | None:
        """The next photo, of those that are first among their request's; the turn goes to the next client.

        Args:
            fits: Whether a photo can be taken now; what cannot keeps its place.
        """
        while (item := self._next(fits)) is not None and item.answer.done():  # given up a moment ago
            pass
        return item

    def clear(self) -> None:
        """Gives up everything that waits."""
        for requests in list(self._clients.values()):
            for photos in list(requests.values()):
                for item in list(photos):
                    item.answer.cancel()

    def _next(self, fits: Callable[[Waiting], bool]) -> Waiting | None:
        for client, requests in self._clients.items():
            for request, photos in requests.items():
                if fits(photos[0]):
                    item = photos.popleft()
                    self._clients.move_to_end(client)
                    requests.move_to_end(request)
                    self._tidy(item.turn)
                    self._count(item, -1)
                    return item
        return None

    def _drop(self, item: Waiting) -> None:
        """Forgets a photo whose answer nobody waits for; one that was taken is not here any more."""
        requests = self._clients.get(item.turn.client)
        photos = None if requests is None else requests.get(item.turn.request)
        if photos is not None and item in photos:
            photos.remove(item)
            self._tidy(item.turn)
            self._count(item, -1)

    def _tidy(self, turn: Turn) -> None:
        requests = self._clients[turn.client]
        if not requests[turn.request]:
            del requests[turn.request]
        if not requests:
            del self._clients[turn.client]

    def _count(self, item: Waiting, by: int) -> None:
        client = item.turn.client
        self._total += by
        self._numbers[client] = self._numbers.get(client, 0) + by
        if not self._numbers[client]:
            del self._numbers[client]

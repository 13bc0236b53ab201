"""How many people and templates there are, which every search asks, without counting rows for every search."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from rostro.core.forking import Mutex
from rostro.gallery.facts import Population

if TYPE_CHECKING:
    from collections.abc import Collection

    from rostro.gallery.milvus.collections import Collections

#: From so many templates on, a count holds …
_MANY = 10_000
#: … for so many seconds: the threshold of a search follows from the number's logarithm.
_HOLDS = 5.0


class Counting:
    """Counts the rows of one gallery. Safe to share between threads."""

    def __init__(self, milvus: Collections) -> None:
        """Asks nothing yet."""
        self._milvus = milvus
        self._lock = Mutex()
        self._known: dict[tuple[str, ...] | None, tuple[float, Population]] = {}

    def population(self, collections: Collection[str] | None) -> Population:
        """People and templates; of large galleries as they were some seconds ago at most.

        The server counts rows and not different values, so the people of collections are at most all people.
        """
        key = None if collections is None else tuple(sorted(collections))
        with self._lock:
            at, known = self._known.get(key, (0.0, None))
        if known is not None and time.monotonic() < at + _HOLDS:
            return known
        people = self._milvus.count(self._milvus.people, "id > 0")
        templates = self._milvus.count(self._milvus.templates, within(collections))
        counted = Population(min(people, templates), templates)
        with self._lock:
            self._known = {one: kept for one, kept in self._known.items() if time.monotonic() < kept[0] + _HOLDS}
            if templates >= _MANY:
                self._known[key] = time.monotonic(), counted
        return counted


def within(collections: Collection[str] | None) -> str:
    """What templates of these collections meet, in Milvus' words; empty for all."""
    return "" if collections is None else f'details["collection"] in {json.dumps(list(collections))}'

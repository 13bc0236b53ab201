"""When people were last seen, where a gallery forgets those who are not: a day each, written once a day."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, GalleryCorrupt, GalleryError
from rostro.core.forking import Mutex
from rostro.gallery.records import SEEN
from rostro.people.consent import Policy, day, today

if TYPE_CHECKING:
    from collections.abc import Collection

    from rostro.gallery.base import Gallery

#: Seconds for which a gallery's policy is taken as known by those who search.
_POLICY_HOLDS = 5.0

#: Seconds for which somebody who is found again and again is logged once.
_LOG_EVERY = 60.0


class Seen:
    """When the people of one gallery were last seen. Safe to share between threads."""

    def __init__(self, gallery: Gallery) -> None:
        """Touches no disk.

        Args:
            gallery: Whose.
        """
        self._gallery = gallery
        self._lock = Mutex()
        self._written: dict[int, date] = {}
        self._logged: dict[tuple[str, int], float] = {}
        self._policy = Policy()
        self._read = float("-inf")

    @property
    def policy(self) -> Policy:
        """What the gallery asks for; what others changed is known after some seconds."""
        with self._lock:
            if time.monotonic() > self._read + _POLICY_HOLDS:
                self._policy, self._read = Policy.of(self._gallery), time.monotonic()
            return self._policy

    def forget_policy(self) -> None:
        """Has it read anew."""
        with self._lock:
            self._read = float("-inf")

    def note(self, people: Collection[int]) -> None:
        """Notes that people were seen today; costs nothing for those of whom that is known.

        A gallery that cannot be written just now is no reason not to answer: the next time is soon.
        """
        with self._lock:
            new = {person for person in people if self._written.get(person) != today()}
        if not new:
            return
        with suppress(GalleryError):
            self._gallery.keep_records(SEEN, dict.fromkeys(new, today().isoformat()))
            with self._lock:
                self._written |= dict.fromkeys(new, today())

    def unlogged(self, actor: str, people: Collection[int]) -> list[int]:
        """Of people whom somebody found, those that the log does not say of in the last minute: a film has frames."""
        now = time.monotonic()
        with self._lock:
            self._logged = {whom: at for whom, at in self._logged.items() if at > now - _LOG_EVERY}
            new = sorted(person for person in people if (actor, person) not in self._logged)
            self._logged |= {(actor, person): now for person in new}
        return new

    def begin(self, people: Collection[int]) -> None:
        """Counts from today for those of whom nothing is known."""
        self._gallery.keep_records(SEEN, dict.fromkeys(people, today().isoformat()), only_missing=True)

    def days(self, people: list[int] | None = None) -> dict[int, date]:
        """When people were last seen, by id; those of whom nothing is known are left out."""
        found: dict[int, date] = {}
        for record in self._gallery.records(SEEN, people):
            try:
                last = day(record.body)
            except BadInput as error:
                raise GalleryCorrupt("a day that the gallery keeps cannot be read") from error
            found[record.person] = max(found.get(record.person, date.min), last)
        return found

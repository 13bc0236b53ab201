"""What becomes of photos while an enrolment runs, by their bytes: those that have the same share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rostro.core.forking import Mutex

if TYPE_CHECKING:
    from collections.abc import Collection

    from rostro.core.errors import PhotoError
    from rostro.photos.reading import Source


@dataclass(frozen=True, slots=True)
class Enrolled:
    """It is in the gallery now, as this person."""

    name: str


class Fates:
    """Of one enrolment's photos. Photos are asked for in one thread, and their answers may come in another."""

    def __init__(self) -> None:
        self._lock = Mutex()
        self._waiting: dict[str, list[tuple[str, Source]]] = {}
        self._refused: dict[str, PhotoError] = {}
        self._enrolled: dict[str, Enrolled] = {}
        self._erased: set[str] = set()

    def of(self, digest: str, name: str, source: Source) -> Literal["wait"] | PhotoError | Enrolled | None:
        """What became of a photo's bytes; None where nothing is known of them.

        ``wait`` where it is being looked at: what becomes of it will be given for this one, too, by `settle`.
        """
        with self._lock:
            if digest in self._waiting:
                self._waiting[digest].append((name, source))
                return "wait"
            return self._refused.get(digest) or self._enrolled.get(digest)

    def expect(self, digest: str) -> None:
        """Notes that a photo is being looked at."""
        with self._lock:
            self._waiting[digest] = []

    def settle(self, digest: str, fate: PhotoError | Enrolled | None) -> list[tuple[str, Source]]:
        """Notes what became of a photo; returns (name, photo) of those that waited for it.

        Args:
            digest: The photo's.
            fate: None where it says nothing of others with the same bytes.
        """
        with self._lock:
            if isinstance(fate, Enrolled):
                self._enrolled[digest] = fate
            elif fate is not None:
                self._refused[digest] = fate
            return self._waiting.pop(digest, [])

    def committed(self) -> list[str]:
        """The photos that are in the gallery now, by what was noted here."""
        with self._lock:
            return list(self._enrolled)

    def leave_to_gallery(self, digests: Collection[str]) -> None:
        """Forgets photos of which the gallery was asked after they had been committed: it knows better."""
        with self._lock:
            for digest in digests:
                self._enrolled.pop(digest, None)

    def note_erased(self, digests: Collection[str]) -> None:
        """Notes which photos are of people who were erased."""
        self._erased.update(digests)

    def was_erased(self, digest: str) -> bool:
        """Whether a photo is of somebody who was erased."""
        return digest in self._erased

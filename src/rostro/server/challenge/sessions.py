"""Challenges that were passed: a word that one request may show, once and soon, with a photo of that challenge."""

from __future__ import annotations

import secrets
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rostro.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

#: Seconds for which a session can be used.
LIFE: Final = 120.0
#: Sessions that wait for their request, of all and of one client: of more, the oldest go.
_MOST, _MOST_OF_ONE = 10_000, 100
#: Frames that are remembered, so that nobody shows them again: some hours of one camera, and 6 MB.
_FRAMES = 50_000


@dataclass(frozen=True, slots=True)
class _Session:
    client: str
    until: float
    frames: frozenset[str]


class Sessions:
    """What was passed, and is not used yet. Belongs to one event loop."""

    def __init__(self, *, life: float = LIFE, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins with none.

        Args:
            life: Seconds for which a session can be used.
            clock: Tells seconds.
        """
        self.life = life
        self.clock = clock
        self._open: OrderedDict[str, _Session] = OrderedDict()
        self._of: Counter[str] = Counter()
        self._frames: OrderedDict[str, str] = OrderedDict()

    def is_new(self, sha256: str, challenge: str) -> bool:
        """Whether a frame was shown in no challenge but the one of this name; remembers it."""
        whose = self._frames.setdefault(sha256, challenge)
        if len(self._frames) > _FRAMES:
            self._frames.popitem(last=False)
        return whose == challenge

    def begin(self, client: str, frames: Collection[str]) -> str:
        """The word for a challenge that was passed.

        Args:
            client: Who passed it, as `Caller.name` says; nobody else can use it.
            frames: The sha256 of those frames that a request may rest on.
        """
        self._forget_late()
        while len(self._open) >= _MOST or self._of[client] >= _MOST_OF_ONE:
            mine = self._of[client] >= _MOST_OF_ONE
            self._drop(next(word for word, one in self._open.items() if not mine or one.client == client))
        word = secrets.token_urlsafe(24)
        self._open[word] = _Session(client, self.clock() + self.life, frozenset(frames))
        self._of[client] += 1
        return word

    def use(self, word: str, client: str, photos: Sequence[str], *, others: bool = False) -> None:
        """Uses a session up, whatever comes of it: nobody can try one photo after another.

        Args:
            word: What `begin` gave.
            client: Who uses it.
            photos: The sha256 of the request's photos.
            others: Whether one photo of the challenge is enough; else all must be.

        Raises:
            Problem: There is no such session (any more), or the photos are not of it.
        """
        self._forget_late()
        session = self._open.get(word)
        if session is None or session.client != client:
            detail = "there is no such liveness session: it was used, its time has run out, or it is another client's"
            raise Problem(422, "no-liveness-session", detail)
        self._drop(word)
        of_it = [photo in session.frames for photo in photos]
        if not (any(of_it) if others else of_it and all(of_it)):
            raise Problem(
                422, "not-of-the-session", "a photo is none of the pictures of the liveness session that may be used"
            )

    def _forget_late(self) -> None:
        now = self.clock()
        while self._open and next(iter(self._open.values())).until <= now:  # all live as long: the oldest is first
            self._drop(next(iter(self._open)))

    def _drop(self, word: str) -> None:
        self._of -= Counter((self._open.pop(word).client,))  # forgets those who are down to nothing

"""Photos whose faces are covered for clients: few at a time, and each client in turn.

A photo is looked at several times, and large, so that this never has all of the machine. What a client has hung up on
is worked on to its end, since nothing stops a thread; it keeps its place until then, so that hanging up makes no room.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from rostro.anonymisation.finding import Finder
from rostro.core.lazy import Lazy
from rostro.server.admission.limits import TooMany
from rostro.server.turns import Turn, Turns, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.server.admission.callers import Caller
    from rostro.server.admission.limits import Limits
    from rostro.server.forms.uploads import Upload
    from rostro.server.service import Service

T = TypeVar("T")


class Covering:
    """Who waits for a photo without faces. Belongs to one event loop.

    Attributes:
        finder: The detector as it looks eagerly, for all requests; loaded for the first.
    """

    def __init__(self, service: Service) -> None:
        """Loads nothing yet.

        Args:
            service: Whose recogniser and limits it is.
        """
        self.finder = Lazy(lambda: Finder(service.recognizer))
        self._limits: Limits = service.limits
        self._idle = max(1, service.recognizer.settings.threads // 2)
        self._turns = Turns()

    async def work(self, upload: Upload, caller: Caller, make: Callable[[], T]) -> T:
        """Makes something of a photo in a thread, when it is its turn.

        Args:
            upload: The photo.
            caller: Whose it is.
            make: Makes it.

        Raises:
            TooMany: Too many photos wait already.
        """
        await self._turn(upload, caller)
        working = asyncio.ensure_future(asyncio.to_thread(make))
        working.add_done_callback(self._done)
        return await asyncio.shield(working)

    async def _turn(self, upload: Upload, caller: Caller) -> None:
        if len(self._turns) >= self._limits.waiting:
            raise TooMany("too many photos are waiting", client=False)
        share = self._limits.waiting_per_client
        if self._turns.of(caller.name) >= share:
            raise TooMany(f"more than {share} photos of one client are waiting", client=True)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns.put(Waiting(upload, None, Turn(caller.name), upload.pixels, turn))
        self._next()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # hung up in the moment in which it was their turn
                self._idle += 1
                self._next()
            raise

    def _next(self) -> None:
        while self._idle and (item := self._turns.take(lambda _: True)) is not None:
            self._idle -= 1
            item.answer.set_result(None)

    def _done(self, working: asyncio.Future[T]) -> None:
        if not working.cancelled():
            working.exception()  # looked at, where nobody waits for it any more
        self._idle += 1
        self._next()

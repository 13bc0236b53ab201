"""Who is being served, for as long as they are: a key that is revoked ends what it began, not only what comes later."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from rostro.core.errors import RostroError
from rostro.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Iterator

    from rostro.server.admission.keys import Key, KeyStore

T = TypeVar("T")

#: Seconds between two looks at the keys.
_INTERVAL = 0.4


@dataclass(slots=True, eq=False)
class Caller:
    """Somebody who was let in.

    Attributes:
        name: Whose turn it is, and whose limits are meant: the key's id, or an address.
        key: With what they came in; None where no key was needed.
        refused: Set when they would not be let in any more.
    """

    name: str
    key: Key | None = None
    refused: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def actor(self) -> str:
        """What a gallery's log calls them; see `rostro.people.audit`."""
        return f"key:{self.key.id}" if self.key else f"client:{self.name}"

    async def expelled(self) -> NoReturn:
        """Waits until they may not go on.

        Raises:
            Problem: Then.
        """
        await self.refused.wait()
        raise refusal()

    async def pause(self, seconds: float) -> bool:
        """Waits so long, or until they may not go on; whether they may."""
        try:
            await asyncio.wait_for(self.refused.wait(), seconds)
        except TimeoutError:
            return True
        return False


class Roll:
    """Everybody who is being served. Belongs to one event loop.

    Their keys are looked at again and again, in a thread of its own, so that nothing slow keeps a revoked one going.
    """

    def __init__(self, keys: KeyStore) -> None:
        """Looks at nothing yet.

        Args:
            keys: Who may do what.
        """
        self._keys = keys
        self._present: Counter[Caller] = Counter()

    @contextmanager
    def present(self, caller: Caller) -> Iterator[Caller]:
        """The time in which something is done for a caller; may be entered several times."""
        self._present[caller] += 1
        try:
            yield caller
        finally:
            self._present[caller] -= 1
            if not self._present[caller]:
                del self._present[caller]

    async def watch(self) -> NoReturn:
        """Tells callers that they may not go on, for ever: at most half a second after that is so."""
        with ThreadPoolExecutor(1, "rostro-roll") as thread:
            while True:
                await asyncio.sleep(_INTERVAL)
                if self._present:
                    await self._look(thread)

    async def _look(self, thread: ThreadPoolExecutor) -> None:
        loop = asyncio.get_running_loop()
        try:
            keyed, standing = await loop.run_in_executor(thread, lambda: (self._keys.any_made(), self._keys.standing()))
        except RostroError:  # nobody knows who may go on, so nobody does
            keyed, standing = True, frozenset()
        for caller in list(self._present):
            if keyed and caller.key not in standing:
                caller.refused.set()


async def until_one_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Does several things at once until the first of them ends, and ends the others; its error is this one's."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def while_wanted(work: Coroutine[Any, Any, T], caller: Caller, gone: Awaitable[None]) -> T | None:
    """Does something for as long as it is asked for; what is asked for no more is dropped where it stands.

    Args:
        work: What is done.
        caller: For whom.
        gone: Ends when they have hung up.

    Returns:
        What came of it; None where they have hung up.

    Raises:
        Problem: They may not go on.
    """
    working = asyncio.ensure_future(work)
    left, refused = asyncio.ensure_future(gone), asyncio.ensure_future(caller.refused.wait())
    every: tuple[asyncio.Future[Any], ...] = (working, left, refused)
    try:
        await asyncio.wait(every, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in every:
            task.cancel()
        await asyncio.gather(*every, return_exceptions=True)
    if not working.cancelled():
        return working.result()
    if caller.refused.is_set():
        raise refusal()
    return None


def refusal() -> Problem:
    """What somebody is told whose key is worth nothing."""
    return Problem(401, "key-refused", "the API key is wrong or revoked", headers={"WWW-Authenticate": "Bearer"})

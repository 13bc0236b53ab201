"""Who is connected: how many, since when, and who has to go. Before anybody is admitted, and before a byte is believed.

A connection *waits* from its opening, or from the end of an answer, until the head of a request is there. Who only
waits costs little, but may be many; so they are the ones who go, and those first who were never answered yet.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from rostro.server.admission.limits import TooMany
from rostro.server.admission.lobby import Lobby, neighbourhood

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.server.admission.limits import ConnectionLimits

#: Seconds in which the last words of a connection have to be taken.
LAST_WORDS = 5.0


class Connection:
    """One connection, from its opening to its end, whatever is spoken on it."""

    def __init__(self, connections: Connections, transport: asyncio.Transport, host: str | None) -> None:
        """Made by `Connections.enter`."""
        self.address = neighbourhood(host)
        self.transport = transport
        self.cut: Callable[[], None] = transport.abort  #: Ends it at once; whoever speaks on it may have more to do.
        self._connections = connections
        self._patience: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    @property
    def limits(self) -> ConnectionLimits:
        """What it may do."""
        return self._connections.limits

    def wait(self, too_slow: Callable[[], None], *, answered: bool) -> None:
        """A request may come now.

        Args:
            too_slow: Called where its head is not there in time.
            answered: Whether one was answered before.
        """
        self._still()
        self._patience = asyncio.get_running_loop().call_later(self.limits.head_seconds, too_slow)
        self._connections.wait(self, answered=answered)

    def work(self) -> None:
        """The head of a request is there."""
        self._still()
        self._connections.work(self)

    def left(self) -> None:
        """It is closed."""
        self._still()
        self.takes(taking=True)
        self._connections.leave(self)

    def close(self) -> None:
        """Ends it, soon if the other side takes what is still to be said, and else all the same."""
        self.work()
        self.transport.close()
        self._patience = asyncio.get_running_loop().call_later(LAST_WORDS, self.cut)

    def takes(self, *, taking: bool) -> None:
        """Whether the other side takes what is said to it; who does not for too long is left alone."""
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None
        if not taking:
            self._taking = asyncio.get_running_loop().call_later(self.limits.answer_seconds, self.cut)

    def _still(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class Connections:
    """Everybody who is connected to a server. Belongs to one event loop."""

    def __init__(self, limits: ConnectionLimits) -> None:
        """Begins with nobody.

        Args:
            limits: How many may come.
        """
        self.limits = limits
        self._new, self._answered = (
            Lobby[Connection](total=limits.connections, per_address=limits.waiting) for _ in range(2)
        )
        self._counts: Counter[str] = Counter()

    def enter(self, transport: asyncio.Transport, host: str | None) -> Connection:
        """A new connection.

        Args:
            transport: What carries it.
            host: The address of the other side, where it has one.

        Raises:
            TooMany: There are too many, and none of them only waits.
        """
        connection = Connection(self, transport, host)
        of_address = self._counts[connection.address]
        if of_address >= self.limits.per_address and not self._make_room(connection.address):
            raise TooMany("too many connections from this address", client=True)
        if self._counts.total() >= self.limits.connections and not self._make_room(None):
            raise TooMany("too many connections", client=False)
        self._counts[connection.address] += 1
        return connection

    def wait(self, connection: Connection, *, answered: bool) -> None:
        """A connection waits; where too many do, the one that waits longest is closed."""
        lobby = self._answered if answered else self._new
        if (longest := lobby.enter(connection, connection.address)) is not None:
            self._drop(longest)

    def work(self, connection: Connection) -> None:
        """A connection waits no more."""
        self._new.leave(connection)
        self._answered.leave(connection)

    def leave(self, connection: Connection) -> None:
        """A connection is closed."""
        self.work(connection)
        self._counts -= Counter((connection.address,))

    def _make_room(self, address: str | None) -> bool:
        longest = self._new.longest(address) or self._answered.longest(address)
        if longest is None:
            return False
        self._drop(longest)
        return True

    def _drop(self, connection: Connection) -> None:
        self.work(connection)
        connection.cut()

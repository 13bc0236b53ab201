"""Those who wait to be let in. Where there are too many, who waits longest goes: an honest client is quick."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

#: Bits of an address of IPv6 that name a network: whoever has one has all the addresses in it.
_NETWORK = 64


def neighbourhood(host: str | None) -> str:
    """What counts as one address: one of IPv4, or a network of IPv6; everybody whose address is unknown is one."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return host or "unknown"
    return str(ip_network((address, _NETWORK), strict=False) if isinstance(address, IPv6Address) else address)


class Lobby(Generic[T]):
    """Who waits, by address, the longest first. Belongs to one event loop."""

    def __init__(self, *, total: int, per_address: int) -> None:
        """Begins empty.

        Args:
            total: How many may wait.
            per_address: How many of one address.
        """
        self._total = total
        self._per_address = per_address
        self._waiting: dict[T, str] = {}  # in the order in which they came
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def enter(self, who: T, address: str) -> T | None:
        """Lets somebody wait.

        Returns:
            Who has to go for them: of their own address where that has too many, else of all; None where there is room.
        """
        self._waiting[who] = address
        self._counts[address] += 1
        if self._counts[address] > self._per_address:
            return self.longest(address)
        return self.longest() if len(self._waiting) > self._total else None

    def leave(self, who: T) -> None:
        """Ends somebody's waiting; who does not wait may leave, too."""
        address = self._waiting.pop(who, None)
        if address is not None:
            self._counts -= Counter((address,))  # forgets those who are down to nothing

    def longest(self, address: str | None = None) -> T | None:
        """Who has waited longest, of everybody or of one address; None: nobody waits."""
        of_address: Iterable[T] = (who for who, whose in self._waiting.items() if address in {None, whose})
        return next(iter(of_address), None)

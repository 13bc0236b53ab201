"""Where the machines are: ``ray://HOST:PORT``, ``ray://auto``, or ``ray://local`` for this machine alone."""

from __future__ import annotations

from typing import NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

from rostro.core.errors import BadInput

#: What may stand after the question mark.
_WISHES = ("workers", "threads")
#: The addresses that are no host: a cluster on this machine for as long as the work takes, and the one this machine is
#: part of.
LOCAL, AUTO = "local", "auto"


class Address(NamedTuple):
    """A cluster, and how much of it is wanted.

    Attributes:
        host: ``HOST:PORT`` of a Ray client server, `AUTO` or `LOCAL`.
        workers: How many processes; None: one for as many processors as `threads` says.
        threads: Of each worker.
    """

    host: str
    workers: int | None = None
    threads: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads ``ray://HOST[:PORT][?workers=N&threads=M]``.

        Raises:
            BadInput: It is no such address; says why.
        """
        parts = urlsplit(text)
        if parts.scheme != "ray" or not parts.netloc:
            raise BadInput(f"{text}: a cluster is ray://HOST:PORT, ray://auto, or ray://local for this machine")
        if parts.path.strip("/") or parts.fragment:
            raise BadInput(f"{text}: nothing may follow the host of a cluster but ?workers=N&threads=M")
        wishes: dict[str, int] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            if name not in _WISHES:
                raise BadInput(f"{text}: a cluster has no {name!r}; there is: {', '.join(_WISHES)}")
            if name in wishes or not (value.isascii() and value.isdigit() and 1 <= int(value) <= 100_000):
                raise BadInput(f"{text}: {name} is one whole number from 1 to 100,000")
            wishes[name] = int(value)
        return cls(parts.netloc, wishes.get("workers"), wishes.get("threads", 1))

    @property
    def ray(self) -> str | None:
        """What Ray calls it; None: a cluster that is begun here."""
        if self.host == LOCAL:
            return None
        return AUTO if self.host == AUTO else f"ray://{self.host}"

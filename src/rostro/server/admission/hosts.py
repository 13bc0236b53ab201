"""Is this machine meant, and does this machine ask? Read from the raw headers; what cannot be read is not this machine.

A browser can be made to ask this machine for another site's page: its name is suddenly made to mean 127.0.0.1 ("DNS
rebinding"). So the name that was asked for counts as much as the address that asks. A proxy on this machine asks from
here for somebody who is elsewhere. So what proxies add to a request counts, too.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.requests import HTTPConnection

#: A host as this machine is called, and a port: a name, an address, or one of IPv6 in brackets.
_HOST = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
#: ``for=…`` and ``host=…`` of the header ``Forwarded`` (RFC 7239), whose values may stand in quotes.
_FORWARDED = re.compile(r"\b(?P<what>for|host)\s*=\s*(?P<value>\"[^\"]*\"|[^;,\s]*)", re.IGNORECASE)
#: What proxies say of who asked them, and that one was there at all.
_FROM = ("x-forwarded-for", "x-real-ip", "true-client-ip", "cf-connecting-ip")
_HIGHEST_PORT = 65535


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine and no other."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def names_this_machine(asked: str) -> bool:
    """Whether what a header ``Host`` says is a name of this machine, with a port or without."""
    found = _HOST.fullmatch(asked)
    return found is not None and int(found["port"] or 0) <= _HIGHEST_PORT and is_loopback(found["host"])


def within_this_machine(connection: HTTPConnection) -> bool:
    """Whether a program of this machine asks this machine, by one of its own names and for nobody elsewhere.

    Whose address is unknown (behind a socket of Unix) is not taken for one of this machine.
    """
    client = connection.client
    hosts = list(_values(connection, "host"))
    asked, askers = [*hosts, *forwarded_hosts(connection)], list(_askers(connection))
    if "via" in connection.headers and not askers:
        return False  # a proxy that does not say for whom
    return (
        client is not None
        and len(hosts) == 1
        and all(map(names_this_machine, asked))
        and all(map(is_loopback, (client.host, *askers)))
    )


def forwarded_hosts(connection: HTTPConnection) -> list[str]:
    """What a proxy before this server says that it was asked for, if it says so."""
    plain = (part for value in _values(connection, "x-forwarded-host") for part in value.split(","))
    return [host.strip().lower() for host in (*plain, *_forwarded(connection, "host")) if host.strip()]


def _askers(connection: HTTPConnection) -> Iterator[str]:
    """Addresses of those for whom proxies say that they ask."""
    for name in _FROM:
        for value in _values(connection, name):
            yield from (part.strip() for part in value.split(","))
    yield from _forwarded(connection, "for")


def _forwarded(connection: HTTPConnection, what: str) -> Iterator[str]:
    for value in _values(connection, "forwarded"):
        for found in _FORWARDED.finditer(value):
            if found["what"].lower() == what:
                yield _without_port(found["value"].strip('"')) if what == "for" else found["value"].strip('"')


def _without_port(node: str) -> str:
    """An address as ``Forwarded`` has it (``[::1]:4711``), without its port."""
    found = _HOST.fullmatch(node)
    return node if found is None else found["host"]


def _values(connection: HTTPConnection, name: str) -> Iterator[str]:
    """Every value of a header, as it came."""
    wanted = name.encode()
    return (value.decode("latin-1") for given, value in connection.scope["headers"] if given == wanted)

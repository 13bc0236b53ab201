"""Sockets that listen before anything else is done: a port that cannot be had is told at once, not after the models."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import uvicorn

from rostro.core.errors import BadInput, RostroError
from rostro.server.admission.limits import ConnectionLimits

if TYPE_CHECKING:
    from asyncio import SelectorEventLoop as _Loop
    from collections.abc import Sequence
elif sys.platform == "win32":
    from asyncio import ProactorEventLoop as _Loop
else:
    from uvloop import Loop as _Loop


#: Connections that wait to be taken.
_BACKLOG = 2048

#: Longest time for shaking hands over TLS: as long as for the head of a request.
HANDSHAKE_SECONDS = ConnectionLimits().head_seconds

#: What an address means that this machine has not.
_ABSENT = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}

_REASONS = {
    errno.EADDRINUSE: "another program listens on this port",
    errno.EACCES: "this user may not listen on this port",
    **dict.fromkeys(_ABSENT, "this machine has no such address"),
}


class _PatientLoop(_Loop):
    """An event loop in which shaking hands over TLS may take as long as the head of a request, not a minute."""

    async def create_server(self, *given: Any, **options: Any) -> Any:
        """As asyncio's."""
        if options.get("ssl") is not None:
            options["ssl_handshake_timeout"] = HANDSHAKE_SECONDS
        return await super().create_server(*given, **options)


def patient_loop() -> asyncio.AbstractEventLoop:
    """The event loop of a server, for uvicorn's option ``loop``."""
    loop: asyncio.AbstractEventLoop = _PatientLoop()
    return loop


def within_files(limits: ConnectionLimits) -> ConnectionLimits:
    """Limits with no more connections than half of the files that this process may open: the rest is for the work."""
    if os.name != "posix":
        return limits
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return limits
    connections = min(limits.connections, files // 2)
    return replace(limits, connections=connections, per_address=min(limits.per_address, max(1, connections // 2)))


class ListeningServer(uvicorn.Server):
    """A uvicorn server whose sockets listen already.

    Attributes:
        address: Where it is, as a browser of this machine asks for it.
    """

    def __init__(self, config: uvicorn.Config, sockets: Sequence[socket.socket], root_path: str = "") -> None:
        """Takes the sockets over.

        Args:
            config: What is served, and how.
            sockets: What listens; none where uvicorn is told of a socket of its own.
            root_path: The path under which a proxy shows the server.
        """
        super().__init__(config)
        self._sockets = list(sockets)
        port = sockets[0].getsockname()[1] if sockets else config.port
        self.address = f"http{'s' if config.is_ssl else ''}://{shown(config.host, port)}{root_path}"

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serves until it is told to stop.

        Raises:
            RostroError: It could not begin.
        """
        super().run(sockets)
        if not self.started:
            raise RostroError(f"{self.address}: the server could not start; its log says why")

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serves until it is told to stop; closes the sockets at the end."""
        with ExitStack() as stack:
            for opened in self._sockets:
                stack.callback(opened.close)
            await super().serve((self._sockets or None) if sockets is None else sockets)


def resolve(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[Any, ...]]]:
    """(family, address) of everything that a host's name stands for, each once.

    Raises:
        BadInput: Nothing of that name is known here.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise BadInput(f"{host}: cannot be listened on: no such host is known here", why="no-such-host") from error
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen: one for each address that the host's name stands for.

    Args:
        host: An address of this machine, or a name of one.
        port: 0 takes a free one.

    Raises:
        BadInput: Another program has the port, the user may not take it, or this machine has no such address.
    """
    with ExitStack() as stack:
        sockets: list[socket.socket] = []
        unusable = None
        for family, address in resolve(host, port):
            try:
                opened = stack.enter_context(socket.socket(family))
                if os.name == "posix":  # elsewhere the option lets two programs have one port
                    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                opened.bind((address[0], port, *address[2:]))
                opened.listen(_BACKLOG)
            except OSError as error:
                if error.errno not in _ABSENT:
                    raise _refusal(host, port, error) from error
                unusable = error  # "localhost" may stand for an address of IPv6 where there is none
                continue
            opened.setblocking(False)
            port = opened.getsockname()[1]
            sockets.append(opened)
        if unusable is not None and not sockets:
            raise _refusal(host, port, unusable) from unusable
        stack.pop_all()
        return sockets


def _refusal(host: str, port: int, error: OSError) -> BadInput:
    why = "port-taken" if error.errno == errno.EADDRINUSE else "cannot-listen"
    reason = _REASONS.get(error.errno or 0, error.strerror)
    return BadInput(f"{shown(host, port)} cannot be listened on: {reason}", why=why)


def shown(host: str, port: int) -> str:
    """Host and port as addresses have them: IPv6 in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

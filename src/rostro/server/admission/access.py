"""Who is calling, and may they? Decided before a byte of the body is read."""

from __future__ import annotations

from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Response
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBearer

from rostro.core.errors import KeysUnusable
from rostro.server.admission.callers import Caller, refusal, while_wanted
from rostro.server.admission.keys import Role
from rostro.server.forms.bodies import BODY
from rostro.server.problems import Problem
from rostro.server.schemas import PROBLEMS
from rostro.server.service import service_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from fastapi import Request
    from fastapi.requests import HTTPConnection

    from rostro.server.forms.bodies import Body

#: In a route's ``openapi_extra``: the role that it needs.
ROLE = "x-rostro-role"

#: The status of an answer that nobody waits for any more, in the server's own numbers.
_HUNG_UP = 499

_SCHEMES = [
    Depends(HTTPBearer(auto_error=False, description="A key made with `rostro keys create`.")),
    Depends(APIKeyHeader(name="x-api-key", auto_error=False, description="The same key, in a header of its own.")),
]


def needs(role: Role) -> dict[str, Any]:
    """What a route says to be guarded: ``openapi_extra=needs(Role.ADMIN)``."""
    return {ROLE: role.label}


def guarded_router(tag: str, prefix: str = "/v1") -> APIRouter:
    """A router whose routes let nobody in who may not; they say with `needs` what they need."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=_GuardedRoute, dependencies=_SCHEMES, responses=PROBLEMS)


class _GuardedRoute(APIRoute):
    """A dependency would come too late: FastAPI reads a form before it calls dependencies."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        role = Role.of((self.openapi_extra or {})[ROLE])

        async def guarded(request: Request) -> Response:
            body: Body = request.scope[BODY]
            with admitted(request, role, presented(request)) as caller:
                body.client, request.state.caller = caller.name, caller
                answer = await while_wanted(handle(request), caller, body.gone())
            return Response(status_code=_HUNG_UP) if answer is None else answer

        return guarded


def presented(connection: HTTPConnection) -> str | None:
    """The key in a request's headers, if any."""
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else connection.headers.get("x-api-key")


@contextmanager
def admitted(connection: HTTPConnection, role: Role, key_text: str | None) -> Iterator[Caller]:
    """The time from a request's admission to its answer, for whoever was let in.

    Raises:
        Problem: 401 without a valid key, 403 with one that allows less, 403 from a page of another site, 503 where the
            keys cannot be read.
        TooMany: A limit is reached.
    """
    service = service_of(connection)
    check_origin(connection)
    address = connection.client.host if connection.client else "unknown"
    try:
        key = None if key_text is None else service.keys.check(key_text)
        is_open = key_text is None and _open(connection)
    except KeysUnusable as error:
        raise Problem(503, error.kind, "the server's keys cannot be read, so nobody is let in") from error
    with service.clients.working(key.id if key else address):
        if key is None and not is_open:
            raise _key_needed() if key_text is None else refusal()
        if key is not None and key.role < role:
            raise Problem(403, "not-allowed", f"this needs a key of the role {role.label}, yours is {key.role.label}")
        with service.roll.present(Caller(key.id if key else address, key)) as caller:
            yield caller


def _key_needed() -> Problem:
    return Problem(401, "key-needed", "this needs an API key", headers={"WWW-Authenticate": "Bearer"})


def _open(connection: HTTPConnection) -> bool:
    """Whether no key is needed: none was ever made, and only this machine can call.

    The name that the browser asked for counts too: a foreign site whose name is suddenly made to mean 127.0.0.1 ("DNS
    rebinding") would otherwise be let in by the browser of whoever visits it. So does the name that a proxy was asked
    for, where it tells.
    """
    service = service_of(connection)
    asked = (connection.headers.get("host", ""), *_forwarded_hosts(connection))
    return service.open_without_keys and all(map(_names_loopback, asked)) and not service.keys.any_made()


def _names_loopback(host: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:  # brackets that hold no address
        return False


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine and no other."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_origin(connection: HTTPConnection) -> None:
    """Refuses what a page of another site sends through its visitor's browser: forms and live views need no preflight.

    A proxy may ask for this server by another name than the browser asked for the proxy. Then what the proxy says that
    it was asked for counts, or the browser's own word that page and server are one site. No page can make a browser
    send either.

    Raises:
        Problem: The browser says that another site's page sent this.
    """
    origin = connection.headers.get("origin")
    if origin is None or connection.headers.get("sec-fetch-site") == "same-origin":
        return
    asked = {connection.headers.get("host", "").lower(), *_forwarded_hosts(connection)}
    if origin.partition("://")[2].lower() not in asked:
        raise Problem(
            403,
            "foreign-page",
            "pages of other sites may not use this server (a proxy before it passes Host on, or X-Forwarded-Host)",
        )


def _forwarded_hosts(connection: HTTPConnection) -> list[str]:
    """What a proxy before this server says that it was asked for, if it says so."""
    forwarded = connection.headers.get("x-forwarded-host", "")
    return [host.strip().lower() for host in forwarded.split(",") if host.strip()]

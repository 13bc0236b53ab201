"""Who is calling, and may they? Decided before a byte of the body is read."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, Response
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBearer

from rostro.server.admission.callers import Caller, refusal, while_wanted
from rostro.server.admission.hosts import forwarded_hosts, within_this_machine
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

#: What a browser says of a page that is not this server's own (``Sec-Fetch-Site``).
_FOREIGN = {"cross-site", "same-site"}

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
        Problem: 401 without a valid key, 403 with one that allows less, 403 from a page of another site.
        KeysUnusable: Nobody knows which keys are valid.
        TooMany: A limit is reached.
    """
    service = service_of(connection)
    check_origin(connection)
    address = connection.client.host if connection.client else "unknown"
    key = None if key_text is None else service.keys.check(key_text)
    caller = Caller(key.id if key else address, key)
    with service.clients.working(caller.name):
        if key is None and not (key_text is None and _open(connection)):
            raise _key_needed() if key_text is None else refusal()
        if key is not None and key.role < role:
            raise Problem(403, "not-allowed", f"this needs a key of the role {role.label}, yours is {key.role.label}")
        with service.roll.present(caller):
            yield caller


def _key_needed() -> Problem:
    return Problem(401, "key-needed", "this needs an API key", headers={"WWW-Authenticate": "Bearer"})


def _open(connection: HTTPConnection) -> bool:
    """Whether no key is needed: none was ever made, and this machine alone asks and is asked; see `hosts`."""
    service = service_of(connection)
    return service.open_without_keys and within_this_machine(connection) and not service.keys.any_made()


def check_origin(connection: HTTPConnection) -> None:
    """Refuses what a page of another site sends through its visitor's browser: forms and live views need no preflight.

    A proxy may ask for this server by another name than the browser asked for the proxy. Then what the proxy says that
    it was asked for counts, or the browser's own word that page and server are one site. No page can make a browser
    send either.

    Raises:
        Problem: The browser says that another site's page sent this.
    """
    origin, site = connection.headers.get("origin"), connection.headers.get("sec-fetch-site")
    if site in _FOREIGN:
        raise _foreign_page()
    if origin is None or site == "same-origin":
        return
    asked = {connection.headers.get("host", "").lower(), *forwarded_hosts(connection)}
    _, separator, host = origin.partition("://")
    if not separator or host.lower() not in asked:
        raise _foreign_page()


def _foreign_page() -> Problem:
    return Problem(
        403,
        "foreign-page",
        "pages of other sites may not use this server (a proxy before it passes Host on, or X-Forwarded-Host)",
    )

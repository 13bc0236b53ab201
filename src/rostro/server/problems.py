"""Errors as problem documents (RFC 9457): what went wrong, in words, as ``application/problem+json``."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from rostro.core import errors
from rostro.server.addresses import allowed_methods
from rostro.server.admission.limits import TooMany

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fastapi import FastAPI, Request

    from rostro.recognition.pipeline import Failure

MEDIA_TYPE = "application/problem+json"
#: Of more faults in a request the rest is not told: a short one would have a long answer.
_TOLD = 16

#: Which status an error has; a class that is missing here has its nearest ancestor's.
STATUS: Mapping[type[errors.RostroError], int] = {
    errors.RostroError: 503,
    errors.PhotoError: 422,
    errors.PhotoTooLarge: 413,
    errors.BadInput: 422,
    errors.UnknownPerson: 404,
    errors.UnknownPhoto: 404,
    errors.NameTaken: 409,
    errors.UnknownModel: 404,
    errors.SpaceMismatch: 409,
    errors.NoOperatingPoint: 409,
}


class Problem(HTTPException):
    """A refusal with a kind, which programs can tell apart, and more members where they help.

    Attributes:
        kind: A short name, for example ``no-face``; the problem's type is ``urn:rostro:KIND``.
        more: Further members of the document.
    """

    def __init__(
        self, status: int, kind: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(status, detail, headers)
        self.kind = kind
        self.more = more


def of_error(error: errors.RostroError, **more: Any) -> Problem:
    """The problem that one of rostro's own errors is."""
    status = next(STATUS[ancestor] for ancestor in type(error).__mro__ if ancestor in STATUS)
    values = {"values": dict(error.values)} if error.values else {}
    return Problem(status, error.kind, str(error), **values, **more)


def of_failures(failed: Sequence[Failure]) -> Problem:
    """The problem that a request is whose photos all failed: the first one's, with the list."""
    return of_error(failed[0].error, failed=[failure.to_dict() for failure in failed])


def of_too_many(excess: TooMany) -> Problem:
    """429 for a client that asks too much, 503 where it is all of them together."""
    wait = {"Retry-After": str(math.ceil(excess.retry_after))}
    if excess.client:
        return Problem(429, "too-many-requests", excess.detail, headers=wait)
    return Problem(503, "busy", excess.detail, headers=wait)


def document(problem: Problem) -> dict[str, Any]:
    """What is told of a problem."""
    return {
        "type": f"urn:rostro:{problem.kind}",
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "detail": problem.detail,
        **problem.more,
    }


def response(problem: Problem) -> JSONResponse:
    """The document as an answer."""
    return JSONResponse(document(problem), problem.status_code, problem.headers, MEDIA_TYPE)


def install(app: FastAPI, public: Callable[[errors.RostroError], Problem]) -> None:
    """Makes every error that leaves a route a problem document.

    Args:
        app: Whose errors.
        public: What clients are told of rostro's own.
    """

    @app.exception_handler(errors.RostroError)
    async def own(_: Request, error: errors.RostroError) -> JSONResponse:
        return response(public(error))

    @app.exception_handler(TooMany)
    async def too_many(_: Request, excess: TooMany) -> JSONResponse:
        return response(of_too_many(excess))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        told = error.errors()[:_TOLD]
        wrong = [{"where": list(map(str, item["loc"])), "what": item["msg"]} for item in told]
        detail = "; ".join(f"{'.'.join(item['where'])}: {item['what']}" for item in wrong)
        return response(Problem(422, "invalid-request", detail, invalid=wrong))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        if not isinstance(error, Problem):
            kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
            headers = error.headers
            if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:  # the framework names those of one route only
                headers = {"Allow": allowed_methods(app.routes, request.scope)}
            error = Problem(error.status_code, kind, str(error.detail), headers=headers)
        return response(error)

    @app.exception_handler(500)
    async def bug(_: Request, error: BaseException) -> JSONResponse:
        return response(Problem(500, "internal-error", "the server has a fault; its log says more"))

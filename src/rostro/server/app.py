"""The application: routes, limits, problems, page."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI

from rostro import __version__
from rostro.server import jobs, problems
from rostro.server.addresses import Heads, Prefix
from rostro.server.discretion import public_problem
from rostro.server.forms.bodies import BodyLimits
from rostro.server.forms.known import known_only
from rostro.server.metrics import Measured
from rostro.server.routes import (
    about,
    album,
    anonymising,
    audits,
    enrolments,
    keeping,
    people,
    photos,
    rejections,
    review,
    searching,
)
from rostro.server.routes import page as page_files
from rostro.server.schemas import Problem
from rostro.server.sockets import challenging, live, watching

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rostro.server.admission.limits import Limits
    from rostro.server.service import Service

_ABOUT = """Detect, embed, verify and identify faces; keep people.

Photos are uploaded in forms and are not stored. Answers are those of `rostro … --json`. Errors are problem documents
(RFC 9457). Keys come as `Authorization: Bearer …` or `x-api-key`. `/v1/live` is a WebSocket: after `{"key": …}`, each
binary message is a JPEG, each answer `{"frame", "width", "height", "faces"}` with faces as in `/v1/identify`.
`/v1/challenge` is another: it asks to turn the head and to close the eyes, and ends with the
`liveness_session` that a form may show."""


def create_app(service: Service, *, root_path: str = "") -> FastAPI:
    """The application around a service. It closes what the service holds when it stops.

    Args:
        service: What the routes share.
        root_path: The path under which a proxy shows it, as `addresses.clean_root_path` gives it.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(service.roll.watch())
        yield
        watching.cancel()
        await jobs.stop_all([*service.jobs.values(), *service.additions.values()])
        await service.auditing.stop()
        service.batcher.close()
        await asyncio.to_thread(service.enrolments.shutdown)  # they hear of it in this loop
        service.recognizer.close()
        if service.album is not None:
            service.album.close()
        service.keys.close()

    # No /docs: that page loads its scripts from a CDN.
    app = FastAPI(
        title="rostro",
        version=__version__,
        description=_ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # a route of `page_files` has it as bytes
        servers=[{"url": root_path or "."}],  # beside this document, wherever a proxy shows it
        redirect_slashes=False,
    )
    app.state.service = service
    # the audit comes before people, whose ids it is not
    subjects = (
        photos, searching, anonymising, audits, people, enrolments, rejections, keeping, album, review, about
    )  # fmt: skip
    for router in (*(subject.router for subject in subjects), about.unversioned, about.health):
        app.include_router(router, dependencies=[Depends(known_only)])
    app.include_router(live.router)
    app.include_router(challenging.router)
    app.include_router(watching.router)
    app.include_router(page_files.router)
    app.mount("/page", page_files.files())
    problems.install(app, partial(public_problem, service))
    _describe(app, service.limits)
    app.add_middleware(Heads)
    app.add_middleware(BodyLimits, limits=service.limits, held=service.held)
    app.add_middleware(page_files.Headers)
    app.add_middleware(Measured, metrics=service.metrics)
    app.add_middleware(Prefix, root_path=root_path)
    return app


def _describe(app: FastAPI, limits: Limits) -> None:
    """Adds to the OpenAPI document what no route says: the shape of problems, what forms must be and may not."""
    make = app.openapi

    @cache  # anybody may ask for it
    def described() -> dict[str, object]:
        document = make()
        shapes = document["components"]["schemas"]
        shapes["Problem"] = Problem.model_json_schema()
        for name, shape in shapes.items():
            if name.startswith("Body_"):  # the framework's name of a form
                shape["additionalProperties"] = False
                for field in shape["properties"].values():
                    _narrow(field, limits)
        return document

    app.openapi = described  # type: ignore[method-assign]


def _narrow(field: dict[str, Any], limits: Limits) -> None:
    """A field of a form: a list is never empty, nor is the one file that is wanted; of several photos some may fail."""
    if field.get("type") == "array":
        field |= {"minItems": 1, "maxItems": limits.photos}
    elif field.get("contentMediaType"):
        field["minLength"] = 1

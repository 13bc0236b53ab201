"""Routes of bulk enrolment: begin a job, ask how far it is, follow it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import File, Form, Path, Query, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse

from rostro.core.names import clean_name
from rostro.server import jobs, schemas
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.discretion import told
from rostro.server.forms.fields import Enrol
from rostro.server.problems import Problem
from rostro.server.schemas.common import PersonName
from rostro.server.service import Service, TheCaller, TheService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractContextManager

    from starlette.types import Receive, Scope, Send

    from rostro.server.admission.callers import Caller
    from rostro.server.jobs import Job

router = guarded_router("bulk enrolment")

#: Seconds between two looks at a job by a stream of its progress.
_INTERVAL = 0.25


Id = Annotated[str, Path(max_length=64, description="A job's id.")]


@router.post("/enrolments", status_code=202, response_model=schemas.JobState, openapi_extra=needs(Role.ENROL))
async def start(
    service: TheService,
    caller: TheCaller,
    photos: Annotated[list[UploadFile], File(description="Photos of many people.")],
    names: Annotated[
        list[PersonName], Form(description="Whose each photo is: as many names as photos, in their order.")
    ],
    form: Enrol,
) -> JSONResponse:
    """Take many people in. Ask them first. Follow `/v1/enrolments/{id}/events` for progress."""
    listed = await service.uploads(photos)
    if len(names) != len(listed):
        raise Problem(422, "names-and-photos", f"{len(listed)} photos need as many names, got {len(names)}")
    cleaned = [clean_name(name) for name in names]
    job = await jobs.begin(
        service.jobs,
        places=service.running,
        caller=caller,
        working=service.enrolling(form, caller, patient=True).begin(),
        photos=listed,
        items=lambda copies: list(zip(cleaned, copies, strict=True)),
        present=service.roll.present(caller),
    )
    return JSONResponse(_shown(service, job), 202, {"Location": f"/v1/enrolments/{job.id}"})


@router.get("/enrolments/{id}", response_model=schemas.JobState, openapi_extra=needs(Role.ENROL))
async def state(service: TheService, id: Id) -> JSONResponse:
    """How far a bulk enrolment is."""
    return JSONResponse(_shown(service, jobs.find(service.jobs, id)))


@router.get(
    "/enrolments/{id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "A job's state whenever it changes"}},
    openapi_extra=needs(Role.ENROL),
)
async def events(service: TheService, caller: TheCaller, id: Id) -> StreamingResponse:
    """Progress as server-sent events: the job's state whenever it changes, the last one when it has ended.

    The stream breaks off when its key is revoked.
    """
    place, words = service.streams.taken(caller.name), _events(service, caller, jobs.find(service.jobs, id))
    return _Stream(place, words, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.get("/enrolments", response_model=schemas.Jobs, openapi_extra=needs(Role.ADMIN))
async def list_jobs(
    service: TheService,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str, Query(description="The `next` of the page before.")] = "",
) -> JSONResponse:
    """Bulk enrolments, the newest first, in pages. Of those that have ended, the last hundred are remembered."""
    newest = list(reversed(service.jobs.values()))
    ids = [job.id for job in newest]
    start = 0 if not after else ids.index(after) + 1 if after in ids else len(ids)  # the oldest are forgotten first
    shown = newest[start : start + limit]
    rows = [{"id": job.id, "state": job.state, "photos": job.photos, "done": job.so_far.done} for job in shown]
    more = start + limit < len(newest)
    return JSONResponse({"jobs": rows, "total": len(newest), "next": shown[-1].id if more and shown else None})


class _Stream(StreamingResponse):
    """A stream that has its place for as long as it is sent, and is not sent without one."""

    def __init__(self, place: AbstractContextManager[None], *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        with self._place:
            await super().__call__(scope, receive, send)


def _shown(service: Service, job: Job) -> dict[str, Any]:
    """A job's state, as a client may see it."""
    document = job.to_dict()
    return {**document, "detail": told(service, document["detail"])} if "detail" in document else document


async def _events(service: Service, caller: Caller, job: Job) -> AsyncIterator[bytes]:
    sent = None
    with service.roll.present(caller):
        while (sent is None or sent["state"] == "running") and not caller.refused.is_set():
            document = _shown(service, job)
            if document != sent:
                yield f"data: {json.dumps(document, ensure_ascii=False)}\n\n".encode()
                sent = document
            else:
                await caller.pause(_INTERVAL)

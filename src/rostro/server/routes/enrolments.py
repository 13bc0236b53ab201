"""Routes of bulk enrolment: begin a job, ask how far it is, follow it."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Annotated

from fastapi import File, Form, Path, Query, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse

from rostro.core.names import clean_name
from rostro.server import jobs, schemas
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.admission.limits import TooMany
from rostro.server.forms.fields import Enrol
from rostro.server.jobs import Job
from rostro.server.problems import Problem
from rostro.server.service import Service, TheCaller, TheService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rostro.server.jobs import Present

router = guarded_router("bulk enrolment")

#: Finished jobs that can still be asked about.
_REMEMBERED = 100
#: Seconds between two looks at a job by a stream of its progress.
_INTERVAL = 0.25


Id = Annotated[str, Path(max_length=64, description="A job's id.")]


@router.post("/enrolments", status_code=202, response_model=schemas.JobState, openapi_extra=needs(Role.ENROL))
async def start(
    service: TheService,
    caller: TheCaller,
    photos: Annotated[list[UploadFile], File(description="Photos of many people.")],
    names: Annotated[list[str], Form(description="Whose each photo is: as many names as photos, in their order.")],
    form: Enrol,
) -> JSONResponse:
    """Take many people in. Ask them first. Follow `/v1/enrolments/{id}/events` for progress."""
    listed = await service.uploads(photos)
    if len(names) != len(listed):
        raise Problem(422, "names-and-photos", f"{len(listed)} photos need as many names, got {len(names)}")
    cleaned = [clean_name(name) for name in names]
    if sum(job.state == "running" for job in service.jobs.values()) >= service.limits.jobs:
        raise TooMany(f"{service.limits.jobs} bulk enrolments are running", client=False, retry_after=10)
    job = Job(secrets.token_urlsafe(16), len(listed))
    _forget_oldest(service)
    service.jobs[job.id] = job
    try:
        copies, files = await asyncio.to_thread(jobs.own_copies, listed)
    except BaseException:
        del service.jobs[job.id]
        raise
    enrolling = service.enrolling(form, caller, patient=True)
    items = list(zip(cleaned, copies, strict=True))
    job.task = asyncio.create_task(jobs.run(job, enrolling, items, files, service.roll.present(caller)))
    return JSONResponse(job.to_dict(), 202, {"Location": f"/v1/enrolments/{job.id}"})


@router.get("/enrolments/{id}", response_model=schemas.JobState, openapi_extra=needs(Role.ENROL))
async def state(service: TheService, id: Id) -> JSONResponse:
    """How far a bulk enrolment is."""
    return JSONResponse(_job(service, id).to_dict())


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
    return StreamingResponse(
        _events(_job(service, id), service.roll.present(caller)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store"},
    )


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


def _job(service: Service, identifier: str) -> Job:
    if identifier not in service.jobs:
        raise Problem(404, "unknown-job", "there is no such job")
    return service.jobs[identifier]


def _forget_oldest(service: Service) -> None:
    ended = [job.id for job in service.jobs.values() if job.state != "running"]
    for identifier in ended[: max(0, len(ended) - _REMEMBERED)]:
        del service.jobs[identifier]


async def _events(job: Job, present: Present) -> AsyncIterator[bytes]:
    sent = None
    with present as caller:
        while (sent is None or sent["state"] == "running") and not caller.refused.is_set():
            document = job.to_dict()
            if document != sent:
                yield f"data: {json.dumps(document, ensure_ascii=False)}\n\n".encode()
                sent = document
            else:
                await caller.pause(_INTERVAL)

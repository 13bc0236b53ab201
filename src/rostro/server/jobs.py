"""Bulk enrolment: a job that goes on after its request was answered, and tells how far it is."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import File, Form, Path, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse

from rostro.core.errors import RostroError
from rostro.gallery.base import clean_name
from rostro.server import schemas
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.admission.limits import TooMany
from rostro.server.batcher import SIZE
from rostro.server.enrolment import Enrolling, Progress
from rostro.server.forms.uploads import Upload, uploads
from rostro.server.problems import Problem
from rostro.server.routes.people import KeepPicture
from rostro.server.routes.photos import Face
from rostro.server.service import Service, TheService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

router = guarded_router("bulk enrolment")

#: Finished jobs that can still be asked about.
_REMEMBERED = 100
#: Seconds between two looks at a job by a stream of its progress.
_INTERVAL = 0.25


@dataclass(slots=True, eq=False)
class Job:
    """A bulk enrolment.

    Attributes:
        id: Cannot be guessed.
        photos: How many there are.
        progress: What is done.
        state: ``stopped``: something other than a photo was wrong; ``detail`` says what.
    """

    id: str
    photos: int
    progress: Progress = field(default_factory=Progress)
    state: Literal["running", "done", "stopped"] = "running"
    detail: str | None = None
    task: asyncio.Task[None] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The job's state, as `schemas.JobState` has it."""
        document = {"id": self.id, "state": self.state, "photos": self.photos, "done": self.progress.done}
        return {**document, **self.progress.to_dict(), **({"detail": self.detail} if self.detail else {})}


Id = Annotated[str, Path(max_length=64, description="A job's id.")]


@router.post("/enrolments", status_code=202, response_model=schemas.JobState, openapi_extra=needs(Role.ENROL))
async def start(
    service: TheService,
    photos: Annotated[list[UploadFile], File(description="Photos of many people.")],
    names: Annotated[list[str], Form(description="Whose each photo is: as many names as photos, in their order.")],
    face: Face = "only",
    keep_picture: KeepPicture = False,
) -> JSONResponse:
    """Take many people in. Ask them first. Follow `/v1/enrolments/{id}/events` for progress."""
    listed = uploads(photos, service.limits)
    if len(names) != len(listed):
        raise Problem(422, "names-and-photos", f"{len(listed)} photos need as many names, got {len(names)}")
    cleaned = [clean_name(name) for name in names]
    if sum(job.state == "running" for job in service.jobs.values()) >= service.limits.jobs:
        raise TooMany(f"{service.limits.jobs} bulk enrolments are running", client=False, retry_after=10)
    job = Job(secrets.token_urlsafe(16), len(listed))
    _forget_oldest(service)
    service.jobs[job.id] = job
    try:
        folder = await asyncio.to_thread(_own_copies, listed)
    except BaseException:
        del service.jobs[job.id]
        raise
    job.task = asyncio.create_task(_run(job, Enrolling(service, face, keep_picture), cleaned, listed, folder))
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
async def events(service: TheService, id: Id) -> StreamingResponse:
    """Progress as server-sent events: the job's state whenever it changes, the last one when it has ended."""
    return StreamingResponse(
        _events(_job(service, id)), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def stop_all(service: Service) -> None:
    """Ends jobs at the photo that they are at; what they enrolled stays."""
    tasks = [job.task for job in service.jobs.values() if job.task is not None]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _own_copies(listed: list[Upload]) -> tempfile.TemporaryDirectory[str]:
    """Copies the photos, because the form's own files go when its request is answered."""
    folder = tempfile.TemporaryDirectory(prefix="rostro-job-")
    for number, upload in enumerate(listed):
        with (FilePath(folder.name) / str(number)).open("wb") as file:
            shutil.copyfileobj(upload.file, file)
    return folder


async def _run(
    job: Job, enrolling: Enrolling, names: list[str], listed: list[Upload], folder: tempfile.TemporaryDirectory[str]
) -> None:
    try:
        with folder:
            for first in range(0, len(listed), SIZE):
                numbers = range(first, min(first + SIZE, len(listed)))
                for name in dict.fromkeys(names[number] for number in numbers):
                    with ExitStack() as files:
                        photos = [
                            Upload(
                                listed[number].name,
                                files.enter_context((FilePath(folder.name) / str(number)).open("rb")),
                            )
                            for number in numbers
                            if names[number] == name
                        ]
                        await _patiently(enrolling, name, photos, job.progress)
        job.state = "done"
    except RostroError as error:
        job.state, job.detail = "stopped", str(error)
    except asyncio.CancelledError:
        job.state, job.detail = "stopped", "the server is stopping"
        raise
    finally:
        if job.state == "running":  # a fault of the program, which asyncio logs
            job.state, job.detail = "stopped", "the server has a fault; its log says more"


async def _patiently(enrolling: Enrolling, name: str, photos: list[Upload], progress: Progress) -> None:
    """Enrols; a job can wait where the engine has no room, unlike a request."""
    while True:
        try:
            await enrolling.photos(name, photos, progress)
            return
        except TooMany as excess:
            await asyncio.sleep(excess.retry_after)


def _job(service: Service, identifier: str) -> Job:
    if identifier not in service.jobs:
        raise Problem(404, "unknown-job", "there is no such job")
    return service.jobs[identifier]


def _forget_oldest(service: Service) -> None:
    ended = [job.id for job in service.jobs.values() if job.state != "running"]
    for identifier in ended[: max(0, len(ended) - _REMEMBERED)]:
        del service.jobs[identifier]


async def _events(job: Job) -> AsyncIterator[bytes]:
    sent = None
    while sent is None or sent["state"] == "running":
        document = job.to_dict()
        if document != sent:
            yield f"data: {json.dumps(document, ensure_ascii=False)}\n\n".encode()
            sent = document
        else:
            await asyncio.sleep(_INTERVAL)

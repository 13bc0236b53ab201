"""Bulk enrolment: a job that goes on after its request was answered, and tells how far it is."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rostro.core.errors import RostroError
from rostro.people.enrollment import Enrollment
from rostro.server.forms.uploads import Upload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.people.enroll import Enroller
    from rostro.server.enrolment import Enrolling


@dataclass(slots=True, eq=False)
class Job:
    """A bulk enrolment.

    Attributes:
        id: Cannot be guessed.
        photos: How many there are.
        enroller: Does it, and knows what is done; None before it began.
        state: ``stopped``: something other than a photo was wrong; ``detail`` says what.
        task: What runs it.
        stopping: Whether it was told to end.
    """

    id: str
    photos: int
    enroller: Enroller | None = None
    state: Literal["running", "done", "stopped"] = "running"
    detail: str | None = None
    task: asyncio.Task[None] | None = None
    stopping: bool = False

    @property
    def so_far(self) -> Enrollment:
        """What is done."""
        return Enrollment() if self.enroller is None else self.enroller.so_far

    def to_dict(self) -> dict[str, Any]:
        """The job's state, as `schemas.JobState` has it."""
        done = self.so_far
        document = {"id": self.id, "state": self.state, "photos": self.photos, "done": done.done}
        return {**document, **done.to_dict(), **({"detail": self.detail} if self.detail else {})}


async def run(job: Job, enrolling: Enrolling, items: Sequence[tuple[str, Upload]], files: ExitStack) -> None:
    """Enrols in a thread, until the end or until the job is told to stop; what was enrolled stays.

    Args:
        job: Told of what is done.
        enrolling: How.
        items: (person's name, photo).
        files: What holds the photos; closed at the end.
    """
    job.enroller = enrolling.enroller(lambda: job.stopping)
    working = asyncio.create_task(asyncio.to_thread(job.enroller.run, items))
    try:
        with files:
            try:
                await asyncio.shield(working)
            except asyncio.CancelledError:
                job.stopping = True  # the thread ends at its next photo, with what it has committed
                await asyncio.wait({working})
                raise
        job.state = "done"
    except RostroError as error:
        job.state, job.detail = "stopped", str(error)
    except asyncio.CancelledError:
        job.state, job.detail = "stopped", "the server is stopping"
        raise
    finally:
        if job.state == "running":  # a fault of the program, which asyncio logs
            job.state, job.detail = "stopped", "the server has a fault; its log says more"


async def stop_all(jobs: Sequence[Job]) -> None:
    """Ends jobs at the batch that they are at; what they enrolled stays."""
    tasks = [job.task for job in jobs if job.task is not None]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def own_copies(uploads: Sequence[Upload]) -> tuple[list[Upload], ExitStack]:
    """Copies of photos that go on after their request is answered, in files without a name: nobody finds them later."""
    with ExitStack() as files:
        copies = []
        for upload in uploads:
            copy = files.enter_context(tempfile.SpooledTemporaryFile(1 << 16))
            shutil.copyfileobj(upload.file, copy)
            copy.seek(0)
            copies.append(Upload(upload.name, copy))  # type: ignore[arg-type]
        return copies, files.pop_all()

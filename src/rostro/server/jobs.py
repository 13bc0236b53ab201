"""Bulk enrolment: a job that goes on after its request was answered, and tells how far it is."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from rostro.core.errors import RostroError
from rostro.people.enrollment import Enrollment
from rostro.server.admission.callers import until_one_ends
from rostro.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from rostro.server.admission.callers import Caller
    from rostro.server.enrolment import Enrolling, Taking
    from rostro.server.forms.uploads import Upload

    Present = AbstractContextManager[Caller]


@dataclass(slots=True, eq=False)
class Job:
    """A bulk enrolment.

    Attributes:
        id: Cannot be guessed.
        photos: How many there are.
        taking: Does it, and knows what is done; None before it began.
        state: ``stopped``: something other than a photo was wrong; ``detail`` says what.
        task: What runs it.
    """

    id: str
    photos: int
    taking: Taking | None = None
    state: Literal["running", "done", "stopped"] = "running"
    detail: str | None = None
    task: asyncio.Task[None] | None = None

    @property
    def so_far(self) -> Enrollment:
        """What is done."""
        return Enrollment() if self.taking is None else self.taking.enroller.so_far

    def to_dict(self) -> dict[str, Any]:
        """The job's state, as `schemas.JobState` has it."""
        done = self.so_far
        document = {"id": self.id, "state": self.state, "photos": self.photos, "done": done.done}
        return {**document, **done.to_dict(), **({"detail": self.detail} if self.detail else {})}


async def run(
    job: Job, enrolling: Enrolling, items: Sequence[tuple[str, Upload]], files: ExitStack, present: Present
) -> None:
    """Enrols in a thread, until the end, until the key with which it was begun is revoked, or the server stops.

    What was enrolled stays.

    Args:
        job: Told of what is done.
        enrolling: How.
        items: (person's name, photo).
        files: What holds the photos; closed at the end.
        present: For whom, as long as it takes.
    """
    job.taking = enrolling.begin()
    try:
        with files, present as caller:
            await until_one_ends(_finish(job.taking, items), caller.expelled())
        job.state = "done"
    except Problem as refused:
        job.state, job.detail = "stopped", str(refused.detail)
    except RostroError as error:
        job.state, job.detail = "stopped", str(error)
    except asyncio.CancelledError:
        job.state, job.detail = "stopped", "the server is stopping"
        raise
    finally:
        if job.state == "running":  # a fault of the program, which asyncio logs
            job.state, job.detail = "stopped", "the server has a fault; its log says more"


async def _finish(taking: Taking, items: Sequence[tuple[str, Upload]]) -> None:
    await taking.run(items)


async def stop_all(jobs: Sequence[Job]) -> None:
    """Ends jobs at the batch that they are at; what they enrolled stays."""
    tasks = [job.task for job in jobs if job.task is not None]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def own_copies(uploads: Sequence[Upload]) -> tuple[list[Upload], ExitStack]:
    """Copies of photos that go on after their request is answered.

    They lie in files without a name: no memory is held for as long as a job takes, and a process that is killed leaves
    nothing of them.
    """
    with ExitStack() as files:
        copies = []
        for upload in uploads:
            copy = files.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(upload.file, copy)
            copy.seek(0)
            copies.append(replace(upload, file=copy))
        return copies, files.pop_all()

"""Jobs: what goes on after its request was answered, and tells how far it is. Bulk enrolments, photos for an album."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from rostro.core.errors import RostroError
from rostro.server.admission.callers import until_one_ends
from rostro.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from rostro.server.admission.callers import Caller
    from rostro.server.admission.places import Places
    from rostro.server.forms.uploads import Upload

    Present = AbstractContextManager[Caller]

#: Finished jobs that can still be asked about.
_REMEMBERED = 100


class Done(Protocol):
    """What a job has done so far."""

    @property
    def done(self) -> int:
        """Photos that are dealt with."""

    def to_dict(self) -> dict[str, Any]:
        """What it told of them."""


class Working(Protocol):
    """What a job does."""

    @property
    def so_far(self) -> Done:
        """What is done."""

    async def run(self, items: Sequence[Any]) -> object:
        """Does it, for every item."""


@dataclass(slots=True, eq=False)
class Job:
    """What goes on after its request was answered.

    Attributes:
        id: Cannot be guessed.
        photos: How many there are.
        working: Does it, and knows what is done.
        state: ``stopped``: something other than a photo was wrong; ``detail`` says what.
        task: What runs it.
    """

    id: str
    photos: int
    working: Working
    state: Literal["running", "done", "stopped"] = "running"
    detail: str | None = None
    task: asyncio.Task[None] | None = None

    @property
    def so_far(self) -> Done:
        """What is done."""
        return self.working.so_far

    def to_dict(self) -> dict[str, Any]:
        """The job's state, as `schemas.JobState` and `schemas.AlbumJob` have it."""
        done = self.so_far
        document = {"id": self.id, "state": self.state, "photos": self.photos, "done": done.done}
        return {**document, **done.to_dict(), **({"detail": self.detail} if self.detail else {})}


async def begin(
    jobs: dict[str, Job],
    *,
    places: Places,
    caller: Caller,
    working: Working,
    photos: Sequence[Upload],
    items: Callable[[list[Upload]], Sequence[Any]],
    present: Present,
) -> Job:
    """Begins one, which goes on by itself; see `run`.

    Args:
        jobs: By their ids; the new one is put there, and the oldest of those that ended are forgotten.
        places: Of which it has one.
        caller: Whose.
        working: Does it.
        photos: What it is about; it has copies of its own.
        items: What is worked on, of those copies.
        present: For whom, as long as it takes.

    Raises:
        TooMany: There is no place.
    """
    with ExitStack() as held:
        held.enter_context(places.taken(caller.name))
        job = Job(secrets.token_urlsafe(16), len(photos), working)
        _forget_oldest(jobs)
        jobs[job.id] = job
        try:
            copies, files = await asyncio.to_thread(own_copies, photos)
        except BaseException:
            del jobs[job.id]
            raise
        job.task = asyncio.create_task(run(job, items(copies), files, present))
        place = held.pop_all()
    job.task.add_done_callback(lambda _: place.close())
    return job


def find(jobs: dict[str, Job], identifier: str) -> Job:
    """A job by its id.

    Raises:
        Problem: There is no such one.
    """
    if identifier not in jobs:
        raise Problem(404, "unknown-job", "there is no such job")
    return jobs[identifier]


def _forget_oldest(jobs: dict[str, Job]) -> None:
    ended = [job.id for job in jobs.values() if job.state != "running"]
    for identifier in ended[: max(0, len(ended) - _REMEMBERED)]:
        del jobs[identifier]


async def run(job: Job, items: Sequence[Any], files: ExitStack, present: Present) -> None:
    """Works in a thread, until the end, until the key with which it was begun is revoked, or the server stops.

    What was done stays.

    Args:
        job: Told of what is done.
        items: What it is done to.
        files: What holds the photos; closed at the end.
        present: For whom, as long as it takes.
    """
    try:
        with files, present as caller:
            await until_one_ends(_finish(job.working, items), caller.expelled())
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


async def _finish(working: Working, items: Sequence[Any]) -> None:
    await working.run(items)


async def stop_all(jobs: Sequence[Job]) -> None:
    """Ends jobs at the batch that they are at; what they did stays."""
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

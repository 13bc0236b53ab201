"""Lists of bulk enrolments."""

from __future__ import annotations

from pydantic import BaseModel, Field

from rostro.server.schemas.common import example


class JobRow(BaseModel):
    """A bulk enrolment in a list; the job itself tells of the photos that failed."""

    id: str
    state: str = Field(description="running, done or stopped")
    photos: int
    done: int


class Jobs(BaseModel):
    """Some of the bulk enrolments, the newest first."""

    model_config = example(jobs=[{"id": "kX3…", "state": "running", "photos": 100, "done": 42}], total=7, next="kX3…")
    jobs: list[JobRow]
    total: int = Field(description="how many there are, whatever the limit")
    next: str | None = Field(description="the `after` of the next page; null where this is the last")

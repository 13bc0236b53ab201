"""Answers about consent, retention and the log, and what changes them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rostro.people.consent import LONGEST
from rostro.server.schemas.common import Box, example
from rostro.server.schemas.people import Pending

_ENTRY = {
    "number": 1, "time": "2026-11-27T08:22:11Z", "actor": "key:3f9a", "action": "enrol",
    "who": ["0f6c2a…"], "about": {"templates": 2}, "previous": "", "hash": "9f86d081…",
}  # fmt: skip
_REJECTED = {
    "photo": "door.jpg", "sha256": "9f86d081…", "box": [368.0, 96.5, 546.25, 330.0], "given": "2026-11-27T08:22:11Z",
}  # fmt: skip

Purpose = Annotated[str, Field(min_length=1, max_length=LONGEST, description="what they agreed to")]
By = Annotated[str, Field(max_length=LONGEST, description="who said so; empty: they themselves")]


class Consent(BaseModel):
    """What somebody agreed to."""

    purpose: str
    by: str = Field(description="who said so; empty: they themselves")
    until: date | None = Field(description="the last day of it; null: until it is taken back")
    given: str = Field(description="when it was noted, in UTC")


class ConsentOf(BaseModel):
    """What is known of somebody's consent."""

    model_config = example(
        id=7, name="Ada Lovelace", holds=True,
        consent={"purpose": "the door", "by": "", "until": "2031-12-31", "given": "2026-11-27T08:22:11Z"},
    )  # fmt: skip
    id: int
    name: str
    holds: bool = Field(description="whether there is one, and it has not ended")
    consent: Consent | None


class NewConsent(BaseModel):
    """What somebody agreed to."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"purpose": "the door"}]})
    purpose: Purpose
    by: By = ""
    until: Annotated[date | None, Field(description="the last day of it")] = None


class Policy(BaseModel):
    """What the gallery asks of whoever uses it."""

    model_config = example(require_consent=True, keep_days=365, log_searches=False)
    require_consent: bool = Field(description="whether nobody is enrolled without a consent")
    keep_days: int | None = Field(description="days after which those who were not seen expire; null: never")
    log_searches: bool = Field(description="whether the log says who was found, too")


class NewPolicy(BaseModel):
    """What the gallery asks for from now on; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"keep_days": 365}]})
    require_consent: bool | None = None
    keep_days: Annotated[int | None, Field(ge=0, le=36_500, description="0: everybody is kept")] = None
    log_searches: bool | None = None


class Expired(BaseModel):
    """Somebody whose time is over."""

    id: int
    name: str
    why: Literal["consent-ended", "not-seen"]
    since: date


class Expiry(BaseModel):
    """Who was erased, or would be."""

    dry_run: bool
    people: list[Expired]
    pending: Pending = None


class Entry(BaseModel):
    """Something that was done."""

    model_config = example(**_ENTRY)
    number: int
    time: str
    actor: str
    action: str
    who: list[str] = Field(description="pseudonyms of the people that it was done to")
    about: dict[str, Any]
    previous: str
    hash: str


class Log(BaseModel):
    """Some of the log."""

    entries: list[Entry]
    next: int | None = Field(description="the `after` of the next page; null where this is the last")


class VerifiedLog(BaseModel):
    """Whether the log is as it was written."""

    model_config = example(sound=True, entries=12, head="9f86d081…", problems=[])
    sound: bool
    entries: int
    head: str = Field(description="hash of the last entry; kept elsewhere, it shows later that none was cut off")
    problems: list[str]


class Rejected(BaseModel):
    """A face that was said not to be somebody's."""

    model_config = example(**_REJECTED)
    photo: str
    sha256: str
    box: Box
    given: str = Field(description="when that was said, in UTC")


class Rejection(BaseModel):
    """Whose a face is not."""

    model_config = example(id=7, name="Ada Lovelace", rejected=_REJECTED)
    id: int
    name: str
    rejected: Rejected


class Rejections(BaseModel):
    """The faces that were said not to be somebody's, oldest first."""

    model_config = example(id=7, name="Ada Lovelace", rejections=[_REJECTED])
    id: int
    name: str
    rejections: list[Rejected]


class TakenBack(BaseModel):
    """Done: the faces of the photo may be theirs again."""

    model_config = example(id=7, name="Ada Lovelace", taken_back=[_REJECTED])
    id: int
    name: str
    taken_back: list[Rejected]


class Export(BaseModel):
    """All that is held of a person."""

    name: str
    id: int
    exported: str
    space: str | None
    consent: Consent | None
    last_seen: date | None
    templates: list[dict[str, Any]]
    rejected: list[Rejected] = Field(description="faces that were said not to be theirs, without vectors")
    taught_by: list[str] = Field(description="hashes of the photos whose templates came by teaching")
    group: dict[str, Any] | None = Field(description="of an album: what somebody said of the group")
    albums: list[dict[str, str]] = Field(description="albums in which they are, and as which groups")
    called_in_log: list[str]
    log: list[Entry]
    pictures: list[dict[str, str]]

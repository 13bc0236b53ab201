"""Answers about people, and what changes them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rostro.server.schemas.common import FAILURE, PersonName, Score, example
from rostro.server.schemas.faces import Failure

#: What of an erasure waits.
Pending = Annotated[
    str | None, Field(description="what of it waits until other programs that read the gallery let go; absent: nothing")
]


class Person(BaseModel):
    """Somebody in the gallery."""

    model_config = example(id=7, name="Ada Lovelace", templates=3, picture=True)
    id: int
    name: str
    templates: int
    picture: bool = Field(description="whether a picture of them is kept")


class People(BaseModel):
    """Some of the people, by name, and how many there are."""

    people: list[Person]
    total: int = Field(description="how many match, whatever the limit")
    next: str | None = Field(description="the `after` of the next page; null where this is the last")


class Template(BaseModel):
    """One enrolled face."""

    photo: str
    sha256: str
    quality: Score


class PersonWithTemplates(BaseModel):
    """Somebody in the gallery, with every template of theirs."""

    model_config = example(
        id=7, name="Ada Lovelace", templates=[{"photo": "ada.jpg", "sha256": "9f86d081…", "quality": 0.9312}]
    )
    id: int
    name: str
    templates: list[Template]


class PhotosOfPerson(BaseModel):
    """Somebody in the gallery, with some of the photos that they have a template of."""

    model_config = example(
        id=7, name="Ada Lovelace", photos=[{"photo": "ada.jpg", "sha256": "9f86d081…", "quality": 0.9312}],
        total=250, next=100,
    )  # fmt: skip
    id: int
    name: str
    photos: list[Template]
    total: int = Field(description="how many there are, whatever the limit")
    next: int | None = Field(description="the `after` of the next page; null where this is the last")


class Enrolment(BaseModel):
    """What an enrolment did."""

    model_config = example(people=1, templates=2, skipped=0, failed=[FAILURE])
    people: int
    templates: int
    skipped: int
    failed: list[Failure]
    remarks: list[Failure] = Field(
        default=[], description="Photos that were enrolled although their face has another name, too; left out if none."
    )


class Created(BaseModel):
    """A new person, and what became of the photos."""

    person: Person
    enrolment: Enrolment


class NewName(BaseModel):
    """Another name for a person."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Ada Lovelace"}]})
    name: PersonName


class MergeInto(BaseModel):
    """Who takes the templates."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"into": 7}]})
    into: Annotated[int, Field(ge=1, lt=2**63)]


class MoveTo(BaseModel):
    """Whose photo it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Ada Lovelace"}]})
    name: PersonName


class Moved(BaseModel):
    """Done."""

    moved: str
    sha256: str
    of: str = Field(alias="from", description="whose it was")
    to: str


class Forgotten(BaseModel):
    """Done: the photo's template and picture are gone."""

    forgotten: str
    sha256: str
    of: str
    pending: Pending = None


class Renamed(BaseModel):
    """Done."""

    renamed: str
    to: str


class Merged(BaseModel):
    """Done."""

    merged: str
    into: str


class Removed(BaseModel):
    """Done: every template and picture is gone."""

    removed: str
    templates: int
    pending: Pending = None


class JobState(BaseModel):
    """How far a bulk enrolment is."""

    model_config = example(
        id="kX3…",
        state="running",
        photos=100,
        done=42,
        people=3,
        templates=41,
        skipped=0,
        failed=[FAILURE],
    )
    id: str
    state: str = Field(description="running, done or stopped")
    photos: int
    done: int
    people: int
    templates: int
    skipped: int
    failed: list[Failure]
    remarks: list[Failure] = []

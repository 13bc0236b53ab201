"""Answers about the album, and what changes it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rostro.server.schemas.common import FAILURE, Box, PersonName, Score, Similarity, example
from rostro.server.schemas.faces import Failure
from rostro.server.schemas.people import Pending

#: The ids of groups and of faces.
GroupId = Annotated[str, Field(pattern="^[0-9a-f]{12}$")]
FaceId = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]

_FACE: dict[str, Any] = {
    "id": "4f2c90ab11d37e08", "photo": "party.jpg", "sha256": "9f86d081…", "box": [368.0, 96.5, 546.2, 330.0],
    "similarity": 0.8312, "quality": 0.9931, "picture": True,
}  # fmt: skip
_SUGGESTED = {"name": "Ada Lovelace", "similarity": 0.7121}
_SUMMARY: dict[str, Any] = {
    "id": "3ba7fe97028e", "faces": 5, "cover": _FACE, "ignored": False, "suggested": _SUGGESTED,
}  # fmt: skip


class Suggested(BaseModel):
    """Who a group may be."""

    model_config = example(**_SUGGESTED)
    name: str
    similarity: Similarity


class GroupedFace(BaseModel):
    """A face of a group."""

    photo: str
    box: Box
    similarity: Similarity | None = Field(description="with the mean of the group's other faces; null: it is alone")
    quality: Score | None = Field(description="null where faces are not judged")


class Group(BaseModel):
    """Faces of one person, as far as can be told."""

    id: str = Field(description="12 hexadecimal digits that follow from the faces")
    name: str | None = Field(default=None, description="null: only an album has names")
    suggested: Suggested | None = Field(default=None, description="who of the gallery it may be")
    faces: list[GroupedFace]


class Grouping(BaseModel):
    """The faces of photos, by person."""

    model_config = example(
        groups=[{"id": "3ba7fe97028e", "faces": [
            {"photo": "a.jpg", "box": [75.2, 71.0, 218.4, 258.3], "similarity": 0.8312, "quality": 0.9931},
        ]}], singles=[], failed=[FAILURE],
    )  # fmt: skip
    groups: list[Group]
    singles: list[GroupedFace]
    failed: list[Failure]


class AlbumFace(GroupedFace):
    """A face of the album."""

    model_config = example(**_FACE)
    id: FaceId
    sha256: str
    picture: bool = Field(description="whether a picture of it is kept")


class GroupSummary(BaseModel):
    """A group of the album, as lists show it."""

    model_config = example(**_SUMMARY)
    id: GroupId
    name: str | None = Field(default=None, description="null: nobody named it")
    faces: int
    cover: AlbumFace = Field(description="the face that is most like the others")
    ignored: bool
    suggested: Suggested | None = Field(default=None, description="who it may be, of a group without a name")


class AlbumGroups(BaseModel):
    """Some of the album's groups, the largest first."""

    model_config = example(groups=[_SUMMARY], total=7, next="3ba7fe97028e")
    groups: list[GroupSummary]
    total: int = Field(description="how many there are, whatever the limit")
    next: str | None = Field(description="the `after` of the next page; null where this is the last")


class AlbumGroup(BaseModel):
    """A group of the album, with some of its faces, those most like the others first."""

    model_config = example(id="3ba7fe97028e", ignored=False, suggested=_SUGGESTED, faces=[_FACE], total=5, next=1)
    id: GroupId
    name: str | None = Field(default=None, description="null: nobody named it")
    ignored: bool
    suggested: Suggested | None = Field(default=None, description="who it may be, of a group without a name")
    faces: list[AlbumFace]
    total: int = Field(description="how many there are, whatever the limit")
    next: int | None = Field(description="the `after` of the next page; null where this is the last")


class GroupChange(BaseModel):
    """What is said of a group: who it is, or whether anybody wants to see it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Ada Lovelace"}, {"ignored": True}], "minProperties": 1},
    )
    name: PersonName | None = None
    ignored: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> GroupChange:
        if self.name is None and self.ignored is None:
            raise ValueError("name or ignored is wanted")
        return self


class IntoGroup(BaseModel):
    """Which group takes the faces."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"into": "3ba7fe97028e"}]})
    into: GroupId


class SomeFaces(BaseModel):
    """Faces of a group."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"faces": ["4f2c90ab11d37e08"]}]})
    faces: Annotated[list[FaceId], Field(min_length=1, max_length=10_000)]


class RejectedFaces(BaseModel):
    """Done: these faces are not this person, and never will be by themselves."""

    model_config = example(id="3ba7fe97028e", rejected=["56f7d8f2477f"])
    id: GroupId
    rejected: list[GroupId] = Field(description="the group of each face now: alone")


class ErasedGroup(BaseModel):
    """Done: every face and picture is gone."""

    model_config = example(removed="3ba7fe97028e", faces=5)
    removed: GroupId
    faces: int
    pending: Pending = None


class AlbumJob(BaseModel):
    """How far photos are on their way into the album."""

    model_config = example(id="kX3…", state="running", photos=100, done=42, groups=0, alone=0, failed=[])
    id: str
    state: str = Field(description="running, done or stopped")
    photos: int
    done: int
    groups: int = Field(description="people who are in these photos and in others; 0 until all were looked at")
    alone: int = Field(description="faces that nobody else was found for")
    failed: list[Failure]

"""Answers about what was uncertain, and what is said of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rostro.server.schemas.common import Box, PersonName, Similarity, example

#: The ids of what waits: those of groups in the album.
ItemId = Annotated[str, Field(pattern="^[0-9a-f]{12}$")]

_LIKELY = {"id": 3, "name": "Ada Lovelace", "similarity": 0.4212}
_ITEM: dict[str, Any] = {
    "id": "3ba7fe97028e", "reason": "near", "photo": "door.jpg", "box": [368.0, 96.5, 546.2, 330.0], "faces": 1,
    "suggested": _LIKELY, "candidates": [_LIKELY], "picture": "/v1/review/3ba7fe97028e/picture",
}  # fmt: skip


class Likely(BaseModel):
    """An enrolled person who may be meant."""

    id: int = Field(description="the person's")
    name: str
    similarity: Similarity


class Item(BaseModel):
    """Somebody who is asked about."""

    model_config = example(**_ITEM)
    id: ItemId = Field(description="the group's in the album")
    reason: Literal["near", "group", "new"] = Field(
        description="near the threshold, a group of several faces, or a face that was seen once"
    )
    photo: str
    box: Box
    faces: int = Field(ge=1, description="how many there are")
    suggested: Likely | None = Field(description="null: nobody is near enough")
    candidates: list[Likely] = Field(description="the most alike, best first")
    picture: str | None = Field(description="where the face's picture is; null: none is kept")


class Queue(BaseModel):
    """Some of what waits."""

    model_config = example(items=[_ITEM], total=7, next="3ba7fe97028e")
    items: list[Item]
    total: int = Field(ge=0, description="how many wait")
    next: ItemId | None = Field(description="`after` of the page that follows; null: this is the last")


class Said(BaseModel):
    """What is said of an item."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"action": "confirm"}, {"action": "correct", "name": "Ada"}]}
    )
    action: Literal["confirm", "correct", "ignore"] = Field(
        description="it is who is suggested; it is whom `name` says; nobody wants to know"
    )
    name: PersonName | None = Field(
        None, description="whom `correct` means; with `confirm`, who was suggested when somebody looked"
    )

    @model_validator(mode="after")
    def _says_who(self) -> Self:
        if self.name is None and self.action == "correct":
            raise ValueError("correct says who it is")
        if self.name is not None and self.action == "ignore":
            raise ValueError("who is ignored has no name")
        return self


class TaughtPhoto(BaseModel):
    """What became of one face."""

    photo: str
    fate: Literal["taught", "known", "poor", "far", "other", "full", "erased", "no-consent"]


class Taught(BaseModel):
    """What the gallery learned."""

    name: str
    templates: int = Field(ge=0, description="how many faces became templates")
    photos: list[TaughtPhoto]
    dropped: list[str] = Field(description="photos whose templates made room; they had been taught, too")


class Reviewed(BaseModel):
    """What was done."""

    model_config = example(
        id="3ba7fe97028e", name="Ada Lovelace", group="3ba7fe97028e", taught={
            "name": "Ada Lovelace", "templates": 1, "photos": [{"photo": "door.jpg", "fate": "taught"}], "dropped": [],
        },
    )  # fmt: skip
    id: ItemId
    name: str | None = Field(description="null: nobody wants to know")
    group: ItemId = Field(description="the group that it is part of now")
    taught: Taught | None = Field(description="null: nobody of that name is enrolled")

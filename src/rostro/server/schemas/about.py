"""Answers about the server itself."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from rostro.server.schemas.common import example


class Health(BaseModel):
    """Whether the server and its gallery answer: `ok`, or `gallery-unreachable` with the status 503."""

    model_config = example(status="ok", watching=False)
    status: Literal["ok", "gallery-unreachable"]
    watching: bool = Field(description="Whether `rostro watch` serves, and its view shows something")


class GalleryState(BaseModel):
    """A gallery that this server answers from."""

    model_config = example(
        name="people.db", backend="sqlite", space="sface-0ba9fbfa/five_point-112", people=12, templates=40,
        threshold=0.363, false_match_rate=0.001, keeps_pictures=False,
    )  # fmt: skip
    name: str
    backend: str
    space: str | None
    people: int
    templates: int
    threshold: float
    false_match_rate: float | None
    keeps_pictures: bool


class Galleries(BaseModel):
    """The galleries of this server."""

    galleries: list[GalleryState]


class Model(BaseModel):
    """A detector or embedder that rostro knows."""

    task: str
    name: str
    about: str
    dims: int | None
    licence: str
    commercial: bool
    installed: bool
    used: bool = Field(description="whether this server answers with it")


class Models(BaseModel):
    """The models that rostro knows."""

    models: list[Model]

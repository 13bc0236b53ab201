"""The shapes of answers, for the OpenAPI document, with examples.

The answers themselves are made by `rostro.recognition.answers`; tests hold them to these shapes.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Box = Annotated[list[float], Field(min_length=4, max_length=4, description="x1, y1, x2, y2 in pixels of the photo")]
Point = Annotated[list[float], Field(min_length=2, max_length=2)]
Score = Annotated[float, Field(ge=0, le=1)]
Similarity = Annotated[float, Field(ge=-1, le=1)]

_FACE = {
    "box": [368.0, 96.5, 546.25, 330.0],
    "score": 0.9312,
    "landmarks": [[417.0, 189.5], [499.25, 187.0], [461.0, 236.0], [424.5, 273.0], [497.0, 270.5]],
}
_NAMED = {
    **_FACE,
    "name": "Ada Lovelace",
    "similarity": 0.7214,
    "threshold": 0.363,
    "candidates": [{"name": "Ada Lovelace", "similarity": 0.7214}, {"name": "Grace Hopper", "similarity": 0.1033}],
}
_FAILURE: dict[str, Any] = {"photo": "tree.jpg", "reason": "no face found", "kind": "no-face", "values": {}}


def _example(**members: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [members]})


class Health(BaseModel):
    """The server answers."""

    model_config = _example(status="ok", watching=False)
    status: str
    watching: bool = Field(description="Whether `rostro watch` serves, and its view shows something")


class Face(BaseModel):
    """A face in a photo."""

    model_config = _example(**_FACE)
    box: Box
    score: Score
    landmarks: Annotated[list[Point], Field(min_length=5, max_length=5)] | None = Field(
        description="left eye, right eye, nose, left and right corner of the mouth, left as seen in the photo"
    )


class Failure(BaseModel):
    """A photo that gave no answer, and why."""

    model_config = _example(**_FAILURE)
    photo: str
    reason: str
    kind: str = Field(description="What went wrong, as a name that stays: no-face, several-faces, unreadable-photo, …")
    values: dict[str, Any] = Field(description="What the reason says, for programs, for example the number of faces")


class PhotoOfFaces(BaseModel):
    """The faces of a photo."""

    photo: str
    width: int
    height: int
    faces: list[Face]


class Detection(BaseModel):
    """The faces of photos."""

    model_config = _example(photos=[{"photo": "party.jpg", "width": 640, "height": 480, "faces": [_FACE]}], failed=[])
    photos: list[PhotoOfFaces]
    failed: list[Failure]


class EmbeddedFace(Face):
    """A face and its vector."""

    model_config = _example(**_FACE, embedding=[0.0214, -0.0871])
    embedding: list[float]


class EmbeddedPhoto(BaseModel):
    """The faces of a photo, with their vectors."""

    photo: str
    width: int
    height: int
    faces: list[EmbeddedFace]


class Embeddings(BaseModel):
    """The vectors of the faces of photos, in one space."""

    model_config = _example(
        space="sface-0ba9fbfa/five_point-112",
        photos=[{"photo": "me.jpg", "width": 640, "height": 480, "faces": [{**_FACE, "embedding": [0.0214, -0.0871]}]}],
        failed=[],
    )
    space: str
    photos: list[EmbeddedPhoto]
    failed: list[Failure]


class FaceOfPhoto(Face):
    """A face and the photo that it is in."""

    model_config = _example(photo="me.jpg", **_FACE)
    photo: str


class Verification(BaseModel):
    """Are these two the same person?"""

    model_config = _example(
        same=True, similarity=0.7214, threshold=0.363, false_match_rate=0.001, space="sface-0ba9fbfa/five_point-112",
        detector="yunet", embedder="sface", engine="openvino",
        faces=[{"photo": "a.jpg", **_FACE}, {"photo": "b.jpg", **_FACE}],
    )  # fmt: skip
    same: bool
    similarity: Similarity
    threshold: float
    false_match_rate: float | None
    space: str
    detector: str
    embedder: str
    engine: str
    faces: Annotated[list[FaceOfPhoto], Field(min_length=2, max_length=2)]


class Candidate(BaseModel):
    """Somebody who it may be."""

    name: str
    similarity: Similarity


class NamedFace(Face):
    """A face and who it is."""

    model_config = _example(**_NAMED)
    name: str | None = Field(description="null: unknown")
    similarity: Similarity | None
    threshold: float
    candidates: list[Candidate]


class NamedPhoto(BaseModel):
    """The faces of a photo, with names."""

    photo: str
    faces: list[NamedFace]


class Identifications(BaseModel):
    """Who is in photos."""

    model_config = _example(photos=[{"photo": "party.jpg", "faces": [_NAMED]}], failed=[])
    photos: list[NamedPhoto]
    failed: list[Failure]


class Person(BaseModel):
    """Somebody in the gallery."""

    model_config = _example(id=7, name="Ada Lovelace", templates=3, picture=True)
    id: int
    name: str
    templates: int
    picture: bool = Field(description="whether a picture of them is kept")


class People(BaseModel):
    """Some of the people, by name, and how many there are."""

    people: list[Person]
    total: int = Field(description="how many match, whatever the limit")


class Template(BaseModel):
    """One enrolled face."""

    photo: str
    sha256: str
    quality: Score


class PersonWithTemplates(BaseModel):
    """Somebody in the gallery, with every template of theirs."""

    model_config = _example(
        id=7, name="Ada Lovelace", templates=[{"photo": "ada.jpg", "sha256": "9f86d081…", "quality": 0.9312}]
    )
    id: int
    name: str
    templates: list[Template]


class Enrolment(BaseModel):
    """What an enrolment did."""

    model_config = _example(people=1, templates=2, skipped=0, failed=[_FAILURE])
    people: int
    templates: int
    skipped: int
    failed: list[Failure]


class Created(BaseModel):
    """A new person, and what became of the photos."""

    person: Person
    enrolment: Enrolment


class NewName(BaseModel):
    """Another name for a person."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Ada Lovelace"}]})
    name: Annotated[str, Field(min_length=1, max_length=200)]


class MergeInto(BaseModel):
    """Who takes the templates."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"into": 7}]})
    into: Annotated[int, Field(ge=1, lt=2**63)]


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


class JobState(BaseModel):
    """How far a bulk enrolment is."""

    model_config = _example(
        id="kX3…", state="running", photos=100, done=42, people=3, templates=41, skipped=0, failed=[_FAILURE]
    )
    id: str
    state: str = Field(description="running, done or stopped")
    photos: int
    done: int
    people: int
    templates: int
    skipped: int
    failed: list[Failure]


class GalleryState(BaseModel):
    """A gallery that this server answers from."""

    model_config = _example(
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


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:rostro:no-face",
                    "title": "Unprocessable Content",
                    "status": 422,
                    "detail": "tree.jpg: no face found",
                    "failed": [_FAILURE],
                }
            ]
        },
    )
    type: str
    title: str
    status: int
    detail: str


_DOCUMENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

#: For every route: what it answers when it cannot do what was asked.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": about, "content": _DOCUMENT}
    for status, about in {
        400: "The request cannot be read",
        401: "No valid key",
        403: "The key does not allow this",
        404: "There is no such thing",
        408: "The body came too slowly",
        409: "It contradicts what is there",
        413: "Too large, or too many",
        422: "A photo or a value cannot be used",
        429: "Too many requests",
        503: "The server is busy",
    }.items()
}

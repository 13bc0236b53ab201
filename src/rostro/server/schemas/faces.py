"""Answers about photos: faces, vectors, verdicts, names."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from rostro.server.schemas.common import FACE, FAILURE, NAMED, Box, Point, Score, Similarity, example


class Face(BaseModel):
    """A face in a photo."""

    model_config = example(**FACE)
    box: Box
    score: Score
    landmarks: Annotated[list[Point], Field(min_length=5, max_length=5)] | None = Field(
        description="left eye, right eye, nose, left and right corner of the mouth, left as seen in the photo"
    )


class Failure(BaseModel):
    """A photo that gave no answer, and why."""

    model_config = example(**FAILURE)
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

    model_config = example(photos=[{"photo": "party.jpg", "width": 640, "height": 480, "faces": [FACE]}], failed=[])
    photos: list[PhotoOfFaces]
    failed: list[Failure]


class EmbeddedFace(Face):
    """A face and its vector."""

    model_config = example(**FACE, embedding=[0.0214, -0.0871])
    embedding: list[float]


class EmbeddedPhoto(BaseModel):
    """The faces of a photo, with their vectors."""

    photo: str
    width: int
    height: int
    faces: list[EmbeddedFace]


class Embeddings(BaseModel):
    """The vectors of the faces of photos, in one space."""

    model_config = example(
        space="sface-0ba9fbfa/five_point-112",
        photos=[{"photo": "me.jpg", "width": 640, "height": 480, "faces": [{**FACE, "embedding": [0.0214, -0.0871]}]}],
        failed=[],
    )
    space: str
    photos: list[EmbeddedPhoto]
    failed: list[Failure]


class FaceOfPhoto(Face):
    """A face and the photo that it is in."""

    model_config = example(photo="me.jpg", **FACE)
    photo: str


class Verification(BaseModel):
    """Are these two the same person?"""

    model_config = example(
        same=True, similarity=0.7214, threshold=0.363, false_match_rate=0.001, space="sface-0ba9fbfa/five_point-112",
        detector="yunet", embedder="sface", engine="openvino", precision={"detector": "f32", "embedder": "int8"},
        faces=[{"photo": "a.jpg", **FACE}, {"photo": "b.jpg", **FACE}],
    )  # fmt: skip
    same: bool
    similarity: Similarity
    threshold: float
    false_match_rate: float | None
    space: str
    detector: str
    embedder: str
    engine: str
    precision: dict[str, str] = Field(description="What each part runs in: f32, bf16 or int8")
    faces: Annotated[list[FaceOfPhoto], Field(min_length=2, max_length=2)]


class Candidate(BaseModel):
    """Somebody who it may be."""

    name: str
    similarity: Similarity


class NamedFace(Face):
    """A face and who it is."""

    model_config = example(**NAMED)
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

    model_config = example(photos=[{"photo": "party.jpg", "faces": [NAMED]}], failed=[])
    photos: list[NamedPhoto]
    failed: list[Failure]

"""Searches by vector or for one face, and decisions about one enrolled person."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rostro.server.forms.vectors import Vector
from rostro.server.schemas.common import FACE, NAMED, Box, Score, Similarity
from rostro.server.schemas.common import example as example_of
from rostro.server.schemas.faces import Doubt, FaceOfPhoto, Failure, Ranking, Verification
from rostro.server.schemas.people import Template

#: Vectors in one request.
_VECTORS = 64
_MATCH = {name: value for name, value in NAMED.items() if name not in FACE}


class WantedVectors(BaseModel):
    """Vectors of faces, made somewhere else."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"vectors": [[0.0214, -0.0871]], "space": "sface-0ba9fbfa/five_point-112", "candidates": 5}]
        },
    )
    vectors: Annotated[list[Vector], Field(min_length=1, max_length=_VECTORS)] = Field(
        description="each numbers, or float32 values in base64, the lowest byte first; of any length but 0"
    )
    space: Annotated[str, Field(min_length=1, max_length=2000)] = Field(
        description="what made them, as `/v1/embed` says it; that of the gallery is asked for"
    )
    candidates: Annotated[int, Field(ge=1, le=50)] = Field(default=5, description="people to list for each")
    collections: Annotated[list[str], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="look in these collections only; null: in all"
    )
    fpir: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None,
        description="name fewer strangers than the server does; a rate above its own changes nothing",
    )


class Match(Ranking):
    """Who a vector is of, and how often such a search names a stranger, where that is known."""

    model_config = example_of(**_MATCH)


class Matches(BaseModel):
    """Who vectors are of, in order."""

    model_config = example_of(space="sface-0ba9fbfa/five_point-112", matches=[_MATCH])
    space: str
    matches: list[Match]


class PersonVerification(Doubt):
    """Is this that person? The most alike of their templates counts."""

    model_config = example_of(
        same=True, person="Ada Lovelace", templates=3, similarity=0.7214, threshold=0.4512, false_match_rate=0.0001,
        space="sface-0ba9fbfa/five_point-112", detector="yunet", embedder="sface", engine="openvino",
        precision={"detector": "f32", "embedder": "int8"}, quality_scorer="lightqnet-057b8ea2",
        faces=[{"photo": "a.jpg", **FACE}], nearest={"photo": "ada.jpg", "sha256": "9f86d081…", "quality": 0.9312},
    )  # fmt: skip
    same: bool | None = Field(description="null: it cannot be judged, and `reason` says why")
    person: str
    templates: int = Field(description="with how many the face was compared: the threshold goes by it")
    similarity: Similarity
    threshold: float
    false_match_rate: Score | None = Field(description="of the best of so many comparisons, at most")
    space: str
    detector: str
    embedder: str
    engine: str
    precision: dict[str, str] = Field(description="What each part runs in: f32, bf16 or int8")
    quality_scorer: str = Field(description="what judged the face; empty where nothing did")
    faces: Annotated[list[FaceOfPhoto], Field(min_length=1, max_length=1)]
    nearest: Template = Field(description="the most alike")


#: What `/v1/verify` answers.
Verified = Verification | PersonVerification


_FOUND = {"photo": "beach.jpg", "box": FACE["box"], "similarity": 0.7214, "like": "ada.jpg", "quality": 0.9312}


class FoundFace(Doubt):
    """A face that is like the one looked for."""

    model_config = example_of(**_FOUND)
    photo: str
    box: Box
    similarity: Similarity
    like: str = Field(description="the most alike of the photos looked by")
    quality: Score | None


class Found(BaseModel):
    """The photos of one face among others."""

    model_config = example_of(
        like=["ada.jpg"], found=[_FOUND], unsure=[], failed=[], photos=25, faces=26, threshold=0.4188,
        false_positive_identification_rate=0.0022, interval=[0.0018, 0.0026],
        extrapolated=False, strangers_expected=0.0022,
    )  # fmt: skip
    like: list[str]
    found: list[FoundFace] = Field(description="the most alike first")
    unsure: list[FoundFace] = Field(description="those that reach the threshold and cannot be judged")
    failed: list[Failure]
    photos: int
    faces: int = Field(description="how many faces were looked through: the threshold goes by it")
    threshold: float
    false_positive_identification_rate: Score = Field(
        default=0.0, description="of searches for somebody who is in no photo, the part that finds a stranger"
    )
    interval: Annotated[list[Score], Field(min_length=2, max_length=2)] = Field(
        default=[0.0, 1.0], description="its 95 % interval"
    )
    extrapolated: bool = Field(default=False, description="whether it is beyond what the data can show")
    strangers_expected: float = Field(default=0.0, description="how many of the faces found are a stranger's")

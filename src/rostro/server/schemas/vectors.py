"""Searches by vector, and decisions about one enrolled person."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rostro.server.forms.vectors import Vector
from rostro.server.schemas.common import FACE, NAMED, Score, Similarity
from rostro.server.schemas.common import example as example_of
from rostro.server.schemas.faces import Doubt, FaceOfPhoto, Ranking, Verification
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

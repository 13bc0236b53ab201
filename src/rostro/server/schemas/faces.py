"""Answers about photos: faces, vectors, verdicts, names."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from rostro.server.schemas.common import FACE, FAILURE, LIVENESS, NAMED, Box, Point, Score, Similarity, example


class Face(BaseModel):
    """A face in a photo."""

    model_config = example(**FACE)
    box: Box
    score: Score
    landmarks: Annotated[list[Point], Field(min_length=5, max_length=5)] | None = Field(
        description="left eye, right eye, nose, left and right corner of the mouth, left as seen in the photo"
    )


class Liveness(BaseModel):
    """Whether a face looks alive. A sign, not security: some pictures pass."""

    model_config = example(**LIVENESS)
    live: bool
    score: Score = Field(description="higher is more alive; it belongs to the scorer")
    apcer: Score = Field(description="the part of the attacks that passed where the threshold was measured")
    bpcer: Score = Field(description="the part of the living people that were refused there")


class JudgedFace(Face):
    """A face, and how well it can be told from others, where faces are judged."""

    quality: Score = Field(default=0.0, description="higher is better; it belongs to the embedder")
    reasons: list[str] = Field(default=[], description="what is probably wrong with it: blurred, dark, too-small, …")
    liveness: Liveness | None = Field(default=None, description="absent where nobody asked")


class Doubt(BaseModel):
    """Why no decision was made; absent where one was."""

    reason: str = Field(default="", description="in words")
    kinds: list[str] = Field(default=[], description="what is wrong with the face, as names that stay")
    close: bool = Field(default=False, description="whether a better photo would decide it")


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
    turned: int = Field(default=0, description="how far the photo is turned, counterclockwise; absent where it is not")
    faces: list[Face]


class Detection(BaseModel):
    """The faces of photos."""

    model_config = example(photos=[{"photo": "party.jpg", "width": 640, "height": 480, "faces": [FACE]}], failed=[])
    photos: list[PhotoOfFaces]
    failed: list[Failure]


class EmbeddedFace(JudgedFace):
    """A face and its vector."""

    model_config = example(**FACE, embedding=[0.0214, -0.0871])
    embedding: list[float]


class EmbeddedPhoto(BaseModel):
    """The faces of a photo, with their vectors."""

    photo: str
    width: int
    height: int
    turned: int = Field(default=0, description="how far the photo is turned, counterclockwise; absent where it is not")
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


class FaceOfPhoto(JudgedFace):
    """A face and the photo that it is in."""

    model_config = example(photo="me.jpg", **FACE)
    photo: str
    turned: int = Field(default=0, description="how far the photo is turned, counterclockwise; absent where it is not")


class Verification(Doubt):
    """Are these two the same person?"""

    model_config = example(
        same=True, similarity=0.7214, threshold=0.363, false_match_rate=0.001, space="sface-0ba9fbfa/five_point-112",
        detector="yunet", embedder="sface", engine="openvino", precision={"detector": "f32", "embedder": "int8"},
        quality_scorer="lightqnet-057b8ea2",
        faces=[{"photo": "a.jpg", **FACE}, {"photo": "b.jpg", **FACE}],
    )  # fmt: skip
    same: bool | None = Field(description="null: it cannot be judged, and `reason` says why")
    similarity: Similarity
    threshold: float
    false_match_rate: float | None
    space: str
    detector: str
    embedder: str
    engine: str
    precision: dict[str, str] = Field(description="What each part runs in: f32, bf16 or int8")
    quality_scorer: str = Field(description="what judged the faces; empty where nothing did")
    faces: Annotated[list[FaceOfPhoto], Field(min_length=2, max_length=2)]


class LiveFace(BaseModel):
    """A face, and whether it looks alive."""

    box: Box
    score: Score
    liveness: Liveness


class LivePhoto(BaseModel):
    """The faces of a photo."""

    photo: str
    turned: int = Field(default=0, description="how far the photo is turned, counterclockwise; absent where it is not")
    faces: list[LiveFace]


class Livenesses(BaseModel):
    """Which faces of photos look alive."""

    model_config = example(
        photos=[{"photo": "me.jpg", "faces": [{"box": FACE["box"], "score": 0.9312, "liveness": LIVENESS}]}], failed=[]
    )
    photos: list[LivePhoto]
    failed: list[Failure]


class Candidate(BaseModel):
    """Somebody who it may be."""

    name: str
    similarity: Similarity


class Remark(BaseModel):
    """What is odd about a name."""

    kind: str = Field(
        description="`twice`: the person is another face of the photo, too, and nobody else fits; `next`: "
        "the person whom the face is most like is another face, so it has the name of the next one"
    )
    reason: str = Field(description="in words")
    values: dict[str, Any] = Field(
        description="the name of who is another face, how alike this one is, the other's place"
    )


class Ranking(BaseModel):
    """The people most alike, and how often such a search names a stranger, where that is known."""

    name: str | None = Field(description="null: unknown")
    similarity: Similarity | None
    threshold: float
    people_searched: int = Field(default=0, description="how many people were searched")
    templates_searched: int = Field(default=0, description="how many templates they have: what the rate goes by")
    false_positive_identification_rate: Score = Field(default=0.0, description="the part of strangers who are named")
    interval: Annotated[list[Score], Field(min_length=2, max_length=2)] = Field(
        default=[0.0, 1.0], description="its 95 % interval"
    )
    extrapolated: bool = Field(default=False, description="whether it is beyond what the data can show")
    most_people_measured: int = Field(default=0, description="up to how many people they can show it")
    candidates: list[Candidate]
    remarks: list[Remark] = Field(default=[], description="what is odd about the name; absent where nothing is")


class NamedFace(JudgedFace, Doubt, Ranking):
    """A face and who it is, and how often such a search names a stranger, where that is known."""

    model_config = example(**NAMED)


class NamedPhoto(BaseModel):
    """The faces of a photo, with names."""

    photo: str
    turned: int = Field(default=0, description="how far the photo is turned, counterclockwise; absent where it is not")
    faces: list[NamedFace]


class Identifications(BaseModel):
    """Who is in photos."""

    model_config = example(photos=[{"photo": "party.jpg", "faces": [NAMED]}], failed=[])
    photos: list[NamedPhoto]
    failed: list[Failure]

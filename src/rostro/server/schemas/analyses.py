"""Answers about what faces look like."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from rostro.server.schemas.common import FACE, LIVENESS, Box, Score, example
from rostro.server.schemas.faces import Failure, Liveness

Years = Annotated[float, Field(ge=0, le=120)]
Degrees = Annotated[float, Field(ge=-180, le=180)]
POSE = {"yaw": -7.5, "pitch": 4.2, "roll": 1.0}
AGE = {"years": 34.5, "low": 25.5, "high": 50.0}
ANALYSED = {
    "box": FACE["box"],
    "score": FACE["score"],
    "quality": 0.9873,
    "turned": 0,
    "pose": POSE,
    "age": AGE,
    "gender": {"value": "female", "probability": 0.9731},
    "mask": {"value": "none", "probability": 0.9945},
    "eyes": {"left_open": True, "right_open": True},
    "liveness": LIVENESS,
}


class Pose(BaseModel):
    """Where the head points, in degrees."""

    model_config = example(**POSE)
    yaw: Degrees = Field(description="positive: the nose points to the right as seen in the image")
    pitch: Degrees = Field(description="positive: down")
    roll: Degrees = Field(description="positive: tilted clockwise as seen in the image")


class Age(BaseModel):
    """How old a face looks."""

    model_config = example(**AGE)
    years: Years
    low: Years = Field(description="of people who look like this one in ten is younger")
    high: Years = Field(description="of people who look like this one in ten is older")


class Gender(BaseModel):
    """As what an adult's face is read."""

    model_config = example(value="female", probability=0.9731)
    value: Literal["female", "male"] | None = Field(description="null: not said; so of children, always")
    probability: Score = Field(description="of the likelier one")


class Mask(BaseModel):
    """Whether mouth and nose are covered by a mask."""

    model_config = example(value="none", probability=0.9945)
    value: Literal["worn", "none"] | None = Field(description="null: not said, as of small faces")
    probability: Score = Field(description="of the likelier one")


class Eyes(BaseModel):
    """Whether the eyes are open, left and right as seen in the image; null: not said."""

    model_config = example(left_open=True, right_open=True)
    left_open: bool | None
    right_open: bool | None


class AnalysedFace(BaseModel):
    """A face, and what was asked about it: what was not asked is absent, what cannot be said is null."""

    model_config = example(**ANALYSED)
    box: Box
    score: Score
    quality: Score | None = Field(default=None, description="higher is better; it belongs to the embedder")
    turned: int = Field(default=0, description="how far the photo is turned, counterclockwise, in degrees")
    pose: Pose | None = None
    age: Age | None = None
    gender: Gender | None = None
    mask: Mask | None = None
    eyes: Eyes | None = None
    liveness: Liveness | None = None


class AnalysedPhoto(BaseModel):
    """The faces of a photo."""

    photo: str
    faces: list[AnalysedFace]


class Analyses(BaseModel):
    """What the faces of photos look like."""

    model_config = example(photos=[{"photo": "party.jpg", "faces": [ANALYSED]}], failed=[])
    photos: list[AnalysedPhoto]
    failed: list[Failure]

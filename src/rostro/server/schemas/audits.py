"""The shapes of an audit of the gallery."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from rostro.people.trust.findings import Kind
from rostro.server.schemas.common import Score, Similarity, example

_SHA = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
_MEND = {
    "action": "move",
    "person": "Ada Lovelace",
    "photo": _SHA,
    "to": "Grace Hopper",
    "command": "rostro people move b94d27b9934d --to 'Grace Hopper' --of 'Ada Lovelace'",
}
_FINDING = {
    "kind": "other-person",
    "reason": "a photo of Ada Lovelace looks like Grace Hopper (similarity 0.712)",
    "people": ["Ada Lovelace", "Grace Hopper"],
    "photos": [{"person": "Ada Lovelace", "person_id": 1, "photo": "ada/3.jpg", "sha256": _SHA}],
    "similarity": 0.7123,
    "quality": None,
    "mends": [_MEND],
}
_FOUND = {"name": "Ada Lovelace", "templates": 4, "tried": 4, "found": 3, "rank": 2, "similarity": 0.1201}


class AuditUnderWay(BaseModel):
    """An audit that takes longer; ask again."""

    model_config = example(state="running", done=4096, templates=100000)
    state: Literal["running"]
    done: int
    templates: int = Field(description="0 while they are read")


class Mend(BaseModel):
    """What would mend something, if a person agrees."""

    model_config = example(**_MEND)
    action: Literal["move", "forget", "merge", "enroll"]
    person: str
    photo: str | None = Field(description="its sha256")
    to: str | None
    command: str = Field(description="of the command line, where the gallery is the default one")


class PhotoOfFinding(BaseModel):
    """A photo that a finding is about, or that this was compared with."""

    person: str
    person_id: int
    photo: str
    sha256: str


class Finding(BaseModel):
    """Something that looks wrong."""

    model_config = example(**_FINDING)
    kind: Kind
    reason: str
    people: list[str]
    photos: list[PhotoOfFinding]
    similarity: Similarity | None = None
    quality: Score | None = None
    mends: list[Mend]


class FoundAs(BaseModel):
    """How well somebody would be found: each of their photos is looked for among all others."""

    model_config = example(**_FOUND)
    name: str
    templates: int
    tried: int
    found: int
    rank: Annotated[int | None, Field(ge=1)]
    similarity: Similarity | None


class GalleryAudit(BaseModel):
    """What looks wrong in the gallery, and how well its people would be found."""

    model_config = example(
        templates=4,
        threshold=0.4194,
        same_person=0.4194,
        tried=4,
        found=3,
        counts={"other-person": 1},
        findings=[_FINDING],
        people=[_FOUND],
    )
    templates: int
    threshold: float = Field(description="of a search among so many")
    same_person: float = Field(description="similarity from which on two people are probably one")
    tried: int
    found: int
    counts: dict[Kind, int]
    findings: list[Finding]
    people: list[FoundAs]

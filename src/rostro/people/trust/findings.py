"""What an audit says: findings, how well people would be found, and what would mend what is wrong."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from rostro.core.types import Answer

if TYPE_CHECKING:
    from rostro.people.trust.held import HeldFace

#: What may be wrong, the gravest first. ``twice``: the same face under two names. ``other-person``: a photo that is
#: like somebody else, and not like its person. ``outlier``: photos that are like no other of their person.
#: ``one-person``: two people who are probably one. ``alike``: two people whom a search may take for each other.
#: ``poor``: a template of a quality at which nothing is decided. ``doubtful``: one for which a match must be closer.
#: ``hard-to-find``: a person whose photos mostly would not find the others.
Kind = Literal["twice", "other-person", "outlier", "one-person", "alike", "poor", "doubtful", "hard-to-find"]
KINDS: tuple[Kind, ...] = get_args(Kind)

#: Characters of a hash that say which photo is meant.
_SHORT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend(Answer):
    """What would mend something, if a person agrees.

    Attributes:
        action: ``move``, ``forget``, ``merge`` or ``enroll``, as the verbs are called.
        person: Whose photo, or who.
        photo: sha256 of the photo, where one is meant.
        to: Who has it then, or who takes the templates.
    """

    action: Literal["move", "forget", "merge", "enroll"]
    person: str
    photo: str = ""
    to: str = ""

    def command(self, gallery: str = "") -> str:
        """The command, as a shell takes it.

        Args:
            gallery: Path or URL of the gallery; empty: the default one.
        """
        words = {
            "move": ["people", "move", self.photo[:_SHORT], "--to", self.to or "NAME", "--of", self.person],
            "forget": ["people", "forget", self.photo[:_SHORT], "--of", self.person],
            "merge": ["people", "merge", self.person, self.to],
            "enroll": ["enroll", "PHOTOS", "--name", self.person],
        }[self.action]
        return shlex.join(["rostro", *words, *(["--gallery", gallery] if gallery else [])])

    def to_dict(self) -> dict[str, Any]:
        """``{"action", "person", "photo", "to"}``; null where it has none."""
        return {"action": self.action, "person": self.person, "photo": self.photo or None, "to": self.to or None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Answer):
    """Something that looks wrong.

    Attributes:
        kind: What; see `Kind`.
        reason: In words for a person.
        people: Names of whom it is about, in the order in which the reason names them.
        faces: What it is about, and then what that was compared with.
        similarity: By which it was found, a cosine; None where it is about quality.
        quality: Of the template, in [0, 1]; None where it is about likeness.
        mends: What would mend it: one of these.
    """

    kind: Kind
    reason: str
    people: tuple[str, ...]
    faces: tuple[HeldFace, ...]
    similarity: float | None = None
    quality: float | None = None
    mends: tuple[Mend, ...] = ()

    def to_dict(self, gallery: str = "") -> dict[str, Any]:
        """``{"kind", "reason", "people", "photos", "similarity", "quality", "mends"}``; a mend has its command."""
        return {
            "kind": self.kind,
            "reason": self.reason,
            "people": list(self.people),
            "photos": [
                {"person": face.name, "person_id": face.person, "photo": face.photo, "sha256": face.sha256}
                for face in self.faces
            ],
            "similarity": None if self.similarity is None else round(self.similarity, 4),
            "quality": None if self.quality is None else round(self.quality, 4),
            "mends": [{**mend.to_dict(), "command": mend.command(gallery)} for mend in self.mends],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAs(Answer):
    """How well somebody would be found: each of their photos in turn is looked for among all other templates.

    Attributes:
        name: Of the person.
        templates: How many they have.
        tried: Of how many it can be said: those that are not too poor, where there is another such one.
        found: How many of these found their person, and nobody else before, at the threshold of a search.
        rank: The worst place that their person had, from 1; None where nothing was tried.
        similarity: The lowest similarity with the nearest other of the person; None where nothing was tried.
    """

    name: str
    templates: int
    tried: int
    found: int
    rank: int | None = None
    similarity: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        similarity = None if self.similarity is None else round(self.similarity, 4)
        return {
            "name": self.name,
            "templates": self.templates,
            "tried": self.tried,
            "found": self.found,
            "rank": self.rank,
            "similarity": similarity,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryAudit(Answer):
    """What an audit found. True where nothing is wrong.

    Attributes:
        templates: How many there are.
        threshold: Of a search among them: below, nobody is named.
        same_person: The similarity from which on two people are probably one.
        findings: What looks wrong, the gravest first.
        people: How well everybody would be found, by name.
    """

    templates: int
    threshold: float
    same_person: float
    findings: tuple[Finding, ...] = ()
    people: tuple[FoundAs, ...] = field(default=())

    def __bool__(self) -> bool:
        return not self.findings

    @property
    def tried(self) -> int:
        """How many templates were looked for among the others."""
        return sum(person.tried for person in self.people)

    @property
    def found(self) -> int:
        """How many of these were found."""
        return sum(person.found for person in self.people)

    @property
    def counts(self) -> dict[Kind, int]:
        """How many findings there are of each kind."""
        found = Counter(finding.kind for finding in self.findings)
        return {kind: found[kind] for kind in KINDS}

    def to_dict(self, gallery: str = "") -> dict[str, Any]:
        """``{"templates", "threshold", "same_person", "tried", "found", "counts", "findings", "people"}``.

        Args:
            gallery: What commands call the gallery; empty: nothing, it is the default one.
        """
        return {
            "templates": self.templates,
            "threshold": round(self.threshold, 4),
            "same_person": round(self.same_person, 4),
            "tried": self.tried,
            "found": self.found,
            "counts": dict(self.counts),
            "findings": [finding.to_dict(gallery) for finding in self.findings],
            "people": [person.to_dict() for person in self.people],
        }

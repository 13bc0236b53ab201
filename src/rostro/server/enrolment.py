"""Taking people in over HTTP: photo by photo, through the same batches as everybody's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rostro.core.errors import AlreadyEnrolled
from rostro.core.types import Template
from rostro.gallery.base import clean_name
from rostro.recognition.pipeline import Failure
from rostro.server.batcher import Work

if TYPE_CHECKING:
    from rostro.recognition.pipeline import PhotoFaces
    from rostro.recognition.selection import FaceRule
    from rostro.server.forms.uploads import Upload
    from rostro.server.service import Service


@dataclass(slots=True)
class Progress:
    """What an enrolment has done so far.

    Attributes:
        names: People who have a template from it, or had one already.
        templates: Templates added.
        skipped: Photos whose bytes this person had already.
        failed: Photos that gave no template, and why.
    """

    names: set[str] = field(default_factory=set)
    templates: int = 0
    skipped: int = 0
    failed: list[Failure] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Photos that are dealt with."""
        return self.templates + self.skipped + len(self.failed)

    def to_dict(self) -> dict[str, Any]:
        """``{"people", "templates", "skipped", "failed"}``, as ``rostro enroll --json`` prints."""
        return {
            "people": len(self.names),
            "templates": self.templates,
            "skipped": self.skipped,
            "failed": [failure.to_dict() for failure in self.failed],
        }


@dataclass(frozen=True, slots=True)
class Enrolling:
    """How photos become templates.

    Attributes:
        service: Where.
        face: Which face of a photo is meant.
        keep_picture: Whether the person agreed that a picture of their face is kept.
    """

    service: Service
    face: FaceRule
    keep_picture: bool

    async def photos(self, name: str, photos: list[Upload], progress: Progress) -> None:
        """Enrols the photos of one person; together, so that they share batches."""
        work = Work(face=self.face, keep=self.keep_picture)
        for answer in await self.service.batcher.answers(photos, work):
            if isinstance(answer, Failure):
                progress.failed.append(answer)
            else:
                await asyncio.to_thread(self._store, clean_name(name), answer, progress)

    def _store(self, name: str, found: PhotoFaces, progress: Progress) -> None:
        gallery = self.service.recognizer.gallery
        owners = gallery.known_sources([found.sha256]).get(found.sha256, set())
        if name in owners:
            progress.skipped += 1
            progress.names.add(name)
        elif owners:
            reason = f"already enrolled as {', '.join(sorted(owners))}, not as {name}"
            progress.failed.append(Failure(AlreadyEnrolled(found.photo, reason, name=", ".join(sorted(owners)))))
        else:
            face = found.faces[0]
            template = Template(found.embeddings[0], found.sha256, found.photo, face.score, face.box)
            added = gallery.add({name: [template]})
            progress.templates += added
            progress.skipped += 1 - added  # another program was faster
            progress.names.add(name)
            self._keep(name, found)

    def _keep(self, name: str, found: PhotoFaces) -> None:
        """Keeps the face's picture where the server and the person want it."""
        crops, gallery = self.service.crops, self.service.recognizer.gallery
        if crops is None or not self.keep_picture:
            return
        person = gallery.person(name).id
        crops.keep(person, found.sha256, found.kept_crops[0])
        if person not in gallery.names([person]):  # erased in between, by somebody else
            crops.erase(person)

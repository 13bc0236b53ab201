"""Enrolling: photos of known people into a gallery, resumable at every commit."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rostro.core.errors import AlreadyEnrolled, BadInput, PhotoError
from rostro.core.types import Template
from rostro.photos.folders import read_people
from rostro.photos.listing import find_photos
from rostro.photos.reading import photo_hash
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from rostro.gallery.base import Gallery
    from rostro.recognition.pipeline import Pipeline
    from rostro.recognition.selection import FaceRule

#: Photos per transaction: what an interruption can cost at most.
COMMIT_EVERY = 32
#: Photos hashed and looked up at once.
_LOOK_AHEAD = 256


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an enrolment did.

    Attributes:
        people: People who have a template from it, or had one already.
        templates: Templates added.
        skipped: Photos whose bytes were enrolled before.
        failed: Photos that gave no template, and why.
    """

    people: int
    templates: int
    skipped: int
    failed: tuple[Failure, ...]

    def to_dict(self) -> dict[str, Any]:
        """``{"people", "templates", "skipped", "failed"}``."""
        return {
            "people": self.people,
            "templates": self.templates,
            "skipped": self.skipped,
            "failed": [failure.to_dict() for failure in self.failed],
        }


class Enroller:
    """Takes (name, photo) pairs into a gallery."""

    def __init__(self, pipeline: Pipeline, gallery: Gallery, *, face: FaceRule = "only", collection: str = "") -> None:
        """Does nothing yet.

        Args:
            pipeline: Turns photos into embeddings.
            gallery: Where templates go.
            face: Which face of a photo is meant.
            collection: The collection that the templates go to; empty for none.
        """
        self._collection = collection
        self._pipeline = pipeline
        self._gallery = gallery
        self._face = face
        self._people: set[str] = set()
        self._failed: list[Failure] = []
        self._committed: list[str] = []
        self._skipped = 0
        self._added = 0

    def run(self, items: Iterable[tuple[str, Path]], on_photo: Callable[[], None] | None = None) -> Enrolment:
        """Enrols everything.

        Photos whose bytes this person has already are skipped before they are decoded, so an enrolment that was cut
        off goes on where it stopped. Every `COMMIT_EVERY` photos are one transaction.

        Args:
            items: (person's name, photo file).
            on_photo: Called after each photo, for progress.
        """
        names: deque[str] = deque()
        answers = self._pipeline.run(self._unknown(items, names, on_photo), face=self._face)
        pending: list[tuple[str, Template]] = []
        for answer in answers:
            name = names.popleft()
            if isinstance(answer, Failure):
                self._failed.append(answer)
            else:
                pending.append((name, _template(answer, self._collection)))
            if len(pending) >= COMMIT_EVERY:
                self._commit(pending)
                pending = []
            if on_photo:
                on_photo()
        self._commit(pending)
        return Enrolment(len(self._people), self._added, self._skipped, tuple(self._failed))

    def _unknown(
        self, items: Iterable[tuple[str, Path]], names: deque[str], on_photo: Callable[[], None] | None
    ) -> Iterator[Path]:
        """The photos that this gallery has not seen; notes their people in ``names``."""
        seen: dict[str, str] = {}
        for block in _blocks(items, _LOOK_AHEAD):
            for done in self._committed:  # the gallery knows them from now on
                seen.pop(done, None)
            self._committed.clear()
            hashed = [(name, path, self._hash(path)) for name, path in block]
            known = self._gallery.known_sources({digest for _, _, digest in hashed if digest})
            for name, path, digest in hashed:
                owners = known.get(digest or "", set()) | ({seen[digest]} if digest in seen else set())
                if digest is not None and not owners:
                    seen[digest] = name
                    names.append(name)
                    yield path
                    continue
                if name in owners:
                    self._skipped += 1
                    self._people.add(name)
                elif owners:
                    other = ", ".join(sorted(owners))
                    reason = f"already enrolled as {other}, not as {name}"
                    self._failed.append(Failure(AlreadyEnrolled(str(path), reason, name=other)))
                if on_photo:
                    on_photo()

    def _hash(self, path: Path) -> str | None:
        try:
            return photo_hash(path, max_bytes=self._pipeline.max_bytes)
        except PhotoError as error:
            self._failed.append(Failure(error))
            return None

    def _commit(self, pending: Sequence[tuple[str, Template]]) -> None:
        by_name: dict[str, list[Template]] = {}
        for name, template in pending:
            by_name.setdefault(name, []).append(template)
        if by_name:
            self._added += self._gallery.add(by_name)
            self._people.update(by_name)
            self._committed += [template.source_hash for _, template in pending]


def _template(found: PhotoFaces, collection: str) -> Template:
    face = found.faces[0]
    return Template(found.embeddings[0], found.sha256, found.photo, face.score, face.box, collection)


def _blocks(items: Iterable[tuple[str, Path]], size: int) -> Iterator[list[tuple[str, Path]]]:
    block: list[tuple[str, Path]] = []
    for item in items:
        block.append(item)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def people_photos(paths: Sequence[Path], name: str | None) -> list[tuple[str, Path]]:
    """(person's name, photo) of everything to enrol under some paths.

    Args:
        paths: With ``name``: photos, or folders of photos, of that person. Without: folders of people, as
            `rostro.photos.folders.read_people` knows them.
        name: Whose photos they are.

    Raises:
        BadInput: A path does not exist, holds no photo, or (without a name) a photo belongs to nobody.
    """
    if name is not None:
        found = [(name, photo) for photo in find_photos(paths)]
        if not found:
            raise BadInput(f"no photos in {', '.join(map(str, paths))}")
        return found
    listed: list[tuple[str, Path]] = []
    for path in paths:
        if path.is_file():
            raise BadInput(f"{path}: whose photo is this? Give --name, or a folder that holds one folder per person")
        people = read_people(path)
        listed += [(people.names[owner], photo) for owner, photo in zip(people.owners, people.photos, strict=True)]
    return listed

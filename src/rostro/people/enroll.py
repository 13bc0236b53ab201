"""Enrolling: photos of known people into a gallery, in batches, resumable at every commit."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from rostro.core.errors import AlreadyEnrolled, BadInput, PhotoError
from rostro.core.forking import Mutex
from rostro.core.types import Answer, Template
from rostro.gallery.base import clean_name
from rostro.photos.folders import read_people
from rostro.photos.listing import find_photos, why_empty
from rostro.photos.reading import hash_source, name_of
from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.recognition.refusing import refuse_poor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rostro.gallery.base import Gallery
    from rostro.people.pictures import Pictures
    from rostro.photos.reading import Source
    from rostro.quality.gate import Gate

    #: Photos → what the pipeline finds in them, lazily and in order, one face per photo.
    Look = Callable[[Iterable[Source]], Iterable[PhotoFaces | Failure]]

#: Photos per transaction: what an interruption can cost at most.
COMMIT_EVERY = 32
#: Photos hashed and looked up at once.
_LOOK_AHEAD = 256


@dataclass(frozen=True, slots=True, repr=False)
class Enrollment(Answer):
    """What an enrolment did, or has done so far.

    Attributes:
        people: People who have a template from it, or had one already.
        templates: Templates added.
        skipped: Photos whose bytes were enrolled before.
        failed: Photos that gave no template, and why; folders and links that gave no photo, too.
        not_pictures: Names of files that lay among the photos and are no pictures.
    """

    people: int = 0
    templates: int = 0
    skipped: int = 0
    failed: tuple[Failure, ...] = ()
    not_pictures: tuple[str, ...] = ()

    @property
    def done(self) -> int:
        """Photos that are dealt with."""
        return self.templates + self.skipped + len(self.failed)

    def __repr__(self) -> str:
        return (
            f"<Enrollment of {self.people} people: {self.templates} templates, {self.skipped} skipped, "
            f"{len(self.failed)} failed>"
        )

    def to_dict(self) -> dict[str, Any]:
        """``{"people", "templates", "skipped", "failed"}``; ``"not_pictures"`` where files were."""
        return {
            "people": self.people,
            "templates": self.templates,
            "skipped": self.skipped,
            "failed": [failure.to_dict() for failure in self.failed],
            **({"not_pictures": list(self.not_pictures)} if self.not_pictures else {}),
        }


class Enroller:
    """Takes (name, photo) pairs into a gallery; the command line, the server and Python all come through here."""

    def __init__(
        self,
        gallery: Gallery,
        look: Look,
        *,
        collection: str = "",
        gate: Gate | None = None,
        pictures: Pictures | None = None,
        stopped: Callable[[], bool] = lambda: False,
        max_bytes: int | None = None,
    ) -> None:
        """Does nothing yet.

        Args:
            gallery: Where templates go.
            look: Takes photos through a pipeline; asked once, reads photos as it goes.
            collection: The collection that the templates go to; empty for none.
            gate: Says which faces are too poor to be enrolled; None takes all.
            pictures: Where the faces' pictures are kept, for people who agreed; ``look`` then gives crops. None keeps
                none.
            stopped: Asked before each photo; True ends there, and what was looked at is committed.
            max_bytes: Largest photo file that is read; None for the default.
        """
        self._gallery = gallery
        self._look = look
        self._gate = gate
        self._collection = collection
        self._pictures = pictures
        self._stopped = stopped
        self._limits = {} if max_bytes is None else {"max_bytes": max_bytes}
        self._lock = Mutex()
        self._people: set[str] = set()
        self._failed: list[Failure] = []
        self._committed: list[str] = []
        self._skipped = 0
        self._added = 0

    @property
    def so_far(self) -> Enrollment:
        """What is done; may be asked while another thread enrols."""
        with self._lock:
            return Enrollment(len(self._people), self._added, self._skipped, tuple(self._failed))

    def run(self, items: Iterable[tuple[str, Source]], on_photo: Callable[[], None] | None = None) -> Enrollment:
        """Enrols everything.

        Photos whose bytes this person has already are skipped before they are decoded, so an enrolment that was cut
        off goes on where it stopped. Every `COMMIT_EVERY` photos are one transaction, of however many people they are.

        Args:
            items: (person's name, photo).
            on_photo: Called after each photo, for progress.

        Raises:
            BadInput: A name that nobody can have.
        """
        names: deque[str] = deque()
        pending: list[tuple[str, PhotoFaces]] = []
        for answer in refuse_poor(self._look(self._unknown(items, names, on_photo)), self._gate):
            name = names.popleft()
            if isinstance(answer, Failure):
                self._fail(answer)
            else:
                pending.append((name, answer))
            if len(pending) >= COMMIT_EVERY:
                self._commit(pending)
                pending = []
            if on_photo:
                on_photo()
        self._commit(pending)
        return self.so_far

    def _unknown(
        self, items: Iterable[tuple[str, Source]], names: deque[str], on_photo: Callable[[], None] | None
    ) -> Iterator[Source]:
        """The photos that this gallery has not seen; notes their people in ``names``."""
        seen: dict[str, str] = {}
        for block in _blocks(items, _LOOK_AHEAD):
            for done in self._committed:  # the gallery knows them from now on
                seen.pop(done, None)
            self._committed.clear()
            hashed = [(clean_name(name), *self._hash(source)) for name, source in block]
            known = self._gallery.known_sources({digest for _, _, digest in hashed if digest})
            for name, source, digest in hashed:
                if self._stopped():
                    return
                owners = known.get(digest or "", set()) | ({seen[digest]} if digest in seen else set())
                if digest is not None and not owners:
                    seen[digest] = name
                    names.append(name)
                    yield source
                    continue
                if name in owners:
                    with self._lock:
                        self._skipped += 1
                        self._people.add(name)
                elif owners:
                    other = ", ".join(sorted(owners))
                    reason = f"already enrolled as {other}, not as {name}"
                    self._fail(Failure(AlreadyEnrolled(name_of(source), reason, name=other)))
                if on_photo:
                    on_photo()

    def _hash(self, source: Source) -> tuple[Source, str | None]:
        try:
            return hash_source(source, **self._limits)
        except PhotoError as error:
            self._fail(Failure(error))
            return source, None

    def _fail(self, failure: Failure) -> None:
        with self._lock:
            self._failed.append(failure)

    def _commit(self, pending: Sequence[tuple[str, PhotoFaces]]) -> None:
        by_name: dict[str, list[Template]] = {}
        for name, found in pending:
            by_name.setdefault(name, []).append(_template(found, self._collection))
        if not by_name:
            return
        added = self._gallery.add(by_name)
        with self._lock:
            self._added += added
            self._skipped += len(pending) - added  # another program was faster
            self._people.update(by_name)
        self._committed += [found.sha256 for _, found in pending]
        if self._pictures is not None:
            for name, found in pending:
                self._keep(self._pictures, name, found)

    def _keep(self, pictures: Pictures, name: str, found: PhotoFaces) -> None:
        person = self._gallery.person(name).id
        pictures.keep(person, found.sha256, found.kept_crops[0])
        if person not in self._gallery.names([person]):  # erased in between, by somebody else
            pictures.erase(person)


def _template(found: PhotoFaces, collection: str) -> Template:
    face = found.faces[0]
    quality = found.qualities[0].value if found.qualities else face.score
    return Template(found.embeddings[0], found.sha256, found.photo, quality, face.box, collection)


def _blocks(items: Iterable[tuple[str, Source]], size: int) -> Iterator[list[tuple[str, Source]]]:
    block: list[tuple[str, Source]] = []
    for item in items:
        block.append(item)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def people_photos(
    photos: Sequence[Source],
    name: str | None,
    *,
    on_failure: Callable[[PhotoError], object] = lambda error: None,
    on_other: Callable[[Path], object] = lambda file: None,
) -> list[tuple[str, Source]]:
    """(person's name, photo) of everything to enrol.

    Args:
        photos: With ``name``: photos of that person (paths, bytes, file objects, arrays), or folders of them. Without:
            folders of people, as `rostro.photos.folders.read_people` knows them.
        name: Whose photos they are.
        on_failure: Told of each folder that gives nobody a photo, and of each link that is not followed.
        on_other: Told each file in a folder that is left out because it is no picture.

    Raises:
        BadInput: A path does not exist, holds no photo, or (without a name) a photo belongs to nobody.
    """
    paths = [Path(photo) for photo in photos if _is_path(photo)]
    if name is not None:
        others = [photo for photo in photos if not _is_path(photo)]
        found: list[Source] = [*find_photos(paths, on_other=on_other), *others]
        if paths and not others and all(_is_path(photo) and Path(photo).is_dir() for photo in found):
            raise BadInput("; ".join(why_empty(path) or f"no photo in {path}" for path in paths))
        return [(name, photo) for photo in found]
    listed: list[tuple[str, Source]] = []
    for photo in photos:
        if not _is_path(photo) or Path(photo).is_file():
            raise BadInput(
                f"{name_of(photo)}: whose photo is this? Give a name, or a folder that holds one folder per person",
                why="whose-photo",
            )
        people = read_people(Path(photo))
        for error in people.failed:
            on_failure(error)
        for file in people.others:
            on_other(file)
        listed += [(people.names[owner], photo) for owner, photo in zip(people.owners, people.photos, strict=True)]
    return listed


def _is_path(photo: Source) -> TypeGuard[str | PathLike[str]]:
    return isinstance(photo, str | PathLike)

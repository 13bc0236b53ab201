"""Enrolling: photos of known people into a gallery, in batches, resumable at every commit."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from rostro.core.errors import AlreadyEnrolled, BadInput, BadName, ErasedBefore, PhotoError
from rostro.core.forking import Mutex
from rostro.core.names import clean_name
from rostro.core.types import Template
from rostro.people.enrollment import Enrollment
from rostro.people.fates import Enrolled, Fates
from rostro.people.keeping import Keeping
from rostro.people.likeness import known_faces
from rostro.people.meanwhile import add_where_they_are, keep_picture
from rostro.photos.reading import hash_source, name_of
from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.recognition.refusing import refuse_poor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rostro.gallery.base import Gallery, Who
    from rostro.people.likeness import Remark
    from rostro.people.pictures import Pictures
    from rostro.photos.reading import Source
    from rostro.quality.gate import Gate

    #: Photos → what the pipeline finds in them, lazily and in order, one face per photo.
    Look = Callable[[Iterable[Source]], Iterable[PhotoFaces | Failure]]

#: Photos per transaction: what an interruption can cost at most.
COMMIT_EVERY = 32
#: Photos hashed and looked up at once.
_LOOK_AHEAD = 256
#: Why a photo of somebody is not taken who was there before, and is not any more.
_GONE = "its person was erased, merged or renamed while photos were being enrolled"


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
        who: Who = "anybody",
        again: bool = False,
        threshold: float | None = None,
        strict: bool = False,
        keeping: Keeping | None = None,
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
            who: ``new`` makes one new person, and fails where somebody has the name; ``known`` adds to people who are
                there, and makes nobody.
            again: Whether photos of people who were erased are taken in again.
            threshold: Similarity from which a face that is enrolled under another name is remarked on; None: none is.
            strict: Whether such faces are refused.
            keeping: Consent, retention and log; None for an enrolment by this computer's user that says nothing of it.
        """
        self._gallery = gallery
        self._look = look
        self._gate = gate
        self._collection = collection
        self._pictures = pictures
        self._stopped = stopped
        self._limits = {} if max_bytes is None else {"max_bytes": max_bytes}
        self._who = who
        self._again = again
        self._threshold = threshold
        self._strict = strict
        self._keeping = keeping or Keeping(gallery)
        self._lock = Mutex()
        self._people: set[str] = set()
        self._there: set[str] = set()  # people who are in the gallery, as far as this enrolment has seen
        self._failed: list[Failure] = []
        self._remarks: list[Remark] = []
        self._skipped = 0
        self._added = 0
        self._fates = Fates()

    @property
    def so_far(self) -> Enrollment:
        """What is done; may be asked while another thread enrols."""
        with self._lock:
            return Enrollment(len(self._people), self._added, self._skipped, tuple(self._failed), tuple(self._remarks))

    def run(self, items: Iterable[tuple[str, Source]], on_photo: Callable[[], None] | None = None) -> Enrollment:
        """Enrols everything.

        Photos whose bytes this person has already are skipped before they are decoded, so an enrolment that was cut
        off goes on. Every `COMMIT_EVERY` photos are one transaction. One that comes twice shares the first one's fate.

        Args:
            items: (person's name, photo).
            on_photo: Called after each photo, for progress.

        Raises:
            NameTaken: A new person was to be made, and somebody has the name.
            UnknownPerson: People who are there were to be added to, and one is not (any more).
        """
        handed: deque[tuple[str, str]] = deque()
        pending: list[tuple[str, PhotoFaces]] = []
        tell = on_photo or (lambda: None)
        for answer in refuse_poor(self._look(self._unknown(items, handed, tell)), self._gate):
            name, digest = handed.popleft()
            if isinstance(answer, Failure):
                self._fail(answer.error)
                self._settle(digest, name, answer.error, tell)
            else:
                pending.append((name, answer))
            if len(pending) >= COMMIT_EVERY:
                self._commit(pending, tell)
                pending = []
            tell()
        self._commit(pending, tell)
        self._keeping.agreed(self._people)
        return self.so_far

    def _unknown(
        self, items: Iterable[tuple[str, Source]], handed: deque[tuple[str, str]], tell: Callable[[], None]
    ) -> Iterator[Source]:
        """The photos that this gallery has not seen; notes whose they are, and their hashes, in ``handed``."""
        for block in _blocks(items, _LOOK_AHEAD):
            hashed = [self._hash(name, source) for name, source in block]
            digests = {digest for _, _, digest in hashed if digest}
            before = self._fates.committed()
            known = self._gallery.known_sources(digests)
            self._there.update(*known.values())
            self._fates.leave_to_gallery(before)
            self._fates.note_erased(self._gallery.erased(digests))
            for name, source, digest in hashed:
                if self._stopped():
                    return
                do = "nothing" if digest is None else self._what_to_do(name, source, digest, known.get(digest, set()))
                if do == "look" and digest:
                    handed.append((name, digest))
                    yield source
                elif do == "nothing":
                    tell()

    def _what_to_do(
        self, name: str, source: Source, digest: str, owners: set[str]
    ) -> Literal["look", "wait", "nothing"]:
        """What to do with a photo: look at it, wait for what becomes of its like, or nothing, which is noted."""
        fate = self._fates.of(digest, name, source)
        if fate == "wait":
            return "wait"
        if isinstance(fate, PhotoError):
            self._fail(_same(fate, source))
        elif owners := owners | ({fate.name} if isinstance(fate, Enrolled) else set()):
            self._was_there(name, source, owners)
        elif not self._again and self._fates.was_erased(digest):
            self._fail(ErasedBefore(name_of(source)))
        elif (refused := self._keeping.refusal(name, name_of(source))) is not None:
            self._fail(refused)
        else:
            self._fates.expect(digest)
            return "look"
        return "nothing"

    def _was_there(self, name: str, source: Source, owners: set[str]) -> None:
        if name in owners:
            with self._lock:
                self._skipped += 1
                self._people.add(name)
            return
        other = ", ".join(sorted(owners))
        error = AlreadyEnrolled(name_of(source), f"already enrolled as {other}, not as {name}", name=other)
        error.wanted = name
        self._fail(error)

    def _settle(self, digest: str, name: str, error: PhotoError | None, tell: Callable[[], None]) -> None:
        """Tells what became of a photo to those that have the same bytes."""
        for other, source in self._fates.settle(digest, Enrolled(name) if error is None else error):
            if error is None:
                self._was_there(other, source, {name})
            else:
                self._fail(_same(error, source))
            tell()

    def _hash(self, name: str, source: Source) -> tuple[str, Source, str | None]:
        """(name as it is kept, what to read the photo from, its hash); None where it cannot be enrolled."""
        try:
            return clean_name(name), *hash_source(source, **self._limits)
        except PhotoError as error:
            self._fail(error)
        except BadInput as error:
            if error.values.get("why") != "bad-name":
                raise
            self._fail(BadName(name_of(source), str(error)))
        return name, source, None

    def _fail(self, error: PhotoError) -> None:
        with self._lock:
            self._failed.append(Failure(error))

    def _commit(self, pending: Sequence[tuple[str, PhotoFaces]], tell: Callable[[], None]) -> None:
        others: list[tuple[str, PhotoFaces]] = []
        wanted = list(self._not_refused(pending, others, tell))
        self._add(wanted, tell)
        if others:
            self._commit(others, tell)

    def _add(self, wanted: Sequence[tuple[str, PhotoFaces]], tell: Callable[[], None]) -> None:
        wanted = list(self._not_erased(wanted, tell))
        by_name: dict[str, list[Template]] = {}
        for name, found in wanted:
            by_name.setdefault(name, []).append(_template(found, self._collection))
        if not by_name:
            return
        added, gone = add_where_they_are(self._gallery, by_name, self._who, () if self._again else self._there)
        if self._who == "new":
            self._who = "known"  # they are there now, and not to be made anew should somebody erase them
        if erased := [found.sha256 for name, found in wanted if self._fates.was_erased(found.sha256)]:
            self._gallery.drop_marks(erased)
        self._keeping.added(by_name.keys() - gone, added)
        kept = [(name, found) for name, found in wanted if name not in gone]
        with self._lock:
            self._added += added
            self._skipped += len(kept) - added  # another program was faster
            self._people.update(by_name.keys() - gone)
        self._there.update(by_name.keys() - gone)
        for name, found in wanted:
            if name in gone:
                self._refuse(name, ErasedBefore(found.photo, _GONE), found.sha256, tell)
                continue
            self._settle(found.sha256, name, None, tell)
            if self._pictures is not None:
                keep_picture(self._pictures, self._gallery, name, found)

    def _not_erased(
        self, wanted: Sequence[tuple[str, PhotoFaces]], tell: Callable[[], None]
    ) -> Iterator[tuple[str, PhotoFaces]]:
        """What is to be added, without photos of people who were erased while these were looked at."""
        now = self._gallery.erased({found.sha256 for _, found in wanted}) if wanted else set()
        for name, found in wanted:
            if found.sha256 in now and not self._again:
                self._refuse(name, ErasedBefore(found.photo), found.sha256, tell)
            else:
                yield name, found
        self._fates.note_erased(now)

    def _refuse(self, name: str, error: PhotoError, digest: str, tell: Callable[[], None]) -> None:
        self._fail(error)
        self._settle(digest, name, error, tell)

    def _not_refused(
        self,
        pending: Sequence[tuple[str, PhotoFaces]],
        others: list[tuple[str, PhotoFaces]],
        tell: Callable[[], None],
    ) -> Iterator[tuple[str, PhotoFaces]]:
        """What is to be added; says whose faces are enrolled under another name, and leaves them out where strict.

        The same bytes under another name are no mistake then, perhaps; they go to ``others``.
        """
        if self._threshold is None or not pending:
            yield from pending
            return
        names = [name for name, _ in pending]
        photos = [found.photo for _, found in pending]
        vectors = np.stack([found.embeddings[0] for _, found in pending])
        remarks = known_faces(self._gallery, names, photos, vectors, self._threshold, strict=self._strict)
        for (name, found), remark in zip(pending, remarks, strict=True):
            if remark is not None and self._strict:
                self._fail(remark.error)
                for other, source in self._fates.settle(found.sha256, None):
                    if other == name:
                        self._fail(_same(remark.error, source))
                        tell()
                    else:
                        others.append((other, replace(found, photo=name_of(source))))
                continue
            if remark is not None:
                with self._lock:
                    self._remarks.append(remark)
            yield name, found


def _same(error: PhotoError, source: Source) -> PhotoError:
    """What is wrong with a photo, said of another one with the same bytes."""
    return type(error)(name_of(source), error.reason, **error.values)


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

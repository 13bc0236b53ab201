"""The only door to a gallery's people: whoever enrols, renames, merges or erases comes through here.

The command line, the server and Python alike, so that what belongs together stays together: a person's templates and
the pictures of their face.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, NameTaken
from rostro.core.forking import Mutex
from rostro.core.names import clean_name
from rostro.core.settings import Settings
from rostro.gallery.checks import taken
from rostro.people.cached_vectors import forget_cached
from rostro.people.enroll import Enroller
from rostro.people.keeping import Keeping
from rostro.people.rejecting import Rejecting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from os import PathLike
    from pathlib import Path

    from rostro.core.types import Person
    from rostro.gallery.base import Gallery, Who
    from rostro.gallery.single import StoredPhoto
    from rostro.people.consent import Consent
    from rostro.people.enroll import Look
    from rostro.quality.gate import Gate


class People(Rejecting):
    """A gallery's people. Safe to share between threads.

    >>> recognizer.people.erase("Ada Lovelace")  # doctest: +SKIP
    """

    def __init__(self, gallery: Gallery, home: Path | None = None, actor: str = "") -> None:
        """Touches no disk.

        Args:
            gallery: Where they are.
            home: The folder in which evaluations keep embeddings of photos; None takes the settings'.
            actor: Who changes people, as the log calls them; empty: the user of this computer.
        """
        super().__init__(gallery, actor)
        self._home = home
        self._lock = Mutex()
        self._changing = Mutex(reentrant=True)  # what is looked up and what is then changed are one in this process
        self._reserved: set[str] = set()

    # What changes them.

    def enroller(
        self,
        look: Look,
        *,
        collection: str = "",
        gate: Gate | None = None,
        keep_pictures: bool = False,
        stopped: Callable[[], bool] = lambda: False,
        max_bytes: int | None = None,
        who: Who = "anybody",
        again: bool = False,
        threshold: float | None = None,
        strict: bool = False,
        consent: Consent | None = None,
    ) -> Enroller:
        """What takes photos of people in, with what they agreed to; see `Enroller`.

        Raises:
            BadInput: Pictures are wanted of a gallery that is no file.
        """
        if keep_pictures and self.pictures is None:
            raise BadInput(f"{self.gallery.url}: pictures are kept beside galleries that are files, and this is none")
        self._sweep_once()
        return Enroller(
            self.gallery,
            look,
            collection=collection,
            gate=gate,
            pictures=self.pictures if keep_pictures else None,
            stopped=stopped,
            max_bytes=max_bytes,
            who=who,
            again=again,
            threshold=threshold,
            strict=strict,
            keeping=Keeping(self.gallery, self.actor, consent),
        )

    def reserve(self, name: str) -> str:
        """Keeps the name of a person who is about to be made; `release` follows when they are there, or will not be.

        Of two who make the same person at the same time in this process, one is refused at once, before any photo is
        looked at. Of two processes the gallery refuses one, when the first photos are added (``who="new"``).

        Returns:
            The name as it is kept.

        Raises:
            NameTaken: There is somebody of that name, or somebody else is making them now.
            BadInput: A name that nobody can have.
        """
        name = clean_name(name)
        with self._lock:
            if name in self._reserved or self.find(name) is not None:
                raise taken(name)
            self._reserved.add(name)
        return name

    def release(self, name: str) -> None:
        """Ends a reservation."""
        with self._lock:
            self._reserved.discard(name)

    def rename(self, who: str | int, to: str) -> str:
        """Gives a person another name.

        Args:
            who: Their name, or their id.
            to: The new name.

        Returns:
            The name that they had.

        Raises:
            UnknownPerson: There is nobody like that.
            NameTaken: Somebody else has the new name.
            BadInput: A name that nobody can have.
        """
        to = clean_name(to)
        with self._changes():
            name = self.named(who)
            try:
                with self._logged("rename", self._person(name)):
                    self.gallery.rename(name, to)
            except BadInput as error:  # told where it is changed, so that of two who take a name one is refused
                if self.find(to) is None:
                    raise
                raise NameTaken(f"there is already somebody named {to!r}; merge them instead", name=to) from error
        return name

    def merge(self, who: str | int, into: str | int) -> tuple[str, str]:
        """Gives all templates and pictures of one person to another: they were the same.

        Args:
            who: Name or id.
            into: Name or id of who stays.

        Returns:
            Their names.

        Raises:
            UnknownPerson: One of them is not there.
            BadInput: They are the same already.
        """
        with self._changes():
            name, other = self.named(who), self.named(into)
            ids = self.gallery.person(name).id, self.gallery.person(other).id
            with self._logged("merge", *ids), self._uniting(*ids):
                self.gallery.merge(name, other)
            self._give_pictures(*ids)
            self._unite(ids[1])
        return name, other

    def erase(self, *who: str | int) -> int:
        """Erases people for good: every template, every picture that anybody kept of them, every cached embedding.

        What stays is a keyed hash of each of their photos, by which enrolling one of them again is refused unless it is
        asked for. Many at once take little longer than one. Albums in which they were named from this gallery's people
        come first; `pending` says which could not be reached. Pictures go before the templates, so that nobody whose
        templates are gone has one left, and again after them, for one that somebody kept in between.

        Args:
            who: Names, or ids.

        Returns:
            How many templates were erased.

        Raises:
            UnknownPerson: One of them is not there; nobody is erased then.
            GalleryError: A picture or a cached embedding cannot be removed.
        """
        with self._changes():
            people = [self.gallery.person(self.named(one)) for one in who]
            names = [person.name for person in people]
            with self._logged("erase", *(person.id for person in people)):
                self._erase_linked(people, lambda gallery, who: People(gallery, self._home, self.actor).erase(who))
                held = self.gallery.templates_of(names)
                self._forget_cached(template.source_hash for some in held.values() for template in some)
                self._erase_pictures(people)
                erased = self.gallery.remove(*names)
                self._erase_pictures(people)
                self._negatives.touch()
        return erased

    # One photo of somebody.

    def move(self, photo: str | PathLike[str], to: str, *, of: str | int | None = None) -> StoredPhoto:
        """Gives one photo to another person, who is made if nobody has that name; its picture goes with it.

        Whoever has no photo left is gone, and what was seen of them is the other's.

        Args:
            photo: Path of its file, its name as it is listed, or the beginning of its hash.
            to: Name of whose photo it is.
            of: Name or id of whose it was, where several people have it.

        Returns:
            What was moved, as it was before.

        Raises:
            UnknownPhoto: Nobody has it, or it may be several.
            UnknownPerson: There is nobody like that.
            BadInput: It is theirs already, or a name that nobody can have.
        """
        to = clean_name(to)
        with self._changes():
            known = self.photo(photo, of=of)
            self._check_consent(to, known.photo)
            person = self.gallery.person(known.person).id
            with self._logged("move", person):
                self.gallery.move(known.person, known.source_hash, to)
            self._audit.append(self.actor, "moved", [self.gallery.person(to).id])
            self._not_taught(person, known.source_hash)
            if self.pictures is not None:
                other = self.gallery.person(to).id
                self.pictures.move(person, known.source_hash, other)
                self._give_pictures(person, other)
        return known

    def forget(self, photo: str | PathLike[str], *, of: str | int | None = None) -> StoredPhoto:
        """Erases one photo's template and picture for good. Whoever has no photo left is gone.

        Other than after `erase`, the photo may be enrolled again without further ado.

        Args:
            photo: Path of its file, its name as it is listed, or the beginning of its hash.
            of: Name or id of whose it is, where several people have it.

        Returns:
            What was erased.

        Raises:
            UnknownPhoto: Nobody has it, or it may be several.
            UnknownPerson: There is nobody like that.
            GalleryError: A picture cannot be removed.
        """
        with self._changes():
            known = self.photo(photo, of=of)
            person = self.gallery.person(known.person)
            self._forget_cached([known.source_hash])
            self._forget_picture(person.id, known.source_hash)
            with self._logged("forget", person.id):
                self.gallery.forget(known.person, known.source_hash)
            self._forget_picture(person.id, known.source_hash)  # one that somebody kept in between
            self._not_taught(person.id, known.source_hash)
            if self.name_of(person.id) is None:
                self._erase_pictures([person])
        return known

    @contextmanager
    def _changes(self) -> Iterator[None]:
        with self._changing:
            self._sweep_once()
            yield

    def _sweep_once(self) -> None:
        if not self._swept:
            self.sweep()

    def _forget_cached(self, hashes: Iterable[str]) -> None:
        """What others than their person have of photos; before the templates go, which say what photos those are."""
        forget_cached(self._home or Settings.from_environment().home, gone := set(hashes))
        self._forget_rejected(gone)

    def _give_pictures(self, person: int, other: int) -> None:
        """Gives all pictures of somebody who is not there any more to somebody who is."""
        if self.pictures is not None and self.gallery.names([person, other]).keys() == {other}:
            self.pictures.merge(person, other)

    def _erase_pictures(self, people: list[Person]) -> None:
        if self.pictures is not None:
            for person in people:
                self.pictures.erase(person.id)

"""Single photos in Milvus: found, moved, forgotten; and the marks of those of erased people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.core.errors import BadInput
from rostro.core.names import stored_name
from rostro.gallery.milvus import marks
from rostro.gallery.single import SinglePhotos, StoredPhoto

if TYPE_CHECKING:
    from collections.abc import Collection

    from rostro.core.forking import Mutex
    from rostro.gallery.marks import Mark
    from rostro.gallery.milvus.collections import Collections
    from rostro.gallery.milvus.directory import Directory

#: A condition that every template meets.
EVERY = 'key != ""'


class MilvusPhotos(SinglePhotos):
    """The part of a `MilvusGallery` that looks at photos one by one."""

    _milvus: Collections
    _directory: Directory
    _writing: Mutex

    def names(self, people: Collection[int]) -> dict[int, str]:
        """Names of people by their ids."""
        raise NotImplementedError

    def move(self, name: str, source_hash: str, to: str) -> int:
        """Gives a person's templates of one photo to another; see `Gallery.move`."""
        to = stored_name(to)
        with self._writing:
            person, count = self._directory.photo(name, source_hash)
            if to == stored_name(name):
                raise BadInput(f"{self._milvus.shown}: the photo is {to!r}'s already")
            self._directory.give_photo(person, self._directory.ids_or_new({to})[to], source_hash)
            return count

    def forget(self, name: str, source_hash: str) -> int:
        """Erases a person's templates of one photo as `remove` does; see `Gallery.forget`."""
        with self._writing:
            person, count = self._directory.photo(name, source_hash)
            self._directory.erase_photo(person, source_hash)
            return count

    def photos_called(self, text: str) -> list[StoredPhoto]:
        """The enrolled photos that a text may mean; this reads the photo's name of every template."""
        if self._milvus.dims is None:
            return []
        rows = self._milvus.rows(self._milvus.templates, EVERY, ("person", "source_hash", "details"))
        found = {
            (row["person"], row["source_hash"], row["details"]["photo"])
            for row in rows
            if row["details"]["photo"] == text or row["source_hash"].startswith(text)
        }
        names = self.names({person for person, _, _ in found})
        return sorted(StoredPhoto(names[person], *photo) for person, *photo in found if person in names)

    def marks(self) -> list[Mark]:
        """What is kept of photos of people who were erased."""
        return marks.everything(self._milvus)

    def keep_marks(self, given: Collection[Mark]) -> None:
        """Takes in marks; see `Gallery.keep_marks`."""
        marks.keep(self._milvus, given)

    def drop_marks(self, hashes: Collection[str]) -> None:
        """Forgets that these photos are of people who were erased."""
        marks.drop(self._milvus, hashes)

"""Small pictures of enrolled faces, for people to look at, kept only where somebody asked for it.

A gallery stores no pictures. Where they are wanted, they lie in a folder beside the gallery's file, in one folder per
person named after the person's id, which is never given twice. So erasing a person is removing one folder, whoever
does it: the server, or ``rostro people remove``. What ``rostro watch`` saw of a person lies in the same folder, in
``seen/``, so that it goes with the rest.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, GalleryError
from rostro.core.files import write_file
from rostro.gallery.base import file_of
from rostro.photos.writing import encode_picture

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.types import Image


#: Folder, within a person's, of what watchers saw of them.
_SEEN = "seen"


class Pictures:
    """The pictures of one gallery's people."""

    def __init__(self, folder: Path) -> None:
        """Touches no disk.

        Args:
            folder: Where pictures are; made when the first one is kept.
        """
        self.folder = folder

    @classmethod
    def beside(cls, gallery_url: str) -> Pictures | None:
        """The store of a gallery that is a file (``people.db`` has ``people.db.crops/``); None for other galleries."""
        path = file_of(gallery_url)
        return None if path is None else cls(path.with_name(path.name + ".crops"))

    def keep(self, person: int, source_hash: str, crop: Image) -> None:
        """Keeps the picture of a template.

        Args:
            person: Whose face it is.
            source_hash: sha256 (hex) of the photo that it was cut from; the same photo replaces its picture.
            crop: RGB uint8 of shape (H, W, 3).

        Raises:
            GalleryError: The picture cannot be written.
        """
        self._write(self._of(person) / self._name(source_hash), crop)

    def keep_seen(self, person: int, sighting: str, picture: Image) -> Path:
        """Keeps what was seen of a person.

        Args:
            person: Who was seen.
            sighting: Name of the file, without ending; the same sighting replaces its picture.
            picture: RGB uint8 of shape (H, W, 3).

        Returns:
            The file.

        Raises:
            GalleryError: The picture cannot be written.
        """
        file = self._seen_file(person, sighting)
        self._write(file, picture)
        return file

    def forget_seen(self, person: int, sighting: str) -> None:
        """Removes one picture of what was seen; there may be none.

        Raises:
            GalleryError: It cannot be removed.
        """
        _remove(self._seen_file(person, sighting))

    def picture(self, person: int) -> bytes | None:
        """A JPEG of the person, the oldest that is kept; None where there is none."""
        for file in sorted(self._files(person), key=_age):
            with suppress(FileNotFoundError):  # erased since it was listed
                return file.read_bytes()
        return None

    def has(self, person: int) -> bool:
        """Whether there is a picture of the person."""
        return bool(self._files(person))

    def merge(self, person: int, into: int) -> None:
        """Gives the pictures of one person to another."""
        seen = self._of(person) / _SEEN
        for file in [*self._files(person), *seen.glob("[!.]*.jpg")]:
            target = self._of(into) / file.relative_to(self._of(person))
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
        self.erase(person)

    def move(self, person: int, source_hash: str, into: int) -> None:
        """Gives the picture of one template to another person; there may be none."""
        file = self._of(person) / self._name(source_hash)
        target = self._of(into) / file.name
        if file.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)

    def forget(self, person: int, source_hash: str) -> None:
        """Removes the picture of one template; there may be none.

        Raises:
            GalleryError: It cannot be removed.
        """
        _remove(self._of(person) / self._name(source_hash))

    def erase(self, person: int) -> None:
        """Removes every picture of a person.

        Raises:
            GalleryError: One cannot be removed.
        """
        try:
            shutil.rmtree(self._of(person))
        except FileNotFoundError:
            return
        except OSError as error:
            raise GalleryError(f"{self._of(person)}: pictures cannot be removed ({error.strerror})") from error

    def owners(self) -> set[int]:
        """The ids of the people of whom there are pictures."""
        if not self.folder.is_dir():
            return set()
        return {int(entry.name) for entry in self.folder.iterdir() if entry.name.isdecimal()}

    def _write(self, file: Path, picture: Image) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_file(file, encode_picture(picture, ".jpg"))
        except (OSError, BadInput) as error:
            raise GalleryError(f"{self.folder}: a face's picture cannot be kept ({error})") from error

    def _seen_file(self, person: int, sighting: str) -> Path:
        return self._of(person) / _SEEN / f"{sighting}.jpg"

    def _of(self, person: int) -> Path:
        return self.folder / str(int(person))

    def _files(self, person: int) -> list[Path]:
        return list(self._of(person).glob("[!.]*.jpg"))

    @staticmethod
    def _name(source_hash: str) -> str:
        return f"{hashlib.sha256(source_hash.encode()).hexdigest()[:32]}.jpg"


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise GalleryError(f"{file}: a picture cannot be removed ({error.strerror})") from error


def _age(file: Path) -> tuple[int, str]:
    """What is older comes first; what is gone has no age."""
    try:
        return file.stat().st_mtime_ns, file.name
    except FileNotFoundError:
        return 0, file.name

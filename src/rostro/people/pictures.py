"""Small pictures of enrolled faces, for people to look at, kept only where somebody asked for it.

A gallery stores no pictures. Where they are wanted, they lie in a folder beside the gallery's file, in one folder per
person named after the person's id, which is never given twice. So erasing a person is removing one folder, whoever
does it: the server, or ``rostro people remove``. What ``rostro watch`` saw of a person lies in the same folder, in
``seen/``, so that it goes with the rest.

A folder is moved out of the way before it is emptied: whoever writes a picture just then finds no folder, instead of
putting a file into one that is about to go, which then could not.
"""

from __future__ import annotations

import errno
import hashlib
import secrets
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, GalleryError
from rostro.core.files import UNFINISHED, private_folder, write_private
from rostro.gallery.base import file_of
from rostro.photos.writing import encode_picture

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.types import Image


#: Folder, within a person's, of what watchers saw of them.
_SEEN = "seen"

#: How a person's folder is called while it is emptied.
_GOING = ".rostro-*.gone"

#: Seconds after which nobody is writing a picture any more that is not finished.
_NOT_WRITTEN = 600.0

#: How often a picture is written anew where the folder went in the meantime, and a folder emptied that was written to.
_TRIES = 50


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

    def everything(self, person: int) -> dict[str, bytes]:
        """Every picture of a person, by the name of its file in their folder: of photos, and of what was seen."""
        found: dict[str, bytes] = {}
        for file in sorted([*self._files(person), *(self._of(person) / _SEEN).glob("[!.]*.jpg")]):
            with suppress(FileNotFoundError):  # erased since it was listed
                found[file.relative_to(self._of(person)).as_posix()] = file.read_bytes()
        return found

    def has(self, person: int) -> bool:
        """Whether there is a picture of the person."""
        return bool(self._files(person))

    def merge(self, person: int, into: int) -> None:
        """Gives the pictures of one person to another.

        Raises:
            GalleryError: One cannot be given.
        """
        seen = self._of(person) / _SEEN
        for file in [*self._files(person), *seen.glob("[!.]*.jpg")]:
            _give(file, self._of(into) / file.relative_to(self._of(person)))
        self.erase(person)

    def move(self, person: int, source_hash: str, into: int) -> None:
        """Gives the picture of one template to another person; there may be none."""
        file = self._of(person) / self._name(source_hash)
        if file.is_file():
            _give(file, self._of(into) / file.name)

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
        going = self.folder / _GOING.replace("*", secrets.token_hex(8))
        try:
            self._of(person).replace(going)
        except FileNotFoundError:
            return
        except OSError as error:
            raise GalleryError(f"{self._of(person)}: pictures cannot be removed ({error.strerror})") from error
        _remove_folder(going)

    def remains(self) -> list[Path]:
        """What processes that were killed left: folders of the erased, and pictures that were not finished."""
        before = time.time() - _NOT_WRITTEN
        unfinished = (file for file in self.folder.rglob(UNFINISHED) if _age(file)[0] < before * 1e9)
        return sorted([*self.folder.glob(_GOING), *unfinished])

    def sweep(self) -> None:
        """Removes what `remains`.

        Raises:
            GalleryError: It cannot be removed.
        """
        for path in self.remains():
            if path.match(_GOING):
                _remove_folder(path)
            else:
                _remove(path)

    def owners(self) -> set[int]:
        """The ids of the people of whom there are pictures."""
        if not self.folder.is_dir():
            return set()
        return {int(entry.name) for entry in self.folder.iterdir() if entry.name.isdecimal()}

    def _write(self, file: Path, picture: Image) -> None:
        try:
            content = encode_picture(picture, ".jpg")
            for tries_left in reversed(range(_TRIES)):
                try:
                    private_folder(file.parent)
                    write_private(file, content)
                except (OSError, BadInput) as error:
                    if tries_left and isinstance(error.__cause__ or error, FileNotFoundError | FileExistsError):
                        continue  # somebody was erased just now; whoever keeps the picture looks for that next
                    raise
                return
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


def _give(file: Path, target: Path) -> None:
    try:
        private_folder(target.parent)
        file.replace(target)
    except FileNotFoundError:
        return  # one of the two was erased meanwhile
    except OSError as error:
        raise GalleryError(f"{file}: a picture cannot be moved ({error.strerror})") from error


def _remove_folder(folder: Path) -> None:
    for tries_left in reversed(range(_TRIES)):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            if not folder.exists():
                return  # another program swept it
            if error.errno in {errno.ENOTEMPTY, errno.ENOENT} and tries_left:
                continue  # whoever had the folder in hand before it was moved writes the last picture into it
            raise GalleryError(f"{folder}: pictures cannot be removed ({error.strerror})") from error
        return


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

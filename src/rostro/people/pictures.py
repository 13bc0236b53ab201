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
import fnmatch
import hashlib
import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, GalleryError
from rostro.core.files import PRIVATE, UNFINISHED, private_folder, write_file, write_private
from rostro.gallery.base import file_of
from rostro.gallery.sqlite.gallery import SqliteGallery
from rostro.gallery.sqlite.sealing import Sealing
from rostro.photos.writing import encode_picture

if TYPE_CHECKING:
    from rostro.core.types import Image
    from rostro.gallery.base import Gallery

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

    def __init__(self, folder: Path, gallery: Gallery | None = None) -> None:
        """Touches no disk.

        Args:
            folder: Where pictures are; made when the first one is kept.
            gallery: Whose they are: where it is encrypted, they are, too.
        """
        self.folder = folder
        self._gallery = gallery

    @classmethod
    def beside(cls, gallery: str | Gallery) -> Pictures | None:
        """The store of a gallery that is a file (``people.db`` has ``people.db.crops/``); None for other galleries."""
        if not isinstance(gallery, str) and gallery.name != "sqlite":  # of whatever package, known by URL or not
            return None
        path = file_of(gallery if isinstance(gallery, str) else gallery.url)
        if path is None:
            return None
        return cls(path.with_name(path.name + ".crops"), None if isinstance(gallery, str) else gallery)

    def keep(self, person: int, source_hash: str, crop: Image) -> None:
        """Keeps the picture of a template.

        Args:
            person: Whose face it is.
            source_hash: sha256 (hex) of the photo that it was cut from; the same photo replaces its picture.
            crop: RGB uint8 of shape (H, W, 3).

        Raises:
            GalleryError: The picture cannot be written.
        """
        stem = _stem(source_hash)
        self._write(self._of(person) / f"{self._sealing.file_name(stem)}.jpg", stem, crop)

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
        self._write(file, sighting, picture)
        return file

    def forget_seen(self, person: int, sighting: str) -> None:
        """Removes one picture of what was seen; there may be none.

        Raises:
            GalleryError: It cannot be removed.
        """
        _remove(self._seen_file(person, sighting))

    def picture(self, person: int, source_hash: str | None = None) -> bytes | None:
        """A JPEG of the person, the oldest that is kept, or that of one photo; None where there is none."""
        files = _pictures_in(self._of(person)) if source_hash is None else self._called(person, source_hash)
        return self._first(sorted(files, key=_age))

    def everything(self, person: int) -> dict[str, bytes]:
        """Every picture of a person, by the name of its file in their folder: of photos, and of what was seen."""
        found: dict[str, bytes] = {}
        for file in sorted([*_pictures_in(self._of(person)), *_pictures_in(self._of(person) / _SEEN)]):
            with suppress(FileNotFoundError):  # erased since it was listed
                called = file.relative_to(self._of(person)).as_posix()
                found[called] = self._sealing.open_file(file.stem, file.read_bytes())[1]
        return found

    def has(self, person: int, source_hash: str | None = None) -> bool:
        """Whether there is a picture of the person, or of one photo of theirs."""
        of_one = [] if source_hash is None else self._called(person, source_hash)
        return any(map(Path.is_file, of_one)) if source_hash else bool(_pictures_in(self._of(person)))

    def merge(self, person: int, into: int) -> None:
        """Gives the pictures of one person to another.

        Raises:
            GalleryError: One cannot be given.
        """
        for file in [*_pictures_in(self._of(person)), *_pictures_in(self._of(person) / _SEEN)]:
            _give(file, self._of(into) / file.relative_to(self._of(person)))
        self.erase(person)

    def move(self, person: int, source_hash: str, into: int) -> None:
        """Gives the picture of one template to another person; there may be none."""
        for file in self._called(person, source_hash):
            if file.is_file():
                _give(file, self._of(into) / file.name)

    def forget(self, person: int, source_hash: str) -> None:
        """Removes the picture of one template; there may be none.

        Raises:
            GalleryError: It cannot be removed.
        """
        for file in self._called(person, source_hash):
            _remove(file)

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
        before = (time.time() - _NOT_WRITTEN) * 1e9
        found = []
        for place, folders, files in os.walk(self.folder):  # which passes over folders that go meanwhile
            going = fnmatch.filter(folders, _GOING)
            folders[:] = [name for name in folders if name not in going]
            unfinished = (Path(place, name) for name in fnmatch.filter(files, UNFINISHED))
            found += [Path(place, name) for name in going]
            found += [file for file in unfinished if _age(file)[0] < before]
        return sorted(found)

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

    def reseal(self, before: Sealing) -> int:
        """Brings every picture under the gallery's encryption, or out of it; begun twice, it goes on.

        Args:
            before: What opens those that are not as the gallery is now.

        Returns:
            How many were written anew.

        Raises:
            GalleryError: One cannot be written, or not be opened.
        """
        done = 0
        after = self._sealing
        try:
            for file in sorted(self.folder.rglob(UNFINISHED)):
                file.unlink(missing_ok=True)  # of a process that was killed
            for file in sorted(self.folder.rglob("[!.]*.jpg")):
                content = file.read_bytes()
                if after.holds(content):
                    continue
                stem, picture = before.open_file(file.stem, content)
                seen = file.parent.name == _SEEN
                target = file.with_name(f"{stem if seen else after.file_name(stem)}.jpg")
                times = file.stat()
                write_file(target, after.file(stem, picture), mode=PRIVATE)
                os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))  # the oldest is the one that is shown
                if target != file:
                    file.unlink()
                done += 1
        except (OSError, BadInput) as error:
            raise GalleryError(f"{self.folder}: a picture cannot be written ({error})") from error
        return done

    @property
    def _sealing(self) -> Sealing:
        return self._gallery.sealing if isinstance(self._gallery, SqliteGallery) else Sealing()

    def _write(self, file: Path, stem: str, picture: Image) -> None:
        try:
            content = self._sealing.file(stem, encode_picture(picture, ".jpg"))
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

    def _first(self, files: list[Path]) -> bytes | None:
        for file in files:
            with suppress(FileNotFoundError):  # erased since it was listed, or never there
                return self._sealing.open_file("", file.read_bytes())[1]
        return None

    def _seen_file(self, person: int, sighting: str) -> Path:
        return self._of(person) / _SEEN / f"{sighting}.jpg"

    def _of(self, person: int) -> Path:
        return self.folder / str(int(person))

    def _called(self, person: int, source_hash: str) -> list[Path]:
        """Where the picture of a template may be."""
        return [self._of(person) / f"{name}.jpg" for name in sorted(self._sealing.file_names(_stem(source_hash)))]


def _stem(source_hash: str) -> str:
    return hashlib.sha256(source_hash.encode()).hexdigest()[:32]


def _pictures_in(folder: Path) -> list[Path]:
    """The pictures in a folder; none where it goes meanwhile."""
    with suppress(FileNotFoundError):
        return list(folder.glob("[!.]*.jpg"))
    return []


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

"""Groups of faces as folders: one a person, with copies of their photos, or links to them.

Nothing that is there is written over or removed, whoever put it there, but the list of what was made. A photo that is
there is not copied again, so that what was interrupted goes on; one that was half copied has no name yet.
"""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rostro.core.errors import BadInput, PhotoError
from rostro.core.files import encoded, expanded, write_file
from rostro.photos.reading import photo_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rostro.people.album import FaceGroup

#: The list of what was made, by which a folder is known again.
LIST: Final = "groups.json"
#: Where a picture of all of them goes.
WALL: Final = "people.png"
_MARK: Final = "rostro"
#: What file systems do not take in a name, and how long one may be, in bytes.
_NOT_IN_NAMES: Final = '/\\:*?"<>|'
_LONGEST: Final = 120
#: What Windows takes for a device, whatever the ending.
_DEVICES: Final = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))})


@dataclass(frozen=True, slots=True)
class Sorted:
    """What was put into folders.

    Attributes:
        folders: Name of each group's folder, in the order of the groups.
        written: How many photos were put there.
        kept: How many were there already.
        missing: Photos whose files are not at hand, by their names.
        left: Folders of an earlier time that none of these groups has any more.
    """

    folders: tuple[str, ...]
    written: int
    kept: int
    missing: tuple[str, ...]
    left: tuple[str, ...]


class Folders:
    """A folder for folders of people."""

    def __init__(self, folder: str | os.PathLike[str], sources: Iterable[Path] = (), *, links: bool = False) -> None:
        """Looks whether it may be written to; makes nothing yet.

        Args:
            folder: Where the folders go; made if it is not there.
            sources: Photos and folders that are looked at: it is none of them, nor inside of one, nor around one, or a
                photo would be looked at again as a copy of itself.
            links: Symbolic links instead of copies: they take no room, and lead nowhere once the photo moves.

        Raises:
            BadInput: It lies among the photos, or holds what this did not make.
        """
        self.folder = expanded(folder)
        self._links = links
        place = self.folder.resolve()
        for source in (Path(path).resolve() for path in sources):
            if place == source or place in source.parents or source in place.parents:
                raise BadInput(f"{self.folder}: it lies among the photos ({source}); name a folder elsewhere")
        self._earlier = self._read()

    def put(self, groups: Sequence[FaceGroup], document: Mapping[str, Any], paths: Mapping[str, Path]) -> Sorted:
        """Puts the photos of groups into a folder each.

        Args:
            groups: The groups.
            document: What is said of all, for the list; its ``groups`` are these, in this order, and get a ``folder``.
            paths: The file of each photo, by the name that faces have; photos of an album that came another time are
                looked for where they were.

        Raises:
            BadInput: It cannot be written.
        """
        names = _names(groups)
        written = kept = 0
        missing: list[str] = []
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._note({**document, "groups": self._earlier})  # known again, should the rest be interrupted
            for group, name in zip(groups, names, strict=True):
                (self.folder / name).mkdir(exist_ok=True)
                for photo, sha256 in {face.photo: face.sha256 for face in group.faces}.items():
                    file = paths.get(photo) or _at_hand(photo, sha256)
                    if file is None:
                        missing.append(photo)
                    elif self._put(file, self.folder / name, sha256):
                        written += 1
                    else:
                        kept += 1
        except OSError as error:
            raise BadInput(f"cannot write {error.filename or self.folder}: {error.strerror or error}") from error
        rows = [{**row, "folder": name} for row, name in zip(document["groups"], names, strict=True)]
        self._note({**document, "groups": rows})
        before = (row["folder"] for row in self._earlier if (self.folder / row["folder"]).is_dir())
        left = tuple(sorted(set(before) - set(names)))
        return Sorted(tuple(names), written, kept, tuple(dict.fromkeys(missing)), left)

    def _put(self, photo: Path, folder: Path, sha256: str) -> bool:
        """Puts a photo there; False where it is there already."""
        for name in (photo.name, f"{photo.stem}-{sha256[:8]}{photo.suffix}", f"{photo.stem}-{sha256}{photo.suffix}"):
            target = folder / name
            if not os.path.lexists(target):
                if self._links:
                    target.symlink_to(os.path.relpath(photo.resolve(), folder.resolve()))
                else:
                    _copy(photo, target)
                return True
            if target.is_file() and (target.samefile(photo) or filecmp.cmp(photo, target, shallow=False)):
                return False
        raise BadInput(f"{target} is there already, and is another photo", why="exists", file=str(target))

    def _note(self, document: Mapping[str, Any]) -> None:
        text = json.dumps({_MARK: "groups", **document}, ensure_ascii=False, indent=1, allow_nan=False)
        write_file(self.folder / LIST, encoded(text))

    def _read(self) -> list[dict[str, Any]]:
        """The groups of an earlier time.

        Raises:
            BadInput: The folder is none, or holds what this did not make.
        """
        if not os.path.lexists(self.folder):
            return []
        try:
            if not any(self.folder.iterdir()):
                return []
            known = json.loads((self.folder / LIST).read_bytes())
            rows = known["groups"] if known[_MARK] == "groups" else None
            if isinstance(rows, list) and all(_is_name(row["folder"]) for row in rows if "folder" in row):
                return [row for row in rows if "folder" in row]
        except NotADirectoryError as error:
            raise BadInput(f"{self.folder}: it is no folder") from error
        except (OSError, ValueError, KeyError, TypeError):
            pass  # not ours: said below
        raise BadInput(f"{self.folder}: it holds other files; name an empty folder, or one that is not there")


def _at_hand(photo: str, sha256: str) -> Path | None:
    """The file that a photo's name means, if it is that photo still."""
    try:
        return Path(photo) if photo_hash(photo) == sha256 else None
    except PhotoError:
        return None


def _copy(photo: Path, target: Path) -> None:
    with photo.open("rb") as source:
        write_file(target, lambda file: shutil.copyfileobj(source, file))
        told = os.fstat(source.fileno())
    os.utime(target, ns=(told.st_atime_ns, told.st_mtime_ns))  # photos are sorted by it


def _names(groups: Sequence[FaceGroup]) -> list[str]:
    """A folder's name for each group, no two of which a file system takes for one."""
    names: list[str] = []
    taken = {LIST.casefold(), WALL.casefold()}
    for group in groups:
        suggested = "" if group.suggested is None else f"{_clean(group.suggested.name)} {group.id}"
        name = _clean(group.name or "") or suggested.strip() or group.id
        if unicodedata.normalize("NFKD", name).casefold() in taken:
            name = f"{name} {group.id}"
        taken.add(unicodedata.normalize("NFKD", name).casefold())
        names.append(name)
    return names


def _clean(name: str) -> str:
    """A person's name as every file system takes it; empty where nothing of it is left."""
    kept = "".join("_" if letter in _NOT_IN_NAMES or not letter.isprintable() else letter for letter in name)
    while len(kept.encode(errors="replace")) > _LONGEST:
        kept = kept[:-1]
    kept = kept.strip(" .")
    return f"{kept}_" if kept.partition(".")[0].casefold() in _DEVICES else kept


def _is_name(given: object) -> bool:
    return isinstance(given, str) and given not in {"", ".", ".."} and not set(given) & {"/", "\\", "\0"}

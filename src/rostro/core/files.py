"""Files that are there whole or not at all: written beside their place, flushed to the disk, then moved into place.

A process that dies in between leaves the old file as it was, and beside it one whose name starts with a dot and ends
in ``.tmp``. No listing of ours takes such a name for a photo, a part or a picture.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TextIO

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Rights of files and folders that only their owner may read: of everything that faces can be known by.
PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700

#: What a process that was killed leaves of a file; also what one that lives is writing.
UNFINISHED: Final = ".rostro-*.tmp"


#: Some programs begin a text with this mark, which is no part of it.
BOM: Final = "\ufeff"
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def open_text(file: Path, *, errors: str = "strict", newline: str | None = None) -> TextIO:
    """Opens a text that people or other programs wrote, for reading: UTF-8, or what its byte-order mark says.

    Args:
        file: The text.
        errors: As `open` takes it.
        newline: As `open` takes it.

    Raises:
        OSError: It cannot be read.
    """
    with file.open("rb") as opened:
        head = opened.read(3)
    encoding = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "utf-8")
    return file.open(encoding=encoding, errors=errors, newline=newline)


def read_text(file: Path) -> str:
    """The whole of what `open_text` opens.

    Raises:
        OSError: It cannot be read.
        UnicodeDecodeError: It is not text in its encoding.
    """
    with open_text(file) as opened:
        return opened.read()


def text_of(data: bytes) -> str:
    """The text in the bytes of a file, without its byte-order mark; see `open_text`.

    Raises:
        UnicodeDecodeError: It is not text in its encoding.
    """
    return data.decode(next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8"))


def expanded(path: str | os.PathLike[str]) -> Path:
    """The path, with ``~`` as the home folder that it stands for.

    Raises:
        BadInput: Nobody knows whose home that is, or where it is.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise BadInput(f"{os.fspath(path)}: there is no such home folder; write the whole path") from None


def refuse_existing(*files: Path, why: str = "exists") -> None:
    """Says, before the work, that what comes out would be written over what is there.

    Args:
        files: What would be written.
        why: The finer kind of the error, for those who know what helps.

    Raises:
        BadInput: One of them is there; ``values["why"]`` says so to programs.
    """
    for file in files:
        if os.path.lexists(file):
            raise BadInput(f"{file} is there already, and is not written over unasked", why=why, file=str(file))


def encoded(text: str) -> bytes:
    r"""UTF-8, whatever names of files are in it: what is no text is written ``\udcff``, as JSON reads it back."""
    return text.encode(errors="backslashreplace")


def private_file(file: Path) -> None:
    """Sees to it that the file is there: an empty new one with `PRIVATE` rights, whatever the umask, unless it is.

    Databases are made so, before they are opened, for they have no rights of their own to give.

    Raises:
        OSError: It cannot be made.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        return
    os.close(descriptor)
    file.chmod(PRIVATE)  # a umask may have taken more


def private_folder(folder: Path) -> None:
    """Makes a folder with `PRIVATE_FOLDER` rights, whatever the umask; also those above it that are not there.

    Raises:
        OSError: It cannot be made, or is no folder.
    """
    if not folder.parent.is_dir():
        private_folder(folder.parent)
    try:
        folder.mkdir(PRIVATE_FOLDER)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        folder.chmod(PRIVATE_FOLDER)


def write_private(target: Path, content: bytes | Callable[[IO[bytes]], object]) -> None:
    """Does what `write_file` does; a new file has `PRIVATE` rights, one that was there keeps those that it was given.

    Raises:
        BadInput: It cannot be written; names the path and the reason.
    """
    write_file(target, content, mode=None if target.is_file() and not target.is_symlink() else PRIVATE)


def write_file(target: Path, content: bytes | Callable[[IO[bytes]], object], *, mode: int | None = None) -> None:
    """Writes a file in one step: afterwards it is the new one, or, where that failed, what it was.

    Args:
        target: The file; its folder is there.
        content: Its bytes, or what writes them into a file that is open for writing and reading, for large ones.
        mode: Its rights, `PRIVATE` for example; as `replacing` says without.

    Raises:
        BadInput: It cannot be written; names the path and the reason.
    """
    try:
        with replacing(target, mode=mode) as beside, beside.open("w+b") as file:
            if callable(content):
                content(file)
            else:
                file.write(content)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BadInput(f"cannot write {target}: {reason}") from error


@contextlib.contextmanager
def replacing(target: Path, *, mode: int | None = None, alone: bool = False) -> Iterator[Path]:
    """An empty file beside ``target``, to be filled, that takes its place when all went well.

    Where anything is raised, Ctrl+C included, it is removed and ``target`` stays as it was. A link is replaced, never
    followed; what is neither a file nor a link (a device, a pipe, a folder) is left alone.

    Args:
        target: The file, there or not; its folder is there.
        mode: Its rights. Without, it keeps those of the file that it replaces, and a new one has those that the
            process gives to any (umask).
        alone: Nobody else writes this target now, a lock sees to that. The file beside it then has always the same
            name, so that what killed processes left is written over and does not pile up.

    Raises:
        OSError: It cannot be made, flushed or moved.
    """
    beside = unfinished(target) if alone else target.with_name(f".rostro-{secrets.token_hex(8)}.tmp")
    rights = _rights(target) if mode is None else mode
    if alone:
        beside.unlink(missing_ok=True)
    # made by us, with its rights from the start: nobody reads what is private while it is being written
    os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if rights is None else rights | 0o600))
    try:
        yield beside
        if rights is not None:
            beside.chmod(rights)
        _flush(beside)
        beside.replace(target)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    _flush_folder(target.parent)


def unfinished(target: Path) -> Path:
    """What `replacing` fills beside a target that nobody else writes; there after a process was killed in it."""
    name = hashlib.blake2b(target.name.encode(errors="surrogateescape"), digest_size=8).hexdigest()
    return target.with_name(f".rostro-{name}.tmp")


def _rights(target: Path) -> int | None:
    """Those of the file that is there; None for none, or a link.

    Raises:
        OSError: It is something else.
    """
    try:
        found = target.lstat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found):
        return None
    if not stat.S_ISREG(found):
        raise OSError(0, "it is there, and is not a file")
    return stat.S_IMODE(found)


def _flush(file: Path) -> None:
    """To the disk: a name that is moved before its bytes are there is, after a power failure, an empty file."""
    descriptor = os.open(file, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    """The move itself; the file is in its place by now, so that a file system that cannot do this is no failure."""
    if os.name != "nt":
        with contextlib.suppress(OSError):
            _flush(folder)

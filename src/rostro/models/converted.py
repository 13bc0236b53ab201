"""A model file in another form, made once and kept."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import ModelCorrupt
from rostro.core.extras import need
from rostro.core.files import replacing
from rostro.core.private import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore


def converted(
    store: ModelStore, entry: ModelFile, form: str, convert: Callable[[Path, Path], None], needs: tuple[str, ...] = ()
) -> Path:
    """The ONNX form of an entry's file, in the folder ``converted`` beside the models; made when missing.

    Where that folder cannot be written, or others can write there, the form is made for this process alone, among the
    temporary files.

    Args:
        store: Gives the file.
        entry: The file.
        form: What is made of it and by which version of the conversion: part of the name, as the file's hash is.
        convert: Reads the first path, writes the second.
        needs: The extra that it takes, then the packages: where they are missing, the file is not fetched, for it could
            not be converted.

    Raises:
        MissingExtra: One of the packages is not installed.
    """
    from filelock import FileLock

    if needs and not store.is_installed(entry):
        need(*needs)
    source = store.path(entry)
    folder = store.settings.home / "converted"
    target = folder / f"{source.stem}-{store.hash_of(entry)[:16]}-{form}.onnx"
    if private_folder(folder) is None or not os.access(folder, os.R_OK | os.X_OK):
        return _for_now(store, entry, target.name, convert)
    if target.exists():
        return target
    if not os.access(folder, os.W_OK):
        return _for_now(store, entry, target.name, convert)
    with FileLock(target.with_suffix(".lock")):
        if not target.exists():
            with replacing(target, alone=True) as beside:
                _convert(store, entry, beside, convert)
    return target


def _convert(store: ModelStore, entry: ModelFile, target: Path, convert: Callable[[Path, Path], None]) -> None:
    """Converts; a file of half a gigabyte is not copied to be sure of it, it is looked at before and afterwards.

    Raises:
        ModelCorrupt: Another one took its place meanwhile.
    """
    source = store.path(entry)
    before = _identity(source)
    if store.checked(source) is not None:
        store.verify(entry)
    convert(source, target)
    if _identity(source) != before:
        raise ModelCorrupt(f"{source.name}: another file took its place after it was checked")


def _identity(file: Path) -> tuple[int, ...]:
    """Differs once anything was written to it, or another file has its name: a time of change cannot be set."""
    found = file.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _for_now(store: ModelStore, entry: ModelFile, name: str, convert: Callable[[Path, Path], None]) -> Path:
    """The form in a folder that goes when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="rostro-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _convert(store, entry, folder / name, convert)
    return folder / name

"""A model file in another form, made once and kept."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.extras import need
from rostro.core.files import replacing

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore


def converted(
    store: ModelStore, entry: ModelFile, form: str, convert: Callable[[Path, Path], None], needs: tuple[str, ...] = ()
) -> Path:
    """The ONNX form of an entry's file, in the folder ``converted`` beside the models; made when missing.

    Where that folder cannot be written, the form is made for this process alone, among the temporary files.

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
    if target.exists():
        return target
    if not _writable(folder):
        return _for_now(source, target.name, convert)
    with FileLock(target.with_suffix(".lock")):
        if not target.exists():
            with replacing(target, alone=True) as beside:
                convert(source, beside)
    return target


def _writable(folder: Path) -> bool:
    """Whether files can be made in it; makes it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _for_now(source: Path, name: str, convert: Callable[[Path, Path], None]) -> Path:
    """The form in a folder that goes when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="rostro-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    convert(source, folder / name)
    return folder / name

"""Whether a server can write where it will have to: told when it starts, not by the first request that needs it."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from rostro.people.pictures import Pictures


def check_pictures(pictures: Pictures | None, gallery_url: str) -> None:
    """Checks that pictures can be kept; makes nothing, for nobody may ever agree to one.

    Raises:
        BadInput: The gallery is no file, or its folder of pictures cannot be made or written to.
    """
    if pictures is None:
        raise BadInput(f"{gallery_url}: pictures are kept beside galleries that are files, and this is none")
    folder = pictures.folder if os.path.lexists(pictures.folder) else pictures.folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"{pictures.folder}: pictures cannot be kept here: {_why(folder.is_dir())}")


def check_temporary() -> None:
    """Checks that uploads which are too large for memory can be kept until their answer.

    Raises:
        BadInput: No folder for temporary files can be written to.
    """
    try:
        with tempfile.TemporaryFile():
            pass
    except OSError as error:
        raise BadInput(f"uploads need a folder for temporary files (TMPDIR): {error.strerror}") from error


def _why(folder: bool) -> str:
    return "this user may not write there" if folder else "this is no folder"

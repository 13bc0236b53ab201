"""What an unfinished run has done: so that the same call goes on, and does nothing twice.

It lies in the output folder while something is left to do, is read by its owner alone, and goes when all is done: it
says which file became which, and who was left open.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, Final

from rostro.anonymisation.answers import Anonymised
from rostro.core.errors import BadInput
from rostro.core.files import PRIVATE, encoded
from rostro.core.foreign import json_of
from rostro.photos.reading import printable

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = ".rostro-anonymising"


class Journal:
    """A line for each finished file."""

    def __init__(self, folder: Path, options: dict[str, Any]) -> None:
        """Reads what an earlier run with the same options wrote.

        Args:
            folder: The output folder.
            options: What the files are made with; other ones make other files.
        """
        self._file = folder / NAME
        self._options = hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()
        self._done: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
        self._others: set[str] = set()
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return
        for line in lines:
            try:
                made = json_of(line)
                target = str(made["document"]["output"])
                self._others.add(target)
                if made["options"] == self._options:
                    self._done[target, str(made["source"])] = (str(made["output"]), made["document"])
            except (BadInput, KeyError, TypeError):  # the end of a line that a killed process wrote
                continue

    def done(self, target: Path, source_hash: str) -> Anonymised | None:
        """What was made of a file before, if it is still there as it was made.

        Args:
            target: The new file.
            source_hash: Of what it would be made from.
        """
        found = self._done.get((printable(str(target)), source_hash))
        if found is None or file_hash(target) != found[0]:
            return None
        try:
            return Anonymised.of(found[1])
        except (KeyError, TypeError, ValueError):
            return None

    def is_ours(self, target: Path) -> bool:
        """Whether an earlier unfinished run wrote this file, whatever its options: then it may be written over."""
        return printable(str(target)) in self._others

    def add(self, made: Anonymised, target: Path, source_hash: str) -> None:
        """Notes that a file is there. A disk that is full by now has the file all the same."""
        line = {
            "source": source_hash, "options": self._options, "output": file_hash(target), "document": made.to_dict(),
        }  # fmt: skip
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        with contextlib.suppress(OSError), os.fdopen(os.open(self._file, flags, PRIVATE), "ab") as file:
            file.write(encoded(json.dumps(line, ensure_ascii=False) + "\n"))

    def end(self) -> None:
        """All is done: nothing is to be gone on with."""
        self._file.unlink(missing_ok=True)


def file_hash(file: Path) -> str | None:
    """The sha256 of a file; None where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None

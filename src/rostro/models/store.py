"""Keeps model files: fetched once, checked against their hash before every use."""

from __future__ import annotations

import hashlib
import json
import re
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput, ModelCorrupt, ModelUnavailable
from rostro.core.files import replacing
from rostro.core.foreign import read_json
from rostro.core.forking import Mutex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.core.settings import Settings
    from rostro.models.entry import ModelFile
    from rostro.models.sources import Sources

#: Most bytes of a file whose size is not known beforehand.
MOST_BYTES = 4 << 30
#: Seconds after which a file that could not be had is asked for again.
RETRY = 24 * 3600.0


def digest(path: Path) -> str:
    """The sha256 of a file, 64 hex digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


class ModelStore:
    """The folder ``models`` of the settings' home. Safe to use from several threads and processes at once.

    Each file lies there under its own name (so one home's folder is another's mirror), and beside it
    ``NAME.origin.json`` says its hash, where it came from and when. A file is hashed in full the first time that this
    object gives it: that costs 30 to 100 ms for a network of 38 MB, and comparing only size and times would miss an
    alteration that restores them.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_progress: Callable[[str, int, int], None] | None = None,
        on_licence: Callable[[ModelFile], None] | None = None,
    ) -> None:
        """Touches no disk.

        Args:
            settings: Says where the files are, whether the network is forbidden, and the mirror folder.
            on_progress: Told (file, bytes so far, bytes in all or 0 where unknown) during downloads.
            on_licence: Told the entry when a file is about to be fetched for the first time.
        """
        self.settings = settings
        self.folder = settings.home / "models"
        self._on_progress = on_progress or (lambda name, done, total: None)
        self._on_licence = on_licence or (lambda entry: None)
        self._checked: dict[str, str] = {}
        self._mutex = Mutex(reentrant=True)
        self._sources: Sources | None = None

    def path(self, entry: ModelFile) -> Path:
        """The file of an entry, fetched when missing, and verified.

        Raises:
            ModelUnavailable: It is missing and no source could give it.
            ModelCorrupt: Its bytes are not the entry's.
        """
        with self._mutex:
            if entry.name not in self._checked:
                if not self.is_installed(entry):
                    self.fetch(entry)
                self.verify(entry)
        return self._file(entry)

    def checked(self, path: Path) -> str | None:
        """The sha256 that a file of this store had when it was checked; None for one that was not, or is no file here.

        Whoever loads it compares: between the check and the load another file could take its place.
        """
        return self._checked.get(path.name) if path.parent == self.folder else None

    def have(self, entry: ModelFile) -> bool:
        """Whether a file that one can do without is there, after an attempt to fetch it.

        An attempt that failed is remembered for `RETRY` seconds, so that a machine without that source does not ask
        again and again; `fetch` asks whatever was remembered.
        """
        if self.is_installed(entry):
            return True
        tried = self.folder / f"{entry.name}.unavailable"
        try:
            if time.time() - tried.stat().st_mtime < RETRY:
                return False
        except OSError:
            pass
        try:
            tried.parent.mkdir(parents=True, exist_ok=True)
            tried.touch()  # before the attempt: a folder that cannot be written cannot take the file either
            self.path(entry)
        except (OSError, ModelUnavailable):
            return False
        tried.unlink(missing_ok=True)
        return True

    def hash_of(self, entry: ModelFile) -> str:
        """The sha256 of an entry's file: the pinned one, or the one recorded when an unpinned file came.

        Raises:
            ModelUnavailable: An unpinned file that is not installed.
            ModelCorrupt: An unpinned file without a readable record.
        """
        return entry.sha256 or self._recorded(entry)

    def is_installed(self, entry: ModelFile) -> bool:
        """Whether the file is there; `verify` says whether it is sound."""
        return self._file(entry).is_file()

    def origin(self, entry: ModelFile) -> dict[str, Any]:
        """What was recorded when the file came (sha256, size, source, time); empty where nothing was."""
        try:
            record = read_json(self._record(entry), "the record of a model file")
        except BadInput:
            return {}
        return record if isinstance(record, dict) else {}

    def verify(self, entry: ModelFile) -> str:
        """Hashes the stored file in full.

        Returns:
            Its sha256.

        Raises:
            ModelUnavailable: It is not installed.
            ModelCorrupt: Its size or sha256 is not the entry's (or, for an unpinned entry, the recorded one).
        """
        if not self.is_installed(entry):
            raise ModelUnavailable(f"{entry.name} is not installed; run: rostro models fetch {entry.name}")
        with self._mutex:
            self._checked.pop(entry.name, None)
            file = self._file(entry)
            try:
                found = _check(file, entry, expected=self.hash_of(entry))
            except ModelCorrupt as error:
                raise ModelCorrupt(f"{error}; to replace it run: rostro models fetch {entry.name}") from None
            self._checked[entry.name] = found
            return found

    def fetch(self, entry: ModelFile, *, accept_unpinned: bool = False) -> Path:
        """Fetches the file from the first source that has it, unless a sound one is there.

        A stored file that is not sound is replaced: who calls this asks for that.

        Args:
            entry: What to fetch.
            accept_unpinned: Take a file that no hash pins; the hash of what comes is recorded and holds from then on.

        Raises:
            ModelUnavailable: No source could give it; names each and why. Or it is unpinned and not accepted.
            ModelCorrupt: A source gave other bytes. The next source is *not* tried.
        """
        with self._locked(entry):
            if self._is_sound(entry):
                return self._file(entry)
            if entry.sha256 is None and not accept_unpinned:
                raise ModelUnavailable(
                    f"{entry.name}: its makers pin no hash, so it comes only with accept_unpinned",
                    why="unpinned",
                    file=entry.name,
                )
            self._on_licence(entry)
            with self._part(entry) as part:
                source = self._bring(entry, part)
                self._keep(entry, part, source)
        return self._file(entry)

    def import_file(self, path: Path, entry: ModelFile) -> Path:
        """Copies a file that the user has into the store, and records its hash.

        Raises:
            ModelUnavailable: It cannot be read, or is a device, a pipe or a folder, which may have no end.
            ModelCorrupt: The entry is pinned and the file is not the pinned one, or it is larger than any.
        """
        from rostro.models.sources import copy_file

        with self._locked(entry), self._part(entry) as part:
            copy_file(path, part, limit=MOST_BYTES if entry.size is None else entry.size)
            self._keep(entry, part, str(path.resolve()))
        return self._file(entry)

    def _file(self, entry: ModelFile) -> Path:
        return self.folder / entry.name

    def _record(self, entry: ModelFile) -> Path:
        return self.folder / f"{entry.name}.origin.json"

    def _recorded(self, entry: ModelFile) -> str:
        if not self.is_installed(entry):
            raise ModelUnavailable(f"{entry.name} is not installed; run: rostro models fetch {entry.name}")
        found = self.origin(entry).get("sha256")
        if not isinstance(found, str) or not re.fullmatch(r"[0-9a-f]{64}", found):
            raise ModelCorrupt(f"{entry.name}: no recorded hash in {self._record(entry)}")
        return found

    def _is_sound(self, entry: ModelFile) -> bool:
        try:
            self.verify(entry)
        except (ModelUnavailable, ModelCorrupt):
            return False
        return True

    @contextmanager
    def _locked(self, entry: ModelFile) -> Iterator[None]:
        from filelock import FileLock

        locks = self.settings.home / "locks"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            locks.mkdir(exist_ok=True)
            with self._mutex, FileLock(locks / f"{entry.name}.lock"):
                yield
        except OSError as error:  # a read-only folder, a full disk
            raise ModelUnavailable(f"{entry.name}: cannot write to {self.settings.home}: {error.strerror}") from error

    @contextmanager
    def _part(self, entry: ModelFile) -> Iterator[Path]:
        """A file to be filled, checked by `_keep`, that then takes its place."""
        with replacing(self._file(entry), alone=True) as part:
            yield part
        self._checked[entry.name] = self._recorded(entry)

    def _bring(self, entry: ModelFile, part: Path) -> str:
        """Fills the temporary file; returns the source that did."""
        from rostro.models.sources import Sources, bring_from_mirror

        if self._sources is None:
            self._sources = Sources(self.settings.home / "archives", self._on_progress)
        limit = MOST_BYTES if entry.size is None else entry.size
        reasons = [f"{source}: offline" for source in entry.sources if self.settings.offline]
        for source in () if self.settings.offline else entry.sources:
            try:
                self._sources.bring(source, part, limit=limit)
                return source
            except ModelUnavailable as error:
                reasons.append(f"{source}: {error}")
        try:
            bring_from_mirror(self.settings.model_mirror, entry.name, part, limit=limit)
            return f"mirror {self.settings.model_mirror}"
        except ModelUnavailable as error:
            reasons.append(f"mirror: {error}")
        raise ModelUnavailable(f"{entry.name}: no source could give it\n  " + "\n  ".join(reasons))

    def _keep(self, entry: ModelFile, part: Path, source: str) -> None:
        """Checks the file that is to take its place, and records its hash."""
        try:
            found = _check(part, entry, expected=entry.sha256)
        except ModelCorrupt as error:
            raise ModelCorrupt(f"{error} (from {source})") from None
        came = datetime.now(UTC).isoformat(timespec="seconds")
        record = {"sha256": found, "size": part.stat().st_size, "source": source, "time": came}
        with replacing(self._record(entry)) as beside:
            beside.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _check(file: Path, entry: ModelFile, *, expected: str | None) -> str:
    """The file's sha256, or what is wrong with the file."""
    size = file.stat().st_size
    if entry.size is not None and size != entry.size:
        raise ModelCorrupt(f"{entry.name}: expected {entry.size} bytes, got {size}")
    found = digest(file)
    if expected is not None and found != expected:
        raise ModelCorrupt(f"{entry.name}: expected sha256 {expected}, got {found}")
    return found

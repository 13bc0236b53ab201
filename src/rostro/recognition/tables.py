"""Tables of faces on disk: one row per face, without pickles, written in parts while the photos are still running.

While a table is being made, a folder beside it, ``TABLE.parts``, holds the finished parts, each there whole or not at
all. Whoever is interrupted and starts again skips the photos that are in them. At the end they become the table.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, MissingExtra, PhotoError
from rostro.core.files import private_folder, write_private
from rostro.core.foreign import BROKEN_ARRAY, open_regular
from rostro.core.types import Answer
from rostro.models.archive import BROKEN
from rostro.photos.reading import photo_hash, printable
from rostro.photos.sources import spared
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Columns = dict[str, np.ndarray[Any, Any]]

#: Photos of one part: what an interruption can cost at most.
PART = 256

#: The columns of a table.
COLUMNS = ("photo", "sha256", "box", "score", "embedding")


class FaceTable:
    """A table of faces that grows photo by photo; in memory are those of one part.

    Args:
        path: The table, ending in ``.npz`` or ``.parquet``. It is replaced at the end.
        space: The embedding space.

    Raises:
        BadInput: No table ends so; unfinished parts beside it are damaged, or of another space.
        MissingExtra: pyarrow is not installed, and the table is a Parquet file.
    """

    def __init__(self, path: Path, space: str) -> None:
        self.path = path
        self._space = space
        self._write = writer_for(path)
        self.parts = path.with_name(f"{path.name}.parts")
        self._waiting: list[PhotoFaces] = []
        self._done: set[tuple[str, str]] = set()
        self.faces = 0
        for part in map(self._read, self._files()):
            self._done.update(zip(part["done_photo"].tolist(), part["done_sha256"].tolist(), strict=True))
            self.faces += len(part["score"])

    @property
    def photos(self) -> int:
        """Photos that are in it."""
        return len(self._done) + len(self._waiting)

    def has(self, photo: str, sha256: str) -> bool:
        """Whether an earlier run, which was interrupted, has seen this photo."""
        return (photo, sha256) in self._done

    def add(self, found: PhotoFaces) -> None:
        """Takes one photo, with or without faces."""
        self._waiting.append(found)
        self.faces += len(found.faces)
        if len(self._waiting) == PART:
            self.keep()

    def keep(self) -> None:
        """Writes what is in memory into a part."""
        if not self._waiting:
            return
        done = [(found.photo, found.sha256) for found in self._waiting]
        self._done.update(done)
        columns = columns_of(self._waiting)
        columns["done_photo"], columns["done_sha256"] = (np.array(each, np.str_) for each in zip(*done, strict=True))
        private_folder(self.parts)
        write_private(
            self.parts / f"{len(self._files()):08d}.npz",
            lambda file: np.savez(file, allow_pickle=False, space=np.array(self._space), **columns),
        )
        self._waiting = []

    def finish(self) -> None:
        """Makes the table of the parts, and removes them."""
        self.keep()
        parts = (part for part in map(self._read, self._files()) if len(part["score"]))
        self._write(self.path, ({name: part[name] for name in COLUMNS} for part in parts), self._space)
        shutil.rmtree(self.parts, ignore_errors=True)

    def _files(self) -> list[Path]:
        return sorted(self.parts.glob("[!.]*.npz")) if self.parts.is_dir() else []

    def _read(self, file: Path) -> Columns:
        try:
            with open_regular(file) as opened, np.load(opened, allow_pickle=False) as part:
                columns = {name: part[name] for name in (*COLUMNS, "done_photo", "done_sha256", "space")}
        # an archive may be broken in as many ways as zipfile, zlib and numpy have words for
        except (*BROKEN, *BROKEN_ARRAY, OSError, AttributeError) as error:
            raise BadInput(f"{file}: a damaged part of an unfinished table ({error}); delete it") from None
        sizes = {len(each) for name, each in columns.items() if name in COLUMNS and each.ndim}
        if len(sizes) != 1 or any(columns[name].ndim == 0 for name in COLUMNS):
            why = "its columns are not of one length"
            raise BadInput(f"{file}: a damaged part of an unfinished table ({why}); delete it")
        if str(columns["space"]) != self._space:
            raise BadInput(
                f"{self.parts}: parts of an unfinished table of {columns['space']}, not of {self._space}; "
                "finish it with the same options, or delete the folder"
            )
        return columns


@dataclass(frozen=True, slots=True, repr=False)
class Tabulated(Answer):
    """What is in a table.

    Attributes:
        path: The table; not there yet where it was stopped.
        photos: Photos that were looked at, earlier runs included.
        faces: Their faces.
        before: Photos that an earlier run, which was interrupted, had done.
        failed: Photos that gave no answer, and why.
        whole: Whether it came to its end.
    """

    path: Path
    photos: int
    faces: int
    before: int
    failed: tuple[Failure, ...]
    whole: bool

    def __repr__(self) -> str:
        return f"<Tabulated {self.path}: {self.faces} faces of {self.photos} photos>"

    def to_dict(self) -> dict[str, Any]:
        """``{"path", "photos", "faces", "failed"}``."""
        failed = [failure.to_dict() for failure in self.failed]
        return {"path": str(self.path), "photos": self.photos, "faces": self.faces, "failed": failed}


def tabulate(
    photos: Iterable[Path],
    table: FaceTable,
    look: Callable[[Iterable[Path]], Iterable[PhotoFaces | Failure]],
    *,
    max_bytes: int,
    on_photo: Callable[[], None] = lambda: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Tabulated:
    """Takes photos into a table, in memory that does not grow with their number.

    Photos that an interrupted run has done are not looked at again. Ctrl-C keeps what is done, as being stopped does.

    Args:
        photos: Photo files.
        table: Grows.
        look: Takes photos through a pipeline, lazily and in order.
        max_bytes: Largest photo file that is read.
        on_photo: Called after each photo.
        stopped: Asked after each photo; True ends there.

    Raises:
        BadInput: The next photo is the table: it would overwrite its own source.
    """
    before, failed, whole = table.photos, [], False
    try:
        for answer in look(_unseen(spared([table.path], photos), table, max_bytes)):
            on_photo()
            if isinstance(answer, Failure):
                failed.append(answer)
            else:
                table.add(answer)
            if stopped():
                break
        else:
            whole = True
    finally:
        table.keep()
    if whole:
        table.finish()
    return Tabulated(table.path, table.photos, table.faces, before, tuple(failed), whole)


def _unseen(photos: Iterable[Path], table: FaceTable, max_bytes: int) -> Iterator[Path]:
    """The photos that are not in the table yet. Bytes that changed since count as another photo."""
    for photo in photos:
        if table.photos:
            try:
                if table.has(printable(str(photo)), photo_hash(photo, max_bytes=max_bytes)):
                    continue
            except PhotoError:
                pass  # the pipeline says what is wrong with it
        yield photo


def write_npz(path: Path, parts: Iterable[Columns], space: str) -> None:
    """Arrays ``photo`` (n,), ``sha256`` (n,), ``box`` (n, 4), ``score`` (n,), ``embedding`` (n, d) and ``space``.

    All of them are in memory for a moment; a Parquet table is written part by part.
    """
    listed = list(parts) or [columns_of([])]
    columns = {name: np.concatenate([part[name] for part in listed]) for name in COLUMNS}
    write_private(path, lambda file: np.savez_compressed(file, allow_pickle=False, space=np.array(space), **columns))


def write_parquet(path: Path, parts: Iterable[Columns], space: str) -> None:
    """The same columns as `write_npz`, a row group a part, the space in the file's metadata (key ``rostro``)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def table(columns: Columns) -> Any:
        arrays = {name: pa.array(values.tolist()) for name, values in columns.items() if values.ndim == 1}
        for name in ("box", "embedding"):
            width = columns[name].shape[1]
            flat = pa.array(columns[name].astype(np.float32).ravel())
            arrays[name] = pa.FixedSizeListArray.from_arrays(flat, width) if width else pa.nulls(0)
        return pa.table(arrays).replace_schema_metadata({"rostro": json.dumps({"space": space})})

    tables = map(table, parts)
    first = next(tables, None)
    first = table(columns_of([])) if first is None else first

    def fill(file: IO[bytes]) -> None:
        with pq.ParquetWriter(file, first.schema) as writer:
            writer.write_table(first)
            for further in tables:
                writer.write_table(further)

    write_private(path, fill)


#: File ending → writer.
WRITERS: Mapping[str, Callable[[Path, Iterable[Columns], str], None]] = {
    ".npz": write_npz,
    ".parquet": write_parquet,
}


def writer_for(path: Path) -> Callable[[Path, Iterable[Columns], str], None]:
    """The writer of a file's ending.

    Raises:
        BadInput: No table ends so.
        MissingExtra: pyarrow is not installed, and this is a Parquet file.
    """
    if path.suffix not in WRITERS:
        raise BadInput(f"{path}: a table of faces ends in {' or '.join(WRITERS)}")
    if path.suffix == ".parquet":
        need_parquet()
    return WRITERS[path.suffix]


def need_parquet() -> None:
    """Says, before the work, that a Parquet file cannot be written.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise MissingExtra("pyarrow", "parquet") from None


def columns_of(found: Sequence[PhotoFaces]) -> Columns:
    """The faces of photos, a row each, in the columns of a table."""
    with_faces = [answer for answer in found if answer.faces]
    rows = [(answer, face) for answer in with_faces for face in answer.faces]
    return {
        "photo": np.array([answer.photo for answer, _ in rows], dtype=np.str_),
        "sha256": np.array([answer.sha256 for answer, _ in rows], dtype=np.str_),
        "box": np.array([face.box for _, face in rows], np.float32).reshape(-1, 4),
        "score": np.array([face.score for _, face in rows], np.float32),
        "embedding": np.concatenate([answer.embeddings for answer in with_faces])
        if with_faces
        else np.empty((0, 0), np.float32),
    }

"""Tables of faces on disk: one row per face, without pickles, written in parts while the photos are still running.

While a table is being made, a folder beside it, ``TABLE.parts``, holds the finished parts, each there whole or not at
all. Whoever is interrupted and starts again skips the photos that are in them. At the end they become the table.
"""

from __future__ import annotations

import json
import shutil
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, MissingExtra
from rostro.core.files import write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from rostro.recognition.pipeline import PhotoFaces

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
        self._path = path
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
        columns = _columns(self._waiting)
        columns["done_photo"], columns["done_sha256"] = (np.array(each, np.str_) for each in zip(*done, strict=True))
        self.parts.mkdir(parents=True, exist_ok=True)
        write_file(
            self.parts / f"{len(self._files()):08d}.npz",
            lambda file: np.savez(file, allow_pickle=False, space=np.array(self._space), **columns),
        )
        self._waiting = []

    def finish(self) -> None:
        """Makes the table of the parts, and removes them."""
        self.keep()
        parts = (part for part in map(self._read, self._files()) if len(part["score"]))
        self._write(self._path, ({name: part[name] for name in COLUMNS} for part in parts), self._space)
        shutil.rmtree(self.parts, ignore_errors=True)

    def _files(self) -> list[Path]:
        return sorted(self.parts.glob("[!.]*.npz")) if self.parts.is_dir() else []

    def _read(self, file: Path) -> Columns:
        try:
            with np.load(file, allow_pickle=False) as part:
                columns = {name: part[name] for name in (*COLUMNS, "done_photo", "done_sha256", "space")}
        except (OSError, ValueError, KeyError) as error:
            raise BadInput(f"{file}: a damaged part of an unfinished table ({error}); delete it") from None
        if str(columns["space"]) != self._space:
            raise BadInput(
                f"{self.parts}: parts of an unfinished table of {columns['space']}, not of {self._space}; "
                "finish it with the same options, or delete the folder"
            )
        return columns


def write_npz(path: Path, parts: Iterable[Columns], space: str) -> None:
    """Arrays ``photo`` (n,), ``sha256`` (n,), ``box`` (n, 4), ``score`` (n,), ``embedding`` (n, d) and ``space``.

    All of them are in memory for a moment; a Parquet table is written part by part.
    """
    listed = list(parts) or [_columns([])]
    columns = {name: np.concatenate([part[name] for part in listed]) for name in COLUMNS}
    write_file(path, lambda file: np.savez_compressed(file, allow_pickle=False, space=np.array(space), **columns))


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
    first = table(_columns([])) if first is None else first

    def fill(file: IO[bytes]) -> None:
        with pq.ParquetWriter(file, first.schema) as writer:
            writer.write_table(first)
            for further in tables:
                writer.write_table(further)

    write_file(path, fill)


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
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise MissingExtra("pyarrow", "parquet") from None
    return WRITERS[path.suffix]


def _columns(found: Sequence[PhotoFaces]) -> Columns:
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

"""Tables of faces on disk: one row per face, without pickles."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.errors import BadInput, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rostro.recognition.pipeline import PhotoFaces


def write_npz(path: Path, found: Sequence[PhotoFaces], space: str) -> None:
    """Arrays ``photo`` (n,), ``sha256`` (n,), ``box`` (n, 4), ``score`` (n,), ``embedding`` (n, d) and ``space``."""
    with _replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, space=np.array(space), **_columns(found))


def write_parquet(path: Path, found: Sequence[PhotoFaces], space: str) -> None:
    """The same columns as `write_npz`, the space in the file's metadata (key ``rostro``).

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtra("pyarrow", "parquet") from None
    columns = _columns(found)
    arrays = {name: pa.array(values.tolist()) for name, values in columns.items() if values.ndim == 1}
    for name in ("box", "embedding"):
        width = columns[name].shape[1]
        flat = pa.array(columns[name].astype(np.float32).ravel())
        arrays[name] = pa.FixedSizeListArray.from_arrays(flat, width) if width else pa.nulls(0)
    table = pa.table(arrays).replace_schema_metadata({"rostro": json.dumps({"space": space})})
    with _replacing(path) as temporary:
        pq.write_table(table, temporary)


#: File ending → writer.
WRITERS: Mapping[str, Callable[[Path, Sequence[PhotoFaces], str], None]] = {
    ".npz": write_npz,
    ".parquet": write_parquet,
}


def writer_for(path: Path) -> Callable[[Path, Sequence[PhotoFaces], str], None]:
    """The writer of a file's ending.

    Raises:
        BadInput: No table ends so.
    """
    if path.suffix not in WRITERS:
        raise BadInput(f"{path}: a table of faces ends in {' or '.join(WRITERS)}")
    return WRITERS[path.suffix]


def _columns(found: Sequence[PhotoFaces]) -> dict[str, np.ndarray[Any, Any]]:
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


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when all went well, so that no half table is ever seen."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from None
    finally:
        temporary.unlink(missing_ok=True)

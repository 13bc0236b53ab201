"""Faces of very many photos as a folder of Parquet files, made by the workers of a cluster.

The photos are pieces of work: so many rows of a Parquet file of addresses, or so many listed paths. A worker writes
what it finds in a piece to ``part-KEY.parquet``, whole or not at all, and only then the piece is noted in
``_manifest.jsonl``. `KEY` follows from the piece: done again, after a worker died or the work was interrupted, it
replaces itself, so nothing is lost or there twice.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rostro.core.errors import BadInput, UnreadablePhoto
from rostro.core.files import private_folder, write_private
from rostro.core.types import Answer
from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.recognition.tables import columns_of, writer_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Piece = dict[str, Any]

#: Photos of a piece.
PIECE = 1024
#: The file in which finished pieces are noted, a line each after a first one that says the space. Whoever reads the
#: folder as one table passes over what begins so.
MANIFEST: Final = "_manifest.jsonl"


@dataclass(frozen=True, slots=True, repr=False)
class Parted(Answer):
    """What is in a folder of parts.

    Attributes:
        folder: It.
        photos: Photos that were looked at, earlier runs included.
        faces: Their faces.
        before: Photos that an earlier run, which was interrupted, had done.
        failed: How many photos gave no answer; the manifest names them.
    """

    folder: Path
    photos: int
    faces: int
    before: int
    failed: int

    def __repr__(self) -> str:
        return f"<Parted {self.folder}: {self.faces} faces of {self.photos} photos>"

    def to_dict(self) -> dict[str, Any]:
        """``{"folder", "photos", "faces", "failed"}``."""
        return {"folder": str(self.folder), "photos": self.photos, "faces": self.faces, "failed": self.failed}


def pieces_of(photos: Iterable[Path], size: int = PIECE) -> Iterator[Piece]:
    """Pieces of work: rows of Parquet files, whose first column of texts is the photos' addresses, and paths.

    Raises:
        BadInput: A Parquet file cannot be read, or has no column of texts.
    """
    waiting: list[str] = []
    for photo in photos:
        if photo.suffix == ".parquet":
            yield from _rows(photo, size)
            continue
        waiting.append(str(photo))
        if len(waiting) == size:
            yield _listed(waiting)
            waiting = []
    if waiting:
        yield _listed(waiting)


def _listed(photos: Sequence[str]) -> Piece:
    return {"key": _key(*photos), "source": "", "column": "", "first": 0, "photos": list(photos), "rows": len(photos)}


def _key(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode(errors="surrogateescape")).hexdigest()[:20]


def _rows(source: Path, size: int) -> Iterator[Piece]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(source) as file:
            names = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
            rows = file.metadata.num_rows
        size_now = source.stat().st_size
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{source}: a Parquet file of photos that cannot be read ({error})") from None
    if not names:
        raise BadInput(f"{source}: a Parquet file of photos has a column of texts, their addresses")
    for first in range(0, rows, size):
        count = min(size, rows - first)
        key = _key(source, size_now, names[0], first, count)
        yield {"key": key, "source": str(source), "column": names[0], "first": first, "photos": [], "rows": count}


def sources_of(piece: Piece) -> list[Any]:
    """The photos of a piece, as the pipeline takes them; those with a scheme (``s3://``, ``gs://``) are fetched."""
    if not piece["source"]:
        return [_source(str(photo)) for photo in piece["photos"]]
    import pyarrow.dataset as ds

    rows = ds.dataset(piece["source"]).scanner(columns=[piece["column"]])
    chosen = rows.take(list(range(piece["first"], piece["first"] + piece["rows"])))
    return [_source(address or "") for address in chosen.column(0).to_pylist()]


class _Fetched:
    """A photo at an address with a scheme, fetched when it is read."""

    def __init__(self, address: str) -> None:
        self.name = address
        self._bytes: io.BytesIO | None = None

    def read(self, size: int = -1) -> bytes:
        if self._bytes is None:
            import pyarrow as pa
            from pyarrow.fs import FileSystem

            try:
                system, path = FileSystem.from_uri(self.name)
                with system.open_input_stream(path) as stream:
                    self._bytes = io.BytesIO(stream.read())
            except (pa.ArrowException, OSError) as error:
                raise UnreadablePhoto(self.name, str(error).splitlines()[0]) from None
        return self._bytes.read(size)


def _source(address: str) -> Any:
    return _Fetched(address) if "://" in address else address


def done_part(piece: Piece, answers: Iterable[PhotoFaces | Failure], folder: Path, space: str) -> dict[str, Any]:
    """Writes the faces of a piece, and gives its line of the manifest."""
    found, failed = [], []
    for answer in answers:
        if isinstance(answer, Failure):
            failed.append(answer.to_dict())
        else:
            found.append(answer)
    faces = sum(len(one.faces) for one in found)
    file = folder / f"part-{piece['key']}.parquet"
    private_folder(folder)
    writer_for(file)(file, [columns_of(found)] if faces else [], space)
    line = {"key": piece["key"], "file": file.name, "photos": piece["rows"], "faces": faces, "failed": failed}
    return {"line": json.dumps(line, ensure_ascii=False)}


class Manifest:
    """The pieces that are done."""

    def __init__(self, folder: Path, space: str) -> None:
        """Reads those of an earlier run; a line that was cut off is none.

        Raises:
            BadInput: The folder holds other files, or parts of another space.
        """
        self.folder, self.path = folder, folder / MANIFEST
        self.lines: dict[str, Mapping[str, Any]] = {}
        self._space = space
        if self.path.is_file():
            self._read()
        elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BadInput(f"{folder}: there is something already, and no {MANIFEST} of an earlier run")

    def _read(self) -> None:
        first, *lines = self.path.read_text(encoding="utf-8").split("\n")
        try:
            space = json.loads(first)["space"]
            listed = [json.loads(line) for line in lines[:-1]]
        except (ValueError, TypeError, KeyError) as error:
            raise BadInput(f"{self.path}: a damaged manifest ({error}); delete the folder") from None
        if space != self._space:
            raise BadInput(f"{self.folder}: parts of {space}, not of {self._space}")
        self.lines = {line["key"]: line for line in listed if (self.folder / line["file"]).is_file()}
        if lines and lines[-1]:  # what follows would be added to half a line
            self._write([first, *map(json.dumps, listed)])

    def _write(self, lines: Iterable[str]) -> None:
        write_private(self.path, "".join(f"{line}\n" for line in lines).encode())

    def begin(self) -> None:
        """Makes the folder and the manifest's first line, where they are not there."""
        private_folder(self.folder)
        if not self.path.is_file():
            self._write([json.dumps({"space": self._space})])

    def add(self, line: str) -> None:
        """Notes a piece whose part is there."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        noted = json.loads(line)
        self.lines[noted["key"]] = noted


def make_parts(
    photos: Iterable[Path],
    manifest: Manifest,
    work: Callable[[Sequence[Piece]], Iterable[Mapping[str, Any]]],
    on_photos: Callable[[int], None] = lambda photos: None,
) -> Parted:
    """Has the pieces done that are not yet.

    Args:
        photos: Files, and Parquet files of addresses.
        manifest: Grows.
        work: Does pieces, in any order, and gives what `done_part` gives.
        on_photos: Told how many photos more are done.

    Raises:
        BadInput: The folder holds parts of other photos.
    """
    pieces = {piece["key"]: piece for piece in pieces_of(photos)}
    if others := len(manifest.lines.keys() - pieces.keys()):
        raise BadInput(
            f"{manifest.folder}: {others} of its parts are of other photos; another list needs another folder"
        )
    left = [piece for key, piece in pieces.items() if key not in manifest.lines]
    before = sum(manifest.lines[key]["photos"] for key in pieces if key in manifest.lines)
    manifest.begin()
    for result in work(left) if left else ():
        manifest.add(result["line"])
        on_photos(json.loads(result["line"])["photos"])
    lines = [manifest.lines[key] for key in pieces]
    return Parted(
        manifest.folder,
        photos=sum(line["photos"] for line in lines),
        faces=sum(line["faces"] for line in lines),
        before=before,
        failed=sum(len(line["failed"]) for line in lines),
    )

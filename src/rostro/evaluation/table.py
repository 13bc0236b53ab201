"""The score table: what inference writes and statistics read.

A folder with Parquet files, each with a JSON header under the metadata key ``rostro``:

- ``photos.parquet``: photo, person, sha256, part, and why the photo gave no face (empty where it did).
- ``scores.parquet``: probe, reference, genuine, fold, score; the score is empty where a face is missing.
- ``histogram.parquet``: where not every comparison is listed, how many of each kind have which score.

A reference is a photo, or a person where a protocol compares with people.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rostro.core.errors import BadInput
from rostro.core.files import replacing
from rostro.core.foreign import json_of, shaped
from rostro.photos.reading import printable
from rostro.recognition.tables import need_parquet
from rostro.scoring.counts import ScoreCounts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from rostro.evaluation.embeddings import Embedded
    from rostro.photos.people import People


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """Scores of one system on one protocol.

    Attributes:
        header: Protocol and its options, the system, the data's hash.
        people: The photos and whose they are.
        reasons: (photos,) why a photo gave no face; empty where it did.
        sha256: (photos,) hash of each photo.
        probe: (N,) number of the probe's photo.
        reference: (N,) number of the reference's photo; where `to_people`, of the person.
        scores: (N,) float32; ``-inf`` where a face is missing.
        folds: (N,) number of the fold; 0 where the protocol has none.
        to_people: Whether references are people.
        histogram: Counts of every comparison, where the rows do not hold all of them.
    """

    header: dict[str, Any]
    people: People
    reasons: tuple[str, ...]
    sha256: tuple[str, ...]
    probe: NDArray[np.int32]
    reference: NDArray[np.int32]
    scores: NDArray[np.float32]
    folds: NDArray[np.int32]
    to_people: bool = False
    histogram: ScoreCounts | None = field(default=None)

    @property
    def probe_people(self) -> NDArray[np.int32]:
        """(N,) number of each probe's person."""
        return self.people.owners[self.probe]

    @property
    def reference_people(self) -> NDArray[np.int32]:
        """(N,) number of each reference's person."""
        return self.reference if self.to_people else self.people.owners[self.reference]

    @property
    def genuine(self) -> NDArray[np.bool_]:
        """(N,) whether probe and reference are of one person."""
        same: NDArray[np.bool_] = self.probe_people == self.reference_people
        return same

    @property
    def failures(self) -> list[tuple[str, str]]:
        """(photo, reason) of the photos without a face."""
        return [(str(p), reason) for p, reason in zip(self.people.photos, self.reasons, strict=True) if reason]


def make_table(
    embedded: Embedded,
    header: dict[str, Any],
    rows: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    folds: NDArray[Any] | None = None,
    *,
    to_people: bool = False,
    histogram: ScoreCounts | None = None,
) -> ScoreTable:
    """A table of (probe, reference, score) rows, with the photos' story beside it."""
    probe, reference, scores = rows
    return ScoreTable(
        header=header,
        people=embedded.people,
        reasons=tuple(reason or "" for reason in embedded.reasons),
        sha256=embedded.sha256,
        probe=probe.astype(np.int32),
        reference=reference.astype(np.int32),
        scores=scores.astype(np.float32),
        folds=np.zeros(len(scores), np.int32) if folds is None else folds.astype(np.int32),
        to_people=to_people,
        histogram=histogram,
    )


def write_table(table: ScoreTable, folder: Path) -> None:
    """Writes the table into a folder, which is made.

    Raises:
        MissingExtra: pyarrow is not installed.
        BadInput: The folder cannot be written.
    """
    pa = _pyarrow()
    photos = [printable(str(photo)) for photo in table.people.photos]
    names = list(table.people.names)
    score = pa.array(table.scores, mask=np.isneginf(table.scores))
    files = {
        "photos": {
            "photo": pa.array(photos, pa.string()),
            "person": _named(table.people.owners, names),
            "sha256": pa.array(table.sha256, pa.string()),
            "reason": pa.array(table.reasons, pa.string()),
        },
        "scores": {
            "probe": _named(table.probe, photos),
            "reference": _named(table.reference, names if table.to_people else photos),
            "genuine": pa.array(table.genuine),
            "fold": pa.array(table.folds),
            "score": score,
        },
    }
    header = {**table.header, "to_people": table.to_people}
    if table.histogram is not None:
        counts = table.histogram
        header["histogram_failed"] = [counts.failed_genuine, counts.failed_impostor]
        files["histogram"] = {name: pa.array(getattr(counts, name)) for name in ("values", "genuine", "impostor")}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns in files.items():
            _write(pa.table(columns), header, folder / f"{name}.parquet")
    except OSError as error:
        raise BadInput(f"{folder}: the score table cannot be written ({error.strerror or error})") from None


def read_table(folder: Path) -> ScoreTable:
    """Reads what `write_table` wrote.

    Raises:
        MissingExtra: pyarrow is not installed.
        BadInput: A file is missing, or is no score table.
    """
    from pathlib import Path as FilePath

    from rostro.photos.people import People

    photos, _ = _read(folder / "photos.parquet")
    scores, header = _read(folder / "scores.parquet")
    with shaped(folder, "a score table"):
        paths = photos["photo"].to_pylist()
        people = People.of(zip(photos["person"].to_pylist(), map(FilePath, paths), strict=True))
        order = {str(photo): number for number, photo in enumerate(people.photos)}
        place = np.argsort([order[path] for path in paths])
        to_people = bool(header.pop("to_people"))
        return ScoreTable(
            header=header,
            people=people,
            reasons=_in_order(photos["reason"], place),
            sha256=_in_order(photos["sha256"], place),
            probe=_numbers(scores["probe"], order),
            reference=_numbers(scores["reference"], {n: i for i, n in enumerate(people.names)} if to_people else order),
            scores=scores["score"].fill_null(-np.inf).to_numpy().astype(np.float32),
            folds=scores["fold"].to_numpy(),
            to_people=to_people,
            histogram=_histogram(folder, header.pop("histogram_failed", None)),
        )


def _histogram(folder: Path, failed: list[float] | None) -> ScoreCounts | None:
    if failed is None:
        return None
    columns, _ = _read(folder / "histogram.parquet")
    values, genuine, impostor = (columns[name].to_numpy() for name in ("values", "genuine", "impostor"))
    return ScoreCounts(values, genuine, impostor, *failed)


def _named(numbers: NDArray[Any], names: Sequence[str]) -> pa.DictionaryArray:
    pa = _pyarrow()
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), pa.array(names, pa.string()))


def _numbers(column: pa.ChunkedArray, order: dict[str, int]) -> NDArray[np.int32]:
    """Numbers of the photos or people that a dictionary column names."""
    parts = [
        np.array([order[name] for name in chunk.dictionary.to_pylist()], np.int32)[chunk.indices.to_numpy()]
        for chunk in column.chunks
    ]
    return np.concatenate([np.empty(0, np.int32), *parts])


def _in_order(column: pa.ChunkedArray, place: NDArray[np.intp]) -> tuple[str, ...]:
    values = column.to_pylist()
    return tuple(values[index] for index in place)


def _write(table: pa.Table, header: dict[str, Any], path: Path) -> None:
    import pyarrow.parquet as pq

    with replacing(path) as beside:
        pq.write_table(table.replace_schema_metadata({"rostro": json.dumps(header)}), beside, compression="zstd")


def _read(path: Path) -> tuple[pa.Table, dict[str, Any]]:
    pa = _pyarrow()
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, read_dictionary=["probe", "reference"])
        header: dict[str, Any] = json_of((table.schema.metadata or {})[b"rostro"], finite=False)
    except (OSError, pa.ArrowException, LookupError, ValueError, BadInput) as error:
        raise BadInput(f"{path}: not a score table ({error})") from None
    return table, header


def _pyarrow() -> Any:
    need_parquet()
    import pyarrow

    return pyarrow

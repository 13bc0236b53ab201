"""One evaluation from photos to numbers: embed, score, write the table where one is wanted, measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput
from rostro.evaluation.data.groups import read_groups
from rostro.evaluation.embeddings import EmbeddingCache
from rostro.evaluation.groups import GroupReport, group_report
from rostro.evaluation.options import Options
from rostro.evaluation.protocols.base import PROTOCOLS, Protocol
from rostro.evaluation.system import System
from rostro.evaluation.table import ScoreTable, write_table
from rostro.people.cached_vectors import cache_file
from rostro.photos.left_out import SCORES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rostro.evaluation.measures import Measurement
    from rostro.recognition.selection import FaceRule
    from rostro.recognizer import Recognizer


def open_protocol(name: str, root: Path, options: Options) -> Protocol:
    """A protocol on a folder.

    Raises:
        UnknownModel: There is no such protocol.
        BadInput: The folder is not what it needs.
    """
    return PROTOCOLS.get(name)(root, options)


def suiting_protocol(root: Path) -> str:
    """The protocol that a folder is made for: ``lfw`` where it has a list of pairs, else ``all-pairs``."""
    return "lfw" if (root / "pairs.txt").is_file() else "all-pairs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One system on one protocol.

    Attributes:
        protocol: The protocol's name.
        system: What was evaluated.
        table: The scores.
        measurement: What they say.
        groups: Error rates by attribute.
    """

    protocol: str
    system: System
    table: ScoreTable
    measurement: Measurement
    groups: tuple[GroupReport, ...] = ()

    @property
    def seconds_per_photo(self) -> float | None:
        """From file to embedding, where that was measured."""
        seconds: float | None = self.table.header["seconds_per_photo"]
        return seconds


def run_protocol(
    name: str,
    protocol: Protocol,
    recognizer: Recognizer,
    options: Options,
    folder: Path | None = None,
    *,
    face: FaceRule | None = None,
    groups: Path | None = None,
    on_photo: Callable[[int], None] | None = None,
) -> Result:
    """Runs a protocol with one system. What was computed before, for any protocol, is not computed again.

    Args:
        name: The protocol's name.
        protocol: On its folder.
        recognizer: The system.
        options: Those that the protocol was opened with.
        folder: Where the score table goes, in a folder of the system's name; None writes none, and needs no pyarrow.
        face: The face to take of several; None takes the protocol's own rule.
        groups: A CSV file of attributes (see `rostro.evaluation.data.groups`).
        on_photo: Told how many more photos are embedded.

    Raises:
        BadInput: The data cannot support what is asked for; says why.
    """
    system = System.of(recognizer, face or protocol.face)
    cache = EmbeddingCache(cache_file(recognizer.settings.home))
    embedded = cache.embed(recognizer, system, protocol.people, on_photo)
    header: dict[str, Any] = {
        "protocol": name,
        "options": options.to_dict(),
        "system": system.to_dict(),
        "photos": len(embedded.people.photos),
        "people": len(embedded.people.names),
        "data_hash": embedded.data_hash,
        "seconds_per_photo": embedded.seconds_per_photo,
    }
    table = protocol.score(embedded, header)
    if folder is not None:
        write_table(table, folder / SCORES / f"{system.detector}+{system.embedder}")
    measurement = protocol.measure(table, options)
    return Result(
        protocol=name,
        system=system,
        table=table,
        measurement=measurement,
        groups=() if groups is None else _by_group(groups, table, measurement, options),
    )


def _by_group(file: Path, table: ScoreTable, measurement: Measurement, options: Options) -> tuple[GroupReport, ...]:
    spread = measurement.spread
    if spread is None or spread.threshold is None or spread.fmr is None:
        raise BadInput("there are too few impostor comparisons to split them by group")
    return tuple(
        group_report(table, groups, spread.threshold, spread.fmr, options) for groups in read_groups(file, table.people)
    )

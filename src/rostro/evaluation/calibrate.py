"""A threshold of one's own: measured on every pair of photos of one's own people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput
from rostro.core.files import refuse_existing
from rostro.core.types import Answer
from rostro.core.words import Language, check_language
from rostro.embedding.trained import files_of
from rostro.evaluation import figures
from rostro.evaluation.calibration import check_people, operating_points, write_operating_points
from rostro.evaluation.data.groups import read_groups
from rostro.evaluation.options import Options
from rostro.evaluation.results import unread_document
from rostro.evaluation.run import open_protocol, run_protocol
from rostro.photos.reading import name_of
from rostro.photos.sources import spare
from rostro.recognizer import Recognizer
from rostro.reports.typeset import FORMATS, check_formats_of, write_drawing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rostro.core.errors import PhotoError
    from rostro.evaluation.run import Result
    from rostro.recognition.selection import FaceRule
    from rostro.reports.typeset import Format


@dataclass(frozen=True, slots=True, repr=False)
class Calibration(Answer):
    """Measured operating points.

    Attributes:
        document: What the file holds; see `rostro.scoring.operating_points`.
        file: Where it was written, which `Recognizer` takes as ``operating_point``; None where nowhere.
        groups: Error rates by group, where attributes were given.
        unread: Folders and links that gave nobody a photo, and why; they are in no number.
        not_pictures: Names of files that lay among the photos and are no pictures.
    """

    document: dict[str, Any]
    file: Path | None
    groups: tuple[dict[str, Any], ...]
    unread: tuple[PhotoError, ...] = ()
    not_pictures: tuple[str, ...] = ()

    @property
    def threshold(self) -> float:
        """The threshold for the false match rate that was asked for."""
        (point,) = (p for p in self.document["points"] if p["target_fmr"] == self.document["default_fmr"])
        return float(point["threshold"])

    def __repr__(self) -> str:
        return (
            f"<Calibration of {self.document['space']}: threshold {self.threshold:.4f} for FMR "
            f"{self.document['default_fmr']:g}>"
        )

    def to_dict(self) -> dict[str, Any]:
        """The document, the groups, and the file."""
        file = {} if self.file is None else {"file": str(self.file)}
        return {**self.document, "groups": list(self.groups), **file, **unread_document(self.unread, self.not_pictures)}


def calibrate(
    root: str | Path,
    *,
    fmr: float = 1e-3,
    recognizer: Recognizer | None = None,
    output: str | Path | None = None,
    data: str | None = None,
    options: Options | None = None,
    face: FaceRule | None = None,
    groups: str | Path | None = None,
    language: Language = "en",
    formats: Iterable[str] = (),
    overwrite: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Calibration:
    """Measures the threshold for a false match rate.

    Args:
        root: Folder that holds one folder per person.
        fmr: False match rate to aim at, in (0, 1).
        recognizer: The models; None takes the default ones.
        output: File to write, for ``Recognizer(operating_point=…)``.
        data: What the photos are, for the file; None takes the folder's name.
        options: Replicates and seed.
        face: Of several faces in a photo, which is taken.
        groups: A CSV file of attributes by which the rates are split.
        language: Of the chart.
        formats: ``pdf`` and ``png``: what a chart of the scores and the threshold is written as, besides SVG, under the
            name of `output`; none draws none.
        overwrite: Whether an ``output`` that is there is written over; otherwise it is refused.
        on_progress: Told how many photos are embedded, of how many.

    Raises:
        RateNotSupported: So few photos of so few people can never show that rate; said before the work.
        MissingExtra: A format needs the extra ``pdf``.
        BadInput: The folder holds no people, or the file cannot be written, is there already, or is one of those that
            are read, or of those of the chart.
    """
    check_language(language)
    wanted = _check_chart(output, formats)
    if output is not None and not Path(output).absolute().parent.is_dir():
        raise BadInput(f"{output}: there is no folder {Path(output).absolute().parent}")
    recognizer = recognizer or Recognizer()
    given = options or Options()
    chosen = Options(seed=given.seed, replicates=given.replicates, fmrs=(fmr,))
    protocol = open_protocol("all-pairs", Path(root), chosen)
    spare([output, *_charts(output, wanted)], groups, *files_of(recognizer.embedder_name), *protocol.people.photos)
    if output is not None and not overwrite:
        refuse_existing(Path(output))
    check_people(protocol.people, fmr)
    if groups is not None:  # said before the work: a mistake in the file
        read_groups(Path(groups), protocol.people)
    total, done = len(protocol.people.photos), 0

    def tell(photos: int) -> None:
        nonlocal done
        done += photos
        on_progress(done, total)

    result = run_protocol(
        "all-pairs", protocol, recognizer, chosen, face=face, groups=None if groups is None else Path(groups),
        on_photo=tell,
    )  # fmt: skip
    measured_on = _measured_on(result, data or Path(root).resolve().name)
    document = operating_points(result.table, fmr, measured_on, chosen)
    if output is not None:
        write_operating_points(document, Path(output))
    others = tuple(map(name_of, protocol.people.others))
    reports = tuple(report.to_dict() for report in result.groups)
    measured = Calibration(document, None if output is None else Path(output), reports, protocol.people.failed, others)
    if wanted and output is not None and (spread := result.measurement.spread):
        drawn = figures.scores(replace(spread, fmr=fmr, threshold=measured.threshold), language)
        write_drawing(drawn, Path(output).with_suffix(""), wanted)
    return measured


def _charts(output: str | Path | None, formats: Sequence[Format]) -> list[Path]:
    """Where the chart goes, in each format."""
    if output is None or not formats:
        return []
    return [Path(output).with_suffix(f".{ending}") for ending in ("svg", *formats)]


def _check_chart(output: str | Path | None, formats: Iterable[str]) -> tuple[Format, ...]:
    chosen = check_formats_of(output, formats)
    endings = {".svg", *(f".{name}" for name in FORMATS)}
    if chosen and output is not None and Path(output).suffix in endings:
        raise BadInput(f"{output}: the operating point and its chart cannot be one file; call it .json")
    return chosen


def _measured_on(result: Result, data: str) -> str:
    table, system = result.table, result.system
    photos = len(table.people.photos) - len(table.failures)
    return (
        f"{data}: every two of {photos:,} photos of {len(table.people.names):,} people, "
        f"{system.detector}, {system.engine} ({system.runs_on})"
    )

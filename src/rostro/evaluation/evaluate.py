"""How good is it, on these photos? One system, or several side by side, with a report where one is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rostro.core.errors import BadInput, PhotoError, RostroError
from rostro.core.files import refuse_existing
from rostro.core.types import Answer
from rostro.core.words import Language, check_language
from rostro.evaluation.data.groups import read_groups
from rostro.evaluation.mistakes import mistake_tiles
from rostro.evaluation.options import Options
from rostro.evaluation.report import Shown, write_curves, write_report
from rostro.evaluation.results import FILES, document, unread_document, write_results
from rostro.evaluation.run import open_protocol, run_protocol, suiting_protocol
from rostro.photos.reading import name_of
from rostro.photos.sources import spare
from rostro.recognition.tables import need_parquet
from rostro.recognizer import Recognizer
from rostro.reports.typeset import check_formats_of
from rostro.training.loop.checkpoint import make_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rostro.evaluation.measures import Metric
    from rostro.evaluation.run import Result
    from rostro.recognition.selection import FaceRule
    from rostro.reports.typeset import Format

    #: Told the system's name, how many of its photos are embedded, and how many there are.
    OnProgress = Callable[[str, int, int], None]
    #: A recogniser for the name of a detector (None: the embedder's own) and of an embedder.
    Make = Callable[[str | None, str], Recognizer]


#: What a report's folder gets.
WRITTEN: Final = ("report.html", "results.json", "results.csv", "roc.svg", "det.svg", "cmc.svg")


@dataclass(frozen=True, slots=True, repr=False)
class Evaluation(Answer):
    """What was measured. To go through it is to go through the results, one per system.

    Attributes:
        results: The numbers of each system.
        report: The page that shows them; None where none was wanted.
        failed: Systems that could not be evaluated, and why.
        headline: Key of the metric that systems are ranked by, for example ``accuracy``.
        unread: Folders and links that gave nobody a photo, and why; they are in no number.
        not_pictures: Names of files that lay among the photos and are no pictures.
    """

    results: tuple[Result, ...]
    report: Path | None
    failed: tuple[tuple[str, RostroError], ...]
    headline: str
    unread: tuple[PhotoError, ...] = ()
    not_pictures: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __repr__(self) -> str:
        shown = ", ".join(f"{result.system.name} {_value(self.metric(self.headline, result))}" for result in self)
        return f"<Evaluation {self.results[0].protocol}: {self.headline} of {shown}>"

    def metric(self, key: str, result: Result | None = None) -> Metric:
        """A metric by its key, for example ``accuracy`` or ``tar@0.001``; of the first system unless told otherwise."""
        return (result or self.results[0]).measurement.metric(key)

    def to_dict(self) -> dict[str, Any]:
        """Everything that was measured; what ``results.json`` of the report holds."""
        failed = [{"system": name, "reason": str(error)} for name, error in self.failed]
        return {
            **document(self.results),
            **({"left_out": failed} if failed else {}),
            **unread_document(self.unread, self.not_pictures),
        }


def evaluate(
    protocol: str,
    root: str | Path,
    *,
    recognizer: Recognizer | None = None,
    options: Options | None = None,
    face: FaceRule | None = None,
    groups: str | Path | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    language: Language = "en",
    formats: Iterable[str] = (),
    on_progress: OnProgress = lambda name, done, total: None,
) -> Evaluation:
    """Error rates with confidence intervals, on photos of known people.

    Embeddings are kept: a second evaluation of the same photos computes nothing twice.

    Args:
        protocol: ``lfw``, ``all-pairs``, ``identification`` or ``references``.
        root: Folder of the photos; what it holds depends on the protocol.
        recognizer: What is evaluated; None takes the default models.
        options: Rates to report at, draws, seed.
        face: Of several faces in a photo, which is taken; None takes the protocol's rule.
        groups: A CSV file of attributes by which the rates are split.
        output: Folder for the report, the numbers and the score table; None writes none of them.
        overwrite: Whether a report that is there is written over; otherwise it is refused.
        language: Of the report.
        formats: ``pdf`` and ``png``: what report and curves are written as, besides HTML and SVG.
        on_progress: Told how far it is.

    Raises:
        UnknownModel: There is no such protocol.
        MissingExtra: A report is wanted, and pyarrow is not installed, or the extra ``pdf`` for a format; said before
            the work.
        BadInput: The folder is not what it needs, or too small for what is asked, or a report is there already.
    """
    chosen = check_formats_of(output, formats)
    given = recognizer or Recognizer()
    place = _place(output)
    return _evaluate(
        protocol,
        Path(root),
        [given],
        options,
        face,
        groups,
        place,
        language,
        chosen,
        on_progress,
        overwrite=overwrite,
        go_on=False,
    )


def compare(
    root: str | Path,
    *,
    detectors: Sequence[str] | None = None,
    embedders: Sequence[str] = ("sface",),
    protocol: str | None = None,
    make: Make | None = None,
    options: Options | None = None,
    face: FaceRule | None = None,
    groups: str | Path | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
    language: Language = "en",
    formats: Iterable[str] = (),
    on_progress: OnProgress = lambda name, done, total: None,
) -> Evaluation:
    """All combinations of detectors and embedders on the same photos. Those that cannot run are named, not fatal.

    Args:
        root: Folder of the photos.
        detectors: Names; None takes the one that suits each embedder.
        embedders: Names.
        protocol: See `evaluate`; None takes ``lfw`` where the folder has a ``pairs.txt``, and ``all-pairs`` elsewhere.
        make: Makes the recogniser of a detector and an embedder; None makes it with default options.
        options: See `evaluate`.
        face: See `evaluate`.
        groups: See `evaluate`.
        output: See `evaluate`.
        overwrite: See `evaluate`.
        language: See `evaluate`.
        formats: See `evaluate`.
        on_progress: See `evaluate`.

    Raises:
        UnknownModel: There is no such protocol.
        MissingExtra: See `evaluate`.
        BadInput: The folder is not what it needs, none of the combinations can run, or a report is there already.
    """
    wanted = check_formats_of(output, formats)
    place = _place(output)
    made = make or (lambda detector, embedder: Recognizer(detector=detector, embedder=embedder))
    chosen: Sequence[str | None] = detectors or [None]

    def recognizers() -> Iterator[Recognizer | tuple[str, RostroError]]:
        for detector, embedder in product(chosen, embedders):
            try:
                yield made(detector, embedder)
            except RostroError as error:
                yield f"{detector or 'its detector'} + {embedder}", error

    name = protocol or suiting_protocol(Path(root))
    return _evaluate(
        name,
        Path(root),
        recognizers(),
        options,
        face,
        groups,
        place,
        language,
        wanted,
        on_progress,
        overwrite=overwrite,
        go_on=True,
    )


def _place(output: str | Path | None) -> Path | None:
    """The folder for a report, where one is wanted and can be written."""
    if output is None:
        return None
    need_parquet()
    return Path(output)


def _evaluate(  # noqa: PLR0917 - what `evaluate` and `compare` were given
    name: str,
    root: Path,
    recognizers: Iterable[Recognizer | tuple[str, RostroError]],
    options: Options | None,
    face: FaceRule | None,
    groups: str | Path | None,
    folder: Path | None,
    language: Language,
    formats: Sequence[Format],
    on_progress: OnProgress,
    *,
    overwrite: bool,
    go_on: bool,
) -> Evaluation:
    check_language(language)
    options = options or Options()
    protocol = open_protocol(name, root, options)
    if groups is not None:  # said before the work: a mistake in the file
        read_groups(Path(groups), protocol.people)
    if folder is not None:
        spare((folder / name for name in WRITTEN), groups, *protocol.people.photos)
        make_folder(folder)
    total = len(protocol.people.photos)
    shown: list[Shown] = []
    failed: list[tuple[str, RostroError]] = []
    spare(_written(folder, formats), groups, *protocol.people.photos)
    if folder is not None and not overwrite:
        refuse_existing(*(folder / name for name in FILES))
    for recognizer in recognizers:
        if isinstance(recognizer, tuple):
            failed.append(recognizer)
            continue
        system = f"{recognizer.detector_name} + {recognizer.embedder_name}"
        done = 0

        def tell(photos: int, system: str = system) -> None:
            nonlocal done
            done += photos
            on_progress(system, done, total)

        try:
            result = run_protocol(
                name, protocol, recognizer, options, folder, face=face,
                groups=None if groups is None else Path(groups), on_photo=tell,
            )  # fmt: skip
            shown.append(_shown(result, recognizer, protocol.headline, None if folder is None else language))
        except RostroError as error:
            if not go_on:
                raise
            failed.append((system, error))
    if not shown:
        reasons = "; ".join(f"{system}: {error}" for system, error in failed)
        raise BadInput(f"none of the combinations could be evaluated: {reasons}")
    report = None if folder is None else _write(shown, folder, language, formats)
    results = tuple(item.result for item in shown)
    others = tuple(map(name_of, protocol.people.others))
    return Evaluation(results, report, tuple(failed), protocol.headline, protocol.people.failed, others)


def _written(output: str | Path | None, formats: Sequence[Format]) -> list[Path]:
    """What will be written into the folder of the report, in each format; nothing without a folder."""
    if output is None:
        return []
    drawn = {Path(name).stem for name in WRITTEN if name.endswith((".html", ".svg"))}
    more = [f"{name}.{ending}" for name in sorted(drawn) for ending in formats]
    return [Path(output) / name for name in (*WRITTEN, *more)]


def _shown(result: Result, recognizer: Recognizer, headline: str, language: Language | None) -> Shown:
    """The result, and the mistakes in the language of the report, where one is wanted."""
    measured = result.measurement
    if language is None:
        return Shown(result, (), (), headline)
    return Shown(
        result,
        mistake_tiles(measured.false_matches, result, recognizer, language),
        mistake_tiles(measured.false_non_matches, result, recognizer, language),
        headline,
    )


def _write(shown: Sequence[Shown], folder: Path, language: Language, formats: Sequence[Format]) -> Path:
    write_results([item.result for item in shown], folder)
    write_report(shown, folder / "report.html", language, formats)
    write_curves(shown, folder, language, formats)
    return folder / "report.html"


def _value(metric: Metric) -> str:
    return "not measured" if metric.value is None else f"{metric.value:.4f}"

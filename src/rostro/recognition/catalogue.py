"""All that can be fetched: detectors, refiners of landmarks, embedders, scorers, and the sample photos."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro.alignment.base import REFINERS, Refiner
from rostro.attributes.base import ATTRIBUTES, AttributePredictor
from rostro.core.errors import UnknownModel
from rostro.core.parts import did_you_mean
from rostro.detection.base import DETECTORS, Detector
from rostro.embedding.base import EMBEDDERS, Embedder
from rostro.liveness.base import LIVENESS, LivenessScorer
from rostro.models.samples import SAMPLES
from rostro.quality.base import QUALITIES, QualityScorer
from rostro.quality.judge import DEFAULTS

if TYPE_CHECKING:
    from rostro.models.entry import ModelFile

DEFAULT_EMBEDDER = "sface"
_TASKS = {
    "detector": Detector,
    "refiner": Refiner,
    "embedder": Embedder,
    "quality": QualityScorer,
    "liveness": LivenessScorer,
    "attributes": AttributePredictor,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One detector, refiner of landmarks, embedder or scorer with its files, or one sample photo.

    Attributes:
        task: ``detector``, ``refiner``, ``embedder``, ``quality``, ``liveness``, ``attributes`` or ``sample``.
        name: Its key, as in ``--embedder NAME``.
        about: One line for people.
        paper: What to cite.
        files: What it needs.
        optional: What it can use besides, or instead: fetched and imported by their own names only.
        dims: Length of an embedder's vectors, else None.
    """

    task: str
    name: str
    about: str
    paper: str
    files: tuple[ModelFile, ...]
    optional: tuple[ModelFile, ...] = ()
    dims: int | None = None

    @property
    def licence(self) -> str:
        """The licences of its files, each once."""
        return ", ".join(dict.fromkeys(entry.licence for entry in self.files))

    @property
    def commercial(self) -> bool:
        """Whether all its files may be used commercially."""
        return all(entry.commercial for entry in self.files)

    @property
    def pinned(self) -> bool:
        """Whether all its files have a hash that holds for everybody."""
        return all(entry.sha256 is not None for entry in self.files)

    @property
    def size(self) -> int | None:
        """Bytes of all its files, or None where one is not known beforehand."""
        sizes = [entry.size for entry in self.files]
        return None if None in sizes else sum(size for size in sizes if size is not None)


def catalogue() -> list[Model]:
    """Detectors, refiners, embedders, scorers, predictors of attributes, sample photos, each kind sorted by name."""
    refiners = [_model(REFINERS.get(name)) for name in REFINERS]
    detectors = [_model(DETECTORS.get(name)) for name in DETECTORS]
    embedders = [_model(EMBEDDERS.get(name)) for name in EMBEDDERS]
    scorers = [_model(QUALITIES.get(name)) for name in QUALITIES]
    scorers += [_model(LIVENESS.get(name)) for name in LIVENESS]
    scorers += [_model(ATTRIBUTES.get(name)) for name in ATTRIBUTES]
    photos = [
        Model(task="sample", name=entry.name, about="sample photo", paper=entry.paper, files=(entry,))
        for entry in sorted(SAMPLES, key=lambda entry: entry.name)
    ]
    return detectors + refiners + embedders + scorers + photos


def find(name: str) -> list[Model]:
    """What goes by a name: the key of a detector or embedder (there may be one of each), or a file's name.

    Raises:
        UnknownModel: Nothing does.
    """
    found = [
        model
        for model in catalogue()
        if name == model.name or name in {entry.name for entry in (*model.files, *model.optional)}
    ]
    if not found:
        guess = did_you_mean(name, (model.name for model in catalogue()))
        raise UnknownModel(f"no model or file named {name!r}.{guess} See: rostro models list")
    return found


def entries(name: str) -> list[ModelFile]:
    """The files that a name stands for: one file, or all of a model's.

    Raises:
        UnknownModel: Nothing goes by that name.
    """
    found = find(name)
    known = dict.fromkeys(entry for model in found for entry in (*model.files, *model.optional))
    one = [entry for entry in known if entry.name == name]
    return one or list(dict.fromkeys(entry for model in found for entry in model.files))


def measured() -> dict[str, dict[str, Any]]:
    """What ``benchmarks/zoo.py`` measured of detectors and embedders, by name; empty where it never ran."""
    file = Path(__file__).with_name("measured.json")
    figures: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return figures


def defaults() -> list[Model]:
    """The embedder that is used when none is named, and the detector that suits it."""
    embedder = EMBEDDERS.get(DEFAULT_EMBEDDER)
    return [_model(DETECTORS.get(embedder.detector)), _model(embedder)]


def judge_of_quality() -> Model:
    """What judges faces where nothing is named and its file can be had."""
    return _model(QUALITIES.get(DEFAULTS[0]))


def _model(part: type[Detector | Refiner | Embedder | QualityScorer | LivenessScorer | AttributePredictor]) -> Model:
    task = next(task for task, kind in _TASKS.items() if issubclass(part, kind))
    return Model(
        task=task,
        name=part.name,
        about=part.about,
        paper=part.paper,
        files=part.files,
        optional=part.optional_files if issubclass(part, Embedder) else (),
        dims=part.dims if issubclass(part, Embedder) else None,
    )

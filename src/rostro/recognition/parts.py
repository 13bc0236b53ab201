"""The parts of a recogniser: chosen by name or given, each made when it is first needed, opened and closed together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rostro.alignment.base import Alignment, chosen_spec, open_alignment
from rostro.core.decisions import OperatingPoint
from rostro.core.errors import BadInput
from rostro.core.lazy import Lazy
from rostro.core.settings import Settings
from rostro.detection.base import DETECTORS, Detector
from rostro.embedding.base import Embedder
from rostro.embedding.trained import find_embedder
from rostro.gallery.base import Gallery, open_gallery, without_password
from rostro.models.store import ModelStore
from rostro.recognition.judging import Judging, open_judge
from rostro.recognition.pipeline import Pipeline
from rostro.recognition.searching import Searching, open_searching
from rostro.recognition.turning import Turner
from rostro.recognition.warming import run_once
from rostro.recognition.wishes import check_options
from rostro.runtime.base import ENGINES, EngineOptions, check_precision, precisions_of
from rostro.scoring import operating_points

if TYPE_CHECKING:
    from types import TracebackType

    from rostro.quality.gate import Gate
    from rostro.quality.judge import Judge


class Parts:
    """A detector, an alignment, an embedder, an operating point and a gallery that belong together.

    Making one touches no disk and loads no model. Safe to share between threads.
    """

    def __init__(
        self,
        *,
        detector: str | Detector | None = None,
        embedder: str | Embedder = "sface",
        alignment: str | Alignment | None = None,
        engine: str | None = None,
        precision: str | None = None,
        gallery: str | Path | Gallery | None = None,
        create_gallery: bool = True,
        threshold: float | None = None,
        fmr: float | None = None,
        operating_point: str | Path | OperatingPoint | None = None,
        fpir: float | None = None,
        min_score: float | None = None,
        max_side: int | None = None,
        turn: bool = True,
        quality: str | None = "auto",
        min_quality: float | None = None,
        settings: Settings | None = None,
        store: ModelStore | None = None,
    ) -> None:
        """Notes what is wanted.

        Args:
            detector: A name, for example ``yunet``, or a `Detector`; None takes the one that suits the embedder.
            embedder: A name, ``best`` for the best permissive one, the path of a checkpoint that ``rostro train
                embedder`` made, several of these with ``+`` between them (``sface+retail0095``), or an `Embedder`.
            alignment: A name, ``refined`` for the embedder's own by refined landmarks, a whole key as in a space
                (``five_point-112,landmarks=retail0009``), or an `Alignment`; None takes the embedder's own.
            engine: A name, and where it matters a device: ``openvino``, ``onnxruntime:cuda``; None takes the settings'.
            precision: ``auto``, ``f32``, ``bf16``, or ``int8`` for the parts that have it; None takes the settings'.
            gallery: Path or URL of the gallery, or a `Gallery` (which stays open when this is closed); None takes the
                settings'.
            create_gallery: Whether a gallery that is not there is made; otherwise it is an error.
            threshold: Cosine similarity, in [-1, 1], from which two faces are the same person; None: a measured one.
            fmr: Aim at this false match rate among the measured operating points; None takes their default.
            operating_point: A file written by `rostro.calibrate`, or an `OperatingPoint`, instead of the shipped ones.
            fpir: Name at most this share of strangers in a search, in (0, 1), however many people are searched: the
                threshold follows from their number. None: 0.01, and never below the threshold of one comparison.
            min_score: Drop faces scored below this, in [0, 1]; None takes the detector's own.
            max_side: Longer side, in pixels, that larger photos are scaled down to before faces are looked for; None
                takes the detector's own. Raise it where faces are small, as in photos of crowds.
            turn: Look again, turned, at photos whose faces leave doubt; False looks at every photo as it comes.
            quality: Judge embedded faces, and decide nothing about those too poor for it: by a scorer of that name,
                ``auto`` for the best that can be had, ``length`` for none; ``none`` or None judges no face.
            min_quality: Judge no face of a quality below this, in [0, 1]; None takes the measured level.
            settings: Limits, folders, threads; None reads the environment.
            store: Gives model files; None makes one from the settings.

        Raises:
            UnknownModel: No part has that name; says which was probably meant.
            BadInput: Options that contradict each other, or are outside of their range.
        """
        self._options = {name: value for name, value in locals().items() if name not in {"self", "store", "settings"}}
        self.settings = settings or Settings.from_environment()
        self.store = store or ModelStore(self.settings)
        kind = find_embedder(embedder) if isinstance(embedder, str) else type(embedder)
        self.embedder_name = embedder if isinstance(embedder, str) else embedder.name
        detects = detector or kind.detector
        self.detector_name = detects if isinstance(detects, str) else detects.name
        finder = DETECTORS.get(detects) if isinstance(detects, str) else type(detects)
        if not isinstance(detects, str) and (min_score is not None or max_side is not None):
            raise BadInput("min_score and max_side are options of a detector by name; this one was made with its own")
        self.alignment_spec = chosen_spec(alignment, kind.alignment)
        self.engine_options = EngineOptions(
            name=engine or self.settings.engine,
            precision=check_precision(precision or self.settings.precision),
            threads=self.settings.threads,
            cache_dir=self.settings.home / "compiled",
        )
        ENGINES.get(self.engine_options.engine)
        self.gallery_url = gallery.url if isinstance(gallery, Gallery) else str(gallery or self.settings.gallery)
        check_options(self._options)

        def make_detector() -> Detector:
            return finder(self.store, self.engine_options, min_score=min_score, max_side=max_side)

        self._owns_gallery = not isinstance(gallery, Gallery)
        self._detector = Lazy(make_detector if isinstance(detects, str) else lambda: detects)
        self._embedder = Lazy(
            (lambda: kind(self.store, self.engine_options)) if isinstance(embedder, str) else lambda: embedder
        )
        self._alignment = Lazy(
            (lambda: alignment)
            if isinstance(alignment, Alignment)
            else lambda: open_alignment(self.alignment_spec, self.store, self.engine_options)
        )
        self._space = Lazy(lambda: self.embedder.space(self.alignment_spec))
        self._operating_point = Lazy(
            lambda: operating_points.deciding(self.space, threshold=threshold, fmr=fmr, given=operating_point)
        )
        chosen = threshold is not None or fmr is not None
        self._searching = Lazy(
            lambda: open_searching(self.space, self.operating_point, operating_point, fpir=fpir, chosen=chosen)
        )
        self._gallery = Lazy(
            (lambda: gallery)
            if isinstance(gallery, Gallery)
            else lambda: open_gallery(self.gallery_url, space=self.space, create=create_gallery)
        )
        self.turn = turn
        self._judge = Lazy(
            lambda: open_judge(
                quality, self.detector, self.space, self.store, self.engine_options, min_quality=min_quality
            )
        )
        self._pipeline = Lazy(self._warm_pipeline)
        self._prepare()

    def _prepare(self) -> None:
        """What a class that adds parts notes of them."""

    def __repr__(self) -> str:
        gallery = without_password(self.gallery_url)
        return f"<{type(self).__name__} {self.detector_name} + {self.embedder_name}, gallery {gallery}>"

    # Open and closed. Nothing needs to be opened; to open it shows at once what cannot work.

    def open(self) -> Self:
        """Loads the models and opens the gallery now, so that what cannot work fails here and not at the first photo.

        Raises:
            RostroError: A model cannot be had or run, no threshold is known, or the gallery is not there, cannot be
                reached, or holds vectors of another space.
        """
        _ = self.pipeline, self.operating_point, self.gallery
        return self

    def close(self) -> None:
        """Closes the gallery, unless it was given as an object, and lets go of the models.

        It may be used again: what is needed then comes again.
        """
        for part in (
            self._pipeline,
            self._judge,
            self._searching,
            self._operating_point,
            self._space,
            self._alignment,
            self._embedder,
            self._detector,
        ):
            part.forget()
        gallery = self._gallery.forget()
        if gallery is not None and self._owns_gallery:
            gallery.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        given = [name for name, value in self._options.items() if isinstance(value, _OBJECTS)]
        if given:
            raise TypeError(f"a Recognizer pickles by its options; {', '.join(given)} was given as an object")
        return {**self._options, "settings": self.settings}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    # The parts, each made when first needed, once, whichever thread asks first.

    @property
    def detector(self) -> Detector:
        """The detector."""
        return self._detector()

    @property
    def embedder(self) -> Embedder:
        """The embedder."""
        return self._embedder()

    @property
    def alignment(self) -> Alignment:
        """The alignment."""
        return self._alignment()

    @property
    def space(self) -> str:
        """Name of the embedding space."""
        return self._space()

    @property
    def operating_point(self) -> OperatingPoint:
        """The threshold that decides, and what is known of it.

        Raises:
            NoOperatingPoint: None was measured for this space or rate.
            SpaceMismatch: The given one was measured in another space.
        """
        return self._operating_point()

    @property
    def searching(self) -> Searching | None:
        """By what searches decide; None where the tail of impostor scores was not measured for this space.

        Raises:
            NoOperatingPoint: It was not, and a false positive identification rate is wanted.
        """
        return self._searching()

    @property
    def judge(self) -> Judge | None:
        """What judges faces; None where none is wanted, or none was measured for this space.

        Raises:
            RostroError: As `rostro.recognition.judging.open_judge` says.
        """
        return self._judge()

    @property
    def gate(self) -> Gate | None:
        """What a face's quality must be for a decision; None where faces are not judged."""
        return None if self.judge is None else self.judge.gate

    @property
    def gallery(self) -> Gallery:
        """The gallery; made if it is not there, unless ``create_gallery`` is False.

        Raises:
            SpaceMismatch: It holds vectors of another space.
            GalleryError: It cannot be opened.
        """
        return self._gallery()

    @property
    def pipeline(self) -> Pipeline:
        """All stages: decode, detect, align, embed."""
        return self._pipeline()

    @property
    def detection_pipeline(self) -> Pipeline:
        """Decode and detect only: needs no embedder."""
        return self._stages(self.detector, None, None)

    def _warm_pipeline(self) -> Pipeline:
        run_once(lambda: self.detector, lambda: self.embedder, self.alignment_spec.size)
        _ = self.precisions  # one part at least has the one that was asked for
        return self._stages(self.detector, self.alignment, self.embedder)

    def _stages(self, detector: Detector, alignment: Alignment | None, embedder: Embedder | None) -> Pipeline:
        judge = self.judge if embedder is not None else None
        return Pipeline(
            detector=detector,
            alignment=alignment,
            embedder=embedder,
            threads=self.settings.threads,
            max_bytes=self.settings.max_bytes,
            max_pixels=self.settings.max_pixels,
            max_faces=self.settings.max_faces,
            turner=Turner(detector) if self.turn else None,
            judging=Judging(judge, self.alignment_spec, self.store) if judge is not None else None,
        )

    @property
    def precisions(self) -> dict[str, str]:
        """What each part runs in; loads the models. An `EngineError` where none has the int8 that was asked for."""
        return precisions_of({"detector": self.detector, "embedder": self.embedder}, self.engine_options.precision)

    @property
    def system(self) -> dict[str, Any]:
        """What answers are made with: ``{"detector", "embedder", "engine", "precision", "quality_scorer"}``."""
        loaded = self._detector.made and self._embedder.made
        return {
            "detector": self.detector_name,
            "embedder": self.embedder_name,
            "engine": self.engine_options.name,
            **({"precision": self.precisions} if loaded else {}),
            "quality_scorer": "" if self.judge is None else self.judge.about,
        }


#: What options may be besides names and numbers.
_OBJECTS = (Detector, Embedder, Alignment, Gallery)

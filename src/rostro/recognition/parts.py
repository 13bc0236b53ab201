"""The parts of a recogniser: chosen by name or given, each made when it is first needed, opened and closed together."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro.alignment.base import Alignment, open_alignment
from rostro.core.decisions import OperatingPoint
from rostro.core.errors import BadInput
from rostro.core.lazy import Lazy
from rostro.core.redaction import redacted
from rostro.core.settings import Settings
from rostro.detection.base import DETECTORS, Detector
from rostro.embedding.base import Embedder
from rostro.gallery.base import Gallery
from rostro.models.store import ModelStore
from rostro.recognition.choosing import Chosen, choose
from rostro.recognition.judging import Judging, open_judge
from rostro.recognition.living import Living
from rostro.recognition.opened import Opened
from rostro.recognition.own_space import embedder_of, key_for, open_own
from rostro.recognition.pipeline import Pipeline
from rostro.recognition.searching import Searching, open_searching
from rostro.recognition.turning import Turner
from rostro.recognition.warming import run_once
from rostro.recognition.where import Where, Zone
from rostro.recognition.wishes import check_options
from rostro.runtime.base import ENGINES, EngineOptions, check_precision, precisions_of
from rostro.scoring import operating_points

if TYPE_CHECKING:
    from rostro.gallery.keys import Key
    from rostro.quality.gate import Gate
    from rostro.quality.judge import Judge


class Parts(Chosen, Living, Opened):
    """A detector, an alignment, an embedder, an operating point and a gallery that belong together.

    Making one touches no disk and loads no model. Safe to share between threads.
    """

    def __init__(
        self,
        *,
        detector: str | Detector | None = None,
        embedder: str | Embedder | None = None,
        alignment: str | Alignment | None = None,
        engine: str | None = None,
        precision: str | None = None,
        gallery: str | Path | Gallery | None = None,
        key: Key | str | Path | bytes | None = None,
        create_gallery: bool = True,
        threshold: float | None = None,
        fmr: float | None = None,
        operating_point: str | Path | OperatingPoint | None = None,
        fpir: float | None = None,
        min_score: float | None = None,
        max_side: int | None = None,
        zone: str | None = None,
        min_face: int | None = None,
        turn: bool = True,
        quality: str | None = "auto",
        min_quality: float | None = None,
        require_live: bool = False,
        liveness: str | Path | None = None,
        settings: Settings | None = None,
        store: ModelStore | None = None,
    ) -> None:
        """Notes what is wanted.

        Args:
            detector: A name, for example ``yunet``, or a `Detector`; None takes the one that suits the embedder.
            embedder: A name, ``best`` for the best permissive one, the path of a checkpoint that ``rostro train
                embedder`` made, several of these with ``+`` between them (``sface+retail0095``), or an `Embedder`. None
                takes the given gallery's own, when it is first needed; ``sface`` for a new one and where none is given.
            alignment: A name, ``refined`` for the embedder's own by refined landmarks, a whole key as in a space
                (``five_point-112,landmarks=retail0009``), or an `Alignment`; None takes the embedder's own.
            engine: A name, and where it matters a device: ``openvino``, ``onnxruntime:cuda``; None takes the settings'.
            precision: ``auto``, ``f32``, ``f16`` (GPUs), ``bf16``, or ``int8`` for the parts that have it; None takes
                the settings'.
            gallery: Path or URL of the gallery, or a `Gallery` (which stays open when this is closed); None takes the
                settings'.
            key: Opens an encrypted gallery, and has a new one encrypted, as `Key.of` takes it; None: the settings'.
            create_gallery: Whether a gallery that is not there is made, by `open` and by what puts people into it; a
                call that only reads makes none, and says so.
            threshold: Cosine similarity, in [-1, 1], from which two faces are the same person; None: a measured one.
            fmr: Aim at this false match rate among the measured operating points; None takes their default.
            operating_point: A file written by `rostro.calibrate`, or an `OperatingPoint`, instead of the shipped ones.
            fpir: Name at most this share of strangers in a search, in (0, 1), however many people are searched: the
                threshold follows from their number. None: 0.01, and never below the threshold of one comparison.
            min_score: Drop faces scored below this, in [0, 1]; None takes the detector's own.
            max_side: Longer side, in pixels, that larger photos are scaled down to before faces are looked for; None
                takes the detector's own. Raise it where faces are small, as in photos of crowds.
            zone: Only faces whose middle lies in this part of a photo are looked at: two corners of a rectangle, or the
                corners of another shape, in pixels or parts: ``10%,0% 90%,60%``. None: all of it.
            min_face: Faces whose box is narrower or lower than this, in pixels of the photo, are not looked at.
            turn: Look again, turned, at photos whose faces leave doubt; False looks at every photo as it comes.
            quality: Judge embedded faces, and decide nothing about those too poor for it: by a scorer of that name,
                ``auto`` for the best that can be had, ``length`` for none; ``none`` or None judges no face.
            min_quality: Judge no face of a quality below this, in [0, 1]; None takes the measured level.
            require_live: Decide nothing about faces that do not look alive. A sign, not security: some pictures pass.
            liveness: What says so: a scorer's name, or a file that `evaluate_liveness` wrote; None takes the best.
            settings: Limits, folders, threads; None reads the environment.
            store: Gives model files; None makes one from the settings.

        Raises:
            UnknownModel: No part has that name; says which was probably meant.
            BadInput: Options that contradict each other, or are outside of their range.
        """
        self._options = {name: it for name, it in locals().items() if name not in {"self", "key", "store", "settings"}}
        self.settings = settings or Settings.from_environment()
        self.store = store or ModelStore(self.settings)
        given = None if isinstance(detector, str) else detector
        if given is not None and (min_score is not None or max_side is not None):
            raise BadInput("min_score and max_side are options of a detector by name; this one was made with its own")
        asks = embedder is None and gallery is not None
        choose(embedder, detector, None if asks else alignment)  # names are checked now, the gallery is asked later
        self._chosen = Lazy(lambda: choose(embedder, detector, alignment, self._own_space() if asks else None))
        self.engine_options = EngineOptions(
            name=engine or self.settings.engine,
            precision=check_precision(precision or self.settings.precision),
            threads=self.settings.threads,
            cache_dir=self.settings.home / "compiled",
            expected=self.store.checked,
        )
        ENGINES.get(self.engine_options.engine).need()
        self.gallery_url = gallery.url if isinstance(gallery, Gallery) else str(gallery or self.settings.gallery)
        check_options(self._options)

        def make_detector() -> Detector:
            kind = DETECTORS.get(self.detector_name)
            return kind(self.store, self.engine_options, min_score=min_score, max_side=max_side)

        self._owns_gallery = not isinstance(gallery, Gallery)
        self._detector = Lazy(make_detector if given is None else lambda: given)
        self._embedder = Lazy(
            (lambda: embedder)
            if isinstance(embedder, Embedder)
            else lambda: self._chosen().kind(self.store, self.engine_options)
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
        where = gallery if isinstance(gallery, Gallery) else self.gallery_url
        self._key = key_for(where, key, self.settings)
        self._own_space = Lazy(lambda: embedder_of(where, missing_ok=create_gallery, key=self._key))
        self._open_gallery = partial(self._opened_gallery, where)
        self._create_gallery = create_gallery
        self._gallery = Lazy(self._open_gallery)
        self.turn = turn
        self.max_side = max_side
        self.where = Where(None if zone is None else Zone.parse(zone), min_face or 0)
        self._judge = Lazy(
            lambda: open_judge(
                quality, self.detector, self.space, self.store, self.engine_options, min_quality=min_quality
            )
        )
        self._note_liveness(require_live=require_live, liveness=liveness)
        self._pipeline = Lazy(self._warm_pipeline)
        self._prepare()

    def _prepare(self) -> None:
        """What a class that adds parts notes of them."""

    def __repr__(self) -> str:
        gallery = redacted(self.gallery_url)
        return f"<{type(self).__name__} {self._parts_shown(gallery)}, gallery {gallery}>"

    def _load(self) -> None:
        self._check_gallery()
        _ = self._asking(self.pipeline, None), self.operating_point, self.gallery

    def _let_go(self) -> None:
        loaded = self._pipeline, self._liveness, self._judge, self._searching, self._operating_point, self._space
        for part in (*loaded, self._alignment, self._embedder, self._detector, self._own_space, self._chosen):
            part.forget()
        gallery = self._gallery.forget()
        if gallery is not None and self._owns_gallery:
            gallery.close()

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
    def existing_gallery(self) -> Gallery:
        """The gallery, for who only reads: a name that was mistyped makes no new one.

        Raises:
            SpaceMismatch: It holds vectors of another space.
            GalleryError: It is not there, or cannot be opened.
        """
        if self._owns_gallery:
            return self._gallery.made_by(lambda: self._open_gallery(create=False))
        return self._gallery()

    def _opened_gallery(self, gallery: Gallery | str, *, create: bool = True) -> Gallery:
        self._check_gallery()
        return open_own(gallery, self.space, create=create and self._create_gallery, key=self._key)

    @property
    def pipeline(self) -> Pipeline:
        """All stages: decode, detect, align, embed."""
        return self._pipeline()

    @property
    def detection_pipeline(self) -> Pipeline:
        """Decode and detect only: needs no embedder."""
        return self._stages(self.detector, None, None)

    def _warm_pipeline(self) -> Pipeline:
        run_once(lambda: self.detector, lambda: self.embedder, lambda: self.judge, self.alignment_spec.size)
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
            judging=None if judge is None else Judging.of(judge, self),
            where=self.where,
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

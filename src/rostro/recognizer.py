"""The facade: one object that detects, embeds, verifies, enrols and identifies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.alignment.base import check_alignment, open_alignment
from rostro.core.errors import BadInput, SpaceMismatch
from rostro.core.settings import Settings
from rostro.core.specs import parse_alignment
from rostro.core.types import Embedding, Face, Identification, OperatingPoint, Verification
from rostro.detection.base import DETECTORS
from rostro.embedding.trained import find_embedder
from rostro.gallery.base import open_gallery
from rostro.models.store import ModelStore
from rostro.people.enrol import Enroller, Enrolment, people_photos
from rostro.recognition.lookup import identify
from rostro.recognition.pipeline import Failure, PhotoFaces, Pipeline
from rostro.runtime.base import ENGINES, EngineOptions
from rostro.scoring import cosine, operating_points

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from rostro.alignment.base import Alignment
    from rostro.detection.base import Detector
    from rostro.embedding.base import Embedder
    from rostro.gallery.base import Gallery
    from rostro.recognition.selection import FaceRule


class Recognizer:
    """Detects, embeds, verifies, enrols and identifies. Safe to share between threads.

    Making one touches no disk and loads no model: each part comes when it is first needed, and stays.

    A *photo* is a path, bytes, a binary file object, or an RGB uint8 array (H, W, 3).

        >>> faces = rostro.Recognizer(gallery="people.db")  # doctest: +SKIP
        >>> faces.enroll("family/")  # one folder per person  # doctest: +SKIP
        >>> [who.name for who in faces.identify("party.jpg")]  # doctest: +SKIP
        ['Ada', None, 'Grace']
    """

    def __init__(
        self,
        *,
        detector: str | None = None,
        embedder: str = "sface",
        alignment: str | None = None,
        engine: str | None = None,
        precision: str | None = None,
        gallery: str | Path | None = None,
        threshold: float | None = None,
        fmr: float | None = None,
        operating_point: str | Path | None = None,
        min_score: float | None = None,
        max_side: int | None = None,
        settings: Settings | None = None,
        store: ModelStore | None = None,
    ) -> None:
        """Notes what is wanted.

        Args:
            detector: A file of ``rostro.detection``; None takes the one that suits the embedder.
            embedder: A file of ``rostro.embedding``, or the path of a checkpoint that ``rostro train embedder`` made.
            alignment: A name of ``rostro.alignment``, ``refined`` for the embedder's own by refined landmarks, or a
                whole key as in a space (``five_point-112,landmarks=retail0009``); None takes the embedder's own.
            engine: A file of ``rostro.runtime``; None takes the settings'.
            precision: ``auto``, ``f32``, ``bf16`` or ``int8``; None takes the settings'.
            gallery: Path or URL of the gallery; None takes the settings'.
            threshold: Cosine similarity from which two faces are the same person; None takes a measured one.
            fmr: Aim at this false match rate among the measured operating points; None takes their default.
            operating_point: A file written by ``rostro calibrate``, instead of the shipped ones.
            min_score: Drop faces scored below this; None takes the detector's own.
            max_side: Longer side, in pixels, that larger photos are scaled down to before faces are looked for; None
                takes the detector's own. Raise it where faces are small, as in photos of crowds.
            settings: Limits, folders, threads; None reads the environment.
            store: Gives model files; None makes one from the settings.

        Raises:
            UnknownModel: A name that no file has.
        """
        self.settings = settings or Settings.from_environment()
        self.store = store or ModelStore(self.settings)
        self._embedder_class: type[Embedder] = find_embedder(embedder)
        self.embedder_name = embedder
        self.detector_name = detector or self._embedder_class.detector
        self._detector_class: type[Detector] = DETECTORS.get(self.detector_name)
        own = self._embedder_class.alignment
        self.alignment_spec = own if alignment is None else parse_alignment(alignment, own)
        check_alignment(self.alignment_spec)
        self.engine_options = EngineOptions(
            name=engine or self.settings.engine,
            precision=precision or self.settings.precision,
            threads=self.settings.threads,
            cache_dir=self.settings.home / "compiled",
        )
        ENGINES.get(self.engine_options.engine)
        self.gallery_url = str(gallery or self.settings.gallery)
        self._threshold = threshold
        self._fmr = fmr
        self._operating_point_file = operating_point
        self._min_score = min_score
        self._max_side = max_side
        if threshold is not None:
            operating_points.check_threshold(threshold)
        if threshold is not None and (fmr is not None or operating_point is not None):
            raise BadInput("give either a threshold, or a false match rate and an operating point file, not both")

    # The parts, each made when first needed.

    @cached_property
    def detector(self) -> Detector:
        """The detector."""
        return self._detector_class(self.store, self.engine_options, min_score=self._min_score, max_side=self._max_side)

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder."""
        return self._embedder_class(self.store, self.engine_options)

    @cached_property
    def alignment(self) -> Alignment:
        """The alignment."""
        return open_alignment(self.alignment_spec, self.store, self.engine_options)

    @cached_property
    def space(self) -> str:
        """Name of the embedding space."""
        return self.embedder.space(self.alignment_spec)

    @cached_property
    def operating_point(self) -> OperatingPoint:
        """The threshold that decides, and what is known of it.

        Raises:
            NoOperatingPoint: None was measured for this space or rate.
            SpaceMismatch: The given file was measured in another space.
        """
        if self._threshold is not None:
            return operating_points.chosen(self.space, self._threshold)
        if self._operating_point_file is None:
            return operating_points.shipped(self.space).at(self._fmr)
        points = operating_points.read(Path(self._operating_point_file))
        if points.space != self.space:
            raise SpaceMismatch(
                f"{self._operating_point_file}: measured in the space {points.space}, this is {self.space}"
            )
        return points.at(self._fmr)

    @cached_property
    def gallery(self) -> Gallery:
        """The gallery; made if it is not there.

        Raises:
            SpaceMismatch: It holds vectors of another space.
        """
        return open_gallery(self.gallery_url, space=self.space)

    @cached_property
    def pipeline(self) -> Pipeline:
        """All stages: decode, detect, align, embed.

        Engines compile at the first run, so the two models are loaded and run once on black, side by side.
        """
        size = self.alignment_spec.size
        with ThreadPoolExecutor(max_workers=1) as pool:
            warm = pool.submit(lambda: self.embedder.embed(np.zeros((1, size, size, 3), np.uint8)))
            self.detector.detect([np.zeros((64, 64, 3), np.uint8)])
            warm.result()
        return Pipeline(
            detector=self.detector,
            alignment=self.alignment,
            embedder=self.embedder,
            threads=self.settings.threads,
            max_bytes=self.settings.max_bytes,
            max_pixels=self.settings.max_pixels,
            max_faces=self.settings.max_faces,
        )

    @cached_property
    def detection_pipeline(self) -> Pipeline:
        """Decode and detect only: needs no embedder."""
        return Pipeline(
            detector=self.detector,
            alignment=None,
            embedder=None,
            threads=self.settings.threads,
            max_bytes=self.settings.max_bytes,
            max_pixels=self.settings.max_pixels,
            max_faces=self.settings.max_faces,
        )

    @property
    def system(self) -> dict[str, str]:
        """What answers are made with: ``{"detector", "embedder", "engine"}``."""
        return {
            "detector": self.detector_name,
            "embedder": self.embedder_name,
            "engine": self.engine_options.name,
        }

    # What one does with them.

    def photos(
        self, photos: Iterable[Any], *, embed: bool = True, face: FaceRule | None = None, keep: bool = False
    ) -> Iterator[PhotoFaces | Failure]:
        """Many photos through the pipeline, in order, in bounded memory.

        Args:
            photos: Paths, bytes, file objects or arrays; read lazily.
            embed: Whether to align and embed the faces too.
            face: Keep one face per photo by this rule (``only``, ``largest``, ``centre``); None keeps all.
            keep: Whether answers carry the image and the crops.

        Yields:
            One `PhotoFaces` or `Failure` per photo.
        """
        return (self.pipeline if embed else self.detection_pipeline).run(photos, face=face, keep=keep)

    def detect(self, photo: Any) -> list[Face]:
        """The faces of one photo, best score first.

        Raises:
            PhotoError: The photo cannot be read; names it and the reason.
        """
        return list(self._one(photo, embed=False).faces)

    def embed(self, photo: Any) -> list[Embedding]:
        """The embeddings of one photo's faces, in the order of `detect`.

        Raises:
            PhotoError: The photo cannot be read.
        """
        return [Embedding(row, self.space) for row in self._one(photo).embeddings]

    def verify(self, a: Any, b: Any, *, face: FaceRule = "only") -> Verification:
        """Are these two the same person?

        Args:
            a: A photo.
            b: A photo.
            face: Which face of each photo is meant.

        Raises:
            PhotoError: A photo cannot be read, has no face (`NoFace`), or several (`SeveralFaces`) and the rule is
                ``only``.
            NoOperatingPoint: No threshold is known for this space.
        """
        return self.compare(*(_answer(found) for found in self.photos((a, b), face=face)))

    def compare(self, a: PhotoFaces, b: PhotoFaces) -> Verification:
        """Compares the first faces of two photos that went through `photos`."""
        first, second = (Embedding(found.embeddings[0], self.space) for found in (a, b))
        score = cosine.similarity(first, second)
        return Verification(score, self.operating_point, (a.faces[0], b.faces[0]), self.space)

    def enroll(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        name: str | None = None,
        face: FaceRule = "only",
        collection: str = "",
        on_photo: Callable[[], None] | None = None,
    ) -> Enrolment:
        """Takes people into the gallery.

        Args:
            paths: With ``name``: photos, or folders of photos, of that person. Without: folders that hold one folder
                per person, named after them, or photos named after people (``ada_1.jpg``).
            name: Whose photos they are.
            face: Which face of a photo is meant; photos that break the rule are reported as failed.
            collection: The collection that they go to; identifying can be limited to it.
            on_photo: Called after each photo.

        Raises:
            BadInput: A path does not exist, or a folder holds no people.
        """
        listed = [paths] if isinstance(paths, str | Path) else list(paths)
        enroller = Enroller(self.pipeline, self.gallery, face=face, collection=collection)
        return enroller.run(people_photos([Path(path) for path in listed], name), on_photo)

    def identify(
        self, photo: Any, *, candidates: int = 5, collections: Collection[str] | None = None
    ) -> list[Identification]:
        """Who is in this photo? One answer per face, in the order of `detect`.

        Args:
            photo: A photo.
            candidates: How many people to list per face.
            collections: Look among the templates of these collections only; None: all.

        Raises:
            PhotoError: The photo cannot be read.
        """
        return self.look_up(self._one(photo), candidates=candidates, collections=collections)

    def look_up(
        self, found: PhotoFaces, *, candidates: int = 5, collections: Collection[str] | None = None
    ) -> list[Identification]:
        """Identifies the faces of a photo that went through `photos`; see `identify`."""
        return identify(
            self.gallery,
            found.faces,
            found.embeddings,
            self.operating_point,
            candidates=candidates,
            collections=collections,
        )

    def _one(self, photo: Any, *, embed: bool = True) -> PhotoFaces:
        (found,) = self.photos([photo], embed=embed)
        return _answer(found)


def _answer(found: PhotoFaces | Failure) -> PhotoFaces:
    if isinstance(found, Failure):
        raise found.error
    return found

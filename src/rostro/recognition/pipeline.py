"""Photos in, faces and embeddings out, in the order they came: decode → detect → align → embed.

Each worker thread takes a chunk of photos through all stages. While one waits for the engine, which runs every sample
of its batch on all cores, the others decode and crop, so no core idles; and what is in memory is bounded by
workers × `PIXEL_BUDGET`, however long the list.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rostro.core.errors import BadInput, NoFace, PhotoError, PhotoTooLarge
from rostro.core.types import Answer
from rostro.photos.exposure import exposure
from rostro.photos.reading import Photo, read_photo
from rostro.recognition.chunks import chunks
from rostro.recognition.keeping import Keep, what_to_keep
from rostro.recognition.reduced import looks_at, whole, with_pixels
from rostro.recognition.selection import FaceRule, select
from rostro.recognition.where import Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rostro.alignment.base import Alignment
    from rostro.core.liveness import Liveness
    from rostro.core.quality import Quality
    from rostro.core.types import Crops, Face, Floats, Image
    from rostro.detection.base import Detector
    from rostro.embedding.base import Embedder
    from rostro.liveness.judge import LivenessJudge
    from rostro.recognition.judging import Judging
    from rostro.recognition.turning import Look, Turner

#: A worker decodes at most about this many pixels before it runs what it has (24 Mpx are 72 MB).
PIXEL_BUDGET = 24_000_000
_NOTHING = np.empty((0, 0), np.float32), np.empty(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PhotoFaces(Answer):
    """What was found in one photo; to go through it is to go through its faces.

    Attributes:
        photo: Its name.
        sha256: Of its bytes.
        width: In pixels, upright.
        height: In pixels, upright.
        faces: Best score first.
        embeddings: (len(faces), d) unit rows; (0, 0) when embedding was not asked for.
        image: The photo, when `keep` was asked for; smaller than it is where that was asked for.
        crops: The aligned crops, when `keep` was asked for.
        qualities: Of each face, where faces are judged; otherwise empty.
        turned: How far the photo is turned, counterclockwise, in degrees; faces are in pixels of the photo as it came.
        liveness: Of each face, where it was asked whether they look alive; otherwise empty.
    """

    photo: str
    sha256: str
    width: int
    height: int
    faces: tuple[Face, ...]
    embeddings: Floats
    image: Image | None = None
    crops: Crops | None = None
    qualities: tuple[Quality, ...] = ()
    turned: int = 0
    liveness: tuple[Liveness, ...] = ()

    def __len__(self) -> int:
        return len(self.faces)

    def __bool__(self) -> Literal[True]:
        return True  # a photo without a face is an answer too

    def __iter__(self) -> Iterator[Face]:
        return iter(self.faces)

    def __repr__(self) -> str:
        return f"<PhotoFaces {self.photo}: {len(self)} face{'' if len(self) == 1 else 's'}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "width", "height", "faces"}``; ``"turned"``, ``"quality"`` and ``"liveness"`` where there are."""
        faces = [face.to_dict() for face in self.faces]
        for face, quality in zip(faces, self.qualities, strict=False):
            face.update(quality.to_dict())
        for face, life in zip(faces, self.liveness, strict=False):
            face["liveness"] = life.to_dict()
        turned = {"turned": self.turned} if self.turned else {}
        return {"photo": self.photo, "width": self.width, "height": self.height, **turned, "faces": faces}

    @property
    def kept_image(self) -> Image:
        """The photo; an error where it was not kept."""
        if self.image is None:
            raise BadInput(f"{self.photo}: the image was not kept (keep=True keeps it)")
        return self.image

    @property
    def kept_crops(self) -> Crops:
        """The aligned crops; an error where they were not kept."""
        if self.crops is None:
            raise BadInput(f"{self.photo}: the crops were not kept (keep=True keeps them)")
        return self.crops


@dataclass(frozen=True, slots=True, repr=False)
class Failure(Answer):
    """A photo that gave no answer, and why. False, so that ``if answer:`` tells answers from failures.

    Attributes:
        error: What would have been raised for a single photo.
    """

    error: PhotoError

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return f"<Failure {self.photo}: {self.reason}>"

    @property
    def kind(self) -> str:
        """What went wrong, as a name that stays: ``no-face``, ``several-faces``, ``unreadable-photo``."""
        return self.error.kind

    @property
    def values(self) -> Mapping[str, Any]:
        """What the reason says, for programs: ``{"faces": 3}``."""
        return self.error.values

    @property
    def faces(self) -> tuple[Face, ...]:
        """None were found that can be used: empty, so that a loop over answers need not ask first."""
        return ()

    @property
    def photo(self) -> str:
        """The photo's name."""
        return self.error.photo

    @property
    def reason(self) -> str:
        """Why, in words for a person."""
        return self.error.reason

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "reason", "kind", "values"}``."""
        return {"photo": self.photo, "reason": self.reason, "kind": self.kind, "values": dict(self.values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The stages and the limits.

    Attributes:
        threads: Those of the networks.
        max_bytes: Largest photo file that is read.
        max_pixels: Largest photo that is decoded.
        max_faces: Most faces of a photo that are taken further; a photo with more is a failure.
        turner: Looks at doubtful photos turned; None looks at every photo as it comes.
        judging: Judges the embedded faces; None judges none.
        living: Says whether faces look alive; None does not ask.
        where: Which faces are looked at.
    """

    detector: Detector
    alignment: Alignment | None
    embedder: Embedder | None
    threads: int
    max_bytes: int
    max_pixels: int
    max_faces: int
    turner: Turner | None = None
    judging: Judging | None = None
    living: LivenessJudge | None = None
    where: Where = Where()

    def run(
        self, sources: Iterable[Any], *, face: FaceRule | None = None, keep: bool | Keep = False
    ) -> Iterator[PhotoFaces | Failure]:
        """Takes photos through the stages.

        Args:
            sources: Whatever `read_photo` takes. Read lazily, a few chunks ahead of the answers.
            face: Keep one face per photo by this rule; None keeps all.
            keep: Keep images and crops in the answers; a `Keep` says how large, and which.

        Yields:
            One answer per source, in order.
        """
        kept = what_to_keep(keep)
        waiting: deque[Future[list[PhotoFaces | Failure]]] = deque()
        workers = self.threads + 1 if self.threads > 1 else 1  # networks, which have threads too, shall not wait
        portions = chunks(sources, workers)
        pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="rostro")
        try:
            while True:
                while len(waiting) <= workers and (chunk := next(portions, None)):
                    waiting.append(pool.submit(self._chunk, chunk, face, kept))
                if not waiting:
                    return
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _chunk(self, sources: list[Any], face: FaceRule | None, keep: Keep | None) -> list[PhotoFaces | Failure]:
        answers: list[PhotoFaces | Failure] = []
        batch: list[Photo | Failure] = []
        pixels = 0
        for source in sources:
            photo = self._read(source, self._side(keep))
            batch.append(photo)
            pixels += 0 if isinstance(photo, Failure) else photo.size[0] * photo.size[1]
            if pixels >= PIXEL_BUDGET:
                answers += self._batch(batch, face, keep)
                batch, pixels = [], 0
        return answers + self._batch(batch, face, keep)

    def _side(self, keep: Keep | None) -> int | None:
        """How large photos are needed; None: whole, for more is done with them than to find and embed faces."""
        return None if self.living is not None or (keep is not None and keep.images) else self.detector.finest_side

    def _read(self, source: Any, side: int | None) -> Photo | Failure:
        try:
            return read_photo(source, max_bytes=self.max_bytes, max_pixels=self.max_pixels, side=side)
        except PhotoError as error:
            return Failure(error)

    def _batch(
        self, photos: list[Photo | Failure], face: FaceRule | None, keep: Keep | None
    ) -> list[PhotoFaces | Failure]:
        good = [photo for photo in photos if isinstance(photo, Photo)]
        looks = looks_at(good, self.detector, self.turner)
        found = self._finish(good, looks, face, keep)
        for place, look in self._second_looks(good, found, looks):
            (found[place],) = self._finish([good[place]], [look], face, keep)
        answers = iter(found)
        return [next(answers) if isinstance(photo, Photo) else photo for photo in photos]

    def _second_looks(
        self, photos: Sequence[Photo], found: Sequence[PhotoFaces | Failure], looks: Sequence[Look]
    ) -> Iterator[tuple[int, Look]]:
        """Photos that are better turned, of those in which no face can be judged as they came."""
        if self.turner is None or self.judging is None:
            return
        poor = [
            place
            for place, answer in enumerate(found)
            if isinstance(answer, PhotoFaces) and not answer.turned and self.judging.all_poor(answer.qualities)
        ]
        wholes = [whole(looks[place], photos[place]) for place in poor]
        for place, look in zip(poor, self.turner.again(wholes), strict=True):
            if look.turned:
                yield place, look

    def _finish(
        self, photos: Sequence[Photo], looks: Sequence[Look], face: FaceRule | None, keep: Keep | None
    ) -> list[PhotoFaces | Failure]:
        """Chooses the faces that are meant, crops and embeds those of all photos of the batch at once."""
        chosen = [self._chosen(photo, look, face) for photo, look in zip(photos, looks, strict=True)]
        if self.alignment is None or self.embedder is None:
            return [
                chose if isinstance(chose, Failure) else self._answer(photo, chose, keep)
                for photo, chose in zip(photos, chosen, strict=True)
            ]
        size = self.alignment.size
        chosen = with_pixels(chosen, photos, size)
        crops = [
            np.empty((0, size, size, 3), np.uint8)
            if isinstance(chose, Failure)
            else self.alignment.align(chose.image, chose.faces)
            for chose in chosen
        ]
        vectors, lengths = self.embedder.embed_judged(np.concatenate(crops)) if crops else _NOTHING
        faced = [chose for chose in chosen if not isinstance(chose, Failure)]
        qualities = iter(self.judging(faced, crops, lengths, meant=face is not None) if self.judging else ())
        answers: list[PhotoFaces | Failure] = []
        start = 0
        for chose, photo, crop in zip(chosen, photos, crops, strict=True):
            rows = vectors[start : start + len(crop)]
            start += len(crop)
            if isinstance(chose, Failure):
                answers.append(chose)
                continue
            judged = tuple(islice(qualities, len(chose.faces)))
            kept = crop if keep is not None and keep.crops else None
            answers.append(replace(self._answer(photo, chose, keep), embeddings=rows, qualities=judged, crops=kept))
        return answers

    def _chosen(self, photo: Photo, look: Look, rule: FaceRule | None) -> Look | Failure:
        width, height = photo.size
        if self.where:
            look = look.only(*self.where.among(look.originals, width=width, height=height))
        try:
            if rule is not None:
                if not look.faces and (why := exposure(photo.image)) is not None:
                    raise NoFace(photo.name, f"no face found: it is {why.replace('-', ' ')}", exposure=why)
                look = look.only(select(look.originals, rule, photo=photo.name, width=width, height=height))
            if len(look.faces) > self.max_faces:
                reason = f"{len(look.faces)} faces, the limit is {self.max_faces} faces"
                raise PhotoTooLarge(photo.name, reason, faces=len(look.faces), limit=self.max_faces)
        except PhotoError as error:
            return Failure(error)
        return look

    def _answer(self, photo: Photo, look: Look, keep: Keep | None) -> PhotoFaces:
        image = None if keep is None else keep.image(photo.image)
        life = () if self.living is None else tuple(self.living.judge(look.image, look.faces))
        return PhotoFaces(
            photo.name, photo.sha256, *photo.size, look.originals, _NOTHING[0], image, turned=look.turned, liveness=life
        )

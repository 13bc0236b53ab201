"""The facade: one object that detects, embeds, verifies, enrols and identifies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rostro.core.decisions import Identification, Verification
from rostro.core.errors import NoOperatingPoint
from rostro.core.types import Embedding, Face
from rostro.people.enrollment import Enrollment
from rostro.people.reviewing import Reviewing
from rostro.people.whose import NamesFrom, people_photos, photos_each
from rostro.photos.reading import is_photo, name_of, several
from rostro.recognition.comparing import compare
from rostro.recognition.found import answered
from rostro.recognition.pipeline import Failure, PhotoFaces
from rostro.recognition.tables import FaceTable, Tabulated, tabulate, writer_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from rostro.core.errors import PhotoError
    from rostro.core.liveness import Liveness
    from rostro.people.consent import Consent
    from rostro.photos.reading import Source
    from rostro.recognition.keeping import Keep
    from rostro.recognition.selection import FaceRule


class Recognizer(Reviewing):
    """Detects, embeds, verifies, enrols and identifies. Safe to share between threads.

    Making one touches no disk and loads no model: each part comes when it is first needed, and stays.

    A *photo* is a path, bytes, a binary file object, an array (RGB uint8 (H, W, 3); or grey, RGBA, float), or a picture
    of Pillow's.

        >>> recognizer = rostro.Recognizer(gallery="people.db")  # doctest: +SKIP
        >>> recognizer.enroll("family/")  # one folder per person  # doctest: +SKIP
        >>> [who.name for who in recognizer.identify("party.jpg")]  # doctest: +SKIP
        ['Ada', None, 'Grace']
    """

    def photos(
        self,
        photos: Iterable[Any],
        *,
        embed: bool = True,
        face: FaceRule | None = None,
        keep: bool | Keep = False,
        liveness: bool | None = None,
    ) -> Iterator[PhotoFaces | Failure]:
        """Many photos through the pipeline, in order, in bounded memory.

        Args:
            photos: Paths, bytes, file objects, arrays or pictures of Pillow's; read lazily.
            embed: Whether to align and embed the faces too.
            face: Keep one face per photo by this rule (``only``, ``dominant``, ``largest``, ``centre``); None: all.
            keep: Whether answers carry the image and the crops; a `Keep` says how large, and which.
            liveness: Whether to say of each face if it looks alive; then nothing is decided about those that do not.
                None: as the recogniser requires.

        Yields:
            One `PhotoFaces` or `Failure` per photo; what is no photo at all is a `Failure` like others.

        Raises:
            BadInput: One photo alone instead of several.
        """
        return self._looked(several(photos), embed=embed, face=face, keep=keep, liveness=liveness)

    def detect(self, photo: Any) -> list[Face]:
        """The faces of one photo, best score first.

        Raises:
            PhotoError: The photo cannot be read; names it and the reason.
        """
        return list(self._one(photo, embed=False, liveness=False).faces)

    def liveness(self, photo: Any) -> list[Liveness]:
        """Whether the faces of one photo look alive, in the order of `detect`. A sign, not security: pictures do pass.

        Raises:
            PhotoError: The photo cannot be read.
            ModelUnavailable: The scorer's files cannot be had.
        """
        return list(self._one(photo, embed=False, liveness=True).liveness)

    def embed(self, photo: Any) -> list[Embedding]:
        """The embeddings of one photo's faces, in the order of `detect`.

        Raises:
            PhotoError: The photo cannot be read.
        """
        return [Embedding(row, self.space) for row in self._one(photo, liveness=False).embeddings]

    def verify(self, a: Any, b: Any, *, face: FaceRule = "dominant") -> Verification:
        """Are these two the same person?

        Args:
            a: A photo.
            b: A photo.
            face: Which face of each photo is meant; see `rostro.recognition.selection.select`.

        Raises:
            PhotoError: A photo cannot be read, has no face (`NoFace`), or several and the rule does not say which is
                meant (`SeveralFaces`).
            NoOperatingPoint: No threshold is known for this space.
        """
        return self.compare(*(answered(found) for found in self.photos((a, b), face=face)))

    def compare(self, a: PhotoFaces, b: PhotoFaces) -> Verification:
        """Compares the first faces of two photos that went through `photos`.

        Where faces are judged and one of them is too poor for a decision, or where it was asked whether they look alive
        and one does not, the answer's `Verification.doubt` says why.

        Raises:
            PhotoError: One of them is a `Failure`, or has no face.
            BadInput: Not what `photos` gave with vectors; photos are for `verify`.
        """
        return compare(self, a, b)

    def enroll(
        self,
        photos: Source | Iterable[Source],
        *,
        name: str | None = None,
        names_from: NamesFrom = "folders",
        face: FaceRule = "dominant",
        collection: str = "",
        any_quality: bool = False,
        again: bool = False,
        strict: bool = False,
        consent: Consent | None = None,
        on_names: Callable[[dict[str, int]], None] = lambda photos: None,
        on_count: Callable[[int], None] = lambda photos: None,
        on_photo: Callable[[], None] | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Enrollment:
        """Takes people into the gallery.

        Args:
            photos: With ``name``: photos of that person, or folders of them; without: folders of one folder per person.
            name: Whose photos they are.
            names_from: ``files``: each photo's file is named after its person (``emp-1001.jpg``). Never done unasked.
            face: Which face of a photo is meant; photos that break the rule are reported as failed.
            collection: The collection that they go to; identifying can be limited to it.
            any_quality: Take faces too that are too poor to be judged, where any are; otherwise they are failures.
            again: Take photos of people who were erased again; otherwise they are reported as failed.
            strict: Refuse faces that are enrolled under another name; otherwise they are enrolled and remarked on. They
                count as the same face from the recogniser's threshold on, where there is one.
            consent: What all of them agreed to; a gallery may refuse people without (`People.set_policy`).
            on_names: Told how many photos there are of whom, by name, before the first is read; may raise an error.
            on_count: Told how many photos there are, before the first is read.
            on_photo: Called after each photo.
            stopped: Asked before each photo; True ends there, and what was done is kept.

        Raises:
            BadInput: A path does not exist, a folder holds no people, or it is not said whose photos they are.
            NoOperatingPoint: It is to be strict, and no threshold is known for this space.
        """
        given: Any = [photos] if is_photo(photos) else several(photos)
        failed: list[PhotoError] = []
        others: list[Path] = []
        listed = people_photos(list(given), name, names_from, on_failure=failed.append, on_other=others.append)
        on_names(photos_each(listed))
        _ = self.gallery  # made, where it is not there
        on_count(len(listed))
        enroller = self.people.enroller(
            lambda sources: self.photos(sources, face=face),
            gate=None if any_quality else self.gate,
            collection=collection,
            stopped=stopped,
            max_bytes=self.settings.max_bytes,
            again=again,
            threshold=self.known_face_threshold(strict=strict),
            strict=strict,
            consent=consent,
        )
        done = enroller.run(listed, on_photo)
        not_pictures = tuple(map(name_of, others))
        return replace(done, failed=(*map(Failure, failed), *done.failed), not_pictures=not_pictures)

    def known_face_threshold(self, *, strict: bool = False) -> float | None:
        """From which similarity on a face that is enrolled counts as known; None where no threshold is known.

        Raises:
            NoOperatingPoint: It is to be strict, and none is known.
        """
        try:
            return self.operating_point.threshold
        except NoOperatingPoint:
            if strict:
                raise
            return None

    def tabulate(
        self,
        photos: Iterable[Path],
        output: str | Path,
        *,
        face: FaceRule | None = None,
        on_photo: Callable[[], None] = lambda: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Tabulated:
        """The vectors of every face of many photos, into a table. Interrupted, the same call goes on where it stopped.

        Args:
            photos: Photo files; read lazily.
            output: The table, ending in ``.npz`` or ``.parquet``; replaced at the end.
            face: Keep one face per photo by this rule; None: all.
            on_photo: Called after each photo.
            stopped: Asked after each photo; True ends there, and what was done is kept beside the table.

        Raises:
            BadInput: No table ends so.
            MissingExtra: The table is a Parquet file, and pyarrow is not installed.
        """
        writer_for(Path(output))  # before a model is fetched for the space
        table = FaceTable(Path(output), self.space)
        return tabulate(
            several(photos),
            table,
            lambda listed: self.photos(listed, face=face),
            max_bytes=self.settings.max_bytes,
            on_photo=on_photo,
            stopped=stopped,
        )

    def identify(
        self,
        photo: Any,
        *,
        candidates: int = 5,
        collections: Collection[str] | None = None,
    ) -> list[Identification]:
        """Who is in this photo? One answer per face, in the order of `detect`.

        Where two faces are most like the same person, the better one is them. The other is the next person, if it is
        hardly less like them; otherwise it keeps the name, and its `Identification.remarks` say so.

        Args:
            photo: A photo.
            candidates: How many people to list per face.
            collections: Look among the templates of these collections only; None: all.

        Raises:
            PhotoError: The photo cannot be read.
        """
        return self.look_up(self._one(photo), candidates=candidates, collections=collections)

    def _one(self, photo: Any, *, embed: bool = True, liveness: bool | None = None) -> PhotoFaces:
        (found,) = self.photos([photo], embed=embed, liveness=liveness)
        return answered(found)

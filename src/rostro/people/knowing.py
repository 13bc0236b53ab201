"""A recogniser that knows people: one of them by name, all of them by a vector, anybody by a photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, NoOperatingPoint, SpaceMismatch, UnknownPerson
from rostro.core.lazy import Lazy
from rostro.core.ranges import SEARCH_RATE
from rostro.core.types import Embedding
from rostro.people.gathering import Gathering
from rostro.photos.reading import is_photo, several
from rostro.recognition.comparing import compare_person
from rostro.recognition.found import answered, embedded
from rostro.recognition.lookup import match
from rostro.recognition.pipeline import Failure
from rostro.recognition.searching import open_searching
from rostro.scoring.operating_points import tail_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from rostro.core.decisions import VectorMatch
    from rostro.core.person_decision import PersonVerification
    from rostro.core.types import Floats
    from rostro.gallery.base import Population
    from rostro.people.finding import Found, Looking
    from rostro.people.people import People
    from rostro.recognition.pipeline import PhotoFaces
    from rostro.recognition.selection import FaceRule
    from rostro.scoring.impostor_tail import ImpostorTail
    from rostro.scoring.open_set import SearchRate

#: Vectors shorter than this point nowhere.
_LEAST = 1e-6


class Knowing(Gathering):
    """A recogniser, and the people of its gallery."""

    def _prepare(self) -> None:
        super()._prepare()
        self._people = Lazy(self._people_of_gallery)
        self._tail = Lazy(self._read_tail)

    def _people_of_gallery(self) -> People:
        from rostro.people.people import People

        return People(self.existing_gallery, self.settings.home)

    def _let_go(self) -> None:
        super()._let_go()
        self._tail.forget()

    def close(self) -> None:
        """See `Opened.close`."""
        self._people.forget()
        super().close()

    @property
    def people(self) -> People:
        """The people of the gallery: list, rename, merge, erase.

        Raises:
            GalleryError: There is no such gallery; `enroll` makes it.
        """
        return self._people()

    def verify_person(self, photo: Any, who: str | int, *, face: FaceRule = "dominant") -> PersonVerification:
        """Is this that person, who is enrolled? One comparison at its false match rate, not a search among all.

        >>> recognizer.verify_person("door.jpg", "Ada").same  # doctest: +SKIP
        True

        The best of a person's templates counts. So that it means what one comparison means, the threshold rises with
        their number; see `rostro.scoring.best_of.best_of`.

        Args:
            photo: A photo.
            who: Name or id of the person.
            face: Which face of the photo is meant; see `rostro.recognition.selection.select`.

        Raises:
            UnknownPerson: There is nobody like that.
            PhotoError: The photo cannot be read, has no face (`NoFace`), or several and the rule does not say which is
                meant (`SeveralFaces`).
            NoOperatingPoint: No threshold is known for this space.
            GalleryError: There is no such gallery.
        """
        _ = self.existing_gallery.person(self.people.named(who))  # before a photo is looked at
        (found,) = self._looked([photo], embed=True, face=face, keep=False, liveness=None)
        return self.compare_person(answered(found), who)

    def compare_person(self, found: PhotoFaces, who: str | int, *, actor: str = "") -> PersonVerification:
        """Does what `verify_person` does, with a photo that went through `photos`; ``actor`` is as in `People.by`.

        Raises:
            UnknownPerson: There is nobody like that.
            PhotoError: The photo is a `Failure`, or has no face.
            BadInput: Not what `photos` gave with vectors.
        """
        name = self.existing_gallery.person(self.people.named(who)).name
        templates = self.existing_gallery.templates(name)
        if not templates:  # the last was erased since
            raise UnknownPerson(f"nobody called {name!r}", name=name)
        decided = compare_person(self, found, name, templates, self._tail())
        if decided:
            self.people.by(actor).note_found([name])
        return decided

    def search(
        self,
        vectors: Floats | Embedding | Iterable[Embedding],
        *,
        space: str | None = None,
        candidates: int = 5,
        collections: Collection[str] | None = None,
        fpir: float | None = None,
        actor: str = "",
    ) -> list[VectorMatch]:
        """Whose vectors are these? As `identify`, for who keeps vectors and no photos.

        >>> recognizer.search(recognizer.embed("door.jpg"))[0].name  # doctest: +SKIP
        'Ada'

        Nothing tells how good the faces were that vectors were made of: judge them where they are made. Vectors of any
        length but 0 are taken; they are made unit vectors.

        Args:
            vectors: Embeddings, which know their space; or (N, d), or (d,), numbers.
            space: The space of vectors that are numbers: that of the gallery is asked for.
            candidates: How many people to list for each.
            collections: Look among the templates of these collections only; None: all.
            fpir: Name a smaller share of strangers than this recogniser does, in (0, 1); a larger one changes nothing.
            actor: Who asks; as in `People.by`.

        Returns:
            An answer for each vector, in order.

        Raises:
            SpaceMismatch: They are of another space than the gallery's, or have another length.
            BadInput: Not vectors, not finite, or of length 0; numbers without a ``space``; too few candidates or many.
            NoOperatingPoint: No threshold is known for this space.
            GalleryError: There is no such gallery.
        """
        rows, of = _rows(vectors, space)
        if fpir is not None:
            SEARCH_RATE.check(fpir)
        gallery = self.existing_gallery
        if of != self.space:
            raise SpaceMismatch(f"the vectors are of the space {of}, the gallery holds {self.space}")
        among = self._among(gallery.population(collections), fpir)
        found = match(
            gallery,
            rows,
            self.operating_point,
            candidates=candidates,
            collections=collections,
            search=among,
            rejected=self.people.rejected,
        )
        self.people.by(actor).note_found([one.name for one in found if one.name])
        return found

    def like(
        self,
        wanted: Any,
        photos: Iterable[Any],
        *,
        face: FaceRule = "dominant",
        on_photo: Callable[[], None] = lambda: None,
    ) -> Found:
        """All photos of this face among others, though nobody is enrolled. Photos are gone through, and not kept.

        >>> for face in recognizer.like("ada.jpg", Path("holidays").glob("*.jpg")).faces:  # doctest: +SKIP
        ...     print(face.photo, face.similarity)

        The threshold follows from how many faces there are: see `rostro.people.finding`. One that was chosen for the
        recogniser, or an ``fpir``, holds instead.

        Args:
            wanted: A photo of the person, or several: the most alike counts.
            photos: As `Recognizer.photos` takes them; read lazily.
            face: Which face of the wanted photos is meant.
            on_photo: Called after each of the others.

        Raises:
            BadInput: One photo alone instead of several, or none that is wanted.
            PhotoError: A wanted photo cannot be read, shows nobody or several, or is too poor (`PoorQuality`).
            NoOperatingPoint: No threshold is known for this space.
        """
        listed = several(photos)
        shown = [wanted] if is_photo(wanted) else list(several(wanted))
        if not shown:
            raise BadInput("at least one photo of the person is wanted, got none")
        by = self._looked(shown, embed=True, face=face, keep=False, liveness=False)
        looking = self.looking([answered(found) for found in by])
        failed = []
        for found in self._looked(listed, embed=True, face=None, keep=False, liveness=False):
            if isinstance(found, Failure):
                failed.append(found)
            else:
                looking.add(found)
            on_photo()
        return looking.found(failed)

    def looking(self, wanted: Sequence[PhotoFaces]) -> Looking:
        """Does what `like` does, with photos that went through `photos`: those of the person now, others one by one.

        Args:
            wanted: Photos of the person, each with the face that is meant first; at least one.

        Raises:
            PhotoError: One of them shows nobody, or is too poor (`PoorQuality`).
            NoOperatingPoint: No threshold is known for this space.
        """
        from rostro.people.finding import FPIR, Looking

        searching = open_searching(
            self.space,
            self.operating_point,
            self._options["operating_point"],
            fpir=self._options["fpir"],
            chosen=self._options["threshold"] is not None or self._options["fmr"] is not None,
            usual=FPIR,
        )
        photos = [embedded(photo) for photo in wanted]
        return Looking(photos, searching, self.operating_point.threshold, self.gate)

    def _among(self, searched: Population, fpir: float | None) -> SearchRate | None:
        among = None if self.searching is None else self.searching.among(searched)
        if fpir is None:
            return among
        asked = open_searching(self.space, self.operating_point, self._options["operating_point"], fpir=fpir)
        stricter = None if asked is None else asked.among(searched)
        if stricter is None or (among is not None and among.threshold >= stricter.threshold):
            return among
        return stricter if stricter.threshold > self.operating_point.threshold else among

    def _read_tail(self) -> ImpostorTail | None:
        try:
            return tail_of(self.space, self._options["operating_point"])
        except NoOperatingPoint:
            return None


def _rows(vectors: Floats | Embedding | Iterable[Embedding], space: str | None) -> tuple[Floats, str]:
    """Unit rows, and their space."""
    if isinstance(vectors, Embedding):
        vectors = [vectors]
    given = vectors if isinstance(vectors, np.ndarray) else list(vectors)
    spaces = {one.space for one in given if isinstance(one, Embedding)} | ({space} if space else set())
    if len(spaces) > 1:
        raise SpaceMismatch(f"the vectors are of several spaces: {', '.join(sorted(spaces))}")
    if not spaces:
        raise BadInput("numbers do not say which space they are of: name it, as 'embed' does")
    try:
        rows = np.atleast_2d(np.asarray(given, np.float64))
    except (TypeError, ValueError) as error:
        raise BadInput("vectors are numbers, all of one length") from error
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    if rows.ndim != 2 or not np.isfinite(lengths).all() or (lengths < _LEAST).any():
        raise BadInput(f"vectors are (N, d), finite and not 0, got an array {rows.shape}")
    unit: Floats = (rows / lengths).astype(np.float32)
    return unit, spaces.pop()

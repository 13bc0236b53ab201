"""What was uncertain waits in an album to be asked about: who was nearly named, or hardly, or never seen before.

The faces of one photo that are kept are those without a name that the search does not know for sure; those that cannot
be judged are not, for nobody could say more about them. What waits is bounded: where it is too much, the oldest faces
that came this way and that nobody touched are forgotten.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput
from rostro.people.albums.intake import Intake
from rostro.people.albums.notes import is_id, notes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.decisions import Identification
    from rostro.people.albums.album import Album
    from rostro.recognition.pipeline import PhotoFaces

#: The collection that such faces are in, so that those of somebody's photos are never forgotten instead of them.
WAITING = "review"
#: How many such faces wait at most.
MOST = 1_000
#: So many more may come before they are counted again.
_SLACK = 64


def uncertain(row: Sequence[Identification], likely: float) -> list[int]:
    """Which faces of a photo are to be asked about.

    Args:
        row: Who they are.
        likely: Similarity from which somebody may be meant; below the threshold that decided, or at it.

    Returns:
        Their places: without a name, or with one that is no further above the threshold than `likely` is below it. Not
        those of which nothing could be decided.
    """
    return [place for place, one in enumerate(row) if one.doubt is None and not _certain(one, likely)]


def _certain(one: Identification, likely: float) -> bool:
    threshold = one.operating_point.threshold
    return one.name is not None and (one.similarity or 0.0) >= threshold + max(0.0, threshold - likely)


def only(found: PhotoFaces, places: Sequence[int]) -> PhotoFaces:
    """A photo with some of its faces."""
    return replace(
        found,
        faces=tuple(found.faces[place] for place in places),
        embeddings=found.embeddings[list(places)],
        image=None,
        crops=None if found.crops is None else found.crops[list(places)],
        qualities=tuple(found.qualities[place] for place in places) if found.qualities else (),
        liveness=tuple(found.liveness[place] for place in places) if found.liveness else (),
    )


class Waiting:
    """Puts uncertain faces into an album. Safe to share between threads as far as the album is."""

    def __init__(self, album: Album, *, keep_crops: bool = False, most: int = MOST) -> None:
        """Looks whether the album takes faces that nobody asked for.

        Args:
            album: Where they wait.
            keep_crops: Whether pictures of them are kept.
            most: How many wait at most.

        Raises:
            BadInput: The album asks for consent, or pictures are wanted of one that is no file.
        """
        self._album = album
        self._keep_crops = keep_crops
        self._most = most
        self._came = _SLACK  # so that the first one counts
        self.check()

    def check(self) -> None:
        """Looks whether faces may be kept.

        Raises:
            BadInput: The album asks for consent, or pictures are wanted of one that is no file.
        """
        if self._album.people.policy.require_consent:
            words = f"{self._album.gallery.url}: the album asks for consent, and nobody knows whose faces these are"
            raise BadInput(words)
        if self._keep_crops and self._album.pictures is None:
            url = self._album.gallery.url
            raise BadInput(f"{url}: pictures are kept beside galleries that are files, and this is none")

    def add(
        self, found: PhotoFaces, row: Sequence[Identification], likely: float, *, actor: str = ""
    ) -> tuple[list[str], Album]:
        """Keeps the faces of a photo that are uncertain; a photo that is there, or was erased, adds none.

        Args:
            found: The photo; with crops, where pictures are kept.
            row: Who its faces are.
            likely: See `uncertain`.
            actor: As `People.by` takes it.

        Returns:
            Names of the people that were made in the album, one face each, who are to join groups; and the album.
        """
        places = uncertain(row, likely)
        album = self._album.by(actor)
        if not places or album.gallery.known_sources([found.sha256]) or album.gallery.erased([found.sha256]):
            return [], album
        intake = Intake(album.people, keep_crops=self._keep_crops, collection=WAITING)
        intake.take([only(found, places)], lambda: None)
        self._came += len(places)
        if self._came >= _SLACK:
            self._came = 0
            self.forget_oldest()
        return intake.new, album

    def forget_oldest(self) -> int:
        """Forgets the oldest faces that are too many, as `People.forget` does; returns how many."""
        gallery = self._album.gallery
        touched = notes_of(gallery)
        names = {person: name for person, name in gallery.all_names() if is_id(name) and person not in touched}
        counts = gallery.template_counts(names)
        single = sorted(person for person in names if counts.get(person) == 1)
        forgotten, waiting = 0, 0
        for person in reversed(single):  # the youngest stay
            for template in gallery.templates_of([names[person]])[names[person]]:
                waiting += template.collection == WAITING
                if template.collection == WAITING and waiting > self._most:
                    self._album.people.forget(template.source_hash, of=names[person])
                    forgotten += 1
        return forgotten

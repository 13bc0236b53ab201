"""A recogniser that asks about what was uncertain, and learns from the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.people.naming import Naming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.decisions import Identification
    from rostro.people.albums.album import Album
    from rostro.people.review import Review
    from rostro.people.uncertain import Waiting
    from rostro.recognition.pipeline import PhotoFaces

#: Somebody is suggested where as many strangers would be named: of ten, one is asked about with a wrong name.
FPIR = 0.1
#: Where nothing is known of searches: this part of the threshold.
PART = 0.75


class Reviewing(Naming):
    """A recogniser beside an album of people who wait to be named."""

    def likely(self) -> float:
        """Similarity from which an enrolled person is suggested: never above the threshold that names them."""
        searching, population = self.searching, self.existing_gallery.population(None)
        rate = None if searching is None else searching.among(population)
        threshold = self.operating_point.threshold if rate is None else rate.threshold
        if searching is None:
            return PART * threshold
        return min(threshold, searching.threshold_at(FPIR, population))

    def review(self, album: Album, *, actor: str = "") -> Review:
        """What waits in an album, to be confirmed, corrected or ignored; faces that came since are grouped before.

        Args:
            album: Open, and of the recogniser's space.
            actor: As `People.by` takes it.

        Raises:
            BadInput: The album is the gallery.
            SpaceMismatch: It holds vectors of another space.
            GalleryError: There is no gallery.
        """
        from rostro.people.albums.adding import check_space
        from rostro.people.albums.notes import state_of
        from rostro.people.albums.regrouping import regroup
        from rostro.people.review import Review
        from rostro.people.teaching import Rules

        people = self.people.by(actor)
        check_space(album, self.space)
        album = album.by(actor)
        state = state_of(album.gallery)
        if state is None or state.regrouped != len(album):
            regroup(album.people, (), self._thresholds, self.gate)
        gate = self.gate
        rules = Rules.at(self.operating_point.threshold, gate)
        least = 0.0 if gate is None else gate.refuse_below
        return Review(album, people, rules, likely=self.likely(), least_quality=least)

    def keep_uncertain(
        self, found: PhotoFaces, row: Sequence[Identification], waiting: Waiting, *, actor: str = ""
    ) -> int:
        """Has those faces of a photo wait that are uncertain; see `rostro.people.uncertain`.

        Args:
            found: The photo; with crops, where pictures are kept.
            row: Who its faces are, as `look_up` says.
            waiting: Where they wait.
            actor: As `People.by` takes it.

        Returns:
            How many were added.
        """
        from rostro.people.albums.regrouping import ALWAYS_UP_TO, regroup

        new, album = waiting.add(found, row, self.likely(), actor=actor)
        if new and len(album) > ALWAYS_UP_TO:  # in a small one, all are grouped when somebody looks
            regroup(album.people, new, self._thresholds, self.gate)
        return len(new)

"""Grouping an album: a recogniser's photos in, people out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import NoOperatingPoint
from rostro.people.trust.auditor import Auditor
from rostro.photos.reading import several
from rostro.recognition.keeping import Keep
from rostro.recognition.lookup import identify
from rostro.recognition.pipeline import Failure
from rostro.scoring.operating_points import tail_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from rostro.core.types import Floats
    from rostro.people.album import FaceGroup, Grouped, Suggestion
    from rostro.people.albums.album import Album
    from rostro.people.albums.intake import Intake
    from rostro.people.albums.shown import GroupSummary, KeptGroup
    from rostro.people.enroll import Look

#: Groups that are looked up in a gallery at a time.
_AT_ONCE = 256


class Gathering(Auditor):
    """A recogniser that groups faces nobody named."""

    def group(
        self,
        photos: Iterable[Any],
        *,
        suggest: bool = False,
        album: Album | str | Path | None = None,
        keep_crops: bool = False,
        again: bool = False,
        whole: bool | None = None,
        on_photo: Callable[[], None] = lambda: None,
        look: Look | None = None,
    ) -> Grouped:
        """The faces of photos by people, whatever the order of the photos; with an album, they are kept there.

        >>> for person in recognizer.group(Path("album").glob("*.jpg")).groups:  # doctest: +SKIP
        ...     print(len(person), [face.photo for face in person.faces])

        How alike faces must be follows from how many there are, at the false positive identification rate of
        `rostro.people.grouping`; a threshold that was chosen for the recogniser holds instead. Kept in memory are
        vectors and places, about 1.5 kB a face.

        Args:
            photos: As `Recognizer.photos` takes them; read lazily.
            suggest: Look every group without a name up in the gallery, and say who it may be.
            album: An album that is open, or its URL, where it is made if it is not there: photos that it has are not
                looked at again, new faces join old groups, and names stay. The answer tells of the given photos'
                groups, with all their faces. None: nothing is kept.
            keep_crops: Keep pictures of the faces beside the album.
            again: Take photos of people who were erased from the album in again; otherwise they are failures.
            whole: Whether all faces of the album are grouped anew; None: where that is quick, or much is new. See
                `rostro.people.albums.regrouping`.
            on_photo: Called after each photo.
            look: What finds the faces of photos and their vectors, in their order; crops, too, where they are kept.
                None: this recogniser.

        Raises:
            BadInput: One photo alone instead of several; a gallery that is no album; pictures of one that is no file.
            SpaceMismatch: The album holds vectors of another space.
            NoOperatingPoint: No threshold is known for this space.
            GalleryError: Suggestions are wanted, and there is no such gallery.
        """
        from rostro.people.album import Faces, Grouped
        from rostro.people.albums.adding import lent_album
        from rostro.people.albums.intake import Intake

        listed = several(photos)
        if suggest:
            _ = self.existing_gallery  # one that is not there is an error now, not after an hour
        _ = self.operating_point
        if album is not None:
            with lent_album(album, self.space) as opened:
                intake = Intake(opened.people, keep_crops=keep_crops, again=again, max_bytes=self.settings.max_bytes)
                intake.take((look or self._looker(keep_crops))(intake.unknown(listed, on_photo)), on_photo)
                return self._grouped_in(opened, intake, suggest=suggest, whole=whole)
        faces, failed = Faces(), []
        for answer in (look or self._looker())(listed):
            if isinstance(answer, Failure):
                failed.append(answer)
            else:
                faces.add(answer)
            on_photo()
        thresholds = self._thresholds(len(faces))
        grouped, singles = faces.grouped(thresholds, self.gate)
        groups = self._suggested(grouped) if suggest else [group for group, _ in grouped]
        return Grouped(
            groups=tuple(groups),
            singles=tuple(singles),
            failed=tuple(failed),
            threshold=thresholds[1],
            photos=faces.photos + len(failed),
        )

    def suggestions(self, album: Album, groups: Iterable[GroupSummary | KeptGroup]) -> dict[str, Suggestion]:
        """Who groups of an album may be that nobody named: somebody of the gallery, or of the album itself.

        Args:
            album: Theirs.
            groups: Those with a name are passed over.

        Returns:
            Suggestions by the groups' ids; of some there are none.

        Raises:
            GalleryError: There is no such gallery.
            NoOperatingPoint: No threshold is known for this space.
        """
        from rostro.people.albums.listing import kept_groups
        from rostro.people.albums.suggesting import named_like

        names = {group.person: group.id for group in groups if group.name is None}
        unnamed = kept_groups(album.gallery, names)
        search = None if self.searching is None else self.searching.among(album.gallery.population(None))
        threshold = (self.operating_point if search is None else search).threshold
        told = named_like(album, unnamed, threshold)
        for group in self._suggested(list(unnamed)):
            other = told.get(group.id)
            if group.suggested and (other is None or group.suggested.similarity > other.similarity):
                told[group.id] = group.suggested
        return told

    def _looker(self, keep_crops: bool = False) -> Look:
        keep = Keep(images=False) if keep_crops else False
        return partial(self._looked, embed=True, face=None, keep=keep, liveness=None)

    def _grouped_in(self, album: Album, intake: Intake, *, suggest: bool, whole: bool | None) -> Grouped:
        """Tells of the groups of photos that an album took in."""
        from rostro.people.album import Grouped
        from rostro.people.albums.adding import groups_of
        from rostro.people.albums.regrouping import regroup

        done = regroup(album.people, intake.new, self._thresholds, self.gate, whole=whole)
        shown, singles = groups_of(album, intake.hashes)
        unnamed: list[tuple[FaceGroup, Floats]] = [pair for pair in shown if pair[0].name is None]
        told = {group.id: group for group in self._suggested(unnamed)} if suggest else {}
        return Grouped(
            groups=tuple(told.get(group.id, group) for group, _ in shown),
            singles=tuple(singles),
            failed=tuple(intake.failed),
            threshold=done.threshold,
            photos=intake.photos,
        )

    def _thresholds(self, faces: int) -> tuple[float, float]:
        """Of both passes; one comparison's where nothing is known of many, or where the caller chose it."""
        from rostro.people.grouping import thresholds_among

        one = self.operating_point.threshold
        if self._options["threshold"] is not None or self._options["fmr"] is not None:
            return one, one
        try:
            tail = tail_of(self.space, self._options["operating_point"])
        except NoOperatingPoint:
            return one, one
        return thresholds_among(faces, tail, one)

    def _suggested(self, grouped: list[tuple[FaceGroup, Floats]]) -> list[FaceGroup]:
        from rostro.people.album import Suggestion
        from rostro.people.negatives import Negatives

        gallery, told = self.existing_gallery, []
        searching, rejected = self.searching, Negatives(gallery).known()
        search = None if searching is None else searching.among(gallery.population(None))
        for start in range(0, len(grouped), _AT_ONCE):
            some = grouped[start : start + _AT_ONCE]
            found = identify(
                gallery,
                [group.faces[0].face for group, _ in some],
                np.stack([mean for _, mean in some]),
                self.operating_point,
                candidates=1,
                search=search,
                rejected=rejected,
            )
            for (group, _), who in zip(some, found, strict=True):
                if who.name is not None and who.similarity is not None:
                    told.append(replace(group, suggested=Suggestion(name=who.name, similarity=who.similarity)))
                else:
                    told.append(group)
        return told

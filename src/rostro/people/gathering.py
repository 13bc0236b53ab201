"""Grouping an album: a recogniser's photos in, people out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import NoOperatingPoint
from rostro.people.album import Album, FaceGroup, Faces, Suggestion
from rostro.people.grouping import thresholds_among
from rostro.people.trust.auditor import Auditor
from rostro.photos.reading import several
from rostro.recognition.lookup import identify
from rostro.recognition.pipeline import Failure
from rostro.scoring.operating_points import tail_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rostro.core.types import Floats

#: Groups that are looked up in a gallery at a time.
_AT_ONCE = 256


class Gathering(Auditor):
    """A recogniser that groups faces nobody named."""

    def group(
        self,
        photos: Iterable[Any],
        *,
        suggest: bool = False,
        on_photo: Callable[[], None] = lambda: None,
    ) -> Album:
        """The faces of an album by people, without a gallery, whatever the order of the photos.

        >>> for person in recognizer.group(Path("album").glob("*.jpg")).groups:  # doctest: +SKIP
        ...     print(len(person), [face.photo for face in person.faces])

        How alike faces must be follows from how many there are, at the false positive identification rate of
        `rostro.people.grouping`; a threshold that was chosen for the recogniser holds instead. Kept in memory are
        vectors and places, about 1.5 kB a face.

        Args:
            photos: As `Recognizer.photos` takes them; read lazily.
            suggest: Look every group up in the gallery, and say who it may be.
            on_photo: Called after each photo.

        Raises:
            BadInput: One photo alone instead of several.
            NoOperatingPoint: No threshold is known for this space.
            GalleryError: Suggestions are wanted, and there is no such gallery.
        """
        listed = several(photos)
        if suggest:
            _ = self.existing_gallery  # one that is not there is an error now, not after an hour
        _ = self.operating_point
        faces, failed = Faces(), []
        for answer in self._looked(listed, embed=True, face=None, keep=False, liveness=None):
            if isinstance(answer, Failure):
                failed.append(answer)
            else:
                faces.add(answer)
            on_photo()
        thresholds = self._thresholds(len(faces))
        grouped, singles = faces.grouped(thresholds, self.gate)
        groups = self._suggested(grouped) if suggest else [group for group, _ in grouped]
        return Album(
            groups=tuple(groups),
            singles=tuple(singles),
            failed=tuple(failed),
            threshold=thresholds[1],
            photos=faces.photos + len(failed),
        )

    def _thresholds(self, faces: int) -> tuple[float, float]:
        """Of both passes; one comparison's where nothing is known of many, or where the caller chose it."""
        one = self.operating_point.threshold
        if self._options["threshold"] is not None or self._options["fmr"] is not None:
            return one, one
        try:
            tail = tail_of(self.space, self._options["operating_point"])
        except NoOperatingPoint:
            return one, one
        return thresholds_among(faces, tail, one)

    def _suggested(self, grouped: list[tuple[FaceGroup, Floats]]) -> list[FaceGroup]:
        gallery, told = self.existing_gallery, []
        searching = self.searching
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
            )
            for (group, _), who in zip(some, found, strict=True):
                if who.name is not None and who.similarity is not None:
                    told.append(replace(group, suggested=Suggestion(name=who.name, similarity=who.similarity)))
                else:
                    told.append(group)
        return told

"""A recogniser that names faces by the people of its gallery, and is told where it was wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, PoorQuality, SeveralFaces
from rostro.core.geometry import overlap
from rostro.core.ranges import CANDIDATES
from rostro.people.knowing import Knowing
from rostro.recognition.found import answered
from rostro.recognition.lookup import identify
from rostro.recognition.once import LOOKED_AT, once_per_photo
from rostro.recognition.selection import select

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rostro.core.decisions import Identification
    from rostro.people.negatives import Rejection
    from rostro.recognition.pipeline import PhotoFaces
    from rostro.recognition.selection import FaceRule
    from rostro.scoring.open_set import SearchRate

#: A box means the face that it shares this much with (intersection over union).
_MEANT = 0.5


class Naming(Knowing):
    """The part of a recogniser that asks its gallery who faces are."""

    def search_rate(self, *, collections: Collection[str] | None = None) -> SearchRate | None:
        """The threshold of a search among the people of the gallery, and how often it names a stranger.

        With N people a stranger is named about N times as often as one comparison says. Where the data behind the rate
        are too few to have shown it, the threshold goes by the upper end of its interval, and the answer says so.

        Args:
            collections: Of these collections only; None: all.

        Returns:
            None where nothing is known of the rate: no tail was measured for this space, or a threshold was chosen that
            lies below it.

        Raises:
            NoOperatingPoint: No tail was measured for this space, and the recogniser was given a rate to keep to.
        """
        searching = self.searching
        return None if searching is None else searching.among(self.existing_gallery.population(collections))

    def look_up(
        self,
        found: PhotoFaces,
        *,
        candidates: int = 5,
        collections: Collection[str] | None = None,
        actor: str = "",
    ) -> list[Identification]:
        """Does what `identify` does, with a photo that went through `photos`; ``actor`` is as in `People.by`."""
        row = self._looked_up(found, candidates=candidates, collections=collections)
        self.people.by(actor).note_found([one.name for one in row if one.name])
        return row

    def reject(
        self,
        photo: Any,
        name: str | int,
        *,
        face: FaceRule | None = None,
        box: Sequence[float] | None = None,
        actor: str = "",
    ) -> Rejection:
        """“Not this person”: the face is not named so again, nor are faces that are more like it than like the person.

        What is kept is its vector, with the person; nobody else is found any less, and `People.take_back` undoes it.

        Args:
            photo: A photo.
            name: Name or id of the person who it is not.
            face: Which face of it is meant; see `rostro.recognition.selection.select`.
            box: The face that is meant, as an answer told it: (x1, y1, x2, y2) in pixels. Without both it is the
                photo's only face, or the only one that is named so.
            actor: As in `People.by`.

        Returns:
            What is kept.

        Raises:
            PhotoError: The photo cannot be read; it is not clear which face is meant (`SeveralFaces`); the face is
                enrolled as theirs (`AlreadyEnrolled`), too poor to be named anyway (`PoorQuality`), or of a photo of
                somebody who was erased (`ErasedBefore`).
            UnknownPerson: There is nobody like that.
        """
        (found,) = self._asking(self.pipeline, False).run([photo])
        return self.reject_face(answered(found), name, face=face, box=box, actor=actor)

    def reject_face(
        self,
        found: PhotoFaces,
        name: str | int,
        *,
        face: FaceRule | None = None,
        box: Sequence[float] | None = None,
        actor: str = "",
    ) -> Rejection:
        """Does what `reject` does, with a photo that went through `photos`."""
        from rostro.people.negatives import Rejection

        people = self.people.by(actor)
        who = self.existing_gallery.person(people.named(name)).name
        place = self._meant(found, who, face, box)
        if self.gate is not None and found.qualities:
            quality = found.qualities[place]
            doubt = self.gate.doubt(None, self.operating_point.threshold, [quality])
            if doubt is not None:
                raise PoorQuality(found.photo, doubt.reason, kinds=list(doubt.kinds), quality=round(quality.value, 4))
        rejection = Rejection(found.photo, found.sha256, found.faces[place].box, found.embeddings[place])
        people.reject(name, rejection)
        return rejection

    def _looked_up(
        self, found: PhotoFaces, *, candidates: int, collections: Collection[str] | None
    ) -> list[Identification]:
        CANDIDATES.check(candidates)
        row = identify(
            self.existing_gallery,
            found.faces,
            found.embeddings,
            self.operating_point,
            candidates=max(candidates, LOOKED_AT) if len(found.faces) > 1 else candidates,
            collections=collections,
            qualities=found.qualities,
            gate=self.gate,
            search=self.search_rate(collections=collections) if len(found.faces) else None,
            liveness=found.liveness,
            rejected=self.people.rejected if len(found.faces) else None,
        )
        once = once_per_photo(row, found.embeddings, self.operating_point.threshold, self.gate)
        return [replace(one, candidates=one.candidates[:candidates]) for one in once]

    def _meant(self, found: PhotoFaces, name: str, face: FaceRule | None, box: Sequence[float] | None) -> int:
        """The place of the face that is not somebody's."""
        if box is not None:
            if face is not None or len(box) != 4 or not np.isfinite(box).all():
                raise BadInput(f"a face is meant by a rule or by its box of four numbers, got {face!r} and {box!r}")
            if found.faces:
                shared = overlap(np.array([box], np.float32), np.array([one.box for one in found.faces], np.float32))[0]
                if shared.max() >= _MEANT:
                    return int(shared.argmax())
            raise BadInput(f"{found.photo}: no face was found at {[round(float(side)) for side in box]}")
        if face is None and len(found.faces) > 1:
            row = self._looked_up(found, candidates=1, collections=None)
            named = [place for place, one in enumerate(row) if one.name == name]
            if len(named) == 1:
                return named[0]
            reason = f"{len(found.faces)} faces found, {len(named)} of them named {name}; which one is meant?"
            raise SeveralFaces(found.photo, reason, faces=len(found.faces))
        return select(found.faces, face or "only", photo=found.photo, width=found.width, height=found.height)

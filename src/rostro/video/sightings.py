"""Pictures of who was recognised, kept where erasing a person finds them. Pictures of strangers are never kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.gallery.base import Gallery
    from rostro.people.pictures import Pictures
    from rostro.video.events import FaceEvent


class Sightings:
    """One picture per recognised track, the best, under the person that it was recognised as last."""

    def __init__(self, crops: Pictures, gallery: Gallery) -> None:
        """Touches no disk.

        Args:
            crops: The pictures beside the gallery.
            gallery: Tells whether somebody was erased in the meantime.
        """
        self._crops = crops
        self._gallery = gallery
        self._run = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")[:-3]
        self._owners: dict[int, int] = {}

    def keep(self, event: FaceEvent) -> Path | None:
        """Keeps the picture of an event about somebody who is known.

        Returns:
            The file; None for strangers, and for people who were erased while they were watched.

        Raises:
            GalleryError: A picture cannot be written or removed.
        """
        sighting = f"{self._run}-{event.track:06d}"
        person = None if event.match is None else event.match.person
        before = self._owners.get(event.track)
        if before is not None and before != person and event.kind != "appeared":
            self._crops.forget_seen(before, sighting)  # it shows somebody else
            del self._owners[event.track]
        if person is None or event.picture is None:
            return None
        file = self._crops.keep_seen(person, sighting, event.picture)
        if person not in self._gallery.names([person]):  # erased before the picture was there, by another program
            self._crops.erase(person)
            return None
        self._owners[event.track] = person
        if event.kind == "left":
            del self._owners[event.track]
        return file

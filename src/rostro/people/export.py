"""All that is held of a person, in one document: what the right of access asks for."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rostro.core.errors import GalleryError
from rostro.core.files import private_folder, write_private
from rostro.core.types import Answer
from rostro.people.albums.notes import notes_of
from rostro.people.consent import now
from rostro.people.linked import links_of
from rostro.people.taught import taught_photos

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from rostro.core.types import Person
    from rostro.gallery.base import Gallery
    from rostro.people.audit import Entry
    from rostro.people.consent import Consent
    from rostro.people.negatives import Rejection
    from rostro.people.pictures import Pictures

#: What the document is called in a folder.
DOCUMENT = "person.json"


@dataclass(frozen=True, slots=True, repr=False)
class Export(Answer):
    """What is held of a person.

    Attributes:
        facts: Everything but the pictures.
        pictures: Files of pictures by their names: JPEG.
    """

    facts: Mapping[str, Any]
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    def __repr__(self) -> str:
        held = len(self.facts["templates"])
        return f"<Export of {self.facts['name']}: {held} templates, {len(self.pictures)} pictures>"

    def to_dict(self) -> dict[str, Any]:
        """All of it; pictures in Base64."""
        pictures = [
            {"file": name, "jpeg": base64.b64encode(content).decode()} for name, content in self.pictures.items()
        ]
        return {**self.facts, "pictures": pictures}

    def write(self, to: Path) -> None:
        """Writes it for this user alone: one JSON document, or a folder with the pictures beside it.

        Args:
            to: A file that ends in ``.json``; anything else is a folder, made if it is not there.

        Raises:
            GalleryError: It cannot be written.
        """
        try:
            if to.suffix == ".json":
                write_private(to, _text(self.to_dict()))
                return
            private_folder(to)
            for name, content in self.pictures.items():
                private_folder((to / name).parent)
                write_private(to / name, content)
            listed = [{"file": name} for name in self.pictures]
            write_private(to / DOCUMENT, _text({**self.facts, "pictures": listed}))
        except OSError as error:
            raise GalleryError(f"{to}: cannot be written ({error.strerror})") from error


def export_of(
    gallery: Gallery,
    person: Person,
    *,
    pictures: Pictures | None,
    consent: Consent | None,
    last_seen: date | None,
    pseudonyms: Sequence[str],
    log: Sequence[Entry],
    rejected: Sequence[Rejection] = (),
) -> Export:
    """Puts together what is held of a person.

    Args:
        gallery: Where they are.
        person: Who.
        pictures: Where pictures of faces are.
        consent: What they agreed to.
        last_seen: When they were last seen.
        pseudonyms: What the log calls them.
        log: What was done to them.
        rejected: Faces that were said not to be theirs; their vectors are of others, and are not told.
    """
    templates = [
        {
            "photo": template.photo,
            "sha256": template.source_hash,
            "box": template.box and list(template.box),
            "quality": template.quality,
            "collection": template.collection,
            "vector": [round(float(value), 6) for value in template.vector],
        }
        for template in gallery.templates(person.name)
    ]
    note = notes_of(gallery, [person.id]).get(person.id)
    facts = {
        "name": person.name,
        "id": person.id,
        "exported": now(),
        "space": gallery.space,
        "consent": None if consent is None else consent.to_dict(),
        "last_seen": last_seen and last_seen.isoformat(),
        "templates": templates,
        "rejected": [one.to_dict() for one in rejected],
        "taught_by": sorted(taught_photos(gallery, person.id)),
        "group": None if note is None else note.to_dict(),
        "albums": [link._asdict() for link in links_of(gallery, [person.id]).get(person.id, [])],
        "called_in_log": list(pseudonyms),
        "log": [entry.to_dict() for entry in log],
    }
    kept = {} if pictures is None else pictures.everything(person.id)
    return Export(facts, {f"pictures/{name}": content for name, content in kept.items()})


def _text(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False).encode(errors="backslashreplace")

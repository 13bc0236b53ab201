"""Which of a person's templates came by teaching: photos' hashes in one record, which goes with the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.gallery.records import TAUGHT

if TYPE_CHECKING:
    from collections.abc import Collection

    from rostro.gallery.base import Gallery


def taught_photos(gallery: Gallery, person: int) -> set[str]:
    """Hashes of the photos that taught somebody, as far as they may still have templates of them."""
    return {digest for record in gallery.records(TAUGHT, [person]) for digest in record.body.split()}


def note_taught(gallery: Gallery, person: int, hashes: Collection[str]) -> None:
    """Notes that photos taught somebody, and makes one of several records, as people who were merged have."""
    if known := taught_photos(gallery, person) | set(hashes):
        gallery.keep_records(TAUGHT, {person: " ".join(sorted(known))})


def forget_taught(gallery: Gallery, person: int, digest: str) -> None:
    """Forgets that a photo taught somebody, who has it no more."""
    if digest in (known := taught_photos(gallery, person)):
        gallery.keep_records(TAUGHT, {person: " ".join(sorted(known - {digest})) or None})

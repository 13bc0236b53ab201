"""The space that a gallery was made in: which embedder it asks for, read before any model is fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput, GalleryError, SpaceMismatch
from rostro.core.redaction import redacted
from rostro.embedding.base import EMBEDDERS
from rostro.embedding.fused import AND, fuse
from rostro.gallery.base import Gallery, file_of, lent, open_gallery
from rostro.gallery.keys import Key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rostro.core.settings import Settings

#: An embedder, perhaps with its weight in a fusion before it, and the beginning of its network's hash.
_HEAD = re.compile(r"(?P<weight>[0-9.]+\*)?(?P<name>.+)-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class OwnSpace:
    """A gallery's space, read.

    Attributes:
        gallery: The gallery, as messages may show it.
        space: For example ``sface-0ba9fbfa/five_point-112``.
        embedder: What ``Recognizer(embedder=…)`` takes for it: ``sface``. None where the name does not tell where it
            is: of a checkpoint, and of embedders that are not installed.
        alignment: The key that it was made with, ``five_point-112``; None for a fusion, which has its own.
    """

    gallery: str
    space: str
    embedder: str | None
    alignment: str | None

    def named(self) -> str:
        """The embedder.

        Raises:
            SpaceMismatch: The space does not tell it; it has to be given.
        """
        if self.embedder is None:
            raise SpaceMismatch(
                f"{self.gallery}: the gallery holds vectors of {self.space}; give the embedder that makes them",
                why="which-embedder",
            )
        return self.embedder

    def check(self, name: str, part: str) -> None:
        """Refuses another embedder, before it is fetched. Whether it is the very same, its weights will say.

        Args:
            name: As it was given.
            part: What the embedder calls itself.

        Raises:
            SpaceMismatch: The gallery's is another one; ``values["embedder"]`` is its name.
        """
        if self.embedder is not None and _parts(self.embedder) != _parts(part):
            raise SpaceMismatch(
                f"{self.gallery}: the gallery was made with {self.embedder}, not with {name}: it holds vectors of "
                f"{self.space}",
                why="other-embedder",
                embedder=self.embedder,
            )


def embedder_of(gallery: Gallery | str, *, missing_ok: bool = True, key: Key | None = None) -> OwnSpace | None:
    """Which embedder a gallery was made with.

    Args:
        gallery: A gallery, or its path or URL.
        missing_ok: Whether a gallery that is not there is none to say something about, rather than an error.
        key: What it opens by, if it is encrypted.

    Returns:
        None where it is not there, or nothing was ever stored.

    Raises:
        GalleryError: It is not there, cannot be reached or is not a gallery.
        MissingExtra: What reaches it is not installed.
    """
    try:
        with lent(gallery, key=key) as opened:
            space = opened.space
    except GalleryError as error:
        if missing_ok and error.values.get("why") == "no-gallery":
            return None
        raise
    if space is None:
        return None
    where = redacted(gallery.url if isinstance(gallery, Gallery) else gallery)
    head, _, alignment = space.partition("/")
    parts = [_HEAD.fullmatch(part) for part in head.split(AND)]
    found = [match for match in parts if match and match["name"] in EMBEDDERS]
    if len(found) < len(parts):
        return OwnSpace(where, space, None, None)
    if len(found) == 1:
        return OwnSpace(where, space, found[0]["name"], alignment)
    weighted = AND.join(f"{match['weight'] or '1*'}{match['name']}" for match in found)
    usual = AND.join(match["name"] for match in found)  # the names alone take the weights that suit them
    same = fuse(usual, EMBEDDERS.get).name == fuse(weighted, EMBEDDERS.get).name
    return OwnSpace(where, space, usual if same else weighted, None)


def key_for(gallery: Gallery | str, key: Key | str | Path | bytes | None, settings: Settings) -> Key | None:
    """What a recogniser's gallery opens by.

    Args:
        gallery: A gallery, or its path or URL.
        key: What was given for it.
        settings: What else names a key, for galleries in files.

    Raises:
        BadInput: A key was given for a gallery that is open, or names no source.
    """
    if isinstance(gallery, Gallery):
        if key is not None:
            raise BadInput("a key opens a gallery, and this one is open")
        return None
    if key is not None:
        return Key.of(key)
    return Key.from_settings(settings) if file_of(gallery) is not None else None


def open_own(gallery: Gallery | str, space: str, *, create: bool, key: Key | None = None) -> Gallery:
    """The gallery, open; one that is open already stays the same.

    Raises:
        SpaceMismatch: It holds vectors of another space.
        GalleryError: See `open_gallery`.
    """
    if not isinstance(gallery, Gallery):
        return open_gallery(gallery, space=space, create=create, key=key)
    if gallery.space not in {None, space}:
        shown = redacted(gallery.url)
        raise SpaceMismatch(f"{shown}: the gallery holds vectors of {gallery.space}, not of {space}")
    return gallery


def _parts(name: str) -> Iterable[str]:
    """The embedders of a fusion, without their weights; of another name that name."""
    return [part.strip().rpartition("*")[2] for part in name.split(AND)]

"""The album in which uncertain faces wait: the options of the verbs that see them, and how it is opened."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from rostro.core.errors import BadInput
from rostro.gallery.base import file_of
from rostro.gallery.keys import Key
from rostro.recognition.keeping import Keep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rostro.core.decisions import Identification
    from rostro.people.uncertain import Waiting
    from rostro.recognition.pipeline import PhotoFaces
    from rostro.recognizer import Recognizer

Album = Annotated[
    str | None,
    typer.Option(
        "--album",
        help="Have faces that are uncertain, and strangers', wait in this album for 'rostro people review'.",
        show_default=False,
    ),
]
KeepUncertain = Annotated[
    bool,
    typer.Option(
        "--keep-uncertain",
        help="Have faces of which /v1/identify is not sure, and strangers', wait in --album, to be reviewed.",
    ),
]
KeepCrops = Annotated[
    bool, typer.Option("--keep-crops", help="Keep pictures of the faces that wait in --album, of strangers, too.")
]


class Asked:
    """Has uncertain faces wait, where that was asked for.

    Attributes:
        waiting: Where; None: nowhere.
    """

    def __init__(self, recognizer: Recognizer, waiting: Waiting | None) -> None:
        self._recognizer = recognizer
        self.waiting = waiting

    def hear(self, found: PhotoFaces, row: Sequence[Identification]) -> None:
        """Looks at a photo and who is in it."""
        if self.waiting is not None:
            self._recognizer.keep_uncertain(found, row, self.waiting)


@contextmanager
def waiting_in(url: str | None, recognizer: Recognizer, key: str | None, *, keep_crops: bool) -> Iterator[Asked]:
    """An album for a while, made if it is not there.

    Args:
        url: Which; None: nothing waits.
        recognizer: Whose space it is of.
        key: Opens it, and the gallery.
        keep_crops: Whether pictures are kept.
    """
    if url is None:
        yield Asked(recognizer, None)
        return
    from rostro.people.albums.album import Album
    from rostro.people.uncertain import Waiting

    with Album.open(url, create=True, key=album_key(key, url), space=recognizer.space) as album:
        recognizer.review(album)  # one that cannot be beside the gallery is told now
        yield Asked(recognizer, Waiting(album, keep_crops=keep_crops))


def gallery_key(key: str | None, album: str | None) -> Key | str | None:
    """The key of the gallery; beside an album it may be the album's alone."""
    return key if key is None or album is None else Key.of(key).for_any()


def album_key(key: str | None, album: str) -> Key | str | None:
    """The key of an album: a new one is encrypted by it; beside one that is there it may be the gallery's alone."""
    file = file_of(album)
    return key if key is None or file is None or not file.exists() else Key.of(key).for_any()


def with_crops(keep: bool | Keep) -> Keep:
    """What answers carry, and the crops besides."""
    return replace(keep, crops=True) if isinstance(keep, Keep) else Keep(images=keep)


def check_crops(album: str | None, *, keep_crops: bool) -> None:
    """Refuses pictures of faces that wait where none wait.

    Raises:
        BadInput: They are wanted, and there is no album.
    """
    if keep_crops and album is None:
        raise BadInput("--keep-crops keeps pictures of faces that wait in an album; --album names it")

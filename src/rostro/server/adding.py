"""Photos on their way into the album over HTTP: as everywhere, through the same batches as everybody's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rostro.core.types import Answer
from rostro.server.batcher import Work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.people.album import Grouped
    from rostro.people.albums.album import Album
    from rostro.recognition.pipeline import Failure
    from rostro.server.admission.callers import Caller
    from rostro.server.forms.uploads import Upload
    from rostro.server.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Added(Answer):
    """What became of photos so far.

    Attributes:
        done: Photos that are dealt with.
        groups: People who are in them and in others; 0 until all photos were looked at.
        alone: Faces in them that nobody else was found for.
        failed: Photos that gave no answer; told at the end.
    """

    done: int = 0
    groups: int = 0
    alone: int = 0
    failed: tuple[Failure, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """``{"groups", "alone", "failed"}``."""
        failed = [failure.to_dict() for failure in self.failed]
        return {"groups": self.groups, "alone": self.alone, "failed": failed}


class Adding:
    """One request's photos, on their way into the album; made in the event loop.

    Attributes:
        so_far: What is done.
    """

    def __init__(self, service: Service, album: Album, caller: Caller, *, keep_crops: bool, again: bool) -> None:
        """Does nothing yet.

        Args:
            service: What looks at photos.
            album: Where they go.
            caller: Whose they are.
            keep_crops: Whether pictures of the faces are wanted; they are kept where the server keeps pictures.
            again: Whether photos of people who were erased are taken in again.
        """
        self.so_far = Added()
        self._recognizer = service.recognizer
        self._album = album
        self._keep, self._again = keep_crops and service.keep_pictures, again
        self._looking = service.looking(Work(keep=self._keep), caller, patient=True)

    async def run(self, items: Sequence[Upload]) -> Grouped:
        """Takes all of them in. Cancelled, it drops what still waits for the engine; what was looked at stays."""
        return await self._looking.run(lambda: self._group(items))

    def _group(self, photos: Sequence[Upload]) -> Grouped:
        grouped = self._recognizer.group(
            photos, album=self._album, keep_crops=self._keep, again=self._again, look=self._looking.look,
            on_photo=self._count,
        )  # fmt: skip
        self.so_far = Added(
            done=len(photos), groups=len(grouped.groups), alone=len(grouped.singles), failed=grouped.failed
        )
        return grouped

    def _count(self) -> None:
        self.so_far = replace(self.so_far, done=self.so_far.done + 1)

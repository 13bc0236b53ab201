"""A photo without faces, given back. Nothing of it is stored."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Depends, File, Form, UploadFile
from fastapi.requests import HTTPConnection
from fastapi.responses import Response

from rostro.anonymisation.anonymiser import Anonymiser
from rostro.anonymisation.finding import Finder
from rostro.core.errors import PhotoError
from rostro.core.lazy import Lazy
from rostro.recognition.pipeline import Failure
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.admission.places import Places
from rostro.server.problems import of_failures
from rostro.server.service import TheCaller, TheService, service_of
from rostro.server.turns import Turn, Turns, Waiting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

router = guarded_router("faces")

#: Format of the photo → of the answer, which is the same.
_TYPES = {
    "AVIF": "image/avif", "BMP": "image/bmp", "GIF": "image/gif", "HEIC": "image/heic", "JPEG": "image/jpeg",
    "PNG": "image/png", "PNM": "image/x-portable-anymap", "TIFF": "image/tiff", "WebP": "image/webp",
}  # fmt: skip


class _Room:
    """What requests share: the detector that looks eagerly, and whose photo is next."""

    def __init__(self, finder: Lazy[Finder], workers: int, places: Places) -> None:
        """Begins empty.

        Args:
            finder: Finds faces; loaded for the first photo.
            workers: Photos that may be worked on at once.
            places: For photos that wait, or are worked on.
        """
        self.finder = finder
        self._idle = workers
        self._places = places
        self._turns = Turns()

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """The time in which a photo is worked on; before it, clients take turns.

        Raises:
            TooMany: There is no place.
        """
        with self._places.taken(client):
            began = asyncio.get_running_loop().create_future()
            self._turns.put(Waiting(None, None, Turn(client), 0, began))
            self._begin()
            try:
                await began
                yield
            finally:
                if began.done() and not began.cancelled():
                    self._idle += 1
                    self._begin()

    def _begin(self) -> None:
        while self._idle and (next_one := self._turns.take(lambda _: True)) is not None:
            self._idle -= 1
            next_one.answer.set_result(None)


def _room_of(connection: HTTPConnection) -> _Room:
    state = connection.app.state
    if not hasattr(state, "anonymising"):
        service = service_of(connection)
        finder = Lazy(lambda: Finder(service.recognizer))
        places = Places(service.limits.waiting, "photos to be anonymised are waiting")
        state.anonymising = _Room(finder, service.recognizer.settings.threads, places)
    room: _Room = state.anonymising
    return room


@router.post(
    "/anonymise",
    response_class=Response,
    responses={
        200: {
            "content": {kind: {} for kind in _TYPES.values()},
            "description": "The photo without faces, in its own format. `X-Rostro-Faces` says how many were covered, "
            "`X-Rostro-Open` how many stay open.",
        }
    },
    openapi_extra=needs(Role.READ),
)
async def anonymise(  # noqa: PLR0917 - FastAPI gives them by name
    service: TheService,
    caller: TheCaller,
    room: Annotated[_Room, Depends(_room_of)],
    photo: Annotated[UploadFile, File(description="A photo.")],
    spare: Annotated[
        list[str],
        Form(default_factory=list, alias="except", description="People who stay open; in doubt a face is covered."),
    ],
    only: Annotated[
        list[str],
        Form(default_factory=list, description="People who alone are covered; in doubt a face is covered."),
    ],
    style: Annotated[
        Literal["solid", "pixelated", "blurred"],
        Form(description="`solid` leaves nothing of a face; the others leave what can be guessed from."),
    ] = "solid",
) -> Response:
    """A photo without its faces, and without all that its file says besides."""
    (upload,) = await service.uploads([photo])
    try:
        async with room.turn(caller.name):
            finder = await asyncio.to_thread(room.finder)
            covering = Anonymiser(service.recognizer, style=style, spare=spare, only=only, finder=finder)
            made = await asyncio.to_thread(covering.picture, upload)
    except PhotoError as error:
        raise of_failures([Failure(error)]) from None
    told = {"X-Rostro-Faces": str(made.faces), "X-Rostro-Open": str(len(made.kept))}
    return Response(made.data, media_type=_TYPES[made.form], headers=told)

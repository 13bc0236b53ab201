"""A photo without faces, given back. Nothing of it is stored."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Literal

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
from rostro.server.admission.limits import TooMany
from rostro.server.forms.uploads import uploads
from rostro.server.problems import of_failures
from rostro.server.service import TheService, service_of

router = guarded_router("faces")

#: Format of the photo → of the answer, which is the same.
_TYPES = {
    "AVIF": "image/avif", "BMP": "image/bmp", "GIF": "image/gif", "HEIC": "image/heic", "JPEG": "image/jpeg",
    "PNG": "image/png", "PNM": "image/x-portable-anymap", "TIFF": "image/tiff", "WebP": "image/webp",
}  # fmt: skip


@dataclass(slots=True)
class _Room:
    """What requests share: the detector that looks eagerly, and how many photos are worked on at once.

    Attributes:
        finder: Finds faces; loaded for the first photo.
        most: Photos that may wait.
        turns: Photos that may be worked on.
        waiting: Photos that wait, or are worked on.
    """

    finder: Lazy[Finder]
    most: int
    turns: asyncio.Semaphore
    waiting: int = field(default=0)


def _room_of(connection: HTTPConnection) -> _Room:
    state = connection.app.state
    if not hasattr(state, "anonymising"):
        service = service_of(connection)
        finder = Lazy(lambda: Finder(service.recognizer))
        state.anonymising = _Room(
            finder, service.limits.waiting, asyncio.Semaphore(service.recognizer.settings.threads)
        )
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
    (upload,) = uploads([photo], service.limits)
    if room.waiting >= room.most:
        raise TooMany("too many photos are waiting", client=False)
    room.waiting += 1
    try:
        async with room.turns:
            finder = await asyncio.to_thread(room.finder)
            covering = Anonymiser(service.recognizer, style=style, spare=spare, only=only, finder=finder)
            made = await asyncio.to_thread(covering.picture, upload)
    except PhotoError as error:
        raise of_failures([Failure(error)]) from None
    finally:
        room.waiting -= 1
    told = {"X-Rostro-Faces": str(made.faces), "X-Rostro-Open": str(len(made.kept))}
    return Response(made.data, media_type=_TYPES[made.form], headers=told)

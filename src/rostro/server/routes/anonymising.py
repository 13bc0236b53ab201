"""A photo without faces, given back. Nothing of it is stored."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, File, Form, UploadFile
from fastapi.requests import HTTPConnection
from fastapi.responses import Response

from rostro.anonymisation.anonymiser import Anonymiser
from rostro.anonymisation.answers import Picture
from rostro.core.errors import PhotoError
from rostro.recognition.pipeline import Failure
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.covering import Covering
from rostro.server.problems import of_failures
from rostro.server.service import TheCaller, TheService, service_of

router = guarded_router("faces")

#: Format of the photo → of the answer, which is the same.
_TYPES = {
    "AVIF": "image/avif", "BMP": "image/bmp", "GIF": "image/gif", "HEIC": "image/heic", "JPEG": "image/jpeg",
    "PNG": "image/png", "PNM": "image/x-portable-anymap", "TIFF": "image/tiff", "WebP": "image/webp",
}  # fmt: skip


async def _covering_of(connection: HTTPConnection) -> Covering:
    state = connection.app.state
    if not hasattr(state, "covering"):  # of the event loop, in which nothing comes between
        state.covering = Covering(service_of(connection))
    covering: Covering = state.covering
    return covering


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
    covering: Annotated[Covering, Depends(_covering_of)],
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

    def make() -> Picture:
        recognizer, finder = service.recognizer, covering.finder()
        anonymiser = Anonymiser(recognizer, style=style, spare=spare, only=only, finder=finder)
        return anonymiser.picture(upload)

    try:
        made = await covering.work(upload, caller, make)
    except PhotoError as error:
        raise of_failures([Failure(error)]) from None
    told = {"X-Rostro-Faces": str(made.faces), "X-Rostro-Open": str(len(made.kept))}
    return Response(made.data, media_type=_TYPES[made.form], headers=told)

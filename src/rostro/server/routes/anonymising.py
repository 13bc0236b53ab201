"""A photo without faces, given back. Nothing of it is stored."""

from __future__ import annotations

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
from rostro.server.problems import of_failures
from rostro.server.service import TheCaller, TheService, service_of

if TYPE_CHECKING:
    from rostro.anonymisation.answers import Picture
    from rostro.server.forms.uploads import Upload

router = guarded_router("faces")

#: Format of the photo → of the answer, which is the same.
_TYPES = {
    "AVIF": "image/avif", "BMP": "image/bmp", "GIF": "image/gif", "HEIC": "image/heic", "JPEG": "image/jpeg",
    "PNG": "image/png", "PNM": "image/x-portable-anymap", "TIFF": "image/tiff", "WebP": "image/webp",
}  # fmt: skip


async def _finder_of(connection: HTTPConnection) -> Lazy[Finder]:
    """The detector that looks eagerly; loaded for the first photo."""
    state = connection.app.state
    if not hasattr(state, "finder"):
        service = service_of(connection)
        state.finder = Lazy(lambda: Finder(service.recognizer))
    finder: Lazy[Finder] = state.finder
    return finder


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
    finder: Annotated[Lazy[Finder], Depends(_finder_of)],
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

    def cover(upload: Upload) -> Picture:
        covering = Anonymiser(service.recognizer, style=style, spare=spare, only=only, finder=finder())
        return covering.picture(upload)

    try:
        made = await service.done(photo, cover, caller)
    except PhotoError as error:
        raise of_failures([Failure(error)]) from None
    told = {"X-Rostro-Faces": str(made.faces), "X-Rostro-Open": str(len(made.kept))}
    return Response(made.data, media_type=_TYPES[made.form], headers=told)

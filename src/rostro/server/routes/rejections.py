"""Routes about who is not whom: a face that was taken for somebody, and is not theirs."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import File, Form, Path, UploadFile
from fastapi.responses import JSONResponse

from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.batcher import Work
from rostro.server.forms.fields import MeantRule
from rostro.server.schemas import keeping as shapes
from rostro.server.service import TheCaller, TheService

router = guarded_router("people")

_SIDE = r"-?\d{1,6}(\.\d{1,6})?"
_BOX = f"^({_SIDE},{_SIDE},{_SIDE},{_SIDE})?$"

Id = Annotated[int, Path(ge=1, lt=2**63, description="A person's id.")]
Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="sha256 of the photo, as lists have it.")]


@router.post(
    "/people/{id}/rejections", status_code=201, response_model=shapes.Rejection, openapi_extra=needs(Role.ADMIN)
)
async def reject(
    service: TheService,
    caller: TheCaller,
    id: Id,
    photo: Annotated[UploadFile, File(description="The photo with the face that was taken for them.")],
    *,
    face: MeantRule = None,
    box: Annotated[
        str, Form(pattern=_BOX, description="The face that is meant, as answers tell it: `x1,y1,x2,y2`, in pixels.")
    ] = "",
) -> JSONResponse:
    """Not this person: the face is not given the name again, nor are faces more like it than like the person.

    Without `face` and `box` the photo's only face is meant, or the only one that is named so. Nobody else is found any
    less. What is kept is its vector; it goes with the person.
    """
    name = await asyncio.to_thread(service.people.named, id)
    found, _ = await service.look([photo], Work(), caller)
    where = [float(side) for side in box.split(",")] if box else None
    kept = await asyncio.to_thread(
        service.recognizer.reject_face, found[0], id, face=face, box=where, actor=caller.actor
    )
    return JSONResponse({"id": id, "name": name, "rejected": kept.to_dict()}, 201)


@router.get("/people/{id}/rejections", response_model=shapes.Rejections, openapi_extra=needs(Role.READ))
def rejections(service: TheService, id: Id) -> JSONResponse:
    """The faces that were said not to be somebody's, oldest first."""
    name, listed = service.people.named(id), service.people.rejections(id)
    return JSONResponse({"id": id, "name": name, "rejections": [one.to_dict() for one in listed]})


@router.delete("/people/{id}/rejections/{sha256}", response_model=shapes.TakenBack, openapi_extra=needs(Role.ADMIN))
def take_back(service: TheService, caller: TheCaller, id: Id, sha256: Hash) -> JSONResponse:
    """Forget that the faces of a photo are not somebody's."""
    back = service.people_by(caller).take_back(id, sha256)
    return JSONResponse({"id": id, "name": service.people.named(id), "taken_back": [one.to_dict() for one in back]})

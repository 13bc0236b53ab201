"""Routes that search: by vector, for who keeps vectors and sends no photos; and among photos, for one face."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

import numpy as np
from fastapi import File, UploadFile
from fastapi.responses import JSONResponse

from rostro.core.errors import BadInput
from rostro.server import schemas
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.batcher import Work
from rostro.server.forms.fields import Photos, Rule
from rostro.server.problems import of_failures
from rostro.server.service import TheCaller, TheService

router = guarded_router("faces")


@router.post("/search", response_model=schemas.Matches, openapi_extra=needs(Role.READ))
async def search(service: TheService, caller: TheCaller, wanted: schemas.WantedVectors) -> JSONResponse:
    """Whose vectors are these? Below the threshold nobody is named. Nothing says how good the faces were."""
    if len(set(map(len, wanted.vectors))) > 1:
        raise BadInput("vectors are numbers, all of one length")
    look_up = partial(
        service.recognizer.search,
        space=wanted.space,
        candidates=wanted.candidates,
        collections=wanted.collections,
        fpir=wanted.fpir,
        actor=caller.actor,
    )
    found = await asyncio.to_thread(look_up, np.array(wanted.vectors))
    return JSONResponse({"space": wanted.space, "matches": [match.to_dict() for match in found]})


@router.post("/find", response_model=schemas.Found, openapi_extra=needs(Role.READ))
async def find(
    service: TheService,
    caller: TheCaller,
    photos: Photos,
    like: Annotated[list[UploadFile], File(description="Photos of the person who is looked for; several find more.")],
    *,
    face: Rule = "dominant",
) -> JSONResponse:
    """Which of these photos show this face? Nobody is enrolled. How alike it must be grows with the number of faces."""
    wanted, failed = await service.look(like, Work(face=face), caller)
    if failed:
        raise of_failures(failed)
    looking = await asyncio.to_thread(service.recognizer.looking, wanted)
    found, failed = await service.look(photos, Work(), caller)
    for photo in found:
        looking.add(photo)
    return JSONResponse(looking.found(failed).to_dict())

"""The route about vectors: whose they are. For who keeps vectors, and sends no photos."""

from __future__ import annotations

import asyncio
from functools import partial

import numpy as np
from fastapi.responses import JSONResponse

from rostro.core.errors import BadInput
from rostro.server import schemas
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
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

"""Routes about photos: detect, embed, verify, identify, liveness, analyze. Nothing of them is stored.

But for faces that `identify` is not sure of, where the operator wants them (``rostro serve --keep-uncertain``).
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

from fastapi import File, Form, UploadFile
from fastapi.responses import JSONResponse

from rostro.core.errors import BadInput
from rostro.recognition import answers
from rostro.recognition.living import living
from rostro.server import schemas
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.batcher import Work
from rostro.server.challenge.binding import use_session
from rostro.server.forms.fields import LivenessSession, Photos, RequireLive, Rule, What
from rostro.server.problems import of_failures
from rostro.server.schemas.common import PersonName
from rostro.server.service import TheCaller, TheService

router = guarded_router("faces")


@router.post("/detect", response_model=schemas.Detection, openapi_extra=needs(Role.READ))
async def detect(service: TheService, caller: TheCaller, photos: Photos) -> JSONResponse:
    """Where are the faces?"""
    found, failed = await service.look(photos, Work(embed=False), caller)
    return JSONResponse(answers.detection(found, failed))


@router.post("/embed", response_model=schemas.Embeddings, openapi_extra=needs(Role.READ))
async def embed(service: TheService, caller: TheCaller, photos: Photos) -> JSONResponse:
    """The vector of every face."""
    found, failed = await service.look(photos, Work(), caller)
    return JSONResponse(answers.embedding(service.recognizer.space, found, failed))


@router.post(
    "/verify", response_model=schemas.Verification | schemas.PersonVerification, openapi_extra=needs(Role.READ)
)
async def verify(
    service: TheService,
    caller: TheCaller,
    *,
    a: Annotated[UploadFile, File(description="A photo.")],
    b: Annotated[UploadFile | None, File(description="Another photo, unless `person`.")] = None,
    person: Annotated[
        PersonName | None, Form(description="Compare with this enrolled person; the threshold goes by their templates.")
    ] = None,
    face: Rule = "dominant",
    require_live: RequireLive = False,
    liveness_session: LivenessSession = "",
) -> JSONResponse:
    """Two photos: the same person? Or one photo: is it that person, who is enrolled?"""
    if (b is None) == (person is None):
        raise BadInput("'a' is compared with a photo, 'b', or with a 'person': one of the two")
    if person is not None:  # nobody of that name is told before a photo is looked at
        await asyncio.to_thread(service.people.gallery.person, person)
    given = [a] if b is None else [a, b]
    await use_session(service, caller, liveness_session, given, others=b is not None)
    found, failed = await service.look(given, Work(face=face, liveness=require_live), caller)
    if failed:
        raise of_failures(failed)
    if person is None:
        return JSONResponse(service.recognizer.compare(found[0], found[1]).to_dict())
    compare = partial(service.recognizer.compare_person, actor=caller.actor)
    return JSONResponse((await asyncio.to_thread(compare, found[0], person)).to_dict())


@router.post("/identify", response_model=schemas.Identifications, openapi_extra=needs(Role.READ))
async def identify(
    service: TheService,
    caller: TheCaller,
    photos: Photos,
    *,
    candidates: Annotated[int, Form(ge=1, le=50, description="People to list per face.")] = 5,
    require_live: RequireLive = False,
    liveness_session: LivenessSession = "",
) -> JSONResponse:
    """Who is in these photos? Below the threshold a face is unknown."""
    await use_session(service, caller, liveness_session, photos)
    keep = service.waiting is not None and service.keep_pictures
    found, failed = await service.look(photos, Work(liveness=require_live, keep=keep), caller)
    look_up = partial(service.look_up, caller=caller, candidates=candidates)
    named = [(photo, await asyncio.to_thread(look_up, photo)) for photo in found]
    return JSONResponse(answers.identification(named, failed))


@router.post("/liveness", response_model=schemas.Livenesses, openapi_extra=needs(Role.READ))
async def liveness(service: TheService, caller: TheCaller, photos: Photos) -> JSONResponse:
    """Does each face look like a living person's, or like one on paper or on a screen? A sign, not security."""
    found, failed = await service.look(photos, Work(embed=False, liveness=True), caller)
    return JSONResponse({"photos": list(map(living, found)), "failed": answers.failures(failed)})


@router.post("/analyze", response_model=schemas.Analyses, openapi_extra=needs(Role.READ))
async def analyze(service: TheService, caller: TheCaller, photos: Photos, what: What) -> JSONResponse:
    """What do the faces look like? Age, gender, mask, pose, eyes, quality, and whether they look alive."""
    found, failed = await service.look(photos, Work(what=tuple(dict.fromkeys(what))), caller)
    return JSONResponse(answers.analysis(found, failed))

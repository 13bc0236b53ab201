"""The route of the gallery's audit."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from rostro.server import schemas
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.service import TheService

router = guarded_router("people")

#: Seconds after which to ask again.
_AGAIN = 2


@router.get(
    "/people/audit",
    response_model=schemas.GalleryAudit,
    responses={202: {"model": schemas.AuditUnderWay, "description": "It is under way: ask again"}},
    openapi_extra=needs(Role.ADMIN),
)
async def audit(service: TheService) -> JSONResponse:
    """What looks wrong in the gallery, and how well its people would be found. Changes nothing.

    One audit is under way at a time. Where it takes longer than some seconds, the answer is 202 and says how far it is;
    it goes on, and who asks again is given what it found.
    """
    found = await service.auditing.ask(lambda told: service.recognizer.audit(on_templates=told))
    if found is None:
        way = service.auditing
        return JSONResponse(
            {"state": "running", "done": way.done, "templates": way.of}, 202, {"Retry-After": str(_AGAIN)}
        )
    return JSONResponse(found.to_dict(), headers={"Cache-Control": "no-store"})

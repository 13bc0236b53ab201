"""Routes about what is kept of people besides their faces: consent, retention, the log, and all of it to take away."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import JSONResponse

from rostro.people.consent import Consent
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.schemas import keeping as shapes
from rostro.server.service import Service, TheCaller, TheService

router = guarded_router("consent and log")

Id = Annotated[int, Path(ge=1, lt=2**63, description="A person's id.")]


@router.get("/people/{id}/consent", response_model=shapes.ConsentOf, openapi_extra=needs(Role.READ))
def consent(service: TheService, id: Id) -> JSONResponse:
    """What somebody agreed to."""
    return JSONResponse(_consent(service, id))


@router.put("/people/{id}/consent", response_model=shapes.ConsentOf, openapi_extra=needs(Role.ENROL))
def give_consent(service: TheService, caller: TheCaller, id: Id, given: shapes.NewConsent) -> JSONResponse:
    """Note what somebody agreed to, in place of what was known."""
    service.people_by(caller).give_consent(id, Consent(given.purpose.strip(), given.by.strip(), given.until))
    return JSONResponse(_consent(service, id))


@router.delete("/people/{id}/consent", response_model=shapes.ConsentOf, openapi_extra=needs(Role.ENROL))
def withdraw_consent(service: TheService, caller: TheCaller, id: Id) -> JSONResponse:
    """Note that somebody takes their consent back. They stay until they are erased."""
    service.people_by(caller).withdraw_consent(id)
    return JSONResponse(_consent(service, id))


@router.get("/people/{id}/export", response_model=shapes.Export, openapi_extra=needs(Role.ADMIN))
def export(service: TheService, caller: TheCaller, id: Id) -> JSONResponse:
    """All that is held of somebody, as they may ask for; pictures in Base64."""
    return JSONResponse(service.people_by(caller).export(id).to_dict(), headers={"Cache-Control": "no-store"})


@router.post("/expire", response_model=shapes.Expiry, openapi_extra=needs(Role.ADMIN))
def expire(
    service: TheService,
    caller: TheCaller,
    dry_run: Annotated[bool, Query(description="Whether to say only who it would be.")] = False,
) -> JSONResponse:
    """Erase those whose consent ended, and those who were not seen for as long as the gallery keeps people."""
    gone = service.people_by(caller).expire(dry_run=dry_run)
    pending = {} if dry_run else service.people.pending()
    return JSONResponse({"dry_run": dry_run, "people": [one.to_dict() for one in gone], **pending})


@router.get("/policy", response_model=shapes.Policy, openapi_extra=needs(Role.READ))
def policy(service: TheService) -> JSONResponse:
    """What the gallery asks of whoever uses it."""
    return JSONResponse(service.people.policy.to_dict())


@router.patch("/policy", response_model=shapes.Policy, openapi_extra=needs(Role.ADMIN))
def set_policy(service: TheService, caller: TheCaller, new: shapes.NewPolicy) -> JSONResponse:
    """Ask for something else from now on."""
    people = service.people_by(caller)
    asked = {name: value for name, value in new.model_dump().items() if value is not None}
    if "keep_days" in asked:
        asked["keep_days"] = asked["keep_days"] or None
    people.set_policy(replace(people.policy, **asked))
    return JSONResponse(people.policy.to_dict())


@router.get("/log", response_model=shapes.Log, openapi_extra=needs(Role.ADMIN))
def log(
    service: TheService,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[int, Query(ge=0, lt=2**31, description="The `next` of the page before.")] = 0,
    person: Annotated[int | None, Query(ge=1, lt=2**63, description="Only what was done to this person.")] = None,
) -> JSONResponse:
    """Who did what, when, and to which pseudonym."""
    entries = list(service.people.log(person, after=after, limit=limit + 1))
    page = [entry.to_dict() for entry in entries[:limit]]
    return JSONResponse({"entries": page, "next": page[-1]["number"] if len(entries) > limit else None})


@router.get("/log/verification", response_model=shapes.VerifiedLog, openapi_extra=needs(Role.ADMIN))
def verify_log(
    service: TheService,
    head: Annotated[
        str, Query(pattern="^([0-9a-f]{8,64})?$", description="A `head` of before; an entry must have it still.")
    ] = "",
) -> JSONResponse:
    """Whether the log is as it was written."""
    return JSONResponse(service.people.verify_log(head).to_dict())


def _consent(service: Service, person: int) -> dict[str, Any]:
    known = service.people.consent(person)
    return {
        "id": person,
        "name": service.people.named(person),
        "holds": known is not None and not known.ended(),
        "consent": None if known is None else known.to_dict(),
    }

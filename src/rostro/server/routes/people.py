"""Routes about people: take them in, list, show, rename, merge, erase."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import File, Form, Path, Query, UploadFile
from fastapi.responses import JSONResponse, Response

from rostro.core.names import clean_name
from rostro.core.types import Person
from rostro.gallery.base import Who
from rostro.people.enrollment import Enrollment
from rostro.people.page import Page
from rostro.recognition import answers
from rostro.server import schemas
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.challenge.binding import use_session
from rostro.server.forms.fields import EnrolOne, EnrolOneForm, Photos
from rostro.server.problems import Problem, of_failures
from rostro.server.schemas.common import PersonName
from rostro.server.service import Service, TheCaller, TheService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rostro.people.people import People
    from rostro.server.admission.callers import Caller

router = guarded_router("people")

#: The hash of a photo as galleries keep it, whole: nobody's photo is meant by chance.
Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="sha256 of the photo, as lists have it.")]

Id = Annotated[int, Path(ge=1, lt=2**63, description="A person's id.")]
Name = Annotated[PersonName, Form(description="Whose photos these are.")]


@router.post("/people", status_code=201, response_model=schemas.Created, openapi_extra=needs(Role.ENROL))
async def create(
    service: TheService,
    caller: TheCaller,
    name: Name,
    photos: Annotated[list[UploadFile], File(description="Photos of this person.")],
    form: EnrolOne,
) -> JSONResponse:
    """Take a new person in, with their photos. Ask them first."""
    async with _reserved(service.people, name) as kept:
        done = await _enrol(service, caller, kept, photos, form, who="new")
    person = await asyncio.to_thread(service.people.gallery.person, kept)
    document = {"person": _person(service, person), "enrolment": done.to_dict()}
    return JSONResponse(document, 201, {"Location": f"/v1/people/{person.id}"})


@router.post("/people/{id}/photos", response_model=schemas.Enrolment, openapi_extra=needs(Role.ENROL))
async def add_photos(service: TheService, caller: TheCaller, id: Id, photos: Photos, form: EnrolOne) -> JSONResponse:
    """More photos of somebody."""
    name = await asyncio.to_thread(_name, service, id)
    return JSONResponse((await _enrol(service, caller, name, photos, form, who="known")).to_dict())


@router.get("/people/{id}/photos", response_model=schemas.PhotosOfPerson, openapi_extra=needs(Role.READ))
def photos_of(
    service: TheService,
    id: Id,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[int, Query(ge=0, lt=2**31, description="The `next` of the page before.")] = 0,
) -> JSONResponse:
    """One person's photos, in pages: name, hash, quality. The photos themselves are not kept."""
    found = answers.photos(service.people.gallery, _name(service, id))
    listed, end = found["photos"], after + limit
    page = {"photos": listed[after:end], "total": len(listed), "next": end if end < len(listed) else None}
    return JSONResponse({"id": id, **found, **page})


@router.post("/people/{id}/photos/{sha256}/move", response_model=schemas.Moved, openapi_extra=needs(Role.ADMIN))
def move_photo(service: TheService, caller: TheCaller, id: Id, sha256: Hash, to: schemas.MoveTo) -> JSONResponse:
    """Give one photo of somebody to another person, who is made if nobody has that name. Its picture goes with it."""
    moved, name = service.people_by(caller).move(sha256, to.name, of=id), clean_name(to.name)
    return JSONResponse({"moved": moved.photo, "sha256": moved.source_hash, "from": moved.person, "to": name})


@router.delete("/people/{id}/photos/{sha256}", response_model=schemas.Forgotten, openapi_extra=needs(Role.ADMIN))
def forget_photo(service: TheService, caller: TheCaller, id: Id, sha256: Hash) -> JSONResponse:
    """Erase one photo's template and picture, for good. Who has no photo left is gone."""
    forgotten = service.people_by(caller).forget(sha256, of=id)
    document = {"forgotten": forgotten.photo, "sha256": forgotten.source_hash, "of": forgotten.person}
    return JSONResponse({**document, **service.people.pending()})


@router.get("/people", response_model=schemas.People, openapi_extra=needs(Role.READ))
def list_people(  # noqa: PLR0917 - FastAPI gives them by name
    service: TheService,
    search: Annotated[str, Query(description="Part of the name, with or without accents, in any case.")] = "",
    name: Annotated[str | None, Query(description="The whole name.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    after: Annotated[str, Query(description="The `next` of the page before.")] = "",
) -> JSONResponse:
    """Everybody, by name, in pages: `next` is the `after` of the page that follows, null where there is none."""
    people = service.people
    if name is None:
        page = people.page(search=search, after=after, limit=limit, skip=offset)
    else:
        found = people.find(name)
        page = Page((found,) if found and not offset else (), None, int(found is not None))
    return JSONResponse({**page.to_dict(), "people": [_person(service, person) for person in page]})


@router.get("/people/{id}", response_model=schemas.PersonWithTemplates, openapi_extra=needs(Role.READ))
def show(service: TheService, id: Id) -> JSONResponse:
    """One person's templates: photo, hash, quality."""
    return JSONResponse({"id": id, **answers.person(service.people.gallery, _name(service, id))})


@router.get(
    "/people/{id}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "A picture of their face"}},
    openapi_extra=needs(Role.READ),
)
def picture(service: TheService, id: Id) -> Response:
    """The picture of somebody who agreed that one is kept."""
    name = _name(service, id)
    pictures = service.people.pictures if service.keep_pictures else None
    content = None if pictures is None else pictures.picture(id)
    if content is None:
        raise Problem(404, "no-picture", f"no picture of {name} is kept")
    return Response(content, media_type="image/jpeg")


@router.patch("/people/{id}", response_model=schemas.Renamed, openapi_extra=needs(Role.ADMIN))
def rename(service: TheService, caller: TheCaller, id: Id, new: schemas.NewName) -> JSONResponse:
    """Give somebody another name."""
    name = service.people_by(caller).rename(id, new.name)
    return JSONResponse({"renamed": name, "to": clean_name(new.name)})


@router.post("/people/{id}/merge", response_model=schemas.Merged, openapi_extra=needs(Role.ADMIN))
def merge(service: TheService, caller: TheCaller, id: Id, other: schemas.MergeInto) -> JSONResponse:
    """Give all templates of somebody to another: they were the same."""
    name, into = service.people_by(caller).merge(id, other.into)
    return JSONResponse({"merged": name, "into": into})


@router.delete("/people/{id}", response_model=schemas.Removed, openapi_extra=needs(Role.ADMIN))
def erase(service: TheService, caller: TheCaller, id: Id) -> JSONResponse:
    """Erase somebody and every template and picture of theirs, for good."""
    name = _name(service, id)
    return JSONResponse({"removed": name, "templates": service.people_by(caller).erase(id), **service.people.pending()})


@asynccontextmanager
async def _reserved(people: People, name: str) -> AsyncIterator[str]:
    """The time in which somebody is being made; ends the reservation also where it came after everybody had gone."""
    reserving = asyncio.ensure_future(asyncio.to_thread(people.reserve, name))
    try:
        yield await asyncio.shield(reserving)
    finally:
        await asyncio.wait({reserving})
        if reserving.exception() is None:
            people.release(reserving.result())


async def _enrol(
    service: Service, caller: Caller, name: str, files: list[UploadFile], form: EnrolOneForm, *, who: Who
) -> Enrollment:
    await use_session(service, caller, form.liveness_session, files)
    items = [(name, upload) for upload in await service.uploads(files)]
    done = await service.enrolling(form, caller, who=who).begin().run(items)
    if not done.people:
        raise of_failures(done.failed)
    return done


def _name(service: Service, person: int) -> str:
    return service.people.named(person)


def _person(service: Service, person: Person) -> dict[str, Any]:
    pictures = service.people.pictures if service.keep_pictures else None
    return {**person.to_dict(), "picture": pictures is not None and pictures.has(person.id)}

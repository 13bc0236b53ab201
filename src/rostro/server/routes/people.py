"""Routes about people: take them in, list, show, rename, merge, erase."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import File, Form, Path, Query, UploadFile
from fastapi.responses import JSONResponse, Response

from rostro.core.errors import BadInput, UnknownPerson
from rostro.core.types import Person
from rostro.gallery.base import clean_name
from rostro.recognition import answers
from rostro.server import schemas
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.enrolment import Enrolling, Progress
from rostro.server.forms.uploads import uploads
from rostro.server.problems import Problem, of_failures
from rostro.server.routes.photos import Face, Photos
from rostro.server.service import Service, TheService

router = guarded_router("people")

LONGEST_NAME = 200

Id = Annotated[int, Path(ge=1, lt=2**63, description="A person's id.")]
Name = Annotated[str, Form(min_length=1, max_length=LONGEST_NAME, description="Whose photos these are.")]
KeepPicture = Annotated[
    bool, Form(description="The person agrees that a picture of their face is kept, where the server keeps pictures.")
]


@router.post("/people", status_code=201, response_model=schemas.Created, openapi_extra=needs(Role.ENROL))
async def create(
    service: TheService,
    name: Name,
    photos: Annotated[list[UploadFile], File(description="Photos of this person.")],
    face: Face = "only",
    keep_picture: KeepPicture = False,
) -> JSONResponse:
    """Take a new person in, with their photos. Ask them first."""
    name = clean_name(name)
    if await asyncio.to_thread(_find, service, name):
        raise Problem(409, "name-taken", f"there is already somebody named {name!r}; add photos to them")
    done = await _enrol(service, name, photos, face, keep_picture)
    person = await asyncio.to_thread(service.recognizer.gallery.person, name)
    document = {"person": _person(service, person), "enrolment": done.to_dict()}
    return JSONResponse(document, 201, {"Location": f"/v1/people/{person.id}"})


@router.post("/people/{id}/photos", response_model=schemas.Enrolment, openapi_extra=needs(Role.ENROL))
async def add_photos(
    service: TheService, id: Id, photos: Photos, face: Face = "only", keep_picture: KeepPicture = False
) -> JSONResponse:
    """More photos of somebody."""
    name = await asyncio.to_thread(_name, service, id)
    return JSONResponse((await _enrol(service, name, photos, face, keep_picture)).to_dict())


@router.get("/people", response_model=schemas.People, openapi_extra=needs(Role.READ))
def list_people(
    service: TheService,
    search: Annotated[str, Query(max_length=LONGEST_NAME, description="Part of the name, in any case.")] = "",
    name: Annotated[str | None, Query(max_length=LONGEST_NAME, description="The whole name.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
) -> JSONResponse:
    """Everybody, by name."""
    if name is None:
        wanted = search.casefold()
        found = [person for person in service.recognizer.gallery.people() if wanted in person.name.casefold()]
    else:
        found = _find(service, name)
    rows = [_person(service, p) for p in found[offset : offset + limit]]
    return JSONResponse({"people": rows, "total": len(found)})


@router.get("/people/{id}", response_model=schemas.PersonWithTemplates, openapi_extra=needs(Role.READ))
def show(service: TheService, id: Id) -> JSONResponse:
    """One person's templates: photo, hash, quality."""
    return JSONResponse({"id": id, **answers.person(service.recognizer.gallery, _name(service, id))})


@router.get(
    "/people/{id}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "A picture of their face"}},
    openapi_extra=needs(Role.READ),
)
def picture(service: TheService, id: Id) -> Response:
    """The picture of somebody who agreed that one is kept."""
    name = _name(service, id)
    content = None if service.crops is None else service.crops.picture(id)
    if content is None:
        raise Problem(404, "no-picture", f"no picture of {name} is kept")
    return Response(content, media_type="image/jpeg")


@router.patch("/people/{id}", response_model=schemas.Renamed, openapi_extra=needs(Role.ADMIN))
def rename(service: TheService, id: Id, new: schemas.NewName) -> JSONResponse:
    """Give somebody another name."""
    name = _name(service, id)
    to = clean_name(new.name)
    if any(person.id != id for person in _find(service, to)):
        raise Problem(409, "name-taken", f"there is already somebody named {to!r}; merge them instead")
    service.recognizer.gallery.rename(name, to)
    return JSONResponse({"renamed": name, "to": to})


@router.post("/people/{id}/merge", response_model=schemas.Merged, openapi_extra=needs(Role.ADMIN))
def merge(service: TheService, id: Id, other: schemas.MergeInto) -> JSONResponse:
    """Give all templates of somebody to another: they were the same."""
    name, into = _name(service, id), _name(service, other.into)
    service.recognizer.gallery.merge(name, into)
    if service.crops is not None:
        service.crops.merge(id, other.into)
    return JSONResponse({"merged": name, "into": into})


@router.delete("/people/{id}", response_model=schemas.Removed, openapi_extra=needs(Role.ADMIN))
def erase(service: TheService, id: Id) -> JSONResponse:
    """Erase somebody and every template and picture of theirs, for good."""
    name = _name(service, id)
    if service.crops is not None:
        service.crops.erase(id)
    return JSONResponse({"removed": name, "templates": service.recognizer.gallery.remove(name)})


async def _enrol(service: Service, name: str, files: list[UploadFile], face: Face, keep_picture: bool) -> Progress:
    done = Progress()
    await Enrolling(service, face, keep_picture).photos(name, uploads(files, service.limits), done)
    if not done.names:
        raise of_failures(done.failed)
    return done


def _name(service: Service, person: int) -> str:
    names = service.recognizer.gallery.names([person])
    if person not in names:
        raise Problem(404, "unknown-person", f"nobody has the id {person}")
    return names[person]


def _find(service: Service, name: str) -> list[Person]:
    """The one person of that name, or nobody; a name that nobody can have is nobody's."""
    try:
        return [service.recognizer.gallery.person(name)]
    except (UnknownPerson, BadInput):
        return []


def _person(service: Service, person: Person) -> dict[str, Any]:
    has_picture = service.crops is not None and service.crops.has(person.id)
    return {"id": person.id, "name": person.name, "templates": person.templates, "picture": has_picture}

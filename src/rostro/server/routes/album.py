"""Routes about unknown people: photos by person, and the album that keeps them, where one is served."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Form, Path, Query
from fastapi.responses import JSONResponse, Response

from rostro.server import jobs
from rostro.server.adding import Adding
from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.batcher import Work
from rostro.server.discretion import told
from rostro.server.forms.fields import Photos
from rostro.server.problems import Problem, of_failures
from rostro.server.schemas import album as shapes
from rostro.server.service import Service, TheCaller, TheService

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.people.album import AlbumFace, Suggestion
    from rostro.people.albums.album import Album
    from rostro.people.albums.shown import GroupSummary
    from rostro.server.jobs import Job

router = guarded_router("album")

Id = Annotated[str, Path(pattern="^[0-9a-f]{12}$", description="A group's id.")]
Face = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="A face's id, as its group has it.")]
JobId = Annotated[str, Path(max_length=64, description="A job's id.")]
Limit = Annotated[int, Query(ge=1, le=1000)]

_JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}, "description": "A picture of a face"}}


@router.post("/group", response_model=shapes.Grouping, openapi_extra=needs(Role.READ))
async def group(
    service: TheService,
    caller: TheCaller,
    photos: Photos,
    *,
    suggest: Annotated[bool, Form(description="Say who of the gallery each group may be.")] = False,
) -> JSONResponse:
    """Who are these people? The faces of photos, by person, though nobody is enrolled. Nothing is kept."""
    service.batcher.check_room(len(photos), caller.name)  # before they are read
    listed = await service.uploads(photos)
    looking = service.looking(Work(), caller)
    grouped = await looking.run(partial(service.recognizer.group, listed, suggest=suggest, look=looking.look))
    if grouped.failed and len(grouped.failed) == grouped.photos:
        raise of_failures(grouped.failed)
    return JSONResponse(grouped.to_dict())


@router.get("/album/groups", response_model=shapes.AlbumGroups, openapi_extra=needs(Role.READ))
def groups(  # noqa: PLR0917 - FastAPI gives them by name
    service: TheService,
    named: Annotated[bool | None, Query(description="Whether they have a name; left out: either.")] = None,
    ignored: Annotated[bool, Query(description="Those that are ignored, instead of the others.")] = False,
    alone: Annotated[bool, Query(description="Faces that nobody else was found for, instead of groups.")] = False,
    search: Annotated[str, Query(description="Part of the name, with or without accents, in any case.")] = "",
    limit: Limit = 100,
    offset: Annotated[int, Query(ge=0, lt=2**31, description="How many to leave out first.")] = 0,
    after: Annotated[str, Query(description="The `next` of the page before, or the id of any group before.")] = "",
) -> JSONResponse:
    """The album's people, the largest groups first, in pages; of those without a name who they may be."""
    album = _album(service)
    page = album.page(
        named=named, ignored=ignored, alone=alone, search=search, after=after or None, limit=limit, skip=offset
    )
    return JSONResponse({"groups": _shown(service, album, page.groups), "total": page.total, "next": page.next})


@router.get("/album/groups/{id}", response_model=shapes.AlbumGroup, openapi_extra=needs(Role.READ))
def show(
    service: TheService,
    id: Id,
    limit: Limit = 100,
    after: Annotated[int, Query(ge=0, lt=2**31, description="The `next` of the page before.")] = 0,
) -> JSONResponse:
    """One group with its faces, in pages, those most like the others first."""
    album = _album(service)
    found = album.group(id)
    end = after + limit
    suggested = service.recognizer.suggestions(album, [] if found.name else [found]).get(found.id)
    return JSONResponse({
        "id": found.id,
        "name": found.name,
        "ignored": found.ignored,
        "suggested": suggested and suggested.to_dict(),
        "faces": [_face(album, found.person, face) for face in found.faces[after:end]],
        "total": len(found),
        "next": end if end < len(found) else None,
    })  # fmt: skip


@router.get(
    "/album/groups/{id}/faces/{face}/picture",
    response_class=Response,
    responses=_JPEG,
    openapi_extra=needs(Role.READ),
)
def picture_of_face(service: TheService, id: Id, face: Face) -> Response:
    """The picture of one face, where pictures of faces are kept."""
    return _jpeg(_album(service).picture(id, face))


@router.patch("/album/groups/{id}", response_model=shapes.GroupSummary, openapi_extra=needs(Role.ADMIN))
def change(service: TheService, caller: TheCaller, id: Id, said: shapes.GroupChange) -> JSONResponse:
    """Say who a group is, or that it is to be ignored. A name that another group has makes the two one."""
    album = _album(service).by(caller.actor)
    now = id if said.name is None else album.name(id, said.name)
    if said.ignored is not None:
        album.ignore(now, said.ignored)
    return _summary(service, album, now)


@router.post("/album/groups/{id}/merge", response_model=shapes.GroupSummary, openapi_extra=needs(Role.ADMIN))
def merge(service: TheService, caller: TheCaller, id: Id, other: shapes.IntoGroup) -> JSONResponse:
    """Give all faces of a group to another: they are the same person."""
    album = _album(service).by(caller.actor)
    return _summary(service, album, album.merge(id, other.into))


@router.post("/album/groups/{id}/split", response_model=shapes.GroupSummary, openapi_extra=needs(Role.ADMIN))
def split(service: TheService, caller: TheCaller, id: Id, some: shapes.SomeFaces) -> JSONResponse:
    """Make a group of some faces of another: they are somebody else. Answers with the new group."""
    album = _album(service).by(caller.actor)
    return _summary(service, album, album.split(id, some.faces))


@router.post("/album/groups/{id}/reject", response_model=shapes.RejectedFaces, openapi_extra=needs(Role.ADMIN))
def reject(service: TheService, caller: TheCaller, id: Id, some: shapes.SomeFaces) -> JSONResponse:
    """Say that some faces are not this person: they leave, and never come back to them by themselves."""
    return JSONResponse({"id": id, "rejected": _album(service).by(caller.actor).reject(id, some.faces)})


@router.delete("/album/groups/{id}", response_model=shapes.ErasedGroup, openapi_extra=needs(Role.ADMIN))
def erase(service: TheService, caller: TheCaller, id: Id) -> JSONResponse:
    """Erase a group with every face and picture, for good."""
    album = _album(service).by(caller.actor)
    return JSONResponse({"removed": id, "faces": album.erase(id), **album.people.pending()})


@router.post("/album/photos", status_code=202, response_model=shapes.AlbumJob, openapi_extra=needs(Role.ENROL))
async def add(
    service: TheService,
    caller: TheCaller,
    photos: Photos,
    *,
    keep_crops: Annotated[
        bool, Form(description="Keep small pictures of the faces, where the server keeps pictures. Nobody was asked.")
    ] = False,
    again: Annotated[bool, Form(description="Take photos of people who were erased, too.")] = False,
) -> JSONResponse:
    """Put photos into the album, as a job: new faces join old groups. Ask `/v1/album/photos/{id}` how far it is."""
    album = _album(service)
    listed = await service.uploads(photos)
    job = await jobs.begin(
        service.additions,
        places=service.running,
        caller=caller,
        working=Adding(service, album.by(caller.actor), caller, keep_crops=keep_crops, again=again),
        photos=listed,
        items=list,
        present=service.roll.present(caller),
    )
    return JSONResponse(_state(service, job), 202, {"Location": f"/v1/album/photos/{job.id}"})


@router.get("/album/photos/{id}", response_model=shapes.AlbumJob, openapi_extra=needs(Role.ENROL))
async def state(service: TheService, id: JobId) -> JSONResponse:
    """How far photos are on their way into the album."""
    return JSONResponse(_state(service, jobs.find(service.additions, id)))


def _album(service: Service) -> Album:
    if service.album is None:
        raise Problem(404, "no-album", "this server shows no album; start it with one: rostro serve --album ALBUM")
    return service.album


def _state(service: Service, job: Job) -> dict[str, Any]:
    document = job.to_dict()
    return {**document, "detail": told(service, document["detail"])} if "detail" in document else document


def _jpeg(content: bytes | None) -> Response:
    if content is None:
        raise Problem(404, "no-picture", "no picture of this face is kept")
    return Response(content, media_type="image/jpeg")


def _summary(service: Service, album: Album, id: str) -> JSONResponse:
    return JSONResponse(_shown(service, album, [album.summary(id)])[0])


def _shown(service: Service, album: Album, groups: Sequence[GroupSummary]) -> list[dict[str, Any]]:
    unnamed = [group for group in groups if group.name is None]
    who: Mapping[str, Suggestion] = service.recognizer.suggestions(album, unnamed)
    return [
        {
            **group.to_dict(),
            "cover": _face(album, group.person, group.cover),
            "suggested": who[group.id].to_dict() if group.id in who else None,
        }
        for group in groups
    ]


def _face(album: Album, person: int, face: AlbumFace) -> dict[str, Any]:
    pictures = album.pictures
    return {**face.to_dict(), "picture": pictures is not None and pictures.has(person, face.sha256)}

"""Routes about what was uncertain: it waits in the album, is confirmed, corrected or ignored, and teaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Path, Query
from fastapi.responses import JSONResponse, Response

from rostro.server.admission.access import guarded_router, needs
from rostro.server.admission.keys import Role
from rostro.server.problems import Problem
from rostro.server.schemas import review as shapes
from rostro.server.service import Service, TheCaller, TheService

if TYPE_CHECKING:
    from rostro.people.asked import Item
    from rostro.people.review import Review
    from rostro.server.admission.callers import Caller

router = guarded_router("review")

Id = Annotated[str, Path(pattern="^[0-9a-f]{12}$", description="The id of what waits.")]


@router.get("/review", response_model=shapes.Queue, openapi_extra=needs(Role.ENROL))
def waiting(
    service: TheService,
    caller: TheCaller,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str, Query(pattern="^([0-9a-f]{12})?$", description="The `next` of the page before.")] = "",
) -> JSONResponse:
    """What was uncertain, in pages: near the threshold first, then groups, then faces that were seen once."""
    queue = _review(service, caller).queue(limit=limit, after=after or None)
    return JSONResponse({**queue.to_dict(), "items": [_shown(item) for item in queue.items]})


@router.post("/review/{id}", response_model=shapes.Reviewed, openapi_extra=needs(Role.ENROL))
def settle(service: TheService, caller: TheCaller, id: Id, said: shapes.Said) -> JSONResponse:
    """Say who somebody is, or that nobody wants to know. Who is enrolled is known better by what was confirmed."""
    review = _review(service, caller)
    if said.action == "ignore":
        done = review.ignore(id)
    elif said.action == "correct" and said.name is not None:
        done = review.correct(id, said.name)
    else:
        done = review.confirm(id, said.name)
    return JSONResponse(done.to_dict())


@router.get(
    "/review/{id}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "A picture of the face"}},
    openapi_extra=needs(Role.ENROL),
)
def picture(service: TheService, caller: TheCaller, id: Id) -> Response:
    """The picture of a face that waits, where pictures of faces are kept."""
    content = _review(service, caller).picture(id)
    if content is None:
        raise Problem(404, "no-picture", "no picture of this face is kept")
    return Response(content, media_type="image/jpeg")


def _review(service: Service, caller: Caller) -> Review:
    if service.album is None:
        raise Problem(404, "no-album", "this server shows no album; start it with one: rostro serve --album ALBUM")
    return service.recognizer.review(service.album, actor=caller.actor)


def _shown(item: Item) -> dict[str, Any]:
    return {**item.to_dict(), "picture": f"/v1/review/{item.id}/picture" if item.picture else None}

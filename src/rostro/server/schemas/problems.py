"""The shape of problem documents (RFC 9457)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from rostro.server.schemas.common import FAILURE


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:rostro:no-face",
                    "title": "Unprocessable Content",
                    "status": 422,
                    "detail": "tree.jpg: no face found",
                    "failed": [FAILURE],
                }
            ]
        },
    )
    type: str
    title: str
    status: int
    detail: str


_DOCUMENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

#: For every route: what it answers when it cannot do what was asked.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": about, "content": _DOCUMENT}
    for status, about in {
        400: "The request cannot be read",
        401: "No valid key",
        403: "The key does not allow this",
        404: "There is no such thing",
        408: "The body came too slowly",
        409: "It contradicts what is there",
        413: "Too large, or too many",
        422: "A photo or a value cannot be used",
        429: "Too many requests",
        503: "The server is busy",
    }.items()
}

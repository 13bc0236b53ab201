"""What clients are told of faults: nothing of this machine's folders, hosts and users. The log has all of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from rostro.core.redaction import public_name, redacted
from rostro.gallery.base import file_of
from rostro.server.problems import Problem, of_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rostro.core.errors import RostroError
    from rostro.server.service import Service

#: From this status on it is the server's fault, of which a client can change nothing.
_OURS = 500
_UNTOLD = "the server cannot do this now; its log says why"

_log = logging.getLogger("uvicorn.error")


def public_problem(service: Service, error: RostroError) -> Problem:
    """The problem that one of rostro's own errors is, as a client may see it.

    What is the server's own fault is logged, and told by its kind only: its words name files, hosts and models.
    """
    problem = of_error(error)
    if problem.status_code >= _OURS:
        _log.error("%s: %s", error.kind, error)
        return Problem(problem.status_code, problem.kind, _UNTOLD)
    return Problem(
        problem.status_code, problem.kind, told(service, problem.detail), headers=problem.headers,
        **{name: _told_within(service, value) for name, value in problem.more.items()},
    )  # fmt: skip


def told(service: Service, text: str) -> str:
    """A text, with the names of what this server has in place of where it has them."""
    for place in sorted(_places(service), key=len, reverse=True):
        text = text.replace(place, public_name(place))
    return text


def _told_within(service: Service, value: object) -> object:
    if isinstance(value, str):
        return told(service, value)
    if isinstance(value, dict):
        return {name: _told_within(service, inner) for name, inner in value.items()}
    return [_told_within(service, inner) for inner in value] if isinstance(value, list | tuple) else value


def _places(service: Service) -> Iterable[str]:
    """Where this server has what it has, in every form in which an error may write it."""
    galleries = [service.recognizer.gallery_url, *([] if service.album is None else [service.album.gallery.url])]
    files = [*map(file_of, galleries), service.keys.path, service.recognizer.store.folder]
    forms = (str(form) for file in files if file is not None for form in (file, file.absolute()))
    return {*galleries, *map(redacted, galleries), *forms}

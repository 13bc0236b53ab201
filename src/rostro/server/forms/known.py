"""Fields that nobody knows are refused, not ignored: a name that is written wrong would otherwise change the answer.

What is known is what the OpenAPI document says, for queries, forms and JSON alike. So no route can forget it.
"""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from fastapi import Request

from rostro.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fastapi import FastAPI

    #: Where fields are (``query``, ``body``) → name → whether it may be given several times.
    Known = Mapping[str, Mapping[str, bool]]

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
#: Of more unknown fields, and of longer names, the rest is not repeated.
_TOLD, _LONGEST = 16, 80


async def known_only(request: Request) -> None:
    """A dependency of routes: refuses fields that the route does not have. The body was read before, and is kept.

    Raises:
        Problem: 422 that names each field, and the one that may be meant.
    """
    known = _known(request.app)[request.scope["route"].path, request.method.lower()]
    refuse_unknown("query", [name for name, _ in request.query_params.multi_items()], known["query"])
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _FORMS and known["body"]:
        refuse_unknown("body", [name for name, _ in (await request.form()).multi_items()], known["body"])
    elif kind == "application/json" or kind.endswith("+json"):
        refuse_unknown("body", await _members(request), known["body"])


def refuse_unknown(where: str, given: Iterable[str], known: Mapping[str, bool]) -> None:
    """Refuses what is not known, and what comes several times where one is wanted.

    Args:
        where: What has the fields: ``query``, ``body`` or ``message``.
        given: Their names, each as often as it comes.
        known: Name → whether it may come several times.

    Raises:
        Problem: 422 that names each field, and the one that may be meant.
    """
    counts = Counter(iter(given))  # of a mapping, its names
    unknown = [name for name in counts if name not in known]
    repeated = [name for name, count in counts.items() if count > 1 and known.get(name) is False]
    wrong = [{"where": [where, name[:_LONGEST]], "what": _no_such(name, known)} for name in unknown[:_TOLD]]
    wrong += [{"where": [where, name], "what": f"given {counts[name]} times, wanted once"} for name in repeated]
    if wrong:
        detail = "; ".join(f"{'.'.join(item['where'])}: {item['what']}" for item in wrong)
        kind = "unknown-field" if unknown else "repeated-field"
        raise Problem(422, kind, detail, invalid=wrong, values={"known": sorted(known)})


def _no_such(name: str, known: Mapping[str, bool]) -> str:
    near = get_close_matches(name.lower()[:_LONGEST], known, n=1)
    return f"there is no such field; did you mean {near[0]!r}?" if near else "there is no such field"


async def _members(request: Request) -> list[str]:
    try:
        document = await request.json()
    except ValueError:  # no JSON: what needs it says so
        return []
    return list(document) if isinstance(document, dict) else []


def _known(app: FastAPI) -> Mapping[tuple[str, str], Known]:
    """(path, method) → its fields; worked out once."""
    if not hasattr(app.state, "known_fields"):
        document = app.openapi()
        app.state.known_fields = {
            (path, method): _fields(document, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        }
    found: Mapping[tuple[str, str], Known] = app.state.known_fields
    return found


def _fields(document: dict[str, Any], operation: dict[str, Any]) -> Known:
    query = [given for given in operation.get("parameters", ()) if given["in"] == "query"]
    body: dict[str, bool] = {}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        shape = document["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]
        body |= {name: about.get("type") == "array" for name, about in shape["properties"].items()}
    return {"query": {given["name"]: given["schema"].get("type") == "array" for given in query}, "body": body}

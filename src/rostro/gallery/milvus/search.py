"""The nearest templates, from Milvus' index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.gallery.base import Hit
from rostro.gallery.milvus.collections import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rostro.core.types import Floats
    from rostro.gallery.milvus.collections import Collections

#: Most templates that Milvus gives for one query.
MOST_HITS = 16_384

#: More templates than wanted are asked for, so that of equal ones the oldest come first.
_SPARE = 16

#: Candidates of a scan of codes whose vectors are compared.
_EXACT = 1_000

#: Lists of a segment that are looked through: as many as SCANN has (`BUILD`), so all.
_LISTS = 64

#: Queries that are answered by one request.
_BLOCK = 64


def nearest(milvus: Collections, queries: Floats, count: int, within: str) -> list[list[Hit]]:
    """The nearest templates of each query, best first.

    Args:
        milvus: The collections, which have templates.
        queries: (N, d) of the gallery's length.
        count: Most templates a query.
        within: What templates must meet, in Milvus' words; empty for all.
    """
    hits: list[list[Hit]] = []
    for start in range(0, len(queries), _BLOCK):
        hits += _nearest(milvus, queries[start : start + _BLOCK], count, within)
    return hits


def _nearest(milvus: Collections, queries: Floats, count: int, within: str) -> list[list[Hit]]:
    limit = min(count + _SPARE, MOST_HITS)
    effort = max(200, limit)  # candidates that the index looks at; each index knows some of the names
    how = {"ef": effort, "search_list": effort, "nprobe": _LISTS, "reorder_k": max(_EXACT, limit)}
    with milvus.client() as client:
        answers = client.search(
            milvus.templates,
            data=list(queries),
            limit=limit,
            filter=within,
            output_fields=["id", "person"],
            search_params={"metric_type": "IP", "params": how},
            consistency_level="Strong",
            timeout=TIMEOUT,
        )
    return [_hits(answer)[:count] for answer in answers]


def _hits(answer: Iterable[Any]) -> list[Hit]:
    found = (
        Hit(row["entity"]["person"], row["entity"]["id"], min(max(float(row["distance"]), -1.0), 1.0)) for row in answer
    )
    return sorted(found, key=lambda hit: (-hit.similarity, hit.template))


def index_state(milvus: Collections) -> str:
    """Type of the search index, and how much of it is built. The server searches what is not, one by one."""
    with milvus.client() as client:
        about = client.describe_index(milvus.templates, "vector", timeout=TIMEOUT)
    return f"{about['index_type']}, {about['indexed_rows']} of {about['total_rows']} stored rows indexed"

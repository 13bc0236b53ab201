"""From proposed templates to hits: the table alone decides whose they are and how near.

Most candidates need not be read. Each comes with a bound that its score hardly ever exceeds; when as many as are wanted
have exact scores that no bound of the others reaches, those others cannot be among the best.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from rostro.core.errors import GalleryCorrupt
from rostro.gallery.base import Hit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rostro.core.types import Floats
    from rostro.gallery.sqlite.sealing import View

#: Candidates that are read first, besides those that are wanted.
_FIRST = 12


def reranked(view: View, queries: Floats, ids: NDArray[np.int64], bounds: Floats, count: int) -> list[list[Hit]]:
    """The best ``count`` of the candidates.

    Args:
        view: The table.
        queries: (N, d).
        ids: (N, k) candidates of each query.
        bounds: (N, k) what their scores hardly ever exceed; minus infinity for what is no candidate.
        count: How many hits at most per query.

    Raises:
        GalleryCorrupt: A candidate is not in the table.
    """
    order = np.argsort(-bounds, axis=1)
    table = _Candidates.of(np.take_along_axis(ids, order, axis=1))
    bounds = np.take_along_axis(bounds, order, axis=1)
    there = bounds > -np.inf
    first = there.copy()
    first[:, count + _FIRST :] = False
    _read(view, queries, first, table)
    if ids.shape[1] > count + _FIRST:
        enough = np.sort(table.scores[:, : count + _FIRST], axis=1)[:, -count, None]
        further = there & ~first & (bounds >= enough)
        if further.any():
            _read(view, queries, further, table)
    return table.best(count)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Ids, owners and exact scores, (N, k) each; a score of minus infinity where it was not needed."""

    ids: NDArray[np.int64]
    people: NDArray[np.int64]
    scores: Floats

    @classmethod
    def of(cls, ids: NDArray[np.int64]) -> Self:
        """These ids; nothing is known of them yet."""
        return cls(ids, np.zeros(ids.shape, np.int64), np.full(ids.shape, -np.inf, np.float32))

    def best(self, count: int) -> list[list[Hit]]:
        """The best of each query; of equal ones, the older first."""
        order = np.lexsort((self.ids, -self.scores), axis=1)[:, :count]
        rows = (np.take_along_axis(values, order, axis=1).tolist() for values in (self.people, self.ids, self.scores))
        return [[Hit(*hit) for hit in zip(*row, strict=True) if hit[-1] > -np.inf] for row in zip(*rows, strict=True)]


def _read(view: View, queries: Floats, chosen: NDArray[np.bool_], table: _Candidates) -> None:
    """Fills in exact scores and owners of the chosen candidates."""
    wanted, places = np.unique(table.ids[chosen], return_inverse=True)
    rows = view.sql.execute(
        """SELECT person, vector FROM templates
        WHERE erased = 0 AND id IN (SELECT value FROM json_each(?)) ORDER BY id""",
        (json.dumps(wanted.tolist()),),
    ).fetchall()
    if len(rows) != len(wanted):
        raise GalleryCorrupt("the search index knows templates that the gallery does not have; build it anew")
    vectors = view.seal.vectors((row[1] for row in rows), queries.shape[1])
    table.people[chosen] = np.array([row[0] for row in rows], np.int64)[places]
    ends = np.cumsum(chosen.sum(axis=1))[:-1]
    for query, mine, own, row in zip(queries, np.split(places, ends), chosen, table.scores, strict=True):
        row[own] = np.clip(vectors[mine] @ query, -1.0, 1.0)

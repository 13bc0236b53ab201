"""The part of a gallery's contract that is about finding."""

from __future__ import annotations

import numpy as np
import pytest

from rostro.core.errors import BadInput, SpaceMismatch
from rostro.gallery.base import Gallery
from rostro.testing.made_up import DIMS, SPACE, template, templates, unit_vectors


class SearchContract:
    """See `rostro.testing.GalleryContract`, which is this and what is stored."""

    def test_a_search_may_be_limited_to_collections(self, gallery: Gallery) -> None:
        vectors = unit_vectors(30)
        names = ["staff", "visitors", "", "50% _a\\b 'ñ'"]
        for number, collection in enumerate(names):
            mine = [template(v, f"{number}-{n}", collection=collection) for n, v in enumerate(vectors[number::4])]
            gallery.add({collection or "nowhere": mine, "all": mine[:2]})
        assert {t.collection for t in gallery.templates("all")} == set(names)

        def found(*collections: str) -> list[tuple[str, int]]:
            (hits,) = gallery.search(vectors[:1], 100, collections=collections)
            people = gallery.names({hit.person for hit in hits})
            assert [hit.similarity for hit in hits] == sorted((hit.similarity for hit in hits), reverse=True)
            owners = [people[hit.person] for hit in hits]
            return sorted((name, owners.count(name)) for name in set(owners))

        assert found("staff") == [("all", 2), ("staff", 8)]
        assert found("") == [("all", 2), ("nowhere", 7)]
        assert found(names[3]) == [(names[3], 7), ("all", 2)]
        assert found("staff", "visitors", "unknown") == [("all", 4), ("staff", 8), ("visitors", 8)]
        assert found("unknown") == found() == []
        gallery.remove("staff")
        assert found("staff") == [("all", 2)]
        assert gallery.search(vectors[:1], 100, collections=None) == gallery.search(vectors[:1], 100)

    def test_what_a_search_looks_through_is_counted(self, gallery: Gallery) -> None:
        vectors = unit_vectors(6)
        assert tuple(gallery.population()) == (0, 0)
        gallery.add(
            {
                "Ada": [template(vectors[n], f"ada{n}", collection="staff", quality=0.1 + 0.2 * n) for n in range(3)],
                "Bo": [template(vectors[3], "bo", collection="staff"), template(vectors[4], "bo2", collection="'ñ\"")],
                "Cy": [template(vectors[5], "cy")],
            }
        )
        assert tuple(gallery.population()) == (3, 6)
        people, found = gallery.population(["staff"])  # a backend that cannot tell counts more, never fewer
        assert people >= 2
        assert found in {4, 6}
        assert gallery.population(["staff", "'ñ\""]).templates in {5, 6}
        assert gallery.population(["unknown"]).templates in {0, 6}
        assert gallery.count_poor(0.2) == 1
        assert gallery.count_poor(0.4) == 2
        gallery.merge("Cy", "Bo")
        assert tuple(gallery.population()) == (2, 6)
        gallery.remove("Ada")
        assert tuple(gallery.population()) == (1, 3)
        assert gallery.population(["staff"]).templates in {1, 3}
        assert gallery.count_poor(0.4) == 0

    @pytest.mark.parametrize(
        ("sizes", "count", "removed"), [([1], 1, 1), ([3, 1, 40], 5, 0), ([40, 40, 7, 40, 1], 60, 2), ([5, 6], 60, 1)]
    )
    def test_search_agrees_with_comparing_everything(
        self, gallery_class: type[Gallery], url: str, sizes: list[int], count: int, removed: int
    ) -> None:
        check_search(gallery_class, url, sizes=sizes, count=count, removed=removed, seed=sum(sizes))

    @pytest.mark.parametrize(
        ("queries", "count", "error"),
        [
            (unit_vectors(1, dims=DIMS - 1), 1, SpaceMismatch),
            (unit_vectors(1)[0], 1, BadInput),
            (np.full((1, DIMS), np.nan, np.float32), 1, BadInput),
            (unit_vectors(1), 0, BadInput),
        ],
    )
    def test_queries_that_cannot_be_answered(
        self, gallery: Gallery, queries: np.ndarray, count: int, error: type[Exception]
    ) -> None:
        gallery.add({"Ana": templates(1)})
        with pytest.raises(error):
            gallery.search(queries, count)

    def test_many_queries_are_answered_as_if_asked_one_by_one(self, gallery: Gallery) -> None:
        gallery.add({f"p{n}": templates(2, seed=n) for n in range(100)})
        queries = unit_vectors(150, seed=500)
        for query, hits in zip(queries, gallery.search(queries, 5), strict=True):
            (alone,) = gallery.search(query[None], 5)
            assert [hit.template for hit in hits] == [hit.template for hit in alone]


def check_search(
    gallery_class: type[Gallery], url: str, *, sizes: list[int], count: int, removed: int, seed: int
) -> None:
    """Searches a gallery of people with so many templates each, one of them removed, and compares with all in turn.

    A property of any numbers: `hypothesis` may choose them.
    """
    vectors = unit_vectors(sum(sizes), seed)
    owners = np.repeat(np.arange(len(sizes)), sizes)
    queries = unit_vectors(3, seed + 1)
    with gallery_class.open(url, space=SPACE) as gallery:
        for owner in range(len(sizes)):
            mine = np.flatnonzero(owners == owner)
            gallery.add({f"person {owner}": [template(vectors[n], f"{n}") for n in mine]})
            gallery.search(queries, 1)
        if removed < len(sizes):
            gallery.remove(f"person {removed}")
        alive = np.flatnonzero(owners != removed)
        ids = {owner: gallery.person(f"person {owner}").id for owner in set(owners[alive])}
        for query, hits in zip(queries, gallery.search(queries, count), strict=True):
            scores = vectors[alive] @ query
            best = np.argsort(-scores)
            np.testing.assert_allclose([hit.similarity for hit in hits], scores[best][:count], atol=2e-3)
            clear = np.diff(scores[best], prepend=np.inf, append=-np.inf)
            for place, hit in enumerate(hits):
                if clear[place] < -4e-3 and clear[place + 1] < -4e-3:  # no other template is as near
                    assert hit.person == ids[owners[alive][best[place]]]

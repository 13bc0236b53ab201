"""What every gallery backend promises. The same tests run on each backend that the registry finds."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
from gallery_backends import DIMS, SPACE, URLS, template, templates, unit_vectors
from hypothesis import given, settings
from hypothesis import strategies as st

from rostro.core.errors import BadInput, GalleryError, SpaceMismatch, UnknownPerson
from rostro.core.types import Template
from rostro.gallery.base import GALLERIES, Gallery, open_gallery

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(params=GALLERIES.names)
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def new_url(request: pytest.FixtureRequest, backend: str) -> str:
    """A gallery that is not there."""
    return URLS[backend](request, f"g{secrets.token_hex(6)}")


@pytest.fixture
def url(request: pytest.FixtureRequest, backend: str, new_url: str) -> str:
    """A gallery with nobody in it."""
    if backend != "milvus":
        return new_url
    # making a gallery takes Milvus seconds, emptying it none; each process of a run has its own
    name = f"contract_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    url = URLS[backend](request, name)
    with open_gallery(url, space=SPACE) as used:
        milvus = used._milvus  # type: ignore[attr-defined]
        milvus.delete(milvus.people, "id > 0")
        if used.info().dims:
            milvus.delete(milvus.templates, 'key != ""')
    return url


@pytest.fixture
def turns(backend: str) -> int:
    """How often many writers write: often, where a write takes milliseconds."""
    return 6 if backend == "milvus" else 40


@pytest.fixture
def gallery(url: str):
    with open_gallery(url, space=SPACE) as opened:
        yield opened


def test_a_gallery_that_is_not_there_is_made_only_when_asked(new_url: str) -> None:
    with pytest.raises(GalleryError, match="no such gallery"):
        open_gallery(new_url, create=False)
    open_gallery(new_url, space=SPACE).close()
    with open_gallery(new_url, create=False) as gallery:
        assert gallery.space == SPACE
        assert gallery.people() == []
        assert gallery.search(unit_vectors(2), 3) == [[], []]


def test_a_foreign_space_is_refused_and_both_are_named(url: str, gallery: Gallery) -> None:
    with pytest.raises(SpaceMismatch) as error:
        open_gallery(url, space="other-11111111/none")
    assert SPACE in str(error.value)
    assert "other-11111111/none" in str(error.value)


def test_a_gallery_without_a_space_takes_the_first_that_is_given(new_url: str) -> None:
    with open_gallery(new_url) as gallery:
        assert gallery.space is None
        with pytest.raises(GalleryError, match="space"):
            gallery.add({"Ana": templates(1)})
        open_gallery(new_url, space=SPACE).close()
        assert gallery.space == SPACE
        assert gallery.add({"Ana": templates(1)}) == 1


def test_what_was_added_is_there_after_opening_again(url: str) -> None:
    vectors = unit_vectors(3).astype(np.float16).astype(np.float32)
    box = (1.5, -2.25, 30.1, 40.7)
    given = [
        template(vectors[0], "a" * 64, quality=0.5, box=box),
        template(vectors[1], "b" * 64),
        template(vectors[2], "c" * 64),
    ]
    with open_gallery(url, space=SPACE) as gallery:
        assert gallery.add({"Ana": given[:2], "Bo": given[2:]}) == 3
    with open_gallery(url, space=SPACE) as gallery:
        assert [(p.name, p.templates) for p in gallery.people()] == [("Ana", 2), ("Bo", 1)]
        assert gallery.person("Ana") == gallery.people()[0]
        first, second = gallery.templates("Ana")
        assert (first.source_hash, first.photo, first.quality, first.box) == ("a" * 64, "aaaaaaaa.jpg", 0.5, box)
        assert second.box is None
        np.testing.assert_array_equal(first.vector, vectors[0])  # float16 values come back exactly
        assert first.vector.dtype == np.float32
        ids = [p.id for p in gallery.people()]
        assert gallery.names([*ids, 10**9]) == {ids[0]: "Ana", ids[1]: "Bo"}


def test_enrolling_twice_adds_nothing(gallery: Gallery) -> None:
    vector = unit_vectors(1)[0]
    with_box = template(vector, box=(0.0, 0.0, 1.0, 1.0))
    assert gallery.add({"Ana": [template(vector), with_box, template(vector)]}) == 2
    assert gallery.add({"Ana": [template(vector), with_box]}) == 0
    assert gallery.add({"Bo": [template(vector)]}) == 1
    assert gallery.person("Ana").templates == 2


def test_adding_nothing_makes_nobody(gallery: Gallery) -> None:
    assert gallery.add({}) == 0
    assert gallery.add({"Ana": []}) == 0
    assert gallery.people() == []


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (template(unit_vectors(1)[0] * 2), BadInput),
        (template(np.full(DIMS, np.nan, np.float32)), BadInput),
        (template(unit_vectors(1)), BadInput),
        (template(unit_vectors(1, dims=DIMS + 1)[0]), SpaceMismatch),
    ],
)
def test_one_bad_template_and_nothing_is_added(gallery: Gallery, bad: Template, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"Bo, aaaaaaaa\.jpg"):
        gallery.add({"Ana": templates(3), "Bo": [bad]})
    assert gallery.people() == []


def test_known_sources(gallery: Gallery) -> None:
    one, two = unit_vectors(2)
    gallery.add({"Ana": [template(one, "a" * 64), template(two, "b" * 64)], "Bo": [template(two, "b" * 64)]})
    assert gallery.known_sources(["a" * 64, "b" * 64, "c" * 64]) == {"a" * 64: {"Ana"}, "b" * 64: {"Ana", "Bo"}}
    assert gallery.known_sources([]) == {}
    many = [f"{n:064x}" for n in range(50_000)]
    assert gallery.known_sources(many) == {}


@pytest.mark.parametrize("call", ["person", "templates", "remove"])
def test_nobody_of_that_name(gallery: Gallery, call: str) -> None:
    with pytest.raises(UnknownPerson, match="Nadie"):
        getattr(gallery, call)("Nadie")


def test_rename(gallery: Gallery) -> None:
    gallery.add({"Ana": templates(1), "Bo": templates(1, seed=1)})
    person = gallery.person("Ana")
    gallery.rename("Ana", "  Ana María ")
    assert gallery.person("Ana María").id == person.id
    gallery.rename("Ana María", "Ana María")
    with pytest.raises(UnknownPerson):
        gallery.person("Ana")
    with pytest.raises(BadInput, match="merge"):
        gallery.rename("Ana María", "Bo")
    with pytest.raises(UnknownPerson):
        gallery.rename("Ana", "Carla")
    with pytest.raises(BadInput):
        gallery.rename("Bo", " ")


def test_merge(gallery: Gallery) -> None:
    shared = template(unit_vectors(1, seed=9)[0], "f" * 64)
    gallery.add({"Ana": [*templates(2), shared], "Anna": [*templates(3, seed=1), shared]})
    query = unit_vectors(1, seed=1)
    gallery.search(query, 1)
    gallery.merge("Anna", into="Ana")
    assert [(p.name, p.templates) for p in gallery.people()] == [("Ana", 6)]
    assert gallery.search(query, 1)[0][0].person == gallery.person("Ana").id
    assert len(gallery.search(query, 100)[0]) == 6
    with pytest.raises(BadInput, match="itself"):
        gallery.merge("Ana", into="Ana")
    with pytest.raises(UnknownPerson):
        gallery.merge("Anna", into="Ana")
    with pytest.raises(UnknownPerson):
        gallery.merge("Ana", into="Anna")


def test_the_removed_are_gone_and_never_found(gallery: Gallery) -> None:
    gallery.add({"Ana": templates(5), "Bo": templates(5, seed=1)})
    query = unit_vectors(1)
    ana = gallery.person("Ana").id
    assert gallery.search(query, 1)[0][0].person == ana
    assert gallery.remove("Ana") == 5
    assert [p.name for p in gallery.people()] == ["Bo"]
    assert {hit.person for hit in gallery.search(query, 100)[0]} == {gallery.person("Bo").id}
    assert gallery.known_sources(["0-0"]) == {}
    gallery.add({"Ana": templates(1)})
    assert gallery.person("Ana").id != ana
    gallery.remove("Ana")
    gallery.remove("Bo")
    assert gallery.search(query, 3) == [[]]


def test_several_people_are_removed_at_once(gallery: Gallery) -> None:
    gallery.add({f"p{n}": templates(2, seed=n) for n in range(5)})
    with pytest.raises(UnknownPerson, match="Nadie"):
        gallery.remove("p1", "Nadie")
    assert gallery.remove("p1", "p3", "p1") == 4
    assert [p.name for p in gallery.people()] == ["p0", "p2", "p4"]
    kept = {gallery.person(name).id for name in ("p0", "p2", "p4")}
    assert {hit.person for hit in gallery.search(unit_vectors(1, seed=3), 100)[0]} == kept


def test_a_search_may_be_limited_to_collections(gallery: Gallery) -> None:
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


def test_a_collection_has_a_printable_name(gallery: Gallery) -> None:
    for name in ("a\nb", " a", "\x00"):
        with pytest.raises(BadInput, match="collection"):
            gallery.add({"Ana": [template(unit_vectors(1)[0], collection=name)]})


@pytest.mark.parametrize(
    ("sizes", "count", "removed"), [([1], 1, 1), ([3, 1, 40], 5, 0), ([40, 40, 7, 40, 1], 60, 2), ([5, 6], 60, 1)]
)
def test_search_agrees_with_comparing_everything(url: str, sizes: list[int], count: int, removed: int) -> None:
    check_search(url, sizes, count, removed, seed=sum(sizes))


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    count=st.integers(1, 60),
    removed=st.integers(0, 5),
    seed=st.integers(0, 2**32 - 1),
)
def test_search_agrees_with_comparing_everything_whatever_is_stored(
    sizes: list[int], count: int, removed: int, seed: int
) -> None:
    check_search(":memory:", sizes, count, removed, seed)


def check_search(url: str, sizes: list[int], count: int, removed: int, seed: int) -> None:
    vectors = unit_vectors(sum(sizes), seed)
    owners = np.repeat(np.arange(len(sizes)), sizes)
    queries = unit_vectors(3, seed + 1)
    with open_gallery(url, space=SPACE) as gallery:
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
    gallery: Gallery, queries: np.ndarray, count: int, error: type[Exception]
) -> None:
    gallery.add({"Ana": templates(1)})
    with pytest.raises(error):
        gallery.search(queries, count)


def test_many_queries_are_answered_as_if_asked_one_by_one(gallery: Gallery) -> None:
    gallery.add({f"p{n}": templates(2, seed=n) for n in range(100)})
    queries = unit_vectors(150, seed=500)
    for query, hits in zip(queries, gallery.search(queries, 5), strict=True):
        (alone,) = gallery.search(query[None], 5)
        assert [hit.template for hit in hits] == [hit.template for hit in alone]


NAMES = [
    "😀👩‍👩‍👧‍👦",
    'O\'Brien "Bobby" `x`',
    "'; DROP TABLE people; --",
    "x" * 10_000,
    "محمد עברית",
    "José",
    "张伟",
    "50% _a\\b",
    "null",
    "../../etc/passwd",
]


def test_any_printable_name(gallery: Gallery) -> None:
    for number, name in enumerate(NAMES):
        gallery.add({name: templates(1, seed=number)})
    assert {person.name for person in gallery.people()} == set(NAMES)
    for number, name in enumerate(NAMES):
        (hits,) = gallery.search(unit_vectors(1, seed=number), 1)
        assert gallery.names([hits[0].person]) == {hits[0].person: name}
        gallery.rename(name, f"{name}!")
        assert gallery.remove(f"{name}!") == 1


def test_names_are_normalised_and_case_counts(gallery: Gallery) -> None:
    decomposed, composed = "Jose\u0301", "Jos\u00e9"
    gallery.add({decomposed: templates(1), f" {composed}\t": templates(1, seed=1), "josé": templates(1)})
    assert [(p.name, p.templates) for p in gallery.people()] == [(composed, 2), ("josé", 1)]
    assert gallery.person(decomposed).name == composed


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "a\nb", "\ud800"])
def test_names_that_are_no_names(gallery: Gallery, name: str) -> None:
    with pytest.raises(BadInput, match="name"):
        gallery.add({name: templates(1)})


def test_another_connection_sees_what_was_committed(url: str, gallery: Gallery) -> None:
    query = unit_vectors(1)
    with open_gallery(url, space=SPACE) as other:
        assert other.search(query, 1) == [[]]
        gallery.add({"Ana": templates(3)})
        assert len(other.search(query, 10)[0]) == 3
        gallery.add({"Bo": templates(2, seed=1)})
        assert len(other.search(query, 10)[0]) == 5
        gallery.remove("Ana")
        assert {hit.person for hit in other.search(query, 10)[0]} == {gallery.person("Bo").id}


#: A writer process; a script, so that it starts without loading the test tools.
WRITER = """
import sys
import numpy as np
from rostro.gallery.base import open_gallery
from rostro.core.types import Template

url, space, (dims, writer, turns) = sys.argv[1], sys.argv[2], map(int, sys.argv[3:])
random = np.random.default_rng(writer)
with open_gallery(url, space=space) as gallery:
    for number in range(turns):
        vectors = random.normal(size=(2, dims)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        own, common = [Template(vector=v, source_hash=f"{writer}-{number}", photo="a.jpg") for v in vectors]
        assert gallery.add({f"own {writer}": [own], "all": [common]}) == 2
        assert gallery.search(vectors[:1], 1)[0][0].similarity > 0.999
"""


def test_four_processes_write_at_once_and_nothing_is_lost(url: str, turns: int) -> None:
    commands = [[sys.executable, "-c", WRITER, url, SPACE, str(DIMS), str(number), str(turns)] for number in range(4)]
    writers = [subprocess.Popen(command) for command in commands]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    with open_gallery(url, space=SPACE) as gallery:
        assert {p.name: p.templates for p in gallery.people()} == {
            "all": 4 * turns,
            **{f"own {n}": turns for n in range(4)},
        }
        assert len(gallery.search(unit_vectors(1), 1000)[0]) == 8 * turns


def test_threads_share_one_gallery(gallery: Gallery, turns: int) -> None:
    def work(number: int) -> None:
        for turn in range(turns // 2):
            mine = unit_vectors(1, seed=number * 100 + turn)
            gallery.add({f"thread {number}": [template(mine[0], f"{number}-{turn}")]})
            assert gallery.search(mine, 1)[0][0].similarity > 0.999

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert [p.templates for p in gallery.people()] == [turns // 2] * 4


def test_after_closing_every_call_is_an_error(url: str) -> None:
    gallery = open_gallery(url, space=SPACE)
    gallery.add({"Ana": templates(1)})
    gallery.close()
    gallery.close()
    calls: list[Callable[[], object]] = [
        lambda: gallery.space,
        lambda: gallery.people(),
        lambda: gallery.add({"Ana": templates(1)}),
        lambda: gallery.search(unit_vectors(1), 1),
        lambda: gallery.remove("Ana"),
    ]
    for call in calls:
        with pytest.raises(GalleryError, match="closed"):
            call()

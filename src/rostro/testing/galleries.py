"""What every gallery backend promises."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rostro.core.errors import BadInput, GalleryError, SpaceMismatch, UnknownPerson
from rostro.core.types import Template
from rostro.gallery.base import Gallery
from rostro.testing.made_up import DIMS, SPACE, template, templates, unit_vectors
from rostro.testing.searching import SearchContract
from rostro.testing.single_photos import SinglePhotosContract

_NAMES = [
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

#: A writer process; a script, so that it starts without loading the test tools.
_WRITER = """
import sys
from importlib import import_module
import numpy as np
from rostro.core.types import Template

where, url, space, (dims, writer, turns) = *sys.argv[1:4], map(int, sys.argv[4:])
module, _, name = where.partition(":")
random = np.random.default_rng(writer)
with getattr(import_module(module), name).open(url, space=space) as gallery:
    for number in range(turns):
        vectors = random.normal(size=(2, dims)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        own, common = [Template(vector=v, source_hash=f"{writer}-{number}", photo="a.jpg") for v in vectors]
        assert gallery.add({f"own {writer}": [own], "all": [common]}) == 2
        assert gallery.search(vectors[:1], 1)[0][0].similarity > 0.999
"""


class GalleryContract(SearchContract, SinglePhotosContract):
    """Derive from it, in a class whose name starts with ``Test``; give these fixtures there or in its module.

    The messages of errors are part of the contract, as far as the tests look at them: people read them.

    Fixtures to give:
        gallery_class: The class, ``type[Gallery]``. Other processes import it, so it stands in a module.
        new_url: ``str``, the URL of a gallery that is not there, a new one for each test.

    Fixtures that may be given, in the class:
        url: ``str``, the URL of a gallery with nobody in it, there or not; by default `new_url`.
        turns: ``int``, how often each of several writers writes; by default 40, fewer where a write takes long.
    """

    @pytest.fixture
    def url(self, new_url: str) -> str:
        """A gallery with nobody in it."""
        return new_url

    @pytest.fixture
    def turns(self) -> int:
        """How often many writers write."""
        return 40

    @pytest.fixture
    def gallery(self, gallery_class: type[Gallery], url: str) -> Iterator[Gallery]:
        """A gallery with nobody in it, open."""
        with gallery_class.open(url, space=SPACE) as opened:
            yield opened

    def test_a_gallery_that_is_not_there_is_made_only_when_asked(
        self, new_url: str, gallery_class: type[Gallery]
    ) -> None:
        with pytest.raises(GalleryError, match="no such gallery") as refused:
            gallery_class.open(new_url, create=False)
        assert refused.value.values["why"] == "no-gallery"
        gallery_class.open(new_url, space=SPACE).close()
        with gallery_class.open(new_url, create=False) as gallery:
            assert gallery.space == SPACE
            assert gallery.people() == []
            assert gallery.search(unit_vectors(2), 3) == [[], []]

    def test_a_foreign_space_is_refused_and_both_are_named(
        self, url: str, gallery: Gallery, gallery_class: type[Gallery]
    ) -> None:
        with pytest.raises(SpaceMismatch) as error:
            gallery_class.open(url, space="other-11111111/none")
        assert SPACE in str(error.value)
        assert "other-11111111/none" in str(error.value)

    def test_a_gallery_without_a_space_takes_the_first_that_is_given(
        self, new_url: str, gallery_class: type[Gallery]
    ) -> None:
        with gallery_class.open(new_url) as gallery:
            assert gallery.space is None
            with pytest.raises(GalleryError, match="space"):
                gallery.add({"Ana": templates(1)})
            gallery_class.open(new_url, space=SPACE).close()
            assert gallery.space == SPACE
            assert gallery.add({"Ana": templates(1)}) == 1

    def test_what_was_added_is_there_after_opening_again(self, url: str, gallery_class: type[Gallery]) -> None:
        vectors = unit_vectors(3).astype(np.float16).astype(np.float32)
        box = (1.5, -2.25, 30.1, 40.7)
        given = [
            template(vectors[0], "a" * 64, quality=0.5, box=box),
            template(vectors[1], "b" * 64),
            template(vectors[2], "c" * 64),
        ]
        with gallery_class.open(url, space=SPACE) as gallery:
            assert gallery.add({"Ana": given[:2], "Bo": given[2:]}) == 3
        with gallery_class.open(url, space=SPACE) as gallery:
            assert [(p.name, p.templates) for p in gallery.people()] == [("Ana", 2), ("Bo", 1)]
            assert gallery.person("Ana") == gallery.people()[0]
            first, second = gallery.templates("Ana")
            assert (first.source_hash, first.photo, first.quality, first.box) == ("a" * 64, "aaaaaaaa.jpg", 0.5, box)
            assert second.box is None
            np.testing.assert_array_equal(first.vector, vectors[0])  # float16 values come back exactly
            assert first.vector.dtype == np.float32
            ids = [p.id for p in gallery.people()]
            assert gallery.names([*ids, 10**9]) == {ids[0]: "Ana", ids[1]: "Bo"}

    def test_people_come_in_the_order_of_the_alphabet(self, gallery: Gallery) -> None:
        names = ["Zoë", "Ana", "Bo", "ana", "Ángel", "Çelik", "李", "bo"]
        gallery.add({name: templates(1 + index % 2, seed=index) for index, name in enumerate(names)})
        people = gallery.people()
        assert [person.name for person in people] == ["Ana", "ana", "Ángel", "Bo", "bo", "Çelik", "Zoë", "李"]
        assert sorted(gallery.all_names()) == sorted((person.id, person.name) for person in people)
        some = {person.id: person.templates for person in gallery.people()[2:5]}
        assert gallery.template_counts([*some, 10**9]) == some

    def test_enrolling_twice_adds_nothing(self, gallery: Gallery) -> None:
        vector = unit_vectors(1)[0]
        with_box = template(vector, box=(0.0, 0.0, 1.0, 1.0))
        assert gallery.add({"Ana": [template(vector), with_box, template(vector)]}) == 2
        assert gallery.add({"Ana": [template(vector), with_box]}) == 0
        assert gallery.add({"Bo": [template(vector)]}) == 1
        assert gallery.person("Ana").templates == 2

    def test_adding_nothing_makes_nobody(self, gallery: Gallery) -> None:
        assert gallery.add({}) == gallery.add({"Ana": []}) == 0
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
    def test_one_bad_template_and_nothing_is_added(
        self, gallery: Gallery, bad: Template, error: type[Exception]
    ) -> None:
        with pytest.raises(error, match=r"Bo, aaaaaaaa\.jpg"):
            gallery.add({"Ana": templates(3), "Bo": [bad]})
        assert gallery.people() == []

    def test_known_sources(self, gallery: Gallery) -> None:
        one, two = unit_vectors(2)
        gallery.add({"Ana": [template(one, "a" * 64), template(two, "b" * 64)], "Bo": [template(two, "b" * 64)]})
        assert gallery.known_sources(["a" * 64, "b" * 64, "c" * 64]) == {"a" * 64: {"Ana"}, "b" * 64: {"Ana", "Bo"}}
        assert gallery.known_sources([]) == {}
        many = [f"{n:064x}" for n in range(50_000)]
        assert gallery.known_sources(many) == {}

    @pytest.mark.parametrize("call", ["person", "templates", "remove"])
    def test_nobody_of_that_name(self, gallery: Gallery, call: str) -> None:
        with pytest.raises(UnknownPerson, match="Nadie"):
            getattr(gallery, call)("Nadie")

    def test_rename(self, gallery: Gallery) -> None:
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

    def test_merge(self, gallery: Gallery) -> None:
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

    def test_the_removed_are_gone_and_never_found(self, gallery: Gallery) -> None:
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

    def test_several_people_are_removed_at_once(self, gallery: Gallery) -> None:
        gallery.add({f"p{n}": templates(2, seed=n) for n in range(5)})
        with pytest.raises(UnknownPerson, match="Nadie"):
            gallery.remove("p1", "Nadie")
        assert gallery.remove("p1", "p3", "p1") == 4
        assert [p.name for p in gallery.people()] == ["p0", "p2", "p4"]
        kept = {gallery.person(name).id for name in ("p0", "p2", "p4")}
        assert {hit.person for hit in gallery.search(unit_vectors(1, seed=3), 100)[0]} == kept

    def test_a_collection_has_a_printable_name(self, gallery: Gallery) -> None:
        for name in ("a\nb", " a", "\x00"):
            with pytest.raises(BadInput, match="collection"):
                gallery.add({"Ana": [template(unit_vectors(1)[0], collection=name)]})

    def test_any_printable_name(self, gallery: Gallery) -> None:
        for number, name in enumerate(_NAMES):
            gallery.add({name: templates(1, seed=number)})
        assert {person.name for person in gallery.people()} == set(_NAMES)
        for number, name in enumerate(_NAMES):
            (hits,) = gallery.search(unit_vectors(1, seed=number), 1)
            assert gallery.names([hits[0].person]) == {hits[0].person: name}
            gallery.rename(name, f"{name}!")
            assert gallery.remove(f"{name}!") == 1

    def test_names_are_normalised_and_case_counts(self, gallery: Gallery) -> None:
        decomposed, composed = "Jose\u0301", "Jos\u00e9"
        gallery.add({decomposed: templates(1), f" {composed}\t": templates(1, seed=1), "josé": templates(1)})
        assert [(p.name, p.templates) for p in gallery.people()] == [(composed, 2), ("josé", 1)]
        assert gallery.person(decomposed).name == composed

    @pytest.mark.parametrize("name", ["", "  ", "a\x00b", "a\nb", "\ud800"])
    def test_names_that_are_no_names(self, gallery: Gallery, name: str) -> None:
        with pytest.raises(BadInput, match="name"):
            gallery.add({name: templates(1)})

    def test_another_connection_sees_what_was_committed(
        self, url: str, gallery: Gallery, gallery_class: type[Gallery]
    ) -> None:
        query = unit_vectors(1)
        with gallery_class.open(url, space=SPACE) as other:
            assert other.search(query, 1) == [[]]
            gallery.add({"Ana": templates(3)})
            assert len(other.search(query, 10)[0]) == 3
            gallery.add({"Bo": templates(2, seed=1)})
            assert len(other.search(query, 10)[0]) == 5
            gallery.remove("Ana")
            assert {hit.person for hit in other.search(query, 10)[0]} == {gallery.person("Bo").id}

    def test_four_processes_write_at_once_and_nothing_is_lost(
        self, url: str, turns: int, gallery_class: type[Gallery]
    ) -> None:
        where = f"{gallery_class.__module__}:{gallery_class.__qualname__}"
        command = [sys.executable, "-c", _WRITER, where, url, SPACE, str(DIMS)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        writers = [subprocess.Popen([*command, str(number), str(turns)], env=environment) for number in range(4)]
        assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
        with gallery_class.open(url, space=SPACE) as gallery:
            assert {p.name: p.templates for p in gallery.people()} == {
                "all": 4 * turns,
                **{f"own {n}": turns for n in range(4)},
            }
            assert len(gallery.search(unit_vectors(1), 1000)[0]) == 8 * turns

    def test_threads_share_one_gallery(self, gallery: Gallery, turns: int) -> None:
        def work(number: int) -> None:
            for turn in range(turns // 2):
                mine = unit_vectors(1, seed=number * 100 + turn)
                gallery.add({f"thread {number}": [template(mine[0], f"{number}-{turn}")]})
                assert gallery.search(mine, 1)[0][0].similarity > 0.999

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert [p.templates for p in gallery.people()] == [turns // 2] * 4

    def test_after_closing_every_call_is_an_error(self, url: str, gallery_class: type[Gallery]) -> None:
        gallery = gallery_class.open(url, space=SPACE)
        gallery.add({"Ana": templates(1)})
        gallery.close()
        gallery.close()
        calls: list[Callable[[], object]] = [
            lambda: gallery.space,
            gallery.people,
            lambda: gallery.add({"Ana": templates(1)}),
            lambda: gallery.search(unit_vectors(1), 1),
            lambda: gallery.remove("Ana"),
        ]
        for call in calls:
            with pytest.raises(GalleryError, match="closed"):
                call()

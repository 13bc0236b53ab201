"""What only a Milvus gallery can meet: no transactions, several people of one name, a server that is away."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pytest

from rostro.core.errors import BadInput, GalleryError, SpaceMismatch
from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.gallery.milvus.address import Address
from rostro.gallery.milvus.gallery import MilvusGallery
from rostro.gallery.milvus.rows import name_key, person_row, template_key
from rostro.gallery.upkeep.check import find_damage

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACE = "toy-00000000/none"
DIMS = 8


def templates(count: int, seed: int = 0) -> list[Template]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [Template(vector=v, source_hash=f"{seed}-{n}", photo="a.jpg") for n, v in enumerate(vectors)]


@pytest.fixture(scope="module")
def url(milvus_server: str) -> str:
    return f"{milvus_server}/g{secrets.token_hex(6)}?shards=2&index=FLAT"


@pytest.fixture
def gallery(url: str) -> Iterator[MilvusGallery]:
    """One gallery for all tests, emptied after each."""
    with open_gallery(url, space=SPACE) as opened:
        assert isinstance(opened, MilvusGallery)
        yield opened
        opened._milvus.delete(opened._milvus.people, "id > 0")
        if opened.info().dims:
            opened._milvus.delete(opened._milvus.templates, 'key != ""')


def test_the_options_of_the_url_are_used(gallery: MilvusGallery) -> None:
    gallery.add({"Ana": templates(3)})
    with gallery._milvus.client() as client:
        assert client.describe_collection(gallery._milvus.templates)["num_shards"] == 2
    assert gallery.info().index.startswith("FLAT")
    assert len(gallery.search(templates(1)[0].vector[None], 9)[0]) == 3


def test_two_people_of_one_name_become_one(gallery: MilvusGallery) -> None:
    """What two programs leave that enrol the same person for the first time while a third removes somebody."""
    gallery.add({"Ana": templates(2)})
    gallery._milvus.put(gallery._milvus.people, [person_row(7, "Ana")])
    gallery._milvus.put(
        gallery._milvus.templates,
        [{**row, "key": template_key(7, row["source_hash"], []), "person": 7} for row in stored(gallery)],
    )
    assert "two people are named 'Ana'" in list(find_damage(gallery))
    assert gallery.add({"Ana": templates(1, seed=1)}) == 1
    assert [(p.name, p.templates) for p in gallery.people()] == [("Ana", 3)]
    assert list(find_damage(gallery)) == []


def stored(gallery: MilvusGallery) -> list[dict[str, Any]]:
    fields = ("id", "person", "source_hash", "details", "vector")
    return list(gallery._milvus.rows(gallery._milvus.templates, "person > 0", fields))


def test_templates_of_nobody_are_damage(gallery: MilvusGallery) -> None:
    gallery.add({"Ana": templates(2)})
    (row, _) = stored(gallery)
    gallery._milvus.put(gallery._milvus.templates, [{**row, "key": "lost", "person": 5}])
    assert list(find_damage(gallery)) == ["1 templates belong to nobody (person 5)"]
    gallery._milvus.delete_keys(["lost"])


@pytest.mark.parametrize("stop", ["put", "delete_keys"])
def test_a_merge_that_died_is_completed_by_merging_again(gallery: MilvusGallery, stop: str) -> None:
    gallery.add({"Ana": templates(3), "Anna": [*templates(2, seed=1), *templates(1)]})
    whole = getattr(gallery._milvus, stop)

    def dies(*arguments: Any) -> None:
        if arguments[0] != gallery._milvus.people:
            raise KeyboardInterrupt
        whole(*arguments)

    with mock.patch.object(gallery._milvus, stop, dies), pytest.raises(KeyboardInterrupt):
        gallery.merge("Anna", into="Ana")
    assert gallery.person("Anna").templates == 3
    gallery.merge("Anna", into="Ana")
    assert [(p.name, p.templates) for p in gallery.people()] == [("Ana", 5)]
    assert list(find_damage(gallery)) == []


def test_a_removal_that_died_is_completed_by_removing_again(gallery: MilvusGallery) -> None:
    gallery.add({"Ana": templates(3)})
    with mock.patch.object(gallery._milvus, "compact", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        gallery.remove("Ana")
    gallery.remove("Ana")
    assert gallery.people() == []
    assert gallery.search(templates(1)[0].vector[None], 9) == [[]]


def test_a_person_removed_while_templates_are_added_is_made_anew(url: str, gallery: MilvusGallery) -> None:
    gallery.add({"Ana": templates(1)})
    old = gallery.person("Ana").id
    put = gallery._milvus.put

    def put_late(collection: str, rows: Any) -> None:
        if collection == gallery._milvus.templates and gallery.names([old]):
            with open_gallery(url) as other:
                other.remove("Ana")
        put(collection, rows)

    with mock.patch.object(gallery._milvus, "put", put_late):
        assert gallery.add({"Ana": templates(2, seed=1)}) == 2
    assert gallery.person("Ana").templates == 2
    assert gallery.person("Ana").id != old
    assert list(find_damage(gallery)) == []


def test_more_rows_than_a_page_are_all_read(gallery: MilvusGallery) -> None:
    with mock.patch("rostro.gallery.milvus.collections.PAGE", 7):
        gallery.add({f"p{n}": templates(5, seed=n) for n in range(10)})
        assert [p.templates for p in gallery.people()] == [5] * 10
        hashes = [f"{n}-{k}" for n in range(10) for k in range(5)]
        assert len(gallery.known_sources(hashes)) == 50


def test_a_name_that_needs_quoting_is_found(gallery: MilvusGallery) -> None:
    odd = 'a"b\\c\'d" or key != "'
    template = templates(1)[0]
    gallery.add({odd: [Template(vector=template.vector, source_hash=odd, photo=odd)]})
    assert gallery.known_sources([odd, "x"]) == {odd: {odd}}
    assert gallery.templates(odd)[0].photo == odd


def test_a_collection_of_somebody_else_is_left_alone(milvus_server: str) -> None:
    from pymilvus import MilvusClient

    name = f"theirs{secrets.token_hex(4)}"
    client = MilvusClient(uri=milvus_server.replace("milvus", "http", 1))
    client.create_collection(f"{name}_people", dimension=4)
    with pytest.raises(GalleryError, match="not a rostro gallery"):
        open_gallery(f"{milvus_server}/{name}", space=SPACE)
    client.drop_collection(f"{name}_people")


def test_of_two_that_make_a_gallery_one_space_wins(url: str, gallery: MilvusGallery) -> None:
    nobody_there_yet = mock.PropertyMock(side_effect=[None, SPACE, SPACE, SPACE])
    with (
        mock.patch.object(MilvusGallery, "space", nobody_there_yet),
        pytest.raises(SpaceMismatch, match="other/none"),
    ):
        open_gallery(url, space="other/none")


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    with pytest.raises(GalleryError, match=r"127\.0\.0\.1") as error:
        open_gallery("milvus://me:geheim@127.0.0.1:1/people")
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("milvus://host", "NAME"),
        ("milvus:///people", "HOST"),
        ("milvus://host/my-people", "NAME"),
        ("milvus://host/people?shards=two", "whole numbers"),
        ("milvus://host/people?shard=2", "no option shard"),
    ],
)
def test_addresses_that_say_nothing(url: str, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        Address.parse(url)


def test_an_address_is_read_whole() -> None:
    address = Address.parse("milvus://me:p%40ss@host/people?shards=4&replicas=2&index=DISKANN&tls=1&database=d")
    assert address == Address("https://host:19530", "people", "me", "p@ss", "d", 4, 2, "DISKANN")


def test_names_are_found_whatever_their_form() -> None:
    assert name_key("Jose\u0301 ") == name_key("Jos\u00e9") != name_key("Jose")

"""Blocks and checksums of copies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostro.core.errors import BadInput
from rostro.core.types import Person, Template
from rostro.gallery.base import open_gallery
from rostro.gallery.upkeep import migrate as migration
from rostro.gallery.upkeep.migrate import blocks, digests, migrate

if TYPE_CHECKING:
    from rostro.gallery.base import Gallery

SPACE = "toy-00000000/none"


def template(seed: int = 0) -> Template:
    vector = np.random.default_rng(seed).normal(size=8).astype(np.float32)
    return Template(vector / np.linalg.norm(vector), f"{seed:064x}", "a.jpg", 0.5, (1.0, 2.0, 3.0, 4.0))


def filled(*people: tuple[str, list[Template]]) -> Gallery:
    gallery = open_gallery(":memory:", space=SPACE)
    for name, given_ in people:
        gallery.add({name: given_})
    return gallery


def checksum(*people: tuple[str, list[Template]]) -> str:
    with filled(*people) as source, filled() as target:
        return migrate(source, target).checksum


@given(st.lists(st.integers(0, 3_000), max_size=30))
def test_blocks_keep_everybody_in_order_and_are_small(sizes: list[int]) -> None:
    people = [Person(n, f"p{n}", size) for n, size in enumerate(sizes)]
    made = list(blocks(people))
    assert [person for block in made for person in block] == people
    assert all(block for block in made)
    assert all(len(block) == 1 or sum(p.templates for p in block) <= migration.BLOCK for block in made)


def test_the_checksum_does_not_depend_on_the_order_of_enrolment() -> None:
    a, b, c = map(template, range(3))
    assert checksum(("Ana", [a, b]), ("Bo", [c])) == checksum(("Bo", [c]), ("Ana", [b]), ("Ana", [a]))


@pytest.mark.parametrize(
    "change",
    [
        {"photo": "b.jpg"},
        {"quality": 0.6},
        {"box": None},
        {"box": (1.0, 2.0, 3.0, 5.0)},
        {"source_hash": "f" * 64},
        {"vector": template(7).vector},
    ],
)
def test_the_checksum_depends_on_all_that_a_template_says(change: dict[str, object]) -> None:
    changed = replace(template(), **change)  # type: ignore[arg-type]
    assert checksum(("Ana", [template()])) != checksum(("Ana", [changed]))
    assert digests([template()]) != digests([changed])


def test_the_checksum_depends_on_names_and_on_who_has_what() -> None:
    a, b = template(), template(1)
    sums = [
        checksum(("Ana", [a])),
        checksum(("Bo", [a])),
        checksum(("Ana", [a]), ("Bo", [b])),
        checksum(("Ana", [b]), ("Bo", [a])),
        checksum(("Ana", [a, b])),
    ]
    assert len(set(sums)) == len(sums)


def test_what_the_target_has_besides_stays() -> None:
    with filled(("Ana", [template()])) as source, filled(("Ana", [template(1)]), ("Bo", [template(2)])) as target:
        assert migrate(source, target).copied == 1
        assert {p.name: p.templates for p in target.people()} == {"Ana": 2, "Bo": 1}


def test_a_target_that_loses_templates_is_found_out() -> None:
    class Leaky(type(filled())):  # type: ignore[misc]
        def add(self, templates: dict[str, list[Template]]) -> int:
            return super().add({name: some[:1] for name, some in templates.items()})

    with filled(("Ana", [template(), template(1)])) as source, Leaky.open(":memory:", space=SPACE) as target:
        assert migrate(source, target).differences == ("Ana: 1 of 2 templates are missing",)


def test_without_a_space_there_is_nothing_to_copy() -> None:
    with open_gallery(":memory:") as source, filled() as target, pytest.raises(BadInput, match="nothing to copy"):
        migrate(source, target)

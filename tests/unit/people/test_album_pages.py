"""An album in pages, and who its groups may be, by drawn vectors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rostro.core.errors import UnknownPerson
from rostro.core.types import Template
from rostro.people.albums.album import Album
from rostro.people.albums.listing import kept_groups
from rostro.people.albums.suggesting import named_like

DIRECTIONS = np.eye(8, dtype=np.float32)


def faces(direction: int, count: int, start: int) -> list[Template]:
    """Of one person: near one axis, each of a photo of its own."""
    draw = np.random.default_rng(start)
    rows = DIRECTIONS[direction] + 0.1 * draw.normal(size=(count, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return [
        Template(row, f"{start + n:064x}", f"{start + n}.jpg", 0.9, (1.0, 1.0, 9.0, 9.0)) for n, row in enumerate(rows)
    ]


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    with Album.open(tmp_path / "album.db", create=True, space="drawn/five_point-112") as opened:
        opened.gallery.add({"Zoë Ángel": faces(0, 4, 0), "aaaaaaaaaaaa": faces(1, 3, 10)})
        opened.gallery.add({"bbbbbbbbbbbb": faces(0, 2, 20), "cccccccccccc": faces(2, 1, 30)})
        yield opened


def test_pages_say_how_many_there_are_and_go_on(album: Album) -> None:
    first = album.page(limit=2)
    assert [(group.name, group.faces) for group in first] == [("Zoë Ángel", 4), (None, 3)]
    assert (first.total, first.next) == (3, "aaaaaaaaaaaa")
    rest = album.page(limit=2, after=first.next)
    assert [group.id for group in rest] == ["bbbbbbbbbbbb"] and (rest.total, rest.next) == (3, None)
    assert [group.id for group in album.page(limit=1, skip=1)] == ["aaaaaaaaaaaa"]
    assert not album.page(skip=3) and album.page(skip=3).total == 3
    assert [group.id for group in album.page(alone=True)] == ["cccccccccccc"]
    with pytest.raises(UnknownPerson):
        album.page(after="dddddddddddd")


def test_a_search_looks_at_names_alone(album: Album) -> None:
    assert [group.name for group in album.page(search="zoe  ANGEL")] == ["Zoë Ángel"]
    assert not album.page(search="aaaa"), "an id is no name"
    assert album.summary("bbbbbbbbbbbb") == album.page(named=False).groups[1]


def test_a_group_may_be_who_it_is_like_but_nobody_who_is_ignored_or_was_said_not_to_be(album: Album) -> None:
    def likely() -> dict[str, str]:
        people = {group.person: group.id for group in album.page(named=False)}
        told = named_like(album, kept_groups(album.gallery, people), 0.6)
        return {group: suggestion.name for group, suggestion in told.items()}

    assert likely() == {"bbbbbbbbbbbb": "Zoë Ángel"}
    album.ignore("Zoë Ángel")
    assert likely() == {}
    album.ignore("Zoë Ángel", False)
    gone = album.reject("Zoë Ángel", [album.group("Zoë Ángel").faces[-1]])
    assert likely() == {"bbbbbbbbbbbb": "Zoë Ángel"}, "and not for the face that was rejected"
    assert album.summary(gone[0]).faces == 1

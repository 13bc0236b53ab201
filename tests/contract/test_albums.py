"""An album may be a gallery of any backend; what it does with one in a file, ``tests/unit/people`` looks at closely."""

from __future__ import annotations

import secrets

import numpy as np
import pytest
from gallery_backends import SPACE, URLS, template

from rostro.core.errors import BadInput
from rostro.gallery.base import open_gallery
from rostro.people.album import group_id
from rostro.people.albums.album import Album
from rostro.people.albums.regrouping import regroup
from rostro.people.albums.shown import kept_face


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_an_album_stays_in_any_gallery(request: pytest.FixtureRequest, backend: str) -> None:
    random = np.random.default_rng(0)
    centres = random.normal(size=(3, 8))
    vectors = np.repeat(centres, 6, axis=0) + 0.05 * random.normal(size=(18, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    faces = [
        template(
            vector.astype(np.float32), f"{place % 6:064x}", box=(9.0 * (place // 6), 0.0, 9.0 * (place // 6) + 8, 8.0)
        )
        for place, vector in enumerate(vectors)
    ]
    with Album.open(URLS[backend](request, f"a{secrets.token_hex(6)}"), create=True, space=SPACE) as album:
        for part in (faces[::2], faces[1::2]):
            names = [group_id([kept_face(face)]) for face in part]
            album.people.take_in({name: [face] for name, face in zip(names, part, strict=True)})
            regroup(album.people, names, lambda faces: (0.9, 0.8), None)
            (named, *_) = album.groups(named=True) or album.groups()
            assert album.name(named.id, "Ada") == named.id
        assert [group.faces for group in album.groups()] == [6, 6, 6]
        assert len(album.groups(named=True)) == 1
        (other, another) = (group.id for group in album.groups(named=False))
        (left,) = album.reject(other, [album.group(other).faces[0].id])
        assert album.merge(left, another) == another
        made = album.split(
            another, [face.id for face in album.group(another).faces if face.photo == "00000000.jpg"][:1]
        )
        album.ignore(made)
        assert sorted(group.faces for group in album.groups()) == [5, 6, 6]
        assert album.erase("Ada") == 6
        assert len(album) == 12
    with open_gallery(URLS[backend](request, f"a{secrets.token_hex(6)}"), space=SPACE) as people:
        people.add({"Ada": faces[:1]})
        with pytest.raises(BadInput, match="no album"):
            Album(people)

"""What galleries with transactions promise about faces that were said not to be somebody's: none of two is lost.

Milvus has none; what it does then is in tests/unit/people/test_rejecting.py.
"""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from gallery_backends import BACKENDS, SPACE, URLS, template, unit_vectors

from rostro.gallery.base import open_gallery
from rostro.gallery.records import NEGATIVE
from rostro.people.negatives import Rejection
from rostro.people.people import People


@pytest.mark.parametrize("backend", [backend for backend in BACKENDS if backend != "milvus"])
def test_rejections_are_kept_by_two_at_once_and_go_with_the_person(
    request: pytest.FixtureRequest, backend: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROSTRO_HOME", str(tmp_path))
    vectors = unit_vectors(12)
    url = URLS[backend](request, f"rejected{secrets.token_hex(4)}")
    with open_gallery(url, space=SPACE) as gallery, open_gallery(url, space=SPACE) as beside:
        gallery.add({"Ada": [template(vectors[0], "a")], "Bo": [template(vectors[1], "b")]})
        both = People(gallery), People(beside)

        def reject(number: int) -> None:
            which = both[number % 2]
            which.reject("Ada", Rejection(f"{number}.jpg", f"{number:064x}", (0, 0, 4, 4), vectors[2 + number]))

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(reject, range(8)))
        kept = both[1].rejections("Ada")
        assert sorted(one.photo for one in kept) == [f"{number}.jpg" for number in range(8)]
        assert both[0].rejected.keys() == {gallery.person("Ada").id}
        both[1].take_back("Ada", "3.jpg")
        assert len(both[0].rejections("Ada")) == 7
        both[0].merge("Ada", "Bo")
        person = gallery.person("Bo").id
        left = both[1].rejections("Bo")
        assert 0 < len(left) <= 7 and len(gallery.records(NEGATIVE, [person])) == 1
        both[0].erase("Bo")
        assert gallery.records(NEGATIVE, [person]) == [] and both[0].rejected == {}

"""What every gallery backend promises about thousands of templates: near-exact search, sound storage, whole copies."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from gallery_backends import BACKENDS, ENCRYPTED, SPACE, URLS, encrypted, template, templates

from rostro.core.errors import SpaceMismatch
from rostro.gallery.base import Gallery, open_gallery
from rostro.gallery.upkeep import migrate as migration
from rostro.gallery.upkeep.backup import back_up
from rostro.gallery.upkeep.check import find_damage
from rostro.gallery.upkeep.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PEOPLE, EACH, DIMS = 800, 3, 64


class Filled(NamedTuple):
    backend: str
    gallery: Gallery
    vectors: np.ndarray
    queries: np.ndarray


@pytest.fixture(scope="module", params=BACKENDS)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """People with three templates each, as near as photos of one person are; more than are compared one by one."""
    if request.param in {"sqlite", ENCRYPTED}:
        url = str(tmp_path_factory.mktemp("galleries") / "filled.db")
    else:
        url = URLS[request.param](request, f"filled{secrets.token_hex(4)}")
    random = np.random.default_rng(3)
    centres = random.normal(size=(PEOPLE, 1, DIMS))
    photos = centres + 0.7 * random.normal(size=(PEOPLE, EACH + 1, DIMS))
    photos = (photos / np.linalg.norm(photos, axis=-1, keepdims=True)).astype(np.float32)
    patch = pytest.MonkeyPatch()
    if request.param == ENCRYPTED:
        encrypted(patch)
    with open_gallery(url, space=SPACE) as gallery:
        for start in range(0, PEOPLE, 400):
            some = range(start, start + 400)
            added = gallery.add(
                {
                    f"person {n:04}": [template(photos[n, k], f"{n}-{k}", box=(1.0, k, 9.5, 9.0)) for k in range(EACH)]
                    for n in some
                }
            )
            assert added == 400 * EACH
        yield Filled(request.param, gallery, photos[:, :EACH].reshape(-1, DIMS), photos[::5, EACH])
    patch.undo()


def recall(filled: Filled) -> float:
    """Of the queries, the part whose nearest template is the one that comparing with all gives, or as near."""
    best = (filled.queries @ filled.vectors.T).max(axis=1)
    hits = filled.gallery.search(filled.queries, 1)
    return float(
        np.mean([bool(found) and found[0].similarity > score - 1e-3 for found, score in zip(hits, best, strict=True)])
    )


def test_search_finds_the_nearest_with_and_without_a_fresh_index(filled: Filled) -> None:
    assert recall(filled) >= 0.99
    filled.gallery.reindex()
    assert recall(filled) >= 0.99


def test_info_counts_everything(filled: Filled) -> None:
    info = filled.gallery.info()
    assert (info.people, info.templates, info.dims) == (PEOPLE, PEOPLE * EACH, DIMS)
    assert info.size is None or info.size > PEOPLE * EACH * DIMS * 2
    assert (info.size is None) == (filled.backend == "milvus")
    assert info.index
    assert info.encryption.startswith("AES-256-GCM" if filled.backend == ENCRYPTED else "none")


def test_a_sound_gallery_has_no_damage(filled: Filled) -> None:
    assert list(find_damage(filled.gallery)) == []


def test_templates_of_many_at_once_are_those_of_each(filled: Filled) -> None:
    names = ["person 0007", "person 0003"]
    many = filled.gallery.templates_of(names)
    assert list(many) == names
    for name in names:
        alone = filled.gallery.templates(name)
        assert (
            [t.source_hash for t in many[name]]
            == [t.source_hash for t in alone]
            == [f"{int(name[-4:])}-{k}" for k in range(EACH)]
        )


def test_a_copy_is_whole_and_comes_back_the_same(filled: Filled, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    with open_gallery(str(tmp_path / "copy.db"), space=SPACE) as copy:
        there = migrate(filled.gallery, copy, lambda *step: steps.append(step))
        assert (there.people, there.templates, there.copied, there.differences) == (
            PEOPLE,
            PEOPLE * EACH,
            PEOPLE * EACH,
            (),
        )
        assert [done for done, _ in steps] == sorted(done for done, _ in steps)
        assert steps[-1] == (PEOPLE * EACH, PEOPLE * EACH)
        back = migrate(copy, filled.gallery)
    assert (back.copied, back.differences, back.checksum) == (0, (), there.checksum)


def test_a_copy_that_was_interrupted_goes_on(filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways: out of every backend, and into it (where the same people are removed again at the end)."""
    monkeypatch.setattr(migration, "BLOCK", 4)
    few = {f"new {n}": templates(2, seed=n) for n in range(4)}
    wide = {name: [template(np.tile(t.vector, 4) / 2, t.source_hash) for t in given] for name, given in few.items()}
    with open_gallery(str(tmp_path / "few.db"), space=SPACE) as source:
        source.add(wide)

        def stop(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            migrate(source, filled.gallery, stop)
        assert [p.name for p in filled.gallery.people() if p.name.startswith("new")] == ["new 0", "new 1"]
        rest = migrate(source, filled.gallery)
        assert (rest.copied, rest.templates, rest.differences) == (4, 8, ())
    for name in few:
        assert filled.gallery.remove(name) == 2


def test_a_copy_names_what_differs(filled: Filled, tmp_path: Path) -> None:
    (vector,) = filled.vectors[:1]
    with open_gallery(str(tmp_path / "other.db"), space=SPACE) as source:
        source.add({"person 0000": [template(-vector, "0-0", box=(1.0, 0.0, 9.5, 9.0))]})
        result = migrate(source, filled.gallery)
    assert result.copied == 0
    assert result.differences == ("person 0000: 1 of 1 templates differ",)


def test_a_copy_into_another_space_is_refused(filled: Filled, tmp_path: Path) -> None:
    with open_gallery(str(tmp_path / "other.db"), space="other/none") as target, pytest.raises(SpaceMismatch):
        migrate(filled.gallery, target)


def test_a_backup_is_a_gallery(filled: Filled, tmp_path: Path) -> None:
    back_up(filled.gallery, tmp_path / "backup.db")
    assert [file.name for file in tmp_path.iterdir()] == ["backup.db"]
    with open_gallery(str(tmp_path / "backup.db"), create=False) as backup:
        assert migrate(filled.gallery, backup).copied == 0
        assert recall(filled._replace(gallery=backup)) >= 0.99

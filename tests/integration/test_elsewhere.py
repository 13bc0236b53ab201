"""Photos on the workers of a Ray cluster: the same rows to the bit, with a worker killed, and nothing twice."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from rostro import Recognizer
from rostro.cli.main import build
from rostro.cluster.address import Address
from rostro.cluster.fleet import Fleet, connected
from rostro.core.errors import BadInput
from rostro.people.people import People
from rostro.recognition import elsewhere, parted
from rostro.recognition.pipeline import PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

pytest.importorskip("ray")
pq = pytest.importorskip("pyarrow.parquet")

PHOTOS = 24
ONE_THREAD = "ray://local?workers=2"


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, Path]) -> list[Path]:
    """Photos of two people that all differ, one without a face, and one that is no photo."""
    root = tmp_path_factory.mktemp("album")
    noise = np.random.default_rng(0)
    faces = [
        np.asarray(Image.open(samples[name]).convert("RGB").crop(box).resize((200, 220))).astype(np.int16)
        for name, box in (("obama.jpg", (290, 40, 690, 480)), ("biden.jpg", (230, 60, 660, 530)))
    ]
    for photo in range(PHOTOS):
        pixels = faces[photo % 2] + noise.integers(-6, 7, size=(220, 200, 3))
        folder = root / f"person {photo % 2}"
        folder.mkdir(exist_ok=True)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / f"{photo:02}.jpg")
    Image.new("RGB", (64, 64), (9, 0, 0)).save(root / "person 0" / "nobody.jpg")
    (root / "person 1" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no photo")
    return sorted(root.rglob("*.jpg"))


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """One for all tests: beginning it takes seconds, and a recogniser takes the one that is there."""
    with connected(Address.parse(ONE_THREAD)):
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("cluster")
def test_a_worker_is_killed(
    album: list[Path], recognizer: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "BLOCK", 4)
    run = Fleet.run

    def killing(self: Fleet[Any, Any], blocks: Iterable[Any]) -> Iterator[Any]:
        for number, result in enumerate(run(self, blocks)):
            if number == 1:
                os.kill(self.pids()[0], signal.SIGKILL)
            yield result

    monkeypatch.setattr(Fleet, "run", killing)
    here = list(Recognizer(settings=recognizer.settings, store=recognizer.store).photos(album))
    there = list(recognizer.on(ONE_THREAD).photos(map(str, album)))
    assert [type(answer) for answer in there] == [type(answer) for answer in here]
    assert [answer.photo for answer in there] == [answer.photo for answer in here] == list(map(str, album))
    for mine, theirs in zip(here, there, strict=True):
        if isinstance(mine, PhotoFaces):
            assert isinstance(theirs, PhotoFaces)
            assert mine.faces == theirs.faces
            np.testing.assert_array_equal(mine.embeddings, theirs.embeddings)
        else:
            assert mine.to_dict() == theirs.to_dict()

    gallery = str(tmp_path / "people.db")
    with Recognizer(gallery=gallery).on(ONE_THREAD) as many:
        done = many.enroll(album[0].parents[1])
        people: People = many.people
        assert {person.name: person.templates for person in people.page(limit=None)} == {
            "person 0": PHOTOS // 2, "person 1": PHOTOS // 2
        }  # fmt: skip
    assert len(done.failed) == 2


@pytest.mark.slow
@pytest.mark.usefixtures("cluster")
def test_parts_of_a_table_of_addresses(album: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    monkeypatch.setattr(parted, "PIECE", 8)
    monkeypatch.setattr(parted.pieces_of, "__defaults__", (8,))
    addresses, folder = tmp_path / "addresses.parquet", tmp_path / "faces"
    pq.write_table(pa.table({"number": [*range(len(album))], "at": [photo.as_uri() for photo in album]}), addresses)
    command = ["embed", str(addresses), "--on", ONE_THREAD, "--output", str(folder)]
    done = CliRunner().invoke(build("embed"), command)
    assert done.exit_code == 2, done.output
    assert f"{PHOTOS} faces of {len(album)} photos (0 of them from before)" in done.output
    rows = pq.read_table(folder)
    assert sorted(rows["photo"].to_pylist()) == sorted(
        photo.as_uri() for photo in album if photo.stem not in {"nobody", "broken"}
    )
    lines = (folder / parted.MANIFEST).read_text(encoding="utf-8").splitlines()
    gone = parted.Manifest(folder, Recognizer().space).lines
    assert len(lines) - 1 == len(gone) == 4
    next(folder.glob("part-*")).unlink()
    (folder / parted.MANIFEST).write_text("\n".join([*lines[:3], lines[3][:20]]), encoding="utf-8")
    again = CliRunner().invoke(build("embed"), command)
    assert f"{PHOTOS} faces of {len(album)} photos" in again.output
    assert "(0 of them" not in again.output
    same = pq.read_table(folder)
    assert sorted(same["photo"].to_pylist()) == sorted(rows["photo"].to_pylist())
    with pytest.raises(BadInput, match="parts are of other photos"):
        Recognizer().on(ONE_THREAD).tabulate_parts(album[:3], folder)

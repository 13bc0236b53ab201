"""``rostro embed`` of many photos: interrupted it keeps what is done, and goes on from there; lists and stdin."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from rostro.cli.main import build
from rostro.core.errors import BadInput
from rostro.recognition import tables
from rostro.recognition.pipeline import Pipeline
from rostro.recognition.tables import FaceTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PHOTOS = 30


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, Path]) -> Path:
    """Files that all differ: a portrait with noise, and two without a face."""
    root = tmp_path_factory.mktemp("album")
    face = Image.open(samples["obama.jpg"]).convert("RGB").crop((290, 40, 690, 480)).resize((200, 220))
    noise = np.random.default_rng(0)
    for photo in range(PHOTOS):
        pixels = np.asarray(face).astype(np.int16) + noise.integers(-6, 7, size=(220, 200, 3))
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(root / f"{photo:02}.jpg")
    for photo in (5, 17):
        Image.new("RGB", (64, 64), (photo, 0, 0)).save(root / f"{photo:02}.jpg")
    return root


def embed(*arguments: object, stdin: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(build("embed", "detect"), ["embed", *map(str, arguments)], input=stdin)
    return done.exit_code, done.output


def rows(path: Path) -> dict[str, np.ndarray]:
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as table:
            return {name: table[name] for name in tables.COLUMNS}
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(path)
    return {name: np.array(table[name].to_pylist()) for name in tables.COLUMNS}


@pytest.mark.parametrize("ending", ["npz", "parquet"])
def test_interrupted_and_resumed(album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    monkeypatch.setattr(tables, "PART", 4)
    whole, resumed = tmp_path / f"whole.{ending}", tmp_path / f"resumed.{ending}"
    assert embed(album, "--output", whole)[0] == 0
    run = Pipeline.run
    ran: list[str] = []

    def interrupted(self: Pipeline, sources: Iterable[Any], **options: Any) -> Iterator[Any]:
        for answer in itertools.islice(run(self, sources, **options), 7):
            ran.append(answer.photo)
            yield answer
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Pipeline, "run", interrupted)
        for turn in (1, 2):
            code, said = embed(album, "--output", resumed)
            assert code == 2
            assert f"{7 * turn} photos are in" in said
            assert not resumed.exists()
    code, said = embed(album, "--output", resumed)
    assert code == 0
    assert f"{PHOTOS - 2} faces of {PHOTOS} photos (14 of them from before)" in said
    assert len(set(ran)) == len(ran) == 14
    for name, values in rows(whole).items():
        if name == "embedding":  # another batch, another last bit
            np.testing.assert_allclose(rows(resumed)[name], values, atol=1e-4)
        else:
            np.testing.assert_array_equal(rows(resumed)[name], values)
    assert sorted(file.name for file in tmp_path.iterdir()) == [resumed.name, whole.name]


def test_lists_and_stdin(album: Path, tmp_path: Path) -> None:
    photos = sorted(album.iterdir())
    (tmp_path / "list.txt").write_text(f"{photos[0]}\n\n{photos[1]}\n", encoding="utf-8")
    table = tmp_path / "faces.npz"
    code, said = embed("-", tmp_path / "list.txt", "--output", table, stdin=f"{photos[2]}\n{photos[3]}")
    assert code == 0, said
    assert rows(table)["photo"].tolist() == [str(photos[n]) for n in (2, 3, 0, 1)]
    code, said = embed(tmp_path / "none.txt", "--output", table)
    assert code != 0


def test_parts_of_another_space_or_damaged_are_refused(tmp_path: Path) -> None:
    parts = tmp_path / "faces.npz.parts"
    parts.mkdir()
    columns = {name: np.empty(0) for name in (*tables.COLUMNS, "done_photo", "done_sha256")}
    np.savez(parts / "00000000.npz", space=np.array("other"), **columns)
    with pytest.raises(BadInput, match="of other, not of toy"):
        FaceTable(tmp_path / "faces.npz", "toy")
    (parts / "00000000.npz").write_bytes(b"PK nonsense")
    with pytest.raises(BadInput, match="damaged part"):
        FaceTable(tmp_path / "faces.npz", "toy")

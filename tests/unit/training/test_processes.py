"""Two processes on CPUs make the steps that one makes with the doubled batch."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from coloured_faces import coloured
from PIL import Image

torch = pytest.importorskip("torch")
if not torch.distributed.is_available():
    pytest.skip("this torch was built without processes", allow_module_level=True)

from rostro.core.types import AlignmentSpec  # noqa: E402
from rostro.training.base import Progress  # noqa: E402
from rostro.training.data.batches import PeopleAtATime, batch_indices  # noqa: E402
from rostro.training.data.crops import make_crops  # noqa: E402
from rostro.training.loop import processes  # noqa: E402
from rostro.training.loop.checkpoint import read_checkpoint  # noqa: E402

if TYPE_CHECKING:
    pass

#: Relative. What is summed is the same, but not in the same order.
TOLERANCE = 1e-3
#: Trains a small network with batch normalisation, convolutions and centres by ArcFace; says what it said.
SCRIPT = """
import json, sys
from pathlib import Path
import torch
from coloured_faces import coloured
from rostro.nets.iresnet import iresnet
from rostro.training.loop import backbones
from rostro.training.loop.processes import joined, number
from rostro.training.recipes.embedder import EmbedderOptions, EmbedderRecipe

torch.set_num_threads(1)
backbones.BACKBONES["small"] = lambda dims: iresnet(18, dims, width=16)
root, output, chosen = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
chosen = EmbedderOptions(net="small", dims=16, unseen=2, min_photos=4, device="cpu", rate=0.0001, scale=8.0, **chosen)
with joined("cpu"):
    card = EmbedderRecipe(root, output, chosen, coloured()).train()
    Path(output / f"card-{number()}.json").write_text(json.dumps(card.metrics))
"""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five people with 31 photos in all; three of them, with 27, are trained on."""
    root = tmp_path_factory.mktemp("people")
    for number, count in enumerate((2, 2, 8, 9, 10)):
        (root / f"p{number}").mkdir()
        rng = np.random.default_rng(number)
        colour = rng.uniform(40, 215, 3)
        for index in range(count):
            noisy = np.clip(colour + rng.normal(0, 20, (24, 24, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(noisy).save(root / f"p{number}" / f"{index}.png")
    return root


def run(processes: int, root: Path, output: Path, **chosen: object) -> None:
    output.mkdir(exist_ok=True)
    script = output.with_suffix(".py")
    script.write_text(SCRIPT)
    torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    command = [sys.executable, *(torchrun if processes > 1 else []), str(script), str(root), str(output)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    answer = subprocess.run(
        [*command, json.dumps(chosen)], capture_output=True, text=True, timeout=250, env=environment, check=False
    )
    assert answer.returncode == 0, answer.stderr[-3000:]


def losses(output: Path) -> list[float]:
    return [float(row["training loss"]) for row in csv.DictReader((output / "curves.csv").open())]


def test_two_processes_make_the_steps_of_one_with_the_doubled_batch(people: Path, tmp_path: Path) -> None:
    # 27 photos: batches of 16 and 11, shares of 8 and 8, 6 and 5
    run(1, people, tmp_path / "one", batch=16, epochs=3)
    run(2, people, tmp_path / "two", batch=8, epochs=3)
    one, two = losses(tmp_path / "one"), losses(tmp_path / "two")
    assert len(one) == 3
    assert max(one) - min(one) > 50 * TOLERANCE, "a curve that hardly moves shows nothing"
    np.testing.assert_allclose(two, one, rtol=TOLERANCE)
    first, second = (read_checkpoint(tmp_path / name / "last.safetensors").tensors for name in ("one", "two"))
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        np.testing.assert_allclose(second[name], tensor, rtol=0.02, atol=0.01, err_msg=name)
    cards = [json.loads((tmp_path / "two" / f"card-{number}.json").read_text(encoding="utf-8")) for number in (0, 1)]
    assert cards[0] == cards[1]


def test_a_process_that_comes_late_crops_its_own_part(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = sorted(people.rglob("*.png"))
    spec = AlignmentSpec("five_point", 24)
    monkeypatch.setattr(processes, "count", lambda: 2)
    monkeypatch.setattr(processes, "wait", lambda: None)
    for number in (0, 1):  # the second one looks when the first is done
        monkeypatch.setattr(processes, "number", lambda number=number: number)
        crops = make_crops(photos, spec, "yunet", tmp_path, recognizer=coloured(), progress=Progress())
    assert crops.kept.tolist() == list(range(len(photos)))


def test_every_process_has_people_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = np.repeat(np.arange(9), 5)
    monkeypatch.setattr(processes, "count", lambda: 2)
    shares = []
    for number in (0, 1):
        monkeypatch.setattr(processes, "number", lambda number=number: number)
        shares.append(PeopleAtATime(labels, people=2, photos=3, seed=1)(epoch=0))
    assert len(shares[0]) == len(shares[1])
    for first, second in zip(*shares, strict=True):
        assert not set(labels[first]) & set(labels[second])
        assert len(first) >= 6
        assert len(second) >= 6


@pytest.mark.parametrize(("people", "photos"), [(2, 2), (3, 4), (8, 4)])
def test_people_at_a_time(people: int, photos: int) -> None:
    counts = [2, 3, 5, 9, 4, 4, 7]
    labels = np.repeat(np.arange(len(counts)), counts)
    plan = PeopleAtATime(labels, people, photos, seed=0)
    batches = plan(3)
    assert all(np.array_equal(a, b) for a, b in zip(batches, plan(3), strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(batches, plan(4), strict=True))
    for batch in batches:
        drawn = labels[batch]
        assert len(set(batch.tolist())) == len(batch)
        assert 2 <= len(set(drawn.tolist())) <= people + 1
        for person in set(drawn.tolist()):
            assert (drawn == person).sum() == min(photos, counts[person])
    assert abs(sum(map(len, batches)) - len(labels)) <= sum(min(photos, count) for count in counts)


def test_the_least_that_a_batch_may_hold() -> None:
    parts = batch_indices(13, 4, np.arange(13), least=4)
    assert [len(part) for part in parts] == [4, 4, 5]

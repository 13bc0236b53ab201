"""Files that somebody else made: read or refused by name, by Python and by the command line; never a "no"."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import rostro

import rostro as package
from rostro.core.decisions import OperatingPoint
from rostro.core.errors import BadInput, ModelCorrupt
from rostro.scoring import operating_points
from rostro.scoring.operating_points import SHIPPED

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SFACE = json.loads((SHIPPED / "sface-0ba9fbfa+five_point-112.json").read_text(encoding="utf-8"))


def test_every_door_refuses_by_name() -> None:
    """``benchmarks/hostile_files.py`` in small: a process that dies, an error that nobody raised, a hang fail here."""
    pytest.importorskip("torch")
    for package_ in ("onnxruntime", "h5py", "pyarrow"):
        pytest.importorskip(package_)
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "hostile_files.py"), "--files", "8", "--seed", "3"],
        capture_output=True, text=True, check=False, timeout=280,
        env={**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1])},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout.splitlines()
    assert len(told) > 20
    assert all(int(line.split()[-2].replace(",", "")) > 0 for line in told[:-1]), "a door that nothing went through"


def test_broken_pictures_in_small() -> None:
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "malformed.py"), "--pictures", "600", "--seed", "9"],
        capture_output=True, text=True, check=False, timeout=280,
        env={**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1])},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "decoders wrote 0 bytes" in done.stdout


def changed(**values: Any) -> dict[str, Any]:
    return json.loads(json.dumps(SFACE)) | values


def with_point(number: int = 0, **values: Any) -> dict[str, Any]:
    document = changed()
    document["points"][number] |= values
    return document


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "not a number": (with_point(threshold=float("nan")), "the number NaN is not finite"),
    "not a number, as a text": (with_point(threshold="nan"), "a cosine threshold lies in"),
    "out of range": (with_point(threshold=3.5), "a cosine threshold lies in"),
    "no rate": (with_point(fmr=1.5), "a rate lies in"),
    "a rate below zero": (with_point(fnmr=-0.1), "a rate lies in"),
    "an interval that falls": (with_point(fmr_interval=[0.5, 0.1]), "an interval rises"),
    "another metric": (changed(metric="euclidean"), "scores are of the metric cosine here, got 'euclidean'"),
    "no space": (changed(space=""), "names the space"),
    "a space that is a number": (changed(space=3), "names the space"),
    "a space without end": (changed(space="x" * 10_000), "names the space"),
    "nothing": (changed(points=[]), "there is no operating point"),
    "a rate twice": (changed(points=[SFACE["points"][0]] * 2), "two points aim at the same"),
    "out of order": (with_point(threshold=0.99), "a lower false match rate has a lower threshold"),
    "nothing behind it": (changed(genuine=-1), "as many scores as there were"),
    "a target that is no rate": (with_point(target_fmr=0), "a false match rate lies in"),
    "a default that is no rate": (changed(default_fmr=7), "a false match rate lies in"),
    "a tail of nothing": (changed(tail={**SFACE["tail"], "fit": [0.001, 0.0, 0, 0]}), "a tail has a scale above 0"),
    "a tail that explodes": (changed(tail={**SFACE["tail"], "fit": [0.001, 0.03, 1e9, 0]}), "a tail has"),
    "a draw that is none": (changed(tail={**SFACE["tail"], "draws": [[0.001, "nan", 0, 0]]}), "a tail has"),
}


@pytest.mark.parametrize("name", WRONG)
def test_operating_points_are_checked(name: str, tmp_path: Path) -> None:
    document, why = WRONG[name]
    file = tmp_path / "point.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(BadInput, match=why) as caught:
        operating_points.read(file)
    assert str(caught.value).startswith(f"{file}: not an operating point file: ")
    assert len(str(caught.value)) < 1_000


def test_all_that_are_shipped_are_sound() -> None:
    files = list(SHIPPED.glob("*.json"))
    assert len(files) > 10
    for file in files:
        assert operating_points.read(file).at()


@pytest.mark.parametrize("threshold", [float("nan"), float("inf"), -2.0])
def test_an_operating_point_that_is_made_by_hand_is_checked_too(threshold: float) -> None:
    with pytest.raises(BadInput, match="a cosine threshold lies in"):
        OperatingPoint("toy", threshold, 1e-4, None, None, "made up", 1, 1)


@pytest.mark.parametrize("name", ["not a number", "not a number, as a text", "another metric", "nothing"])
@pytest.mark.parametrize("verb", ["verify", "identify"])
def test_a_broken_operating_point_is_no_no(verb: str, name: str, tmp_path: Path, samples: dict[str, Path]) -> None:
    """Two photos of the same person: by a threshold of NaN they were nobody's, exit code 1."""
    file = tmp_path / "point.json"
    file.write_text(json.dumps(WRONG[name][0]), encoding="utf-8")
    photos = [samples["obama.jpg"]] * (2 if verb == "verify" else 1)
    gallery = ("--gallery", tmp_path / "g.db") if verb == "identify" else ()
    if gallery:
        assert rostro("enroll", samples["obama.jpg"], "--name", "Ada", *gallery).returncode == 0
    done = rostro(verb, *photos, *gallery, "--operating-point", file, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["kind"] == "bad-input"
    assert "Traceback" not in done.stderr
    spanish = rostro(verb, *photos, *gallery, "--operating-point", file, "--language", "es")
    assert "no es un archivo de puntos de operación" in spanish.stderr


CARDS = {
    "aliases": "recipe: &r head\nnet: *r\nclasses: [a]\npreprocessing: {}\nweights_sha256: x\n",
    "code": "!!python/object/apply:os.system ['touch pwned']",
    "deep": "- " * 50_000,
    "another kind": "recipe: [head]\nnet: 3\nclasses: {}\npreprocessing: x\nweights_sha256: 1\n",
    "twice": "recipe: head\nrecipe: tail\nnet: x\nclasses: [a]\npreprocessing: {}\nweights_sha256: x\n",
    "a threshold of nothing": "recipe: head\nnet: x\nclasses: [a]\npreprocessing: {}\nthresholds: {unknown: .nan}\n",
    "no date": "recipe: head\nnet: x\nclasses: [2026-99-99]\npreprocessing: {}\n",
}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_of_others(name: str, tmp_path: Path, samples: dict[str, Path]) -> None:
    pytest.importorskip("torch")
    folder = tmp_path / "trained"
    folder.mkdir()
    (folder / "best.yaml").write_text(CARDS[name], encoding="utf-8")
    (folder / "best.safetensors").write_bytes(b"x")
    photo = samples["obama.jpg"]
    for verb in (("predict", folder, photo), ("verify", photo, photo, "--embedder", folder)):
        done = rostro(*verb, "--json")
        assert done.returncode == 2
        assert json.loads(done.stdout)["kind"] == "bad-input", done.stdout
        assert str(folder / "best.yaml") in done.stderr
    assert not Path("pwned").exists()


def test_weights_that_their_card_believes_in(tmp_path: Path, samples: dict[str, Path]) -> None:
    """Who sends a checkpoint writes its card, too: the right hash says nothing about what was hashed."""
    torch = pytest.importorskip("torch")
    from rostro.training.loop.card import Card
    from rostro.training.loop.checkpoint import write_checkpoint
    from rostro.training.run import open_checkpoint

    how = {"base": "sface", "space": "sface-0ba9fbfa/five_point-112"}
    for number, tensors in enumerate([{"prototypes": torch.eye(2, 3)}, {"other": torch.eye(2, 3)}, {}]):
        folder = tmp_path / str(number)
        write_checkpoint(
            folder, "best", tensors, Card(recipe="head", net="cosine", classes=("a", "b"), preprocessing=how)
        )
        done = rostro("predict", folder, samples["obama.jpg"], "--json")
        assert done.returncode == 2
        told = json.loads(done.stdout)
        assert (told["kind"], "cannot be used as a checkpoint of head" in told["error"]) == ("bad-input", True), told
    card = (folder / "best.yaml").read_text(encoding="utf-8")
    (folder / "best.safetensors").write_bytes(b"x" * 100)
    with pytest.raises(ModelCorrupt):
        open_checkpoint(folder)
    right = hashlib.sha256(b"x" * 100).hexdigest()
    (folder / "best.yaml").write_text(re.sub("(?<=weights_sha256: ).*", right, card), encoding="utf-8")
    with pytest.raises(BadInput, match=r"best.safetensors: not a checkpoint: "):
        open_checkpoint(folder)

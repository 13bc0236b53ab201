"""rostro evaluate classification: from folders of photos over a training to the report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from command_line import answer, rostro
from PIL import Image

pytest.importorskip("torch")

COLOURS = {"ada": (200, 60, 60), "bob": (60, 60, 200)}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people who are colours, in three parts."""
    root, rng = tmp_path_factory.mktemp("people"), np.random.default_rng(0)
    for part in ("train", "val", "test"):
        for name, colour in COLOURS.items():
            (root / part / name).mkdir(parents=True)
            for index in range(6):
                noisy = np.clip(np.array(colour) + rng.normal(0, 20, (40, 40, 3)), 0, 255).astype(np.uint8)
                Image.fromarray(noisy).save(root / part / name / f"{index}.png")
    return root


def test_evaluates_what_was_trained(people: Path, tmp_path: Path) -> None:
    trained, report = tmp_path / "trained", tmp_path / "some" / "report"
    answer("train", "classifier", people, "--epochs", 30, "--rate", 0.01, "--batch", 6, "--output", trained, code=0)
    asked = Path(shutil.copytree(people / "test", tmp_path / "test"))
    (asked / "bob" / "broken.png").write_text("no photo")
    told = ("--checkpoint", trained, asked, "--output", report, "--language", "es")
    found = answer("evaluate", *told, code=0)
    assert found == json.loads((report / "results.json").read_text(encoding="utf-8"))
    assert (found["photos"], found["accuracy"]) == (13, pytest.approx(12 / 13))
    assert found["confusion"]["counts"] == [[6, 0], [0, 6]]
    assert "broken.png" in (report / "report.html").read_text(encoding="utf-8")
    assert (report / "confusion.svg").exists()


def test_says_what_is_missing(people: Path) -> None:
    done = rostro("evaluate", people, "--protocol", "classification")
    assert done.returncode == 2
    assert "classification needs --checkpoint" in done.stderr


def test_one_folder_per_person_is_trained_on_and_what_was_learned_is_not_asked(people: Path, tmp_path: Path) -> None:
    trained, report = tmp_path / "trained", tmp_path / "report"
    flat = people / "train"
    told = ("train", "classifier", flat, "--epochs", 30, "--rate", 0.01, "--batch", 6, "--output", trained)
    done = rostro(*told)
    assert done.returncode == 0, done.stderr
    assert "split by seed 0" in done.stderr
    card = (trained / "best.yaml").read_text(encoding="utf-8")
    assert "seed: 0" in card and "one folder per person" in card
    assert len((trained / "split.csv").read_text(encoding="utf-8").splitlines()) == 1 + 12
    found = answer("evaluate", flat, "--checkpoint", trained, "--output", report, code=0)
    assert (found["photos"], found["left_out"], found["part"]) == (2, 10, None)
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "10 photos took part in the training" in page and "split its folder by seed 0" in page
    other = answer("evaluate", people / "test", "--checkpoint", trained, code=0)
    assert (other["photos"], other["left_out"]) == (12, 0)
    assert answer("evaluate", people, "--checkpoint", trained, code=0)["part"] == "test"


def test_a_report_and_a_checkpoint_are_not_written_over(people: Path, tmp_path: Path) -> None:
    trained, report = tmp_path / "trained", tmp_path / "report"
    quick = ("train", "classifier", people, "--epochs", 1, "--output", trained)
    asked = ("evaluate", people, "--checkpoint", trained, "--output", report)
    assert rostro(*quick).returncode == 0 and rostro(*asked).returncode == 0
    written = {file: file.read_bytes() for file in (trained / "best.safetensors", report / "report.html")}
    for command in ((*quick, "--seed", 5), asked):
        refused = rostro(*command)
        assert refused.returncode == 2
        assert "is there already" in refused.stderr and "--overwrite" in refused.stderr
    assert {file: file.read_bytes() for file in written} == written
    assert rostro(*quick, "--seed", 5, "--overwrite").returncode == 0
    assert rostro(*asked, "--overwrite", "--language", "es").returncode == 0
    assert {file: file.read_bytes() for file in written} != written
    assert rostro(*quick, "--seed", 5, "--resume").returncode == 0, "going on is not writing over"


def test_nothing_is_written_with_json_and_no_output(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rostro("train", "classifier", people, "--epochs", 1, "--output", tmp_path / "trained")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    answer("evaluate", people, "--checkpoint", tmp_path / "trained", code=0)
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize(
    "option", [("--face", "only"), ("--fmr", "1e-2"), ("--embedder", "sface"), ("--detector", "yunet")]
)
def test_options_that_mean_nothing_to_a_classification_are_refused(people: Path, option: tuple[str, str]) -> None:
    done = rostro("evaluate", people, "--checkpoint", "trained", *option)
    assert done.returncode == 2
    assert f"{option[0]}: of no use to a classification" in done.stderr

"""``rostro evaluate --protocol liveness``: rates by hand, a threshold that other verbs take, a report with pictures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from command_line import answer, rostro

from rostro.core.errors import BadInput
from rostro.core.settings import Settings
from rostro.evaluation.evaluate_liveness import evaluate_liveness
from rostro.liveness.judge import LivenessJudge
from rostro.liveness.point import LivenessPoint
from rostro.photos.writing import write_picture
from rostro.recognizer import Recognizer

pytestmark = pytest.mark.data


@pytest.fixture(autouse=True)
def mirror(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    if settings.model_mirror is not None:
        monkeypatch.setenv("ROSTRO_MODEL_MIRROR", str(settings.model_mirror))


@pytest.fixture(scope="module")
def door(data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people and a film of one; a screen, paper, and one attack beside them; a wall, and a letter."""
    data = data_root / "liveness"
    if not data.is_dir():
        pytest.skip(f"no liveness photos in {data_root}")
    root = tmp_path_factory.mktemp("door")
    copies = {
        "live/photo004.jpg": ["live/photo004.jpg", "live/photo012.jpg"],
        "live/ada/1.jpg": ["live/videole000.jpg", "live/videole002.jpg", "live/videole004.jpg"],
        "attack/screen/phone/1.jpg": ["attack/videole000.jpg", "attack/videole002.jpg"],
        "attack/paper/photo012.jpg": ["attack/photo012.jpg", "attack/photo014.jpg"],
        "attack/photo016.jpg": ["attack/photo016.jpg"],
    }
    for target, sources in copies.items():
        folder = (root / target).parent
        folder.mkdir(parents=True, exist_ok=True)
        for source in sources:
            shutil.copy(data / source, folder)
    write_picture(np.full((90, 90, 3), 200, np.uint8), root / "attack" / "paper" / "wall.png")
    (root / "live" / "notes.txt").write_text("two people")
    (root / "live" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 broken")
    return root


def test_rates_by_kind_of_attack(door: Path, recognizer: Recognizer) -> None:
    found = evaluate_liveness(door, recognizer=recognizer)
    errors = found.errors
    assert (errors.living.frames, errors.living.subjects) == (5, 3), "three frames of one film are one subject"
    assert {kind: (rate.frames, rate.subjects) for kind, rate in errors.attacks.items()} == {
        "attack": (1, 1),
        "paper": (2, 2),
        "screen": (2, 1),
    }
    assert found.without_face == {"paper": 1}
    assert [Path(failure.photo).name for failure in found.failed] == ["broken.jpg"]
    assert [path.name for path in found.not_pictures] == ["notes.txt"]
    assert errors.living.wrong == 0, "no living person may be refused where 1 of 3 is more than 5 %"
    assert errors.apcer == max(rate.rate for rate in errors.attacks.values())
    assert found.auc == 1.0
    assert errors.threshold == min(look.score for look in found.looks if not look.kind)


def test_a_share_of_the_living_may_be_refused(door: Path, recognizer: Recognizer) -> None:
    strict, lax = (evaluate_liveness(door, bpcer=share, recognizer=recognizer) for share in (0.0, 0.9))
    assert strict.errors.threshold < lax.errors.threshold
    assert strict.errors.living.wrong == 0 < lax.errors.living.wrong
    assert [look.kind for look in lax.mistakes(8)] == ["", "", "", ""][: len(lax.mistakes(8))]


def test_frames_of_a_film_by_the_beginnings_of_their_names(door: Path, recognizer: Recognizer) -> None:
    found = evaluate_liveness(door, films=["photo0"], recognizer=recognizer)
    assert found.errors.living.subjects == 2
    assert found.errors.attacks["paper"].subjects == 1


def test_the_verb_its_report_and_its_threshold(door: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    done = rostro("evaluate", door, "--protocol", "liveness", "--output", folder, "--bpcer", "0.4")
    assert done.returncode == 2, "a photo could not be read"
    assert "broken.jpg" in done.stderr
    assert "APCER" in done.stdout and str(folder / "liveness.json") in done.stdout
    assert {file.name for file in folder.iterdir()} == {"report.html", "results.json", "liveness.json"}
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "screen (APCER)" in page and "<svg" in page and "data:image/jpeg" in page, "mistakes are shown"
    numbers = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert numbers["bpcer_wanted"] == 0.4
    point = LivenessPoint.read(folder / "liveness.json")
    assert point.threshold == pytest.approx(numbers["threshold"])
    told = answer("liveness", door / "live" / "photo004.jpg", "--liveness", folder / "liveness.json", code=0)
    assert told["photos"][0]["faces"][0]["liveness"]["bpcer"] == round(point.errors.bpcer, 4)
    again = rostro("evaluate", door, "--protocol", "liveness", "--output", folder)
    assert again.returncode == 2 and "is there already" in again.stderr
    spanish = rostro("evaluate", door, "--protocol", "liveness", "--output", folder, "--overwrite", "--language", "es")
    assert "personas vivas (BPCER)" in spanish.stdout
    assert "Los peores errores" in (folder / "report.html").read_text(encoding="utf-8")


def test_another_scorer_and_json(door: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = answer("evaluate", door, "--protocol", "liveness", "--liveness", "minifasnet_v1se", code=2)
    assert document["scorer"] == "minifasnet_v1se"
    LivenessPoint.shipped("antispoof").write(tmp_path / "ours.json")
    named = answer("evaluate", door, "--protocol", "liveness", "--liveness", "ours.json", code=2)
    assert named["scorer"] == "antispoof", "a file names its scorer"
    (tmp_path / "ours.json").unlink()
    assert set(document["attacks"]) == {"attack", "paper", "screen"}
    assert not list(tmp_path.iterdir()), "with --json nothing is written unasked"


def test_what_cannot_be_measured_is_said(door: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    with pytest.raises(BadInput, match="no folder 'live' in it"):
        evaluate_liveness(tmp_path, recognizer=recognizer)
    (tmp_path / "live").mkdir()
    (tmp_path / "attack").mkdir()
    shutil.copy(door / "live" / "photo004.jpg", tmp_path / "live")
    write_picture(np.full((90, 90, 3), 200, np.uint8), tmp_path / "attack" / "wall.png")
    with pytest.raises(BadInput, match="no face in 'attack' could be judged"):
        evaluate_liveness(tmp_path, recognizer=recognizer)
    with pytest.raises(BadInput, match="a share of refused living people"):
        evaluate_liveness(door, bpcer=1.0, recognizer=recognizer)
    idle = rostro("evaluate", door, "--protocol", "liveness", "--fmr", "1e-3")
    assert idle.returncode == 2 and "of no use to the protocol liveness" in idle.stderr
    idle = rostro("evaluate", door, "--bpcer", "0.1")
    assert idle.returncode == 2 and "--bpcer: of no use to the protocol all-pairs" in idle.stderr


def test_the_threshold_is_that_of_the_recogniser_that_takes_it(
    door: Path, tmp_path: Path, recognizer: Recognizer
) -> None:
    found = evaluate_liveness(door, recognizer=recognizer)
    found.point.write(tmp_path / "ours.json")
    judge = LivenessJudge.open(recognizer.store, recognizer.engine_options, liveness=tmp_path / "ours.json")
    assert judge.point.threshold == pytest.approx(found.errors.threshold, abs=1e-6)


def test_what_is_shipped_is_what_is_measured(data_root: Path, recognizer: Recognizer) -> None:
    """On all frames at hand: the promise of the page, and the threshold that comes with rostro."""
    if not (data_root / "liveness").is_dir():
        pytest.skip(f"no liveness photos in {data_root}")
    found = evaluate_liveness(data_root / "liveness", films=["videole", "videowo"], recognizer=recognizer)
    assert found.auc > 0.995
    assert found.errors.apcer < 0.05
    assert found.errors.bpcer < 0.05
    shipped = LivenessPoint.shipped("fusion")
    assert found.errors.threshold == pytest.approx(shipped.threshold, abs=2e-3)
    told, kept = found.point.to_dict(), shipped.to_dict()
    assert {name: told[name] for name in ("living", "attacks", "weights")} == {
        name: kept[name] for name in ("living", "attacks", "weights")
    }

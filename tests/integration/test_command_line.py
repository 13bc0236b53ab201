"""The command line as other programs use it: exit codes, one JSON document, files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command_line import answer, rostro
from PIL import Image

from rostro.cli import main

LANDMARKS = 5


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, Path]) -> Path:
    """Obama and Biden, enrolled from a folder per person."""
    folder = tmp_path_factory.mktemp("gallery")
    for name, photo in {"Barack Obama": "obama.jpg", "Joe Biden": "biden.jpg"}.items():
        (folder / "people" / name).mkdir(parents=True)
        (folder / "people" / name / photo).write_bytes(samples[photo].read_bytes())
    done = answer("enroll", folder / "people", "--gallery", folder / "people.db", code=0)
    assert done == {"people": 2, "templates": 2, "skipped": 0, "failed": []}
    return folder / "people.db"


def test_verify_same(samples: dict[str, Path], tmp_path: Path) -> None:
    picture = tmp_path / "answer.png"
    found = answer("verify", samples["obama.jpg"], samples["obama2.jpg"], "--picture", picture, code=0)
    assert list(found) == [
        "same", "similarity", "threshold", "false_match_rate", "space", "detector", "embedder", "engine",
        "precision", "quality_scorer", "faces",
    ]  # fmt: skip
    assert found["same"] is True
    assert found["similarity"] >= found["threshold"]
    assert 0 < found["false_match_rate"] <= 0.001
    assert (found["detector"], found["embedder"], found["engine"]) == ("yunet", "sface", "openvino")
    assert [face["photo"] for face in found["faces"]] == [str(samples["obama.jpg"]), str(samples["obama2.jpg"])]
    assert all(len(face["box"]) == 4 and len(face["landmarks"]) == LANDMARKS for face in found["faces"])
    assert Image.open(picture).size[0] >= 400


def test_verify_different(samples: dict[str, Path]) -> None:
    found = answer("verify", samples["obama.jpg"], samples["biden.jpg"], code=1)
    assert found["same"] is False
    assert found["similarity"] < found["threshold"]


def test_verify_sentence_without_json(samples: dict[str, Path]) -> None:
    done = rostro("verify", samples["obama.jpg"], samples["obama2.jpg"])
    assert done.returncode == 0
    assert done.stdout.startswith("same person: similarity 0.")
    assert "false match rate" in done.stdout


def test_verify_without_a_face_cannot_answer(samples: dict[str, Path], tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    Image.new("RGB", (300, 200), "white").save(blank)
    found = answer("verify", samples["obama.jpg"], blank, code=2)
    reason = "no face found: it is nearly white"
    values = {"exposure": "nearly-white"}
    assert found["failed"] == [{"photo": str(blank), "reason": reason, "kind": "no-face", "values": values}]


def test_verify_of_several_faces_is_not_guessed(samples: dict[str, Path], tmp_path: Path) -> None:
    group = tmp_path / "group.png"
    both = Image.new("RGB", (1820, 1137))
    both.paste(Image.open(samples["obama.jpg"]), (0, 0))
    both.paste(Image.open(samples["biden.jpg"]).convert("RGB").resize((800, 1000)), (910, 0))
    both.save(group)
    found = answer("verify", samples["obama.jpg"], group, code=2)
    assert "2 faces found" in found["failed"][0]["reason"]
    assert answer("verify", samples["obama.jpg"], group, "--face", "largest", code=0)["same"] is True


def test_a_process_of_its_own(samples: dict[str, Path]) -> None:
    command = [sys.executable, "-m", "rostro", "verify", samples["obama.jpg"], samples["biden.jpg"], "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=240)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["same"] is False


def test_detect(samples: dict[str, Path], tmp_path: Path) -> None:
    found = answer("detect", samples["obama.jpg"], samples["biden.jpg"], "--picture", tmp_path / "d.png", code=0)
    assert found["failed"] == []
    obama = found["photos"][0]
    assert (obama["width"], obama["height"]) == Image.open(samples["obama.jpg"]).size
    assert [len(photo["faces"]) for photo in found["photos"]] == [1, 1]
    assert set(obama["faces"][0]) == {"box", "score", "landmarks"}
    assert (tmp_path / "d.png").stat().st_size > 1000


def test_detect_looks_as_closely_as_it_is_told(samples: dict[str, Path], tmp_path: Path) -> None:
    crowd = Image.new("RGB", (3000, 300), "grey")
    crowd.paste(Image.open(samples["obama.jpg"]).resize((160, 200)), (2000, 50))
    crowd.save(tmp_path / "crowd.png")
    assert answer("detect", tmp_path / "crowd.png", "--max-side", 320, code=1)["photos"][0]["faces"] == []
    (face,) = answer("detect", tmp_path / "crowd.png", "--max-side", 3000, code=0)["photos"][0]["faces"]
    assert 2000 < face["box"][0] < face["box"][2] < 2160


def test_detect_nothing_is_no(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "black.png")
    assert answer("detect", tmp_path / "black.png", code=1)["photos"][0]["faces"] == []


@pytest.mark.parametrize("ending", ["npz", "parquet"])
def test_embed_writes_tables(samples: dict[str, Path], tmp_path: Path, ending: str) -> None:
    table = tmp_path / f"faces.{ending}"
    found = answer("embed", samples["obama.jpg"], samples["biden.jpg"], "--output", table, code=0)
    rows = np.array([photo["faces"][0]["embedding"] for photo in found["photos"]])
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-3)
    if ending == "npz":
        with np.load(table, allow_pickle=False) as stored:
            np.testing.assert_allclose(stored["embedding"], rows, atol=1e-5)
            assert str(stored["space"]) == found["space"]
            assert stored["photo"].tolist() == [photo["photo"] for photo in found["photos"]]
    else:
        pq = pytest.importorskip("pyarrow.parquet")
        stored = pq.read_table(table)
        np.testing.assert_allclose(np.array(stored["embedding"].to_pylist()), rows, atol=1e-5)
        assert json.loads(stored.schema.metadata[b"rostro"])["space"] == found["space"]


def test_identify_names_the_known_and_not_the_stranger(samples: dict[str, Path], gallery: Path, tmp_path: Path) -> None:
    photos = [samples["obama2.jpg"], samples["astronaut.png"]]
    found = answer("identify", *photos, "--gallery", gallery, "--picture", tmp_path / "i.png", code=0)
    known, stranger = (photo["faces"][0] for photo in found["photos"])
    assert known["name"] == "Barack Obama"
    assert stranger["name"] is None
    assert known["similarity"] >= known["threshold"] > stranger["similarity"]
    assert {candidate["name"] for candidate in known["candidates"]} == {"Barack Obama", "Joe Biden"}
    assert set(known) == {
        "box", "score", "landmarks", "quality", "reasons", "name", "similarity", "threshold", "people_searched",
        "templates_searched", "false_positive_identification_rate", "interval", "extrapolated",
        "most_people_measured", "candidates",
    }  # fmt: skip
    assert known["people_searched"] == 2
    assert (tmp_path / "i.png").stat().st_size > 1000


def test_identify_only_strangers_is_no(samples: dict[str, Path], gallery: Path) -> None:
    assert answer("identify", samples["astronaut.png"], "--gallery", gallery, code=1)["failed"] == []


def test_identify_needs_a_gallery(samples: dict[str, Path], tmp_path: Path) -> None:
    found = answer("identify", samples["obama.jpg"], "--gallery", tmp_path / "none.db", code=2)
    assert "none.db" in found["error"]
    assert not (tmp_path / "none.db").exists()


def test_enrolling_again_skips(samples: dict[str, Path], gallery: Path) -> None:
    again = answer("enroll", samples["obama.jpg"], "--name", "Barack Obama", "--gallery", gallery, code=0)
    assert (again["templates"], again["skipped"]) == (0, 1)


def test_bulk_goes_on_past_bad_photos(samples: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(samples["obama.jpg"].read_bytes()[:5000])
    (tmp_path / "empty.png").touch()
    (tmp_path / "寿司 ñ 🙂.jpg").write_bytes(samples["obama.jpg"].read_bytes())
    found = answer("enroll", tmp_path, "--name", "B. Obama", "--gallery", tmp_path / "x.db", code=2)
    assert found["templates"] == 1
    assert {Path(failure["photo"]).name for failure in found["failed"]} == {"broken.jpg", "empty.png"}
    assert all(failure["reason"] for failure in found["failed"])


def test_people(samples: dict[str, Path], tmp_path: Path) -> None:
    gallery = tmp_path / "p.db"
    for name, photo in {"A": "obama.jpg", "B": "obama2.jpg", "C": "biden.jpg"}.items():
        answer("enroll", samples[photo], "--name", name, "--gallery", gallery, code=0)
    answer("people", "rename", "A", "Barack", "--gallery", gallery, code=0)
    answer("people", "merge", "B", "Barack", "--gallery", gallery, code=0)
    assert answer("people", "remove", "C", "--gallery", gallery, code=0)["templates"] == 1
    listed = answer("people", "list", "--gallery", gallery, code=0)
    assert listed == {"people": [{"name": "Barack", "templates": 2}]}
    shown = answer("people", "show", "Barack", "--gallery", gallery, code=0)
    assert {Path(row["photo"]).name for row in shown["templates"]} == {"obama.jpg", "obama2.jpg"}
    assert "C" in answer("people", "show", "C", "--gallery", gallery, code=2)["error"]


def test_another_space_is_refused(samples: dict[str, Path], gallery: Path) -> None:
    found = answer(
        "identify", samples["obama.jpg"], "--gallery", gallery, "--alignment", "crop", "--threshold", "0.4", code=2
    )
    assert "five_point" in found["error"]
    assert "crop" in found["error"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["verify", "a.jpg", "b.jpg", "--embedder", "nonsense"], "nonsense"),
        (["verify", "a.jpg", "b.jpg", "--engine", "nonsense"], "nonsense"),
        (["verify", "missing-a.jpg", "missing-b.jpg"], "missing-a.jpg"),
        (["enroll", "missing-folder"], "missing-folder"),
        (["verify", "a.jpg", "b.jpg", "--threshold", "7"], "7"),
    ],
)
def test_what_cannot_be_answered_is_named(arguments: list[str], told: str) -> None:
    done = rostro(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def group(samples: dict[str, Path], tmp_path: Path) -> Path:
    """Two faces, Obama's the larger one."""
    both = Image.new("RGB", (1820, 1137))
    both.paste(Image.open(samples["obama.jpg"]), (0, 0))
    both.paste(Image.open(samples["biden.jpg"]).convert("RGB").resize((500, 1137)), (910, 0))
    both.save(tmp_path / "group.png")
    return tmp_path / "group.png"


def test_one_face_of_several_in_every_verb(
    samples: dict[str, Path], group: Path, gallery: Path, tmp_path: Path
) -> None:
    every = answer("identify", group, "--gallery", gallery, code=0)["photos"][0]["faces"]
    assert len(every) == 2
    (one,) = answer("identify", group, "--gallery", gallery, "--face", "largest", code=0)["photos"][0]["faces"]
    assert one["name"] == "Barack Obama"
    assert len(answer("embed", group, "--face", "largest", code=0)["photos"][0]["faces"]) == 1
    table = tmp_path / "one.npz"
    assert rostro("embed", group, "--face", "largest", "--output", table).stdout.startswith("1 face of 1 photo, ")
    for verb in (("identify", group, "--gallery", gallery), ("embed", group), ("verify", samples["obama.jpg"], group)):
        refused = rostro(*verb, "--face", "only")
        assert refused.returncode == 2
        assert "2 faces found" in refused.stderr and "--face largest takes the largest" in refused.stderr
    own = ("--gallery", tmp_path / "new.db", "--name", "Barack Obama")
    assert rostro("enroll", group, *own, "--face", "only").returncode == 2
    assert answer("enroll", group, *own, "--face", "largest", code=0)["templates"] == 1


def test_several_detectors_side_by_side(samples: dict[str, Path]) -> None:
    named = answer("detect", samples["obama.jpg"], "--detector", "yunet", "--detector", "scrfd", code=0)
    assert [row["detector"] for row in named["photos"]] == ["scrfd", "yunet"]
    assert answer("detect", samples["obama.jpg"], "--detector", "yunet,scrfd", code=0)["left_out"] == {}
    wrong = rostro("detect", samples["obama.jpg"], "--detector", "yunet", "--detector", "yunett")
    assert wrong.returncode == 2
    assert "no detector named 'yunett'" in wrong.stderr


def test_a_gallery_of_another_embedder_is_asked_with_that_one(samples: dict[str, Path], tmp_path: Path) -> None:
    place = ("--gallery", tmp_path / "people.db")
    done = rostro("enroll", samples["obama.jpg"], "--name", "Ada", *place, "--embedder", "mobilefacenet")
    assert done.returncode == 0, done.stderr
    more = rostro("enroll", samples["biden.jpg"], "--name", "Bob", *place)
    assert more.returncode == 0, more.stderr
    found = answer("identify", samples["obama2.jpg"], *place, code=0)
    assert found["photos"][0]["faces"][0]["name"] == "Ada"
    other = rostro("identify", samples["obama2.jpg"], *place, "--embedder", "sface")
    assert other.returncode == 2
    assert "made with mobilefacenet, not with sface" in other.stderr and "--embedder mobilefacenet" in other.stderr


def test_doctor(samples: dict[str, Path]) -> None:
    found = answer("doctor", code=0)
    assert found["models"]["embedder"]["name"] == "sface"
    assert found["models"]["embedder"]["runs_on"][0].startswith("CPU ")
    assert found["settings"]["offline"] is False
    assert found["libraries"]["openvino"]


def verbs() -> list[list[str]]:
    app = main.build(*main.VERBS)
    found = [[command.name] for command in app.registered_commands]
    for group in app.registered_groups:
        inner = group.typer_instance.registered_commands
        found += [[group.name, command.name or command.callback.__name__] for command in inner]
    return found


@pytest.mark.parametrize("verb", verbs(), ids=" ".join)
def test_every_verb_has_help_with_an_example_and_json(verb: list[str]) -> None:
    done = rostro(*verb, "--help")
    assert done.returncode == 0, done.stderr
    assert f"Example: rostro {' '.join(verb)}" in " ".join(done.stdout.split())
    if verb != ["serve"]:  # answers over HTTP, until it is stopped
        assert "--json" in done.stdout

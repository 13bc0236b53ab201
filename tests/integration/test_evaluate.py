"""evaluate, compare and calibrate on real photos, from the command line to the report."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest
from command_line import answer, rostro
from lfw_people import link_people

from rostro.core.settings import Settings

pytestmark = pytest.mark.data

PEOPLE = 16


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[Path]:
    """A home of its own, so that no embedding of an earlier run answers; model files come from the real one."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROSTRO_HOME", str(folder))
        patch.setenv("ROSTRO_MODEL_MIRROR", str(settings.home / "models"))
        yield folder


@pytest.fixture(scope="module")
def people(lfw_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first people of LFW who have four photos, as one folder per person; one photo is a text file."""
    root = link_people(lfw_root / "images", tmp_path_factory.mktemp("people"), PEOPLE)
    (root / sorted(root.iterdir())[0].name / "broken.jpg").write_text("no photo")
    return root


def metrics(result: dict) -> dict[str, dict]:
    return {metric["metric"] + (f"@{metric['at']:g}" if metric["at"] else ""): metric for metric in result["metrics"]}


def test_all_pairs_with_a_report(people: Path, tmp_path: Path) -> None:
    arguments = (
        "evaluate",
        people,
        "--protocol",
        "all-pairs",
        "--replicates",
        50,
        "--face",
        "centre",
        "--output",
        tmp_path,
    )
    found = answer(*arguments, code=0)
    (result,) = found["results"]
    assert (result["photos"], result["people"]) == (4 * PEOPLE + 1, PEOPLE)
    assert result["system"]["embedder"] == "sface"
    assert [failure["photo"].endswith("broken.jpg") for failure in result["failed"]] == [True]
    numbers = metrics(result)
    assert numbers["auc"]["value"] > 0.95
    assert numbers["fta"]["value"] == pytest.approx(1 / 65)
    assert numbers["tar@0.01"]["low"] <= numbers["tar@0.01"]["value"] <= numbers["tar@0.01"]["high"]
    assert numbers["tar@0.001"]["value"] is None, "1,950 impostor comparisons cannot show 0.1 %"
    assert found == json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == len(result["metrics"])
    page = ElementTree.fromstring((tmp_path / "report.html").read_text(encoding="utf-8"))
    shown = [len(tiles.findall(".//img")) for tiles in page.findall(".//ul[@class='tiles']")]
    assert len(shown) == 2, "the worst false matches and false non-matches are shown"
    assert shown == [len(result["false_matches"]), len(result["false_non_matches"])]
    for curve in ("roc", "det"):
        assert ElementTree.parse(tmp_path / f"{curve}.svg").getroot().tag.endswith("svg")
    scores = pq.read_table(tmp_path / "scores" / "yunet+sface" / "scores.parquet")
    assert sum(scores["genuine"].to_pylist()) == 6 * (PEOPLE - 1) + 10


def test_a_second_evaluation_computes_nothing_twice(people: Path, tmp_path: Path) -> None:
    arguments = ("evaluate", people, "--protocol", "identification", "--face", "centre", "--replicates", 20)
    (first,) = answer(*arguments, "--output", tmp_path / "a", code=0)["results"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "rostro.recognition.pipeline.Pipeline._read", lambda self, source, side: pytest.fail("was decoded")
        )
        patch.setattr("rostro.evaluation.evaluate.mistake_tiles", lambda *_: ())
        (second,) = answer(*arguments, "--output", tmp_path / "b", code=0)["results"]
    assert first == second
    assert metrics(first)["rank@1"]["value"] > 0.9
    assert first["cmc"] == sorted(first["cmc"])


def test_compare_goes_on_without_the_one_that_cannot_run(people: Path, tmp_path: Path) -> None:
    done = rostro(
        "compare", people, "--protocol", "references", "--references", 2, "--probes", 2, "--draws", 4,
        "--embedder", "vggface,sface", "--replicates", 20, "--output", tmp_path, "--language", "es", "--face", "centre",
    )  # fmt: skip
    assert done.returncode == 2, "VGG-Face's weights must be imported by hand"
    assert "vggface:" in done.stderr
    assert "yunet + sface" in done.stdout
    assert "Correctas con 1" in done.stdout
    assert "Evaluación" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_calibrate_makes_an_operating_point_that_verify_takes(people: Path, tmp_path: Path) -> None:
    groups = tmp_path / "groups.csv"
    names = sorted(folder.name for folder in people.iterdir())
    groups.write_text("person,half\n" + "".join(f"{name},{'ab'[i < 3]}\n" for i, name in enumerate(names)))
    file = tmp_path / "mine.json"
    found = answer(
        "calibrate", people, "--fmr", 0.01, "--output", file, "--face", "centre", "--groups", groups,
        "--replicates", 50, code=0,
    )  # fmt: skip
    (point,) = found["points"]
    assert point["fmr"] <= 0.01
    assert point["fmr_interval"][0] <= point["fmr"] <= point["fmr_interval"][1]
    assert (found["genuine"], found["impostor"]) == (6 * PEOPLE, 64 * 63 // 2 - 6 * PEOPLE)
    small = [row for row in found["groups"][0]["fmr"] if row["groups"] == ["b", "b"]]
    assert small[0]["warning"].startswith("too small to say")
    photos = sorted((people / names[1]).iterdir())[:2]
    verdict = answer("verify", *photos, "--operating-point", file, "--face", "largest", code=0)
    assert verdict["threshold"] == round(point["threshold"], 4)
    assert verdict["false_match_rate"] == point["fmr"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("evaluate", "{people}", "--protocol", "lfw"), "pairs.txt: cannot be read"),
        (("evaluate", "{people}", "--protocol", "all"), "no protocol named 'all'"),
        (("evaluate", "{people}/nowhere", "--protocol", "all-pairs"), "not a folder of people"),
        (("evaluate", "{people}", "--protocol", "all-pairs", "--language", "fr"), "language is en or es"),
        (
            ("evaluate", "{people}", "--protocol", "all-pairs", "--face", "any"),
            "--face is only, dominant, largest or centre",
        ),
        (("calibrate", "{people}", "--fmr", "1e-6"), "needs at least 3,000,000 impostor comparisons"),
        (("compare", "{people}", "--protocol", "all-pairs", "--embedder", "nobody"), "nobody"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(
    people: Path, arguments: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = rostro(*(argument.replace("{people}", str(people)) for argument in arguments))
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["evaluate", "compare", "calibrate"])
def test_json_leaves_nothing_behind(verb: str, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And needs no pyarrow: there is no table to be written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    options = {"calibrate": ("--fmr", 0.01), "compare": ("--embedder", "sface"), "evaluate": ()}[verb]
    found = answer(verb, people, "--replicates", 20, "--face", "centre", *options, code=0)
    assert found.get("protocol", "all-pairs") == "all-pairs"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", ["evaluate", "compare"])
def test_a_report_without_pyarrow_is_refused_before_the_work(
    verb: str, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr("rostro.recognition.parts.Parts.detector", property(lambda self: pytest.fail("was loaded")))
    done = rostro(verb, people, "--embedder", "sface", "--output", tmp_path / "report")
    assert done.returncode == 2
    assert "rostro[parquet]" in done.stderr
    assert not (tmp_path / "report").exists()


def test_compare_takes_every_embedder_that_is_named_and_all_pairs(people: Path, tmp_path: Path) -> None:
    done = rostro(
        "compare", people, "--embedder", "sface", "--embedder", "mobilefacenet,edgeface", "--replicates", 20,
        "--output", tmp_path / "report",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no pairs.txt here, so every two photos are compared" in done.stderr
    assert [name for name in ("+ sface", "+ mobilefacenet", "+ edgeface") if name in done.stdout] == [
        "+ sface", "+ mobilefacenet", "+ edgeface",
    ]  # fmt: skip
    again = rostro("compare", people, "--embedder", "sface", "--output", tmp_path / "report")
    assert again.returncode == 2
    assert "report.html is there already" in again.stderr and "--overwrite" in again.stderr
    over = rostro("compare", people, "--embedder", "sface", "--output", tmp_path / "report", "--overwrite")
    assert over.returncode == 0, over.stderr


def test_an_operating_point_is_not_written_over(people: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("mine")
    told = ("calibrate", people, "--fmr", 0.01, "--replicates", 20, "--output", file)
    assert rostro(*told).returncode == 2
    assert file.read_text() == "mine"
    assert rostro(*told, "--overwrite").returncode == 0
    assert json.loads(file.read_text())["points"]
    nowhere = rostro("calibrate", people, "--fmr", 0.01, "--output", tmp_path / "no" / "mine.json")
    assert nowhere.returncode == 2
    assert "there is no folder" in nowhere.stderr


def test_a_mistake_in_the_groups_is_said_before_the_work(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rostro.recognition.parts.Parts.detector", property(lambda self: pytest.fail("was loaded")))
    for verb in ("evaluate", "compare", "calibrate"):
        done = rostro(verb, people, "--embedder", "sface", "--groups", tmp_path / "none.csv", "--fmr", 0.01, "--json")
        assert done.returncode == 2
        assert "none.csv: cannot be read" in done.stderr

"""train and predict, every recipe on a few small photos, from the command line and from Python; a trained embedder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from command_line import answer
from command_line import rostro as run_rostro
from pages import blocks
from PIL import Image

import rostro
from rostro.recognizer import Recognizer

pytest.importorskip("torch")
pytest.importorskip("onnx")

from rostro.training.loop.card import read_card

#: Four portraits stand for four people; two are of one man, which nothing here depends on.
PORTRAITS = {"ann": "obama.jpg", "bob": "biden.jpg", "cy": "astronaut.png", "dee": "obama3.jpg"}
SIDE = 200
QUICK = ("--epochs", 1, "--batch", 8, "--device", "cpu")


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Steps of eight photos are slower on several threads, most of all beside other tests."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def photos(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six small photos of each, lighter and darker."""
    root = tmp_path_factory.mktemp("photos")
    for name, sample in PORTRAITS.items():
        (root / name).mkdir()
        with Image.open(samples[sample]) as opened:
            pixels = np.asarray(opened.convert("RGB").resize((SIDE, SIDE * opened.height // opened.width)), float)
        for number in range(6):
            lit = np.clip(pixels * (0.75 + 0.08 * number), 0, 255).astype(np.uint8)
            Image.fromarray(lit).save(root / name / f"{number}.jpg", quality=90)
    return root


@pytest.fixture(scope="module")
def parts(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``train/`` with four photos of each of three people, ``val/`` with two."""
    root = tmp_path_factory.mktemp("parts")
    for name in ("ann", "bob", "cy"):
        for number in range(6):
            folder = root / ("train" if number < 4 else "val") / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{number}.jpg").symlink_to(photos / name / f"{number}.jpg")
    return root


def trained(recipe: str, root: Path, output: Path, *options: object) -> dict[str, float]:
    done = answer("train", recipe, root, "--output", output, *options, code=0)
    assert done["checkpoint"] == str(output / "best.safetensors")
    assert (output / "best.yaml").is_file()
    return done["metrics"]


def test_classifier(parts: Path, tmp_path: Path) -> None:
    metrics = trained("classifier", parts, tmp_path / "out", *QUICK)
    assert 0 <= metrics["validation accuracy"] <= 1
    found = answer(
        "predict", parts / "val", "--picture", tmp_path / "answer.png", "--checkpoint", tmp_path / "out", code=0
    )
    assert [photo["labels"][0] in PORTRAITS for photo in found["photos"]] == [True] * 6
    assert sum(found["photos"][0]["probabilities"].values()) == pytest.approx(1, abs=0.01)
    assert Image.open(tmp_path / "answer.png").height > SIDE


def test_head(parts: Path, photos: Path, tmp_path: Path) -> None:
    assert trained("head", parts, tmp_path / "out")["validation accuracy"] == 1
    (tmp_path / "broken.jpg").write_text("no photo")
    both = (photos / "bob" / "5.jpg", tmp_path / "broken.jpg")
    found = answer("predict", *both, "--checkpoint", tmp_path / "out", code=2)
    assert found["photos"][0]["labels"] == ["bob"]
    assert found["photos"][0]["box"] is not None
    assert "broken.jpg" in found["failed"][0]["photo"]


def test_head_from_python(parts: Path, photos: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    """And it is the same one: both doors give the same weights and the same card."""
    done = rostro.train("head", parts, output=tmp_path / "python", base="sface", recognizer=recognizer)
    assert done.metrics["validation accuracy"] == 1
    (found,) = rostro.predict(done, photos / "bob" / "5.jpg", recognizer=recognizer)
    assert (found.labels, found.box is None) == (("bob",), False)
    trained("head", parts, tmp_path / "command")
    cards = [read_card(tmp_path / name / "best.yaml") for name in ("python", "command")]
    assert cards[0] == cards[1]


@pytest.mark.parametrize("page", ["docs/training.md", "docs/es/training.md"])
def test_the_document_s_python_runs(
    page: str, parts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people").symlink_to(parts)
    monkeypatch.chdir(tmp_path)
    session: dict[str, object] = {}
    found = blocks(page, "python")
    assert found
    for block in found:
        exec(compile("\n" * (block.line - 1) + block.text, page, "exec"), session)
    printed = capsys.readouterr().out
    assert "<Trained head trained/best.safetensors: validation accuracy 1.0000" in printed
    assert "people/val/bob/4.jpg ('bob',)" in printed
    assert "20: " in printed


def test_a_recipe_takes_the_embedder_of_its_recogniser(parts: Path, photos: Path, tmp_path: Path) -> None:
    with rostro.Recognizer(embedder="mobilefacenet", detector="scrfd", gallery=":memory:") as recognizer:
        done = rostro.train("head", parts, output=tmp_path / "out", kind="cosine", recognizer=recognizer)
        assert done.card.preprocessing["space"] == recognizer.space
        assert done.metrics["validation accuracy"] == 1
    found = list(rostro.predict(done, [photos / "ann" / "5.jpg"]))  # opened by the card, beside the default one
    assert found[0].labels == ("ann",)


def test_an_embedder_from_python(photos: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    told: list[str] = []
    done = rostro.train(
        "embedder", photos, output=tmp_path / "out", recognizer=recognizer, epochs=1, batch=8, device="cpu", unseen=2,
        dims=64, on_photo=lambda what, done, total: told.append(f"{what} {done}/{total}"),
    )  # fmt: skip
    assert told[-1] == "finding faces 24/24"
    assert "validation loss" not in done.metrics, "nobody held out has a centre to be compared with"
    assert done.metrics["training loss"] > 0
    with rostro.Recognizer(embedder=str(done.folder), threshold=0.3, gallery=":memory:") as mine:
        assert mine.verify(photos / "ann" / "0.jpg", photos / "ann" / "1.jpg")


def test_is_it_me(photos: Path, tmp_path: Path) -> None:
    for part, numbers in {"train": range(4), "validation": range(4, 6)}.items():
        for label, names in {"me": ("ann",), "not_me": ("bob", "cy")}.items():
            (tmp_path / "data" / part / label).mkdir(parents=True)
            for name in names:
                for number in numbers:
                    link = tmp_path / "data" / part / label / f"{name}{number}.jpg"
                    link.symlink_to(photos / name / f"{number}.jpg")
    metrics = trained("is-it-me", tmp_path / "data", tmp_path / "out", "--epochs", 30, "--device", "cpu")
    assert metrics["validation AUC"] == 1
    assert run_rostro("predict", photos / "ann" / "5.jpg", "--checkpoint", tmp_path / "out").returncode == 0
    assert run_rostro("predict", photos / "bob" / "5.jpg", "--checkpoint", tmp_path / "out").returncode == 1


def test_is_it_me_of_two_folders(photos: Path, tmp_path: Path) -> None:
    """Split: what was not learned is what ``evaluate`` asks."""
    for label, names in {"me": ("ann",), "not_me": ("bob", "cy")}.items():
        (tmp_path / "data" / label).mkdir(parents=True)
        for name in names:
            for number in range(6):
                link = tmp_path / "data" / label / f"{name}{number}.jpg"
                link.symlink_to(photos / name / f"{number}.jpg")
    metrics = trained("is-it-me", tmp_path / "data", tmp_path / "out", "--epochs", 30, "--device", "cpu")
    assert metrics["validation AUC"] == 1
    assert read_card(tmp_path / "out" / "best.yaml").split["seed"] == 0
    found = answer("evaluate", tmp_path / "data", "--checkpoint", tmp_path / "out", code=0)
    assert (found["photos"], found["left_out"], found["accuracy"]) == (3, 15, 1)


def test_one_folder_per_person(photos: Path, tmp_path: Path) -> None:
    assert trained("head", photos, tmp_path / "head", "--seed", 2)["test accuracy"] == 1
    card = read_card(tmp_path / "head" / "best.yaml")
    assert (card.photos, card.split["seed"]) == ({"train": 16, "val": 4, "test": 4}, 2)
    found = answer("evaluate", photos, "--checkpoint", tmp_path / "head", code=0)
    assert (found["photos"], found["left_out"], found["accuracy"]) == (4, 20, 1)


def test_attributes(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    rows, parts = [], []
    for number, photo in enumerate(sorted(photos.glob("*/*.jpg")), start=1):
        (tmp_path / "images" / f"{number:06d}.jpg").symlink_to(photo)
        rows.append(f"{number:06d}.jpg {1 if photo.parent.name == 'cy' else -1} {1 if int(photo.stem) > 2 else -1}")
        parts.append(f"{number:06d}.jpg {(0, 0, 0, 0, 1, 2)[number % 6]}")
    (tmp_path / "list_attr_celeba.txt").write_text("\n".join([str(len(rows)), "Long_Hair Bright", *rows, ""]))
    (tmp_path / "list_eval_partition.txt").write_text("\n".join([*parts, ""]))
    trained("attributes", tmp_path, tmp_path / "out", *QUICK)
    done = run_rostro("predict", photos / "ann" / "0.jpg", "--json", "--checkpoint", tmp_path / "out")
    assert done.returncode in {0, 1}  # whatever one step taught it
    found = json.loads(done.stdout)
    assert set(found["photos"][0]["probabilities"]) == {"Long_Hair", "Bright"}


@pytest.fixture(scope="module")
def embedder(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of ``embedder``, trained for two steps."""
    output = tmp_path_factory.mktemp("embedder") / "out"
    metrics = trained("embedder", photos, output, *QUICK, "--unseen", 2, "--dims", 64)
    assert 0 <= metrics["validation verification AUC"] <= 1
    assert len(list((output / "crops").glob("*/*.png"))) == 24
    return output


def test_a_trained_embedder_verifies(embedder: Path, photos: Path) -> None:
    pair = (photos / "ann" / "0.jpg", photos / "ann" / "1.jpg")
    found = answer("verify", *pair, "--embedder", embedder, "--threshold", 0.3, code=0)
    assert found["space"].startswith("trained-mobilefacenet-")
    assert found["space"].endswith("/five_point-112")
    done = run_rostro("verify", *pair, "--embedder", embedder)
    assert done.returncode == 2
    assert "no threshold was ever measured for trained-mobilefacenet-" in done.stderr


def test_a_trained_embedder_enrols_and_identifies(embedder: Path, photos: Path, tmp_path: Path) -> None:
    common = ("--embedder", embedder, "--gallery", tmp_path / "people.db")
    assert answer("enroll", photos, *common, code=0)["people"] == len(PORTRAITS)
    found = answer("identify", photos / "bob" / "2.jpg", *common, "--threshold", 0.9, code=0)
    assert json.dumps(found).count("bob")
    done = run_rostro("identify", photos / "bob" / "2.jpg", "--gallery", tmp_path / "people.db")
    assert done.returncode == 2
    assert "trained-mobilefacenet-" in done.stderr and "--embedder names it" in done.stderr


def test_a_trained_embedder_is_evaluated_and_calibrated(embedder: Path, photos: Path, tmp_path: Path) -> None:
    arguments = (photos, "--embedder", embedder)
    found = answer(
        "evaluate", *arguments, "--protocol", "all-pairs", "--replicates", 20, "--output", tmp_path / "report", code=0
    )  # fmt: skip
    assert "trained-mobilefacenet-" in json.dumps(found)
    point = tmp_path / "point.json"
    assert answer("calibrate", *arguments, "--fmr", 0.05, "--replicates", 20, "--output", point, code=0)["points"]
    pair = (photos / "ann" / "0.jpg", photos / "ann" / "0.jpg")
    assert answer("verify", *pair, "--embedder", embedder, "--operating-point", point, code=0)


def test_a_trained_embedder_is_a_base_and_goes_on_learning(
    embedder: Path, parts: Path, photos: Path, tmp_path: Path
) -> None:
    metrics = trained("head", parts, tmp_path / "head", "--base", embedder, "--kind", "cosine")
    assert metrics["validation accuracy"] > 0.5
    options = ("--base", embedder, "--blocks", 1, "--unseen", 2, "--crops", embedder / "crops")
    trained("finetune", photos, tmp_path / "tuned", *QUICK, *options)
    assert not (tmp_path / "tuned" / "crops").exists()
    found = answer("embed", photos / "ann" / "0.jpg", "--embedder", tmp_path / "tuned", code=0)
    assert "trained-mobilefacenet-" in json.dumps(found)


def test_says_what_a_checkpoint_is_not(embedder: Path, parts: Path, photos: Path, tmp_path: Path) -> None:
    done = run_rostro("predict", photos / "ann" / "0.jpg", "--checkpoint", embedder)
    assert done.returncode == 2
    assert "gives vectors, not names" in done.stderr
    trained("head", parts, tmp_path / "head")
    done = run_rostro("embed", photos / "ann" / "0.jpg", "--embedder", tmp_path / "head")
    assert done.returncode == 2
    assert "a checkpoint of head gives no vectors of faces" in done.stderr


@pytest.mark.parametrize("recipe", ["classifier", "head", "is-it-me", "attributes", "embedder", "finetune"])
def test_says_what_is_wrong_with_a_folder(recipe: str, tmp_path: Path) -> None:
    done = run_rostro("train", recipe, tmp_path, "--output", tmp_path / "out")
    assert done.returncode == 2
    assert str(tmp_path) in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()

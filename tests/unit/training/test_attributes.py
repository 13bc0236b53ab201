"""CelebA's files and the recipe ``attributes``, on photos that are red or not and bright or not."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from coloured_faces import coloured
from PIL import Image

torch = pytest.importorskip("torch")

from rostro.core.errors import BadInput  # noqa: E402
from rostro.core.types import Face  # noqa: E402
from rostro.photos.reading import read_photo  # noqa: E402
from rostro.photos.writing import write_picture  # noqa: E402
from rostro.recognizer import Recognizer  # noqa: E402
from rostro.training.base import Progress  # noqa: E402
from rostro.training.classifiers import attribute_scores  # noqa: E402
from rostro.training.data.celeba import read_celeba  # noqa: E402
from rostro.training.data.squares import middle_square  # noqa: E402
from rostro.training.loop.checkpoint import read_checkpoint  # noqa: E402
from rostro.training.predictor import CheckpointAttributes, portrait  # noqa: E402
from rostro.training.recipes.attributes import AttributesOptions, AttributesRecipe  # noqa: E402

COUNT, TRAIN, VAL = 48, 32, 8


@pytest.fixture
def celeba(tmp_path: Path) -> Path:
    root = tmp_path / "celeba"
    (root / "images").mkdir(parents=True)
    rng = np.random.default_rng(0)
    lines, parts, people = [], [], []
    for index in range(COUNT):
        red, bright = index % 2, index // 2 % 2
        level = 150 if bright else 60
        colour = np.array([level + 80, level, level] if red else [level, level, level + 80])
        noisy = np.clip(colour + rng.normal(0, 10, (36, 32, 3)), 0, 255).astype(np.uint8)
        name = f"{index + 1:06d}.png"
        Image.fromarray(noisy).save(root / "images" / name)
        lines.append(f"{name} {1 if red else -1:2d} {1 if bright else -1:2d}")
        parts.append(f"{name} {0 if index < TRAIN else 1 if index < TRAIN + VAL else 2}")
        people.append(f"{name} {index // 4}")
    (root / "list_attr_celeba.txt").write_text("\n".join([str(COUNT), "Red Bright ", *lines, ""]))
    (root / "list_eval_partition.txt").write_text("\n".join([*parts, ""]))
    (root / "identity_CelebA.txt").write_text("\n".join([*people, ""]))
    return root


def test_reads_the_official_files(celeba: Path) -> None:
    table = read_celeba(celeba)
    assert table.attributes == ("Red", "Bright")
    assert table.labels[:4].tolist() == [[False, False], [True, False], [False, True], [True, True]]
    assert [len(table.rows(part)) for part in ("train", "val", "test")] == [TRAIN, VAL, COUNT - TRAIN - VAL]
    assert table.identities is not None
    assert table.identities[-1] == COUNT // 4 - 1


def test_photos_may_stay_in_the_zip(celeba: Path) -> None:
    before = (celeba / "images" / "000001.png").read_bytes()
    with zipfile.ZipFile(celeba / "img_align_celeba.zip", "w") as archive:
        archive.write(celeba / "images" / "000001.png", "img_align_celeba/000001.png")
    (celeba / "images").rename(celeba / "away")
    table = read_celeba(celeba)
    assert table.photo(0) == before
    with pytest.raises(BadInput, match=r"no photo 000002\.png"):
        table.photo(1)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("list_attr_celeba.txt", "48", "49", "48 photos, the first line says 49"),
        ("list_attr_celeba.txt", "48", "x", "the first line is the number of photos"),
        ("list_attr_celeba.txt", "000002.png  1", "000002.png  0", "line 4 is not a name and 2 of 1, -1"),
        ("list_eval_partition.txt", "000003.png 0", "", "000003.png is missing"),
        ("list_eval_partition.txt", "000003.png 0", "000003.png 7", "line 3 is not .* up to 2"),
    ],
)
def test_says_what_is_wrong_with_a_table(celeba: Path, file: str, old: str, new: str, message: str) -> None:
    text = (celeba / file).read_text(encoding="utf-8")
    assert old in text
    (celeba / file).write_text(text.replace(old, new, 1))
    with pytest.raises(BadInput, match=message):
        read_celeba(celeba)


def test_learns_attributes(celeba: Path, tmp_path: Path) -> None:
    chosen = AttributesOptions(epochs=10, batch=8, rate=1e-2, augmentation="none", device="cpu")
    card = AttributesRecipe(celeba, tmp_path / "out", chosen).train()
    assert card.metrics["test mean majority"] == pytest.approx(0.5)
    assert card.metrics["test mean AUC"] > 0.95
    lines = (tmp_path / "out" / "attributes.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "attribute,accuracy,majority,balanced accuracy,AUC"
    assert [line.split(",")[0] for line in lines[1:]] == ["Red", "Bright"]
    photos = [celeba / "images" / f"{index:06d}.png" for index in (45, 48)]
    dark_blue, bright_red = AttributesRecipe.predict(read_checkpoint(tmp_path / "out"), photos)
    assert (set(dark_blue.labels), set(bright_red.labels)) == (set(), {"Red", "Bright"})


def test_the_original_runs(celeba: Path, tmp_path: Path) -> None:
    chosen = AttributesOptions(
        epochs=1,
        net="buap",
        loss="plain",
        optimiser="rmsprop",
        augmentation="none",
        rate=1e-3,
        batch=8,
        device="cpu",
    )
    card = AttributesRecipe(celeba, tmp_path / "out", chosen).train()
    assert card.parameters == 3_836_304 - 38 * 65
    assert 0 < card.metrics["validation loss"] < 10


def test_learns_attributes_on_a_base(celeba: Path, tmp_path: Path) -> None:
    said: list[str] = []
    recognizer = coloured(plane=np.eye(3, dtype=np.float32), grey=0)
    recognizer.detector.detect = None  # type: ignore[method-assign] - attributes look at whole portraits
    chosen = AttributesOptions(base="colours")
    card = AttributesRecipe(celeba, tmp_path / "out", chosen, recognizer, Progress(say=said.append)).train()
    assert (card.net, card.parameters) == ("logistic", 2 * 3 + 2)
    assert card.metrics["test mean accuracy"] == 1.0
    assert card.metrics["test mean balanced accuracy"] == 1.0
    assert "2 attributes, from 50.0 %" in said[1]
    photos = [celeba / "images" / f"{index:06d}.png" for index in (45, 48)]
    dark_blue, bright_red = AttributesRecipe.predict(read_checkpoint(tmp_path / "out"), photos, recognizer)
    assert (set(dark_blue.labels), set(bright_red.labels)) == (set(), {"Red", "Bright"})


def test_a_checkpoint_is_asked_about_faces_in_any_photo(
    celeba: Path, tmp_path: Path, recognizer: Recognizer, portraits: list[Path]
) -> None:
    chosen = AttributesOptions(epochs=1, batch=8, augmentation="none", device="cpu")
    AttributesRecipe(celeba, tmp_path / "out", chosen).train()
    mine = CheckpointAttributes(tmp_path / "out")
    answers = list(recognizer.analyses(portraits[:2], what=["eyes", mine]))
    for photo, answer in zip(portraits, answers, strict=False):
        face = answer.analyses[0]
        assert list(face.to_dict()) == ["box", "score", "turned", "eyes", "attributes"]
        cut = portrait(read_photo(photo).image, face.face)
        assert cut.shape == (218, 178, 3)
        write_picture(cut, tmp_path / "cut.png")
        (alone,) = AttributesRecipe.predict(read_checkpoint(tmp_path / "out"), [tmp_path / "cut.png"])
        assert face.to_dict()["attributes"]["probabilities"] == alone.to_dict()["probabilities"]


def test_a_portrait_has_the_eyes_where_celeba_has_them() -> None:
    eyes = np.array([[40, 60], [70, 90], [50, 90], [30, 90], [60, 120]], np.float32)  # a face that leans by 45°
    image = np.zeros((200, 200, 3), np.uint8)
    for x, y in eyes[:2].astype(int):
        image[y - 2 : y + 2, x - 2 : x + 2] = 255
    cut = portrait(image, Face((20, 40, 90, 130), 1.0, eyes))
    lit = np.argwhere(cut[..., 0] > 128)
    left, right = lit[lit[:, 1] < 89].mean(axis=0), lit[lit[:, 1] > 89].mean(axis=0)
    assert left == pytest.approx([111, 69], abs=1.5)
    assert right == pytest.approx([111, 108], abs=1.5)
    with pytest.raises(BadInput, match="landmarks"):
        portrait(image, Face((20, 40, 90, 130), 1.0))


def test_a_checkpoint_of_another_recipe_tells_no_attributes(celeba: Path, tmp_path: Path) -> None:
    AttributesRecipe(celeba, tmp_path / "out", AttributesOptions(epochs=1, augmentation="none", device="cpu")).train()
    read = read_checkpoint(tmp_path / "out")
    other = replace(read, card=replace(read.card, recipe="classifier"))
    with pytest.raises(BadInput, match="a checkpoint of classifier tells no attributes"):
        CheckpointAttributes(other)


def test_the_middle_square_is_not_distorted() -> None:
    image = np.zeros((90, 60, 3), np.uint8)
    image[15:75] = 200
    image[35:55, 20:40] = 100
    square = middle_square(image, 30)
    assert square.shape == (30, 30, 3)
    assert (square[:9] == 200).all()
    assert (square[11:19, 11:19] == 100).all()


def test_even_handed_thresholds_undo_the_weights() -> None:
    labels = np.repeat([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]], [2, 5, 3], axis=0)
    plain = attribute_scores.even_handed(labels)
    assert plain == pytest.approx(np.log([2 / 8, 3 / 7]))
    assert attribute_scores.even_handed(labels, attribute_scores.weights(labels)) == pytest.approx([0, 0], abs=1e-6)


@pytest.mark.parametrize("wrong", [{"loss": "x"}, {"optimiser": "x"}, {"augmentation": "x"}])
def test_refuses_options(wrong: dict, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=f"{next(iter(wrong))} is"):
        AttributesRecipe(tmp_path, tmp_path / "out", AttributesOptions(**wrong)).train()

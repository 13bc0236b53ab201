"""Who is taken for whom: the numbers, the drawing and the report, from answers that are made up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import precision_recall_fscore_support

from rostro.core.errors import BadInput, NoFace, PhotoError
from rostro.evaluation.classification import Answer, Classification, classify_folder
from rostro.evaluation.classification_report import summary, write_classification
from rostro.training.base import RECIPES, Prediction, Progress, Recipe
from rostro.training.loop.card import Card
from rostro.training.loop.checkpoint import Checkpoint

CARD = Card(recipe="head", net="cosine", classes=("ada", "bob", "cy", "dee"), preprocessing={})
#: (whose photo, who it is said to be)
GIVEN: list[tuple[str, str | None]] = [
    *[("ada", "ada")] * 5, ("ada", "bob"), ("ada", None),
    *[("bob", "bob")] * 2, *[("bob", "ada")] * 2,
    ("cy", "dee"), ("cy", "dee"),
]  # fmt: skip
RESULT = Classification(
    CARD,
    tuple(Answer(f"{index}.jpg", truth, said, 0.5 + index / 100) for index, (truth, said) in enumerate(GIVEN)),
    (NoFace("empty.jpg"),),
)


def test_counts_who_is_taken_for_whom() -> None:
    columns, counts = RESULT.matrix()
    assert RESULT.classes == ("ada", "bob", "cy")
    assert columns == ("ada", "bob", "cy", "dee", "")
    assert counts.tolist() == [[5, 1, 0, 0, 1], [2, 2, 0, 0, 0], [0, 0, 0, 2, 0]]
    assert RESULT.confusions()[:2] == [("bob", "ada", 2), ("cy", "dee", 2)]
    assert [answer.photo for answer in RESULT.mistakes()] == [f"{i}.jpg" for i in (12, 11, 10, 9, 6, 5)]


def test_photos_without_an_answer_are_wrong() -> None:
    assert RESULT.accuracy == 7 / 14
    assert RESULT.interval.low < 0.5 < RESULT.interval.high
    assert RESULT.balanced_accuracy == pytest.approx(np.mean([5 / 7, 1 / 2, 0]))


def test_agrees_with_scikit_learn() -> None:
    truth, said = zip(*[(truth, said or "nobody") for truth, said in GIVEN], strict=True)
    precision, recall, f1, photos = precision_recall_fscore_support(
        truth, said, labels=["ada", "bob", "cy"], zero_division=0.0
    )
    reports = RESULT.reports()
    assert [r.precision or 0.0 for r in reports] == pytest.approx(precision.tolist())
    assert [r.recall for r in reports] == pytest.approx(recall.tolist())
    assert [r.f1 for r in reports] == pytest.approx(f1.tolist())
    assert [r.photos for r in reports] == photos.tolist()


@pytest.mark.parametrize(("language", "word"), [("en", "nobody known"), ("es", "nadie conocido")])
def test_writes_a_report(language: str, word: str, tmp_path: Path) -> None:
    write_classification(RESULT, tmp_path, language)
    page = ElementTree.fromstring(
        (tmp_path / "report.html").read_text(encoding="utf-8").removeprefix("<!DOCTYPE html>\n")
    )
    text = " ".join(page.itertext())
    assert word in text
    assert "empty.jpg" in text
    svg = "{http://www.w3.org/2000/svg}"
    drawing = ElementTree.parse(tmp_path / "confusion.svg").getroot()
    assert len(drawing.findall(f".//{svg}rect")) == 1 + 3 * 5
    shown = [element.text for element in drawing.findall(f".//{svg}text")]
    assert sorted(value for value in shown if value and value.isdecimal()) == ["1", "1", "2", "2", "2", "5"]
    assert summary(RESULT, language)[0].count("50.0" if language == "en" else "50,0") == 1


class NamedByFolder(Recipe):
    """Says the folder's name in capitals, as a class; nobody for a photo named so."""

    name = "classifier"
    otherwise = "zoe"

    @classmethod
    def predict(
        cls, checkpoint: Checkpoint, photos: Sequence[Path], recognizer: object, progress: Progress
    ) -> Iterator[Prediction | PhotoError]:
        for done, photo in enumerate(photos, start=1):
            progress.on_photo("asking", done, len(photos))
            labels = () if photo.stem == "nobody" else (photo.parent.name,)
            yield NoFace(str(photo)) if photo.stem == "empty" else Prediction(str(photo), labels, (("x", 0.9),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ada/1", "ada/empty", "bob/1", "bob/nobody"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8)).save(tmp_path / f"{name}.png")
    return tmp_path


def test_asks_a_checkpoint(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RECIPES, "get", lambda name: NamedByFolder)
    seen: list[int] = []
    found = classify_folder(Checkpoint(CARD, {}), folder, on_photo=lambda *told: seen.append(told[1]))
    assert [(a.truth, a.said) for a in found.answers] == [("ada", "ada"), ("bob", "bob"), ("bob", "zoe")]
    assert (len(found.failed), len(seen), found.accuracy) == (1, 4, 0.5)


def test_refuses_folders_that_are_no_classes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "bob").rename(folder / "eve")
    with pytest.raises(BadInput, match="eve not among the classes"):
        classify_folder(Checkpoint(CARD, {}), folder)


def test_refuses_attributes(folder: Path) -> None:
    card = Card(recipe="attributes", net="compact", classes=("Bald",), preprocessing={})
    with pytest.raises(BadInput, match="attributes does not give each photo one class"):
        classify_folder(Checkpoint(card, {}), folder)

"""`rostro.train` and `rostro.predict`, on people who are colours; and what an earlier version left."""

from __future__ import annotations

import builtins
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from coloured_faces import coloured

torch = pytest.importorskip("torch")

import rostro  # noqa: E402
from rostro.recognizer import Recognizer  # noqa: E402
from rostro.training.loop.checkpoint import read_checkpoint  # noqa: E402
from rostro.training.recipes.is_it_me import IsItMeOptions, IsItMeRecipe  # noqa: E402

MakePeople = Callable[..., Path]
#: Made by the version before the rooms moved: a training to its end, and one that was cut off in its third epoch.
BEFORE = Path(__file__).with_name("before")
SHORT = {"epochs": 2, "batch": 8, "device": "cpu"}


def test_trains_and_predicts(make_people: MakePeople, tmp_path: Path, recognizer: Recognizer) -> None:
    root, said, embedded = make_people(train=3, val=2), [], []
    done = rostro.train(
        "head", str(root), output=str(tmp_path / "out"), recognizer=recognizer, kind="cosine",
        on_message=said.append, on_photo=lambda *told: embedded.append(told),
    )  # fmt: skip
    assert done.metrics["validation accuracy"] == 1.0
    assert done.card.preprocessing["base"] == "colours", "the recogniser's embedder, unless another base is named"
    assert done.checkpoint == tmp_path / "out" / "best.safetensors"
    assert done.checkpoint.is_file()
    assert repr(done).startswith(f"<Trained head {done.checkpoint}: validation accuracy 1.0000")
    assert json.loads(done.to_json()) == {"checkpoint": str(done.checkpoint), "metrics": done.metrics}
    assert any("3 classes" in line for line in said)
    assert embedded[-1] == ("embedding", 6, 6)
    asked = [root / "val" / "bob", root / "val" / "ada" / "0.png"]
    for checkpoint in (done, tmp_path / "out", str(done.checkpoint)):
        answers = list(rostro.predict(checkpoint, asked, recognizer=recognizer))
        assert [answer.labels for answer in answers] == [("bob",), ("bob",), ("ada",)]
    assert repr(answers[-1]) == f"<Prediction {asked[1]}: ada>"
    assert json.loads(answers[-1].to_json())["labels"] == ["ada"]


def test_photos_that_give_no_answer_are_failures(
    make_people: MakePeople, tmp_path: Path, recognizer: Recognizer
) -> None:
    root = make_people(train=2, val=1)
    done = rostro.train("head", root, output=tmp_path / "out", recognizer=recognizer)
    (tmp_path / "asked").mkdir()
    (tmp_path / "asked" / "broken.png").write_bytes(b"no picture")
    shutil.copy(root / "val" / "cy" / "0.png", tmp_path / "asked" / "cy.png")
    broken, cy = rostro.predict(done, tmp_path / "asked", recognizer=recognizer)
    assert isinstance(broken, rostro.Failure)
    assert (bool(broken), broken.kind) == (False, "unreadable-photo")
    assert isinstance(cy, rostro.Prediction)
    assert cy.labels == ("cy",)


def test_both_losses_are_told_kept_and_what_they_are_called(make_people: MakePeople, tmp_path: Path) -> None:
    said: list[str] = []
    done = rostro.train("classifier", make_people(train=4, val=2), output=tmp_path, on_message=said.append, **SHORT)
    table = np.genfromtxt(tmp_path / "curves.csv", delimiter=",", names=True)
    best = max(range(len(table)), key=lambda epoch: table["accuracy"][epoch])
    assert done.metrics["training loss"] == table["training_loss"][best]
    assert done.metrics["validation loss"] == table["validation_loss"][best]
    (line,) = (line for line in said if line.startswith("epoch 1:"))
    assert line.startswith(f"epoch 1: training loss {table['training_loss'][0]:.4f}, validation loss ")
    drawing = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    assert "training loss" in drawing
    assert "validation loss" in drawing


def test_the_validation_loss_is_that_of_the_validation_part(make_people: MakePeople, tmp_path: Path) -> None:
    root = make_people(train=4, val=2)
    done = rostro.train("classifier", root, output=tmp_path / "out", augmentation="none", **SHORT)
    photos = sorted((root / "val").rglob("*.png"))
    truth = [photo.parent.name for photo in photos]
    answers = rostro.predict(done, photos)
    losses = [-np.log(dict(answer.probabilities)[name]) for answer, name in zip(answers, truth, strict=True)]
    assert done.metrics["validation loss"] == pytest.approx(np.mean(losses), rel=1e-4)


def test_stops_and_goes_on(make_people: MakePeople, tmp_path: Path) -> None:
    root, steps = make_people(train=4, val=2), []
    told = {"output": tmp_path / "out", **SHORT}
    with pytest.raises(rostro.Interrupted, match="epoch 1 after step 1 of 2"):
        rostro.train("classifier", root, on_step=steps.append, stopped=lambda: bool(steps), **told)
    assert (steps[0].epoch, steps[0].epochs, steps[0].step, steps[0].steps) == (1, 2, 1, 2)
    gone_on = rostro.train("classifier", root, resume=True, **told)
    whole = rostro.train("classifier", root, **{**told, "output": tmp_path / "whole"})
    assert gone_on.metrics == whole.metrics
    assert gone_on.card.weights_sha256 == whole.card.weights_sha256


@pytest.mark.parametrize(
    ("recipe", "options", "message"),
    [
        ("heads", {}, "no recipe named 'heads'. Did you mean 'head'"),
        ("head", {"epoch": 3}, "head has no option 'epoch'. Did you mean 'epochs'"),
        ("head", {"epochs": "3"}, "epochs is of type int, got '3'"),
        ("head", {"resume": 1}, "resume is of type bool, got 1"),
        ("head", {"batch": True}, "batch is of type int, got True"),
        ("is-it-me", {"epochs": 0}, "epochs is at least 1, got 0"),
    ],
)
def test_refuses(recipe: str, options: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises((rostro.BadInput, rostro.UnknownModel), match=message.replace(".", r"\.")):
        rostro.train(recipe, tmp_path, output=tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_numbers_and_paths_become_what_the_card_can_hold(
    make_people: MakePeople, tmp_path: Path, recognizer: Recognizer
) -> None:
    root = make_people(train=2, val=1)
    done = rostro.train("head", root, output=tmp_path / "out", recognizer=recognizer, rate=1, threshold=-1)
    assert read_checkpoint(tmp_path / "out").card == done.card
    assert (done.card.options["rate"], done.card.options["threshold"]) == (1.0, -1.0)
    with pytest.raises(rostro.BadInput, match="stands on a base itself"):
        rostro.train("head", root, output=tmp_path / "other", base=tmp_path / "out")


@pytest.mark.parametrize("call", ["train", "predict"])
def test_says_first_that_the_extra_is_missing(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = builtins.__import__

    def without_torch(name: str, *given: object, **more: object) -> object:
        if name.split(".", maxsplit=1)[0] == "torch":
            raise ImportError(name)
        return plain(name, *given, **more)

    monkeypatch.setattr(builtins, "__import__", without_torch)
    with pytest.raises(rostro.MissingExtra, match=r"pip install 'rostro\[train\]'"):
        if call == "train":
            rostro.train("head", tmp_path / "nowhere", output=tmp_path / "out")
        else:
            rostro.predict(tmp_path / "nowhere", tmp_path)


#: In a process of its own: a worker of the tests would take the order for its own.
SIGNALS = """
import os, signal
from rostro.core.signals import stopped_by_signals

signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs this in the background may have it ignored
with stopped_by_signals() as stopped:
    assert not stopped()
    os.kill(os.getpid(), signal.SIGINT)
    assert stopped()
    try:
        os.kill(os.getpid(), signal.SIGINT)
        signal.pause()
    except KeyboardInterrupt:
        print("an order")
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
"""


def test_ctrl_c_is_a_wish_and_the_second_one_an_order() -> None:
    done = subprocess.run([sys.executable, "-c", SIGNALS], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "an order\n"


def test_a_checkpoint_of_an_earlier_version_answers_and_says_its_loss_rightly() -> None:
    card = read_checkpoint(BEFORE / "whole").card
    assert card.metrics == {
        "training loss": pytest.approx(0.0466619),
        "validation log likelihood": pytest.approx(-0.03746936),
        "validation AUC": 1.0,
        "validation accuracy": 1.0,
    }
    answers = list(rostro.predict(BEFORE / "whole", BEFORE / "data" / "validation", recognizer=coloured()))
    assert [answer.labels for answer in answers] == [("me",)] * 3 + [()] * 3


def test_an_earlier_version_s_training_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    shutil.copytree(BEFORE / "cut", tmp_path / "out")
    chosen = IsItMeOptions(base="colours", epochs=6, batch=4, device="cpu", resume=True)
    card = IsItMeRecipe(BEFORE / "data", tmp_path / "out", chosen, coloured()).train()
    whole = read_checkpoint(BEFORE / "whole")
    assert card.metrics["training loss"] == whole.card.metrics["training loss"]
    for name, tensor in read_checkpoint(tmp_path / "out").tensors.items():
        np.testing.assert_allclose(tensor, whole.tensors[name], rtol=1e-5)

"""Recipes ``embedder`` and ``finetune`` on people who are colours: what they learn, leave behind, resume and refuse."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from coloured_faces import coloured
from PIL import Image

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from rostro.core.errors import BadInput, ModelCorrupt, UnknownModel  # noqa: E402
from rostro.core.settings import Settings  # noqa: E402
from rostro.core.types import AlignmentSpec  # noqa: E402
from rostro.embedding.trained import find_embedder, signed  # noqa: E402
from rostro.models.store import ModelStore  # noqa: E402
from rostro.nets.inception_resnet_v1 import inception_resnet_v1  # noqa: E402
from rostro.nets.iresnet import iresnet  # noqa: E402
from rostro.nets.mobilefacenet import mobilefacenet  # noqa: E402
from rostro.nets.resnet50 import resnet50  # noqa: E402
from rostro.nets.vgg16 import vgg16  # noqa: E402
from rostro.recognizer import Recognizer  # noqa: E402
from rostro.runtime.base import EngineOptions  # noqa: E402
from rostro.training.base import Progress  # noqa: E402
from rostro.training.classifiers.bases import open_base  # noqa: E402
from rostro.training.data import crops  # noqa: E402
from rostro.training.loop import backbones  # noqa: E402
from rostro.training.loop.checkpoint import read_checkpoint  # noqa: E402
from rostro.training.loop.loop import Interrupted  # noqa: E402
from rostro.training.recipes.embedder import EmbedderOptions, EmbedderRecipe  # noqa: E402
from rostro.training.recipes.finetune import FinetuneOptions, FinetuneRecipe, blocks_of  # noqa: E402
from rostro.training.recognizers import aligned_faces  # noqa: E402

SHORT = EmbedderOptions(net="small", dims=16, epochs=2, batch=8, unseen=2, min_photos=4, rate=0.02, device="cpu")
PEOPLE = ("ada", "bob", "cy", "dee", "eve")


@pytest.fixture
def recognizer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Recognizer:
    """And a network that is small enough for tests."""
    monkeypatch.setitem(backbones.BACKBONES, "small", lambda dims: iresnet(18, dims, width=16))
    return coloured(settings=Settings(home=tmp_path / "home", offline=True))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Five people with five photos each; a person is a colour and where it turns into another one."""
    for number, name in enumerate(PEOPLE):
        folder = tmp_path / "people" / name
        folder.mkdir(parents=True)
        rng = np.random.default_rng(number)
        top, bottom = rng.uniform(40, 215, (2, 3))
        for index in range(5):
            image = np.where(np.arange(32)[:, None, None] < 8 + 4 * number, top, bottom) + rng.normal(
                0, 12, (32, 32, 3)
            )
            Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(folder / f"{index}.png")
    return tmp_path / "people"


def train(root: Path, out: Path, chosen: EmbedderOptions, recognizer: Recognizer, **progress):
    return EmbedderRecipe(root, out, chosen, recognizer, Progress(**progress)).train()


@pytest.mark.parametrize("loss", ["arcface", "cosface", "triplet"])
def test_learns_and_its_checkpoint_is_an_embedder(
    loss: str, people: Path, tmp_path: Path, recognizer: Recognizer
) -> None:
    said: list[str] = []
    card = train(people, tmp_path / "out", replace(SHORT, loss=loss, epochs=4), recognizer, say=said.append)
    lines = [line.split(",") for line in (tmp_path / "out" / "curves.csv").read_text(encoding="utf-8").splitlines()]
    assert lines[0][:3] == ["epoch", "training loss", "verification AUC"]
    assert float(lines[-1][1]) < float(lines[1][1])
    assert card.metrics["validation verification AUC"] > 0.8
    assert any("3 people to train on" in line and "2 people held out, 10 photos" in line for line in said)
    part = find_embedder(str(tmp_path / "out"))
    assert (part.dims, part.detector, part.alignment) == (16, "yunet", AlignmentSpec("five_point", 112))
    embedder = part(ModelStore(Settings(home=tmp_path, offline=True)), EngineOptions(precision="f32"))
    assert embedder.space() == f"trained-small-{card.weights_sha256[:8]}/five_point-112"
    pixels = np.random.default_rng(0).integers(0, 256, (3, 112, 112, 3), np.uint8)
    net = backbones.build("small", 16).eval()
    tensors = read_checkpoint(tmp_path / "out").tensors
    net.load_state_dict({name[9:]: value for name, value in tensors.items() if name.startswith("backbone.")})
    with torch.inference_mode():
        expected = torch.nn.functional.normalize(net(torch.from_numpy(signed(pixels)))).numpy()
    np.testing.assert_allclose(embedder.embed(pixels), expected, atol=1e-4)
    assert embedder.bytes == (tmp_path / "out" / "best.onnx").stat().st_size


def test_resumes_in_the_middle_of_an_epoch_to_the_same_weights(
    people: Path, tmp_path: Path, recognizer: Recognizer
) -> None:
    chosen = replace(SHORT, batch=6, crops=str(tmp_path / "crops"))
    train(people, tmp_path / "whole", chosen, recognizer)
    steps = itertools.count(1)
    # fifteen crops, then steps: three an epoch
    with pytest.raises(Interrupted, match="epoch 2 after step 2 of 3"):
        train(people, tmp_path / "cut", chosen, recognizer, stopped=lambda: next(steps) == 5)
    train(people, tmp_path / "cut", replace(chosen, resume=True), recognizer)
    for name in ("last", "best"):
        whole, cut_off = (read_checkpoint(tmp_path / folder / f"{name}.safetensors") for folder in ("whole", "cut"))
        assert whole.card.metrics == cut_off.card.metrics
        assert all(torch.equal(whole.tensors[key], cut_off.tensors[key]) for key in whole.tensors)
    assert (tmp_path / "whole" / "best.onnx").read_bytes() == (tmp_path / "cut" / "best.onnx").read_bytes()


def test_interrupted_cropping_keeps_what_it_made(
    people: Path, tmp_path: Path, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def align(photos: Sequence[Path], *given):
        asked.append(len(photos))
        return aligned_faces(photos, *given)

    monkeypatch.setattr(crops, "aligned_faces", align)
    steps = itertools.count(1)
    with pytest.raises(Interrupted, match="cropped"):
        train(people, tmp_path / "out", SHORT, recognizer, stopped=lambda: next(steps) == 7)
    train(people, tmp_path / "out", replace(SHORT, epochs=1), recognizer)
    assert asked == [25, 18]


def test_photos_without_a_face_are_named_and_left_out(people: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    said: list[str] = []
    Image.new("RGB", (32, 32), (105, 105, 105)).save(people / "ada" / "grey.png")
    (people / "bob" / "0.png").write_bytes(b"")
    card = train(people, tmp_path / "out", replace(SHORT, epochs=1), recognizer, say=said.append)
    assert sum(card.photos.values()) == 24
    assert any("left out" in line and "grey.png" in line for line in said)
    assert any("left out" in line and "0.png: the file is empty" in line for line in said)
    for photo in people.glob("*/*.png"):
        Image.new("RGB", (32, 32), (105, 105, 105)).save(photo)
    with pytest.raises(BadInput, match="none of 26 photos gives a face"):
        train(people, tmp_path / "grey", SHORT, recognizer)


def spoil_one_class(root: Path) -> None:
    for name in PEOPLE[1:]:
        (root / name).rename(root.parent / name)


def spoil_empty(root: Path) -> None:
    for photo in (root / "bob").iterdir():
        photo.unlink()


def spoil_few(root: Path) -> None:
    for photo in root.glob("*/[1234].png"):
        photo.unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (spoil_one_class, r"only one class \(ada\)"),
        (spoil_empty, "no photos of bob"),
        (spoil_few, "leaves 0 to train on and 0 to hold out"),
    ],
)
def test_says_what_is_wrong_with_the_data(
    spoil: Callable[[Path], None], message: str, people: Path, tmp_path: Path, recognizer: Recognizer
) -> None:
    spoil(people)
    with pytest.raises(BadInput, match=message):
        train(people, tmp_path / "out", SHORT, recognizer)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"loss": "x"}, BadInput, "loss"),
        ({"augmentation": "x"}, BadInput, "augmentation"),
        ({"photos": 1}, BadInput, "photos"),
        ({"min_photos": 1}, BadInput, "min_photos"),
        ({"net": "x"}, UnknownModel, "no network named 'x'"),
        ({"unseen": 4}, BadInput, "leaves 1 to train on and 4"),
    ],
)
def test_refuses_options(
    wrong: dict, error: type, message: str, people: Path, tmp_path: Path, recognizer: Recognizer
) -> None:
    with pytest.raises(error, match=message):
        train(people, tmp_path / "out", replace(SHORT, **wrong), recognizer)


def test_a_network_that_is_not_the_cards_is_refused(people: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    train(people, tmp_path / "out", replace(SHORT, epochs=1), recognizer)
    file = tmp_path / "out" / "best.onnx"
    file.write_bytes(file.read_bytes() + b"\0")
    store = ModelStore(Settings(home=tmp_path, offline=True))
    with pytest.raises(ModelCorrupt, match=r"best\.onnx"):
        find_embedder(str(tmp_path / "out" / "best.safetensors"))(store, EngineOptions())
    file.unlink()
    with pytest.raises(BadInput, match=r"best\.onnx: no such file"):
        find_embedder(str(file.with_suffix(".yaml")))(store, EngineOptions())


def test_what_is_no_embedder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no card"):
        find_embedder(str(tmp_path))
    (tmp_path / "best.yaml").write_text("recipe: head\nnet: cosine\npreprocessing: {}\nweights_sha256: ''\n")
    with pytest.raises(BadInput, match="a checkpoint of head gives no vectors of faces"):
        find_embedder(str(tmp_path))
    with pytest.raises(UnknownModel):
        find_embedder("nobody")


def test_finetunes_what_embedder_made(people: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    first = train(people, tmp_path / "first", replace(SHORT, epochs=1), recognizer)
    said: list[str] = []
    chosen = FinetuneOptions(
        base=str(tmp_path / "first"), blocks=2, epochs=2, batch=8, unseen=2, min_photos=4, device="cpu"
    )
    card = FinetuneRecipe(people, tmp_path / "second", chosen, recognizer, Progress(say=said.append)).train()
    assert (card.recipe, card.net, card.preprocessing["dims"]) == ("finetune", "small", 16)
    assert any(line.endswith("these are trained: last, dense") for line in said)
    before, after = (read_checkpoint(tmp_path / name).tensors for name in ("first", "second"))
    changed = {name.split(".")[2] for name in before if not torch.equal(before[name], after[name]) and "layers" in name}
    assert changed == {"last/bn", "dense", "dense/bn"}
    assert card.parameters < first.parameters
    assert find_embedder(str(tmp_path / "second")).dims == 16
    assert open_base(str(tmp_path / "second"), recognizer).space.startswith("trained-small-")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"base": "sface"}, "sface cannot be trained further; facenet128, vggface"),
        ({"base": "nobody"}, "no embedder named"),
        ({"blocks": -1}, "blocks"),
        ({"decay": 0.0}, r"decay: a share lies in \(0, 1\]"),
    ],
)
def test_finetune_refuses(wrong: dict, message: str, people: Path, tmp_path: Path, recognizer: Recognizer) -> None:
    with pytest.raises((BadInput, UnknownModel), match=message):
        FinetuneRecipe(
            people,
            tmp_path / "out",
            replace(FinetuneOptions(unseen=2, min_photos=4, device="cpu"), **wrong),
            recognizer,
        ).train()


def test_rates_fall_from_block_to_block(recognizer: Recognizer, tmp_path: Path) -> None:
    from rostro.nets.metric import MetricNet

    recipe = FinetuneRecipe(tmp_path, tmp_path, FinetuneOptions(decay=0.5), recognizer)
    net = backbones.build("small", 16)
    blocks = blocks_of(net.network)
    net.learn_only({layer for block in list(blocks)[-3:] for layer in blocks[block]})
    groups = recipe._optimiser(MetricNet(net, 16, 3)).param_groups
    assert [group["part_of_rate"] for group in groups] == [1.0, 1.0, 0.5, 0.25]
    assert sum(p.numel() for g in groups for p in g["params"]) == 3 * 16 + sum(
        p.numel() for p in net.parameters() if p.requires_grad
    )


@pytest.mark.parametrize(
    ("network", "last", "count"),
    [
        (vgg16(), ["conv5", "fc6", "fc7", "fc8"], 8),
        (resnet50(None), ["conv5_1", "conv5_2", "conv5_3"], 17),
        (inception_resnet_v1(), ["Block8_6", "Bottleneck"], 30),
        (mobilefacenet(), ["row5_2", "widen", "global", "dense"], 20),
        (iresnet(18), ["stage4_2", "last", "dense"], 11),
    ],
)
def test_blocks(network, last: list[str], count: int) -> None:
    blocks = blocks_of(network)
    assert list(blocks)[-len(last) :] == last
    assert len(blocks) == count
    assert [layer for layers in blocks.values() for layer in layers] == [layer.name for layer in network.weighted]

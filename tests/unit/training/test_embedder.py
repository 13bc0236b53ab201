"""Recipes ``embedder`` and ``finetune`` on people who are colours: what they learn, leave behind, resume and refuse."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from rostro.core.errors import BadInput, ModelCorrupt, NoFace, PhotoError, UnknownModel  # noqa: E402
from rostro.core.settings import Settings  # noqa: E402
from rostro.core.types import AlignmentSpec  # noqa: E402
from rostro.embedding.trained import find_embedder, signed  # noqa: E402
from rostro.models.store import ModelStore  # noqa: E402
from rostro.nets.inception_resnet_v1 import inception_resnet_v1  # noqa: E402
from rostro.nets.iresnet import iresnet  # noqa: E402
from rostro.nets.mobilefacenet import mobilefacenet  # noqa: E402
from rostro.nets.resnet50 import resnet50  # noqa: E402
from rostro.nets.vgg16 import vgg16  # noqa: E402
from rostro.photos.reading import read_photo  # noqa: E402
from rostro.runtime.base import EngineOptions  # noqa: E402
from rostro.training.base import Tools  # noqa: E402
from rostro.training.classifiers.bases import open_base  # noqa: E402
from rostro.training.data.batches import resize_square  # noqa: E402
from rostro.training.loop import backbones  # noqa: E402
from rostro.training.loop.checkpoint import read_checkpoint  # noqa: E402
from rostro.training.loop.loop import Interrupted  # noqa: E402
from rostro.training.recipes.embedder import EmbedderOptions, EmbedderRecipe  # noqa: E402
from rostro.training.recipes.finetune import FinetuneOptions, FinetuneRecipe, blocks_of  # noqa: E402

SHORT = EmbedderOptions(net="small", dims=16, epochs=2, batch=8, unseen=2, min_photos=4, rate=0.02, device="cpu")
PEOPLE = ("ada", "bob", "cy", "dee", "eve")


def whole_photos(photos: Sequence[Path], spec: AlignmentSpec, detector: str) -> Iterator[np.ndarray | PhotoError]:
    """Stands in for a detector: a face is everything that is not grey."""
    for photo in photos:
        try:
            image = read_photo(photo).image
        except PhotoError as error:
            yield error
            continue
        yield NoFace(str(photo)) if np.ptp(image.mean(axis=(0, 1))) < 3 else resize_square(image, spec.size)


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Tools:
    """And a network that is small enough for tests."""
    monkeypatch.setitem(backbones.BACKBONES, "small", lambda dims: iresnet(18, dims, width=16))
    return Tools(open_base=lambda name: f"lent {name}", crop=whole_photos)  # type: ignore[arg-type,return-value]


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


def train(root: Path, out: Path, chosen: EmbedderOptions, tools: Tools):
    return EmbedderRecipe(root, out, chosen, tools).train()


@pytest.mark.parametrize("loss", ["arcface", "cosface", "triplet"])
def test_learns_and_its_checkpoint_is_an_embedder(loss: str, people: Path, tmp_path: Path, tools: Tools) -> None:
    said: list[str] = []
    card = train(people, tmp_path / "out", replace(SHORT, loss=loss, epochs=4), replace(tools, say=said.append))
    lines = [line.split(",") for line in (tmp_path / "out" / "curves.csv").read_text(encoding="utf-8").splitlines()]
    assert lines[0][:3] == ["epoch", "loss", "verification AUC"]
    assert float(lines[-1][1]) < float(lines[1][1])
    assert card.metrics["validation verification AUC"] > 0.8
    assert any("3 people to train on" in line and "2 people held out, 10 photos" in line for line in said)
    part = find_embedder(str(tmp_path / "out"))
    assert (part.dims, part.detector, part.alignment) == (16, "yunet", AlignmentSpec("five_point", 112))
    embedder = part(ModelStore(Settings(home=tmp_path, offline=True)), EngineOptions(precision="f32"))
    assert embedder.space() == f"trained-small-{card.weights_sha256[:8]}/five_point-112"
    crops = np.random.default_rng(0).integers(0, 256, (3, 112, 112, 3), np.uint8)
    net = backbones.build("small", 16).eval()
    tensors = read_checkpoint(tmp_path / "out").tensors
    net.load_state_dict({name[9:]: value for name, value in tensors.items() if name.startswith("backbone.")})
    with torch.inference_mode():
        expected = torch.nn.functional.normalize(net(torch.from_numpy(signed(crops)))).numpy()
    np.testing.assert_allclose(embedder.embed(crops), expected, atol=1e-4)
    assert embedder.bytes == (tmp_path / "out" / "best.onnx").stat().st_size


def test_resumes_in_the_middle_of_an_epoch_to_the_same_weights(people: Path, tmp_path: Path, tools: Tools) -> None:
    chosen = replace(SHORT, batch=6, crops=str(tmp_path / "crops"))
    train(people, tmp_path / "whole", chosen, tools)
    steps = itertools.count(1)
    # fifteen crops, then steps: three an epoch
    cut = replace(tools, stopped=lambda: next(steps) == 5, crop=lambda *_: iter(()))
    with pytest.raises(Interrupted, match="epoch 2 after step 2 of 3"):
        train(people, tmp_path / "cut", chosen, cut)
    train(people, tmp_path / "cut", replace(chosen, resume=True), tools)
    for name in ("last", "best"):
        whole, cut_off = (read_checkpoint(tmp_path / folder / f"{name}.safetensors") for folder in ("whole", "cut"))
        assert whole.card.metrics == cut_off.card.metrics
        assert all(torch.equal(whole.tensors[key], cut_off.tensors[key]) for key in whole.tensors)
    assert (tmp_path / "whole" / "best.onnx").read_bytes() == (tmp_path / "cut" / "best.onnx").read_bytes()


def test_interrupted_cropping_keeps_what_it_made(people: Path, tmp_path: Path, tools: Tools) -> None:
    asked: list[int] = []

    def crop(photos: Sequence[Path], spec: AlignmentSpec, detector: str) -> Iterator[np.ndarray | PhotoError]:
        asked.append(len(photos))
        return whole_photos(photos, spec, detector)

    steps = itertools.count(1)
    with pytest.raises(Interrupted, match="cropped"):
        train(people, tmp_path / "out", SHORT, replace(tools, crop=crop, stopped=lambda: next(steps) == 7))
    train(people, tmp_path / "out", replace(SHORT, epochs=1), replace(tools, crop=crop))
    assert asked == [25, 18]


def test_photos_without_a_face_are_named_and_left_out(people: Path, tmp_path: Path, tools: Tools) -> None:
    said: list[str] = []
    Image.new("RGB", (32, 32), (105, 105, 105)).save(people / "ada" / "grey.png")
    (people / "bob" / "0.png").write_bytes(b"")
    card = train(people, tmp_path / "out", replace(SHORT, epochs=1), replace(tools, say=said.append))
    assert sum(card.photos.values()) == 24
    assert any("left out" in line and "grey.png" in line for line in said)
    assert any("left out" in line and "0.png: the file is empty" in line for line in said)
    for photo in people.glob("*/*.png"):
        Image.new("RGB", (32, 32), (105, 105, 105)).save(photo)
    with pytest.raises(BadInput, match="none of 26 photos gives a face"):
        train(people, tmp_path / "grey", SHORT, tools)


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
    spoil: Callable[[Path], None], message: str, people: Path, tmp_path: Path, tools: Tools
) -> None:
    spoil(people)
    with pytest.raises(BadInput, match=message):
        train(people, tmp_path / "out", SHORT, tools)


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
def test_refuses_options(wrong: dict, error: type, message: str, people: Path, tmp_path: Path, tools: Tools) -> None:
    with pytest.raises(error, match=message):
        train(people, tmp_path / "out", replace(SHORT, **wrong), tools)


def test_a_network_that_is_not_the_cards_is_refused(people: Path, tmp_path: Path, tools: Tools) -> None:
    train(people, tmp_path / "out", replace(SHORT, epochs=1), tools)
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


def test_finetunes_what_embedder_made(people: Path, tmp_path: Path, tools: Tools) -> None:
    first = train(people, tmp_path / "first", replace(SHORT, epochs=1), tools)
    said: list[str] = []
    chosen = FinetuneOptions(
        base=str(tmp_path / "first"), blocks=2, epochs=2, batch=8, unseen=2, min_photos=4, device="cpu"
    )
    lent = replace(tools, say=said.append)
    card = FinetuneRecipe(people, tmp_path / "second", chosen, lent).train()
    assert (card.recipe, card.net, card.preprocessing["dims"]) == ("finetune", "small", 16)
    assert any(line.endswith("these are trained: last, dense") for line in said)
    before, after = (read_checkpoint(tmp_path / name).tensors for name in ("first", "second"))
    changed = {name.split(".")[2] for name in before if not torch.equal(before[name], after[name]) and "layers" in name}
    assert changed == {"last/bn", "dense", "dense/bn"}
    assert card.parameters < first.parameters
    assert find_embedder(str(tmp_path / "second")).dims == 16
    assert open_base(str(tmp_path / "second"), tools) == f"lent {tmp_path / 'second'}"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"base": "sface"}, "sface cannot be trained further; facenet128, vggface"),
        ({"base": "nobody"}, "no embedder named"),
        ({"blocks": -1}, "blocks"),
        ({"decay": 0.0}, "--decay"),
    ],
)
def test_finetune_refuses(wrong: dict, message: str, people: Path, tmp_path: Path, tools: Tools) -> None:
    chosen = replace(FinetuneOptions(unseen=2, min_photos=4, device="cpu"), **wrong)
    with pytest.raises((BadInput, UnknownModel), match=message):
        FinetuneRecipe(people, tmp_path / "out", chosen, tools).train()


def test_rates_fall_from_block_to_block(tools: Tools, tmp_path: Path) -> None:
    from rostro.nets.metric import MetricNet

    recipe = FinetuneRecipe(tmp_path, tmp_path, FinetuneOptions(decay=0.5), tools)
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

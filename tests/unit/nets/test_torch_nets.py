"""The classifiers in torch: parameters to the originals' count, and Keras' own numbers with the same weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from seeded_weights import seeded_weights

torch = pytest.importorskip("torch")

from rostro.core.errors import BadInput  # noqa: E402
from rostro.nets.attributes import buap  # noqa: E402
from rostro.nets.compact import compact  # noqa: E402
from rostro.nets.iresnet import iresnet  # noqa: E402
from rostro.nets.network import LEAST_CHANNELS  # noqa: E402
from rostro.nets.torch_network import TorchNetwork  # noqa: E402
from rostro.nets.upna import upna_plain, upna_pooled  # noqa: E402
from rostro.training.loop import nets  # noqa: E402
from rostro.training.loop.backbones import BACKBONES  # noqa: E402
from rostro.training.loop.nets import NETS  # noqa: E402

GOLDEN = Path(__file__).parents[2] / "golden" / "upna.npz"


def parameters(net) -> int:
    return sum(parameter.numel() for parameter in net.parameters())


def test_plain_has_the_parameters_of_the_original() -> None:
    with torch.device("meta"):  # 2.7 GB otherwise
        assert parameters(upna_plain(500)) == 679_873_684


def test_pooled_has_the_parameters_of_the_original() -> None:
    with torch.device("meta"):
        assert parameters(upna_pooled(60)) == 9_640_668


def test_attribute_net_has_the_parameters_of_the_original() -> None:
    with torch.device("meta"):
        assert parameters(buap(40)) == 3_836_304


def test_compact_is_less_than_a_hundredth() -> None:
    with torch.device("meta"):
        assert 50_000 < parameters(compact(60)) < 9_640_668 / 100


@pytest.mark.parametrize(("net", "side", "outputs"), [(compact, 112, 7), (compact, 32, 7), (buap, 192, 40)])
def test_one_row_of_scores_per_picture(net, side: int, outputs: int) -> None:
    scores = net(outputs).eval()(torch.rand(2, 3, side, side))
    assert scores.shape == (2, outputs)
    assert torch.isfinite(scores).all()


def test_pooled_gives_the_scores_of_keras() -> None:
    golden = np.load(GOLDEN)
    net = upna_pooled(60).eval()
    assert parameters(net) == int(golden["parameters"])
    convolutions = [layer for layer in net.features if isinstance(layer, torch.nn.Conv2d)]
    named = [(f"conv{index}", layer) for index, layer in enumerate(convolutions)]
    for name, layer in [*named, ("hidden", net.hidden), ("classifier", net.head)]:
        order = (2, 3, 1, 0) if layer.weight.ndim == 4 else (1, 0)
        shape = tuple(layer.weight.shape[axis] for axis in order)
        kernel, bias = seeded_weights(name, [shape, tuple(layer.bias.shape)])
        back = (3, 2, 0, 1) if layer.weight.ndim == 4 else (1, 0)
        layer.weight.data = torch.from_numpy(np.ascontiguousarray(kernel.transpose(back)))
        layer.bias.data = torch.from_numpy(bias)
    pictures = np.random.default_rng(0).random((2, 150, 150, 3), np.float32)
    with torch.inference_mode():
        scores = net(torch.from_numpy(pictures.transpose(0, 3, 1, 2))).numpy()
    assert np.abs(golden["scores"]).max() > 0.01
    assert np.abs(scores - golden["scores"]).max() <= 1e-5


@pytest.mark.parametrize("name", [*NETS, *BACKBONES])
def test_no_trained_layer_is_narrower_than_processors_bear(name: str) -> None:
    """See `LEAST_CHANNELS`: narrower ones kill the process on processors with AVX-512."""
    with torch.device("meta"):
        net = TorchNetwork(BACKBONES[name](512)) if name in BACKBONES else nets.build(name, 40)
    convolutions = [layer for layer in net.modules() if isinstance(layer, torch.nn.Conv2d)]
    assert convolutions
    for layer in convolutions:
        assert layer.out_channels >= LEAST_CHANNELS
        assert layer.in_channels == 3 or layer.in_channels >= LEAST_CHANNELS


def test_narrower_networks_are_refused() -> None:
    with pytest.raises(BadInput, match="width is at least 16, got 8"):
        iresnet(18, width=8)

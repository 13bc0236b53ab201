"""Described networks in torch give what their ONNX files give, and their weights come back as they went in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from seeded_weights import seeded_weights

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from rostro.nets.inception_resnet_v1 import inception_resnet_v1  # noqa: E402
from rostro.nets.iresnet import iresnet  # noqa: E402
from rostro.nets.mobilefacenet import mobilefacenet  # noqa: E402
from rostro.nets.network import Network, Value, Weights  # noqa: E402
from rostro.nets.onnx_file import write_onnx  # noqa: E402
from rostro.nets.resnet50 import resnet50  # noqa: E402
from rostro.nets.torch_network import TorchNetwork  # noqa: E402
from rostro.nets.vgg16 import vgg16  # noqa: E402
from rostro.runtime.base import EngineOptions, open_engine  # noqa: E402


def vgg16_maps() -> Network:
    """Without its dense layers, whose hundred million weights take longer to draw than to run."""
    network = vgg16()
    flat = next(layer for layer in network.layers if layer.kind == "flatten")
    network.outputs["maps"] = Value(flat.name, 7 * 7 * 512)
    return network


NETWORKS = {
    "vgg16": (vgg16_maps, "maps"),
    "resnet50": (lambda: resnet50(None), "representation"),
    "senet50": (lambda: resnet50(None, squeeze=True), "representation"),
    "inception_resnet_v1": (inception_resnet_v1, "representation"),
    "mobilefacenet": (mobilefacenet, "representation"),
    "iresnet18": (lambda: iresnet(18, 128, width=32), "representation"),
}


def weights_of(network: Network) -> Weights:
    slopes = np.random.default_rng(1)
    return {
        layer.name: (slopes.uniform(0.1, 0.4, layer.shapes[0]).astype(np.float32),)
        if layer.kind == "prelu"
        else tuple(seeded_weights(layer.name, list(layer.shapes)))
        for layer in network.weighted
    }


@pytest.mark.parametrize("name", NETWORKS)
def test_torch_gives_what_onnx_gives(name: str, tmp_path: Path) -> None:
    make, output = NETWORKS[name]
    network = make().only(output)
    weights = weights_of(network)
    write_onnx(network, weights, tmp_path / "n.onnx")
    images = np.random.default_rng(3).uniform(-1, 1, (2, 3, network.size, network.size)).astype(np.float32)
    expected = open_engine(tmp_path / "n.onnx", EngineOptions(precision="f32", threads=2)).run(images)[0]
    net = TorchNetwork(network, output).eval()
    net.load(weights)
    with torch.inference_mode():
        found = net(torch.from_numpy(images)).numpy()
    assert found.shape == (2, network.outputs[output].channels)
    # relative to the size of the answers: seeded weights are not scaled to any
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
    back = net.weights()
    assert back.keys() == weights.keys()
    assert all(np.array_equal(a, b) for key in weights for a, b in zip(back[key], weights[key], strict=True))


def test_parameters_are_those_of_the_papers() -> None:
    small = sum(p.numel() for p in TorchNetwork(mobilefacenet()).parameters())
    assert 0.98e6 < small < 1.01e6  # "0.99 million"
    with torch.device("meta"):  # with the last gamma, which stays 1
        counts = {depth: sum(p.numel() for p in TorchNetwork(iresnet(depth)).parameters()) for depth in (18, 34, 50)}
    assert counts == {18: 24_025_600, 34: 34_139_328, 50: 43_590_848}


def test_only_drops_what_an_output_does_not_need() -> None:
    network = vgg16().only("fc7")
    assert [layer.name for layer in network.weighted][-1] == "fc7"
    with pytest.raises(KeyError):
        vgg16().only("fc9")


def test_frozen_layers_learn_nothing() -> None:
    net = TorchNetwork(mobilefacenet())
    names = {layer.name for layer in net.network.weighted if layer.name.startswith("dense")}
    net.learn_only(names)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    net.train()
    optimiser = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1)
    net(torch.rand(4, 3, 112, 112)).square().sum().backward()
    optimiser.step()
    changed = {name for name, value in net.state_dict().items() if not torch.equal(value, before[name])}
    assert changed
    assert all(name.split(".")[1].startswith("dense") for name in changed)


def test_a_norm_without_gamma_keeps_one() -> None:
    net = TorchNetwork(iresnet(18, 8, width=16))
    net.learn_only({"dense/bn"})
    assert not net.layers["dense/bn"].weight.requires_grad
    assert net.layers["dense/bn"].bias.requires_grad

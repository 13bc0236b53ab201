"""The networks' sizes, as the originals' Keras summaries give them, and what the description keeps."""

from __future__ import annotations

import pytest

from rostro.nets.inception_resnet_v1 import inception_resnet_v1
from rostro.nets.network import Network
from rostro.nets.resnet50 import resnet50
from rostro.nets.vgg16 import vgg16


@pytest.mark.parametrize(
    ("network", "parameters"),
    [
        (vgg16(), 145_002_878),
        (resnet50(), 41_246_071),
        (resnet50(None), 23_561_152),
        (resnet50(squeeze=True), 43_777_063),
        (resnet50(None, squeeze=True), 26_092_144),
        (inception_resnet_v1(128), 22_808_144),
    ],
)
def test_parameters(network: Network, parameters: int) -> None:
    assert network.parameters == parameters


@pytest.mark.parametrize("network", [vgg16(), resnet50(), resnet50(squeeze=True), inception_resnet_v1()])
def test_layers_have_unique_names_and_come_after_what_they_read(network: Network) -> None:
    known = {network.input.name}
    for layer in network.layers:
        assert layer.name not in known
        assert set(layer.inputs) <= known
        known.add(layer.name)
    assert {value.name for value in network.outputs.values()} <= known


def test_channels_follow_the_layers() -> None:
    net = Network(8)
    x = net.conv(net.input, "a", 5, (1, 3))
    assert net.layers[-1].shapes == ((1, 3, 3, 5), (5,))
    assert net.concat(x, net.input).channels == 8
    assert net.dense(net.flatten(x, positions=64), "b", 7, bias=False).channels == 7
    assert net.layers[-1].shapes == ((320, 7),)
    assert [layer.name for layer in net.weighted] == ["a", "b"]
    assert net.parameters == 45 + 5 + 320 * 7

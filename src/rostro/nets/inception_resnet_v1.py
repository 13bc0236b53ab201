"""Inception-ResNet-v1, FaceNet's network.

Papers: Szegedy et al.: Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning. AAAI 2017.
Schroff et al.: FaceNet: A Unified Embedding for Face Recognition and Clustering. CVPR 2015.
Repository: ``davidsandberg/facenet``; layer names: its Keras port, ``nyoki-mtl/keras-facenet``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rostro.nets.network import Network, Value

if TYPE_CHECKING:
    from collections.abc import Callable

Kernel = int | tuple[int, int]


def inception_resnet_v1(dims: int = 128) -> Network:
    """Takes RGB, each photo standardised by itself, 160 × 160.

    Output: ``representation`` (dims), not normalised.
    """
    net = Network(160)
    unit = partial(_unit, net)
    x = unit(net.input, "Conv2d_1a_3x3", 32, 3, stride=2, padding="valid")
    x = unit(x, "Conv2d_2a_3x3", 32, 3, padding="valid")
    x = unit(x, "Conv2d_2b_3x3", 64, 3)
    x = net.max_pool(x, 3, 2)
    x = unit(x, "Conv2d_3b_1x1", 80, 1, padding="valid")
    x = unit(x, "Conv2d_4a_3x3", 192, 3, padding="valid")
    x = unit(x, "Conv2d_4b_3x3", 256, 3, stride=2, padding="valid")
    for number in range(1, 6):
        x = net.relu(_residual(net, x, f"Block35_{number}", _block35, scale=0.17))
    x = _mixed_6a(net, x)
    for number in range(1, 11):
        x = net.relu(_residual(net, x, f"Block17_{number}", _block17, scale=0.10))
    x = _mixed_7a(net, x)
    for number in range(1, 6):
        x = net.relu(_residual(net, x, f"Block8_{number}", _block8, scale=0.20))
    x = _residual(net, x, "Block8_6", _block8, scale=1.0)
    x = net.flatten(net.mean(x), positions=1)
    x = net.batch_norm(net.dense(x, "Bottleneck", dims, bias=False), "Bottleneck_BatchNorm", scale=False)
    net.outputs = {"representation": x}
    return net


def _unit(
    net: Network, x: Value, name: str, filters: int, kernel: Kernel, *, stride: int = 1, padding: str = "same"
) -> Value:
    """Convolution, batch normalisation without gamma, ReLU."""
    x = net.conv(x, name, filters, kernel, stride=stride, padding=padding, bias=False)
    return net.relu(net.batch_norm(x, f"{name}_BatchNorm", scale=False))


def _branch(net: Network, x: Value, name: str, *units: tuple[str, int, Kernel]) -> Value:
    for suffix, filters, kernel in units:
        x = _unit(net, x, f"{name}_Conv2d_{suffix}", filters, kernel)
    return x


def _reduced(net: Network, x: Value, name: str, filters: int) -> Value:
    """Halves the resolution at the end of a branch."""
    return _unit(net, x, f"{name}_Conv2d_1a_3x3", filters, 3, stride=2, padding="valid")


def _residual(
    net: Network, x: Value, name: str, branches: Callable[[Network, Value, str], list[Value]], *, scale: float
) -> Value:
    y = net.concat(*branches(net, x, name))
    return net.add(x, net.conv(y, f"{name}_Conv2d_1x1", x.channels, 1), scale=scale)


def _block35(net: Network, x: Value, name: str) -> list[Value]:
    return [
        _branch(net, x, f"{name}_Branch_0", ("1x1", 32, 1)),
        _branch(net, x, f"{name}_Branch_1", ("0a_1x1", 32, 1), ("0b_3x3", 32, 3)),
        _branch(net, x, f"{name}_Branch_2", ("0a_1x1", 32, 1), ("0b_3x3", 32, 3), ("0c_3x3", 32, 3)),
    ]


def _block17(net: Network, x: Value, name: str) -> list[Value]:
    return [
        _branch(net, x, f"{name}_Branch_0", ("1x1", 128, 1)),
        _branch(net, x, f"{name}_Branch_1", ("0a_1x1", 128, 1), ("0b_1x7", 128, (1, 7)), ("0c_7x1", 128, (7, 1))),
    ]


def _block8(net: Network, x: Value, name: str) -> list[Value]:
    return [
        _branch(net, x, f"{name}_Branch_0", ("1x1", 192, 1)),
        _branch(net, x, f"{name}_Branch_1", ("0a_1x1", 192, 1), ("0b_1x3", 192, (1, 3)), ("0c_3x1", 192, (3, 1))),
    ]


def _mixed_6a(net: Network, x: Value) -> Value:
    first = _reduced(net, x, "Mixed_6a_Branch_0", 384)
    second = _branch(net, x, "Mixed_6a_Branch_1", ("0a_1x1", 192, 1), ("0b_3x3", 192, 3))
    return net.concat(first, _reduced(net, second, "Mixed_6a_Branch_1", 256), net.max_pool(x, 3, 2))


def _mixed_7a(net: Network, x: Value) -> Value:
    branches = []
    for number, filters in enumerate((384, 256, 256)):
        name = f"Mixed_7a_Branch_{number}"
        more: tuple[tuple[str, int, Kernel], ...] = (("0b_3x3", 256, 3),) if number == 2 else ()
        y = _branch(net, x, name, ("0a_1x1", 256, 1), *more)
        branches.append(_reduced(net, y, name, filters))
    return net.concat(*branches, net.max_pool(x, 3, 2))

"""MobileFaceNet: a million weights for verification on a phone, and the embedder that a CPU can train.

Paper: Chen, Liu, Gao, Han: MobileFaceNets: Efficient CNNs for Accurate Real-Time Face Verification on Mobile Devices.
CCBR 2018, table 1. Instead of a mean over the last map, each channel has weights of its own for every position.
"""

from __future__ import annotations

from rostro.nets.network import Network, Value

_EPSILON = 1e-5
#: (expansion, channels, blocks, stride of the first) of each row of the table.
_ROWS = ((2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1))
_LAST_MAP = 7


def mobilefacenet(dims: int = 128) -> Network:
    """Takes RGB in [-1, 1], 112 × 112.

    Output: ``representation`` (dims), not normalised.
    """
    net = Network(112)
    x = _unit(net, net.input, "stem", 64, 3, stride=2)
    x = _unit(net, x, "depthwise", 64, 3, groups=64)
    for row, (expansion, channels, blocks, stride) in enumerate(_ROWS, start=1):
        for block in range(1, blocks + 1):
            x = _bottleneck(net, x, f"row{row}_{block}", expansion, channels, stride=stride if block == 1 else 1)
    x = _unit(net, x, "widen", 512, 1)
    x = _linear(net, x, "global", 512, _LAST_MAP, padding=0, groups=512)
    x = net.flatten(x, positions=1)
    net.outputs = {"representation": net.batch_norm(net.dense(x, "dense", dims, bias=False), "dense/bn")}
    return net


def _bottleneck(net: Network, x: Value, name: str, expansion: int, channels: int, *, stride: int) -> Value:
    """Wide, depthwise, narrow without activation; the input is added where shapes allow."""
    wide = expansion * x.channels
    y = _unit(net, x, f"{name}/expand", wide, 1)
    y = _unit(net, y, f"{name}/depthwise", wide, 3, stride=stride, groups=wide)
    y = _linear(net, y, f"{name}/project", channels, 1)
    return net.add(x, y) if stride == 1 and x.channels == channels else y


def _unit(net: Network, x: Value, name: str, filters: int, kernel: int, *, stride: int = 1, groups: int = 1) -> Value:
    x = _linear(net, x, name, filters, kernel, stride=stride, groups=groups)
    return net.prelu(x, f"{name}/prelu")


def _linear(
    net: Network,
    x: Value,
    name: str,
    filters: int,
    kernel: int,
    *,
    stride: int = 1,
    groups: int = 1,
    padding: int | None = None,
) -> Value:
    """Convolution and batch normalisation."""
    padding = kernel // 2 if padding is None else padding
    x = net.conv(x, name, filters, kernel, stride=stride, padding=padding, groups=groups, bias=False)
    return net.batch_norm(x, f"{name}/bn", epsilon=_EPSILON)

"""MiniFASNet: a MobileFaceNet that was pruned channel by channel, to tell living faces from pictures of faces.

Source: Minivision: Silent-Face-Anti-Spoofing, 2020 (github.com/minivision-ai/Silent-Face-Anti-Spoofing). What was left
of each block's channels is the only difference between its networks; *SE* is attention over channels (Hu, Shen, Sun:
Squeeze-and-Excitation Networks. CVPR 2018) in the last block of a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.nets.network import Network, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Side of the input in pixels.
SIZE = 80
#: Classes: a flat picture, a living person, a screen or a mask.
CLASSES, LIVE = 3, 1
_EPSILON = 1e-5
_LAST_MAP = 5
_REDUCTION = 4
#: Widths within the blocks of the three rows.
_V2 = ((13, 13, 13, 13), (231, 52, 26, 77, 26, 26), (26, 26))
_V1 = ((13, 26, 13, 52), (154, 52, 26, 52, 26, 26), (26, 26))
#: Names of the rows, each with the block before it, which halves the map: its name, width and channels.
_ROWS = (("conv_3", "conv_23", 103, 64), ("conv_4", "conv_34", 231, 128), ("conv_5", "conv_45", 308, 128))


def minifasnet_v2() -> Network:
    """Takes BGR in [0, 255], 80 × 80, of 2.7 times the face's box. Output: ``probabilities`` (3), see `LIVE`."""
    return _minifasnet(_V2, attention=False)


def minifasnet_v1se() -> Network:
    """Takes BGR in [0, 255], 80 × 80, of 4 times the face's box. Output: ``probabilities`` (3), see `LIVE`."""
    return _minifasnet(_V1, attention=True)


def _minifasnet(rows: Sequence[Sequence[int]], *, attention: bool) -> Network:
    net = Network(SIZE)
    x = _unit(net, net.input, "conv1", 32, 3, stride=2)
    x = _unit(net, x, "conv2_dw", 32, 3, groups=32)
    for widths, (row, halving, width, channels) in zip(rows, _ROWS, strict=True):
        x = _block(net, x, halving, width, channels, stride=2)
        for place, inner in enumerate(widths):
            last = place == len(widths) - 1
            x = _residual(net, x, f"{row}.model.{place}", inner, attention=attention and last)
    x = _unit(net, x, "conv_6_sep", 512, 1)
    x = _linear(net, x, "conv_6_dw", 512, _LAST_MAP, padding=0, groups=512)
    x = net.dense(net.flatten(x, positions=1), "linear", 128, bias=False)
    x = net.batch_norm(x, "bn", epsilon=_EPSILON)
    net.outputs = {"probabilities": net.softmax(net.dense(x, "prob", CLASSES, bias=False))}
    return net


def _residual(net: Network, x: Value, name: str, width: int, *, attention: bool) -> Value:
    y = _block(net, x, name, width, x.channels)
    return net.add(x, _attended(net, y, f"{name}.se_module") if attention else y)


def _block(net: Network, x: Value, name: str, width: int, channels: int, *, stride: int = 1) -> Value:
    """Wider, depthwise, narrow without activation."""
    y = _unit(net, x, f"{name}.conv", width, 1)
    y = _unit(net, y, f"{name}.conv_dw", width, 3, stride=stride, groups=width)
    return _linear(net, y, f"{name}.project", channels, 1)


def _attended(net: Network, x: Value, name: str) -> Value:
    """Channels, each by what the whole map says of it."""
    y = net.conv(net.mean(x), f"{name}.fc1", x.channels // _REDUCTION, 1, padding=0, bias=False)
    y = net.relu(net.batch_norm(y, f"{name}.bn1", epsilon=_EPSILON))
    y = net.conv(y, f"{name}.fc2", x.channels, 1, padding=0, bias=False)
    return net.multiply(x, net.sigmoid(net.batch_norm(y, f"{name}.bn2", epsilon=_EPSILON)))


def _unit(net: Network, x: Value, name: str, filters: int, kernel: int, *, stride: int = 1, groups: int = 1) -> Value:
    return net.prelu(_linear(net, x, name, filters, kernel, stride=stride, groups=groups), f"{name}.prelu")


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
    x = net.conv(x, f"{name}.conv", filters, kernel, stride=stride, padding=padding, groups=groups, bias=False)
    return net.batch_norm(x, f"{name}.bn", epsilon=_EPSILON)

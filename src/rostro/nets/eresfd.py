"""EResFD: a residual network of a few channels and a pyramid of features, for faces down to six pixels.

Paper: Jeong, Yoo, Han, Lee: EResFD: Rediscovery of the Effectiveness of Standard Convolution for Lightweight Face
Detection. WACV 2024. Repository: clovaai/EResFD, ``models/eresfd_16.py`` and ``models/sepfpn.py`` (Apache-2.0).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rostro.core.errors import BadInput
from rostro.nets.network import Network, Value, Weights
from rostro.nets.torch_file import read_state, read_torch

if TYPE_CHECKING:
    from pathlib import Path

#: Pixels between the anchors of each level; the input's sides must be multiples of twice the last.
STRIDES: Final = (4, 8, 16, 32, 64, 128)
#: Channels of the first level that say "no face"; the largest counts. Other levels have one.
BACKGROUNDS: Final = 3
_CHANNELS, _STEM = 16, 8
_EPSILON = 1e-5
#: Blocks of each halving.
_BLOCKS = (3, 3, 3, 2, 2)
#: The pyramid is two: what is coarser than this level does not flow into the finer ones.
_APART = 4
#: The authors' guard against division by zero, which is part of the result.
_GUARD = 1e-4


def eresfd() -> Network:
    """Takes RGB in [0, 255] without its mean, of any size that `STRIDES` divide.

    Outputs: ``level_0`` … ``level_5``, per position scores (not normalised): "no face" (`BACKGROUNDS` on the first
    level, else one) and "face", then four numbers that place the box about its anchor.
    """
    net = Network(STRIDES[-1])
    net.maps = True
    x = net.batch_norm(
        net.conv(net.input, "conv1.0", _STEM, 5, stride=4, padding=2, bias=False), "conv1.1", epsilon=_EPSILON
    )
    x = _unit(net, x, "conv2", _STEM, 3)
    x = _block(net, _unit(net, x, "conv3", _CHANNELS, 3), "conv4")
    features = [x]
    for number, blocks in enumerate(_BLOCKS):
        for place in range(blocks):
            x = _block(net, x, f"m0.b2_{number + 1}.{place}", stride=1 if place else 2)
        features.append(x)
    for level, feature in enumerate(_pyramid(net, features)):
        x = net.relu(_context(net, feature, f"m0.FEM_{level}"))
        scores = net.conv(x, f"conf.{level}", 1 + (1 if level else BACKGROUNDS), 1, padding=0)
        boxes = net.conv(x, f"loc.{level}", 4, 1, padding=0)
        net.outputs[f"level_{level}"] = net.concat(scores, boxes)
    return net


def read_eresfd(base: Path, conf: Path, loc: Path, network: Network) -> Weights:
    """The weights, from the three state dicts that they are in.

    Raises:
        BadInput: A file does not hold this network's weights.
    """
    weights: Weights = {}
    for head, path in (("conf", conf), ("loc", loc)):
        part = Network(network.size)
        part.layers = [
            replace(layer, name=layer.name.removeprefix(f"{head}."))
            for layer in network.weighted
            if layer.name.startswith(f"{head}.")
        ]
        weights |= {f"{head}.{name}": arrays for name, arrays in read_torch(path, part).items()}
    body = Network(network.size)
    body.layers = [layer for layer in network.weighted if layer.kind != "blend" and layer.name not in weights]
    weights |= read_torch(base, body)
    fusion = read_state(base).get("m0.fpn.w1")
    if fusion is None or fusion.shape != (2, 9):
        raise BadInput(f"{base.name}: no m0.fpn.w1 of (2, 9); this is not the file of that network")
    return weights | _blends(network, fusion)


def _blends(network: Network, fusion: Any) -> Weights:
    """How much of each of two features goes on: what was learned, not negative, and brought to a sum of nearly 1."""
    parts = np.maximum(np.asarray(fusion, np.float64), 0)
    parts /= parts.sum(axis=0) + _GUARD
    parts /= parts.sum(axis=0) + _GUARD
    names = [layer.name for layer in network.weighted if layer.kind == "blend"]
    return {name: (parts[:, int(name.removeprefix("blend."))].astype(np.float32),) for name in names}


def _pyramid(net: Network, features: list[Value]) -> list[Value]:
    lateral = [_unit(net, x, f"m0.fpn.laterals.{level}.conv", _CHANNELS, 1) for level, x in enumerate(features[:-1])]
    paths = [*lateral, features[-1]]
    paths[4] = net.blend("blend.4", lateral[4], net.upsample(paths[5]))  # the coarse pyramid
    for level in range(_APART - 1, -1, -1):  # the fine one, which begins with the feature as it came
        above = features[_APART] if level == _APART - 1 else paths[level + 1]
        paths[level] = net.blend(f"blend.{level}", lateral[level], net.upsample(above))
    for level in (1, 2, 3, 4):
        between = _unit(net, paths[level], f"m0.fpn.itm.{level - 1}.conv", _CHANNELS, 3)
        paths[level] = net.blend(f"blend.{level + 4}", between, features[level])
    return paths


def _context(net: Network, x: Value, name: str) -> Value:
    """Three looks, each wider than the one before, side by side."""
    first = _unit(net, x, f"{name}.res_branch1", _CHANNELS // 2, 3)
    second = _twice(net, first, f"{name}.res_branch2")
    return net.concat(first, second, _twice(net, second, f"{name}.res_branch3"))


def _twice(net: Network, x: Value, name: str) -> Value:
    return _unit(net, _unit(net, x, name, _CHANNELS // 4, 3), name, _CHANNELS // 4, 3, at=3)


def _block(net: Network, x: Value, name: str, *, stride: int = 1) -> Value:
    """Two convolutions beside a short cut; no activation after the sum."""
    y = net.conv(x, f"{name}.res_layer.0", _CHANNELS, 3, stride=stride, padding=1, bias=False)
    y = net.relu(net.batch_norm(y, f"{name}.res_layer.1", epsilon=_EPSILON))
    y = net.conv(y, f"{name}.res_layer.3", _CHANNELS, 3, padding=1, bias=False)
    y = net.batch_norm(y, f"{name}.res_layer.4", epsilon=_EPSILON)
    if stride > 1:
        x = net.conv(x, f"{name}.shortcut_layer.0", _CHANNELS, 1, stride=stride, padding=0, bias=False)
        x = net.batch_norm(x, f"{name}.shortcut_layer.1", epsilon=_EPSILON)
    return net.add(x, y)


def _unit(net: Network, x: Value, name: str, filters: int, kernel: int, *, at: int = 0) -> Value:
    x = net.conv(x, f"{name}.{at}", filters, kernel, padding=kernel // 2, bias=False)
    return net.relu(net.batch_norm(x, f"{name}.{at + 1}", epsilon=_EPSILON))

"""IResNet: the residual networks that ArcFace is usually trained with.

Papers: Deng et al.: ArcFace: Additive Angular Margin Loss for Deep Face Recognition. CVPR 2019. Duta et al.: Improved
Residual Networks for Image and Video Recognition. ICPR 2020. Repository: ``deepinsight/insightface``,
``recognition/arcface_torch/backbones/iresnet.py``: batch normalisation before the first convolution of a block, PReLU,
no pooling, and a dense layer over the whole last map.
"""

from __future__ import annotations

from rostro.core.errors import BadInput
from rostro.nets.network import LEAST_CHANNELS, Network, Value

#: Blocks of the four stages, by depth.
STAGES = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 14, 3), 100: (3, 13, 30, 3)}
_EPSILON = 1e-5
_LAST_MAP = 7


def iresnet(depth: int = 18, dims: int = 512, *, width: int = 64) -> Network:
    """Takes RGB in [-1, 1], 112 × 112.

    Args:
        depth: 18, 34, 50 or 100.
        dims: Length of the representation.
        width: Channels of the first stage; they double with every stage.

    Output: ``representation`` (dims), not normalised.

    Raises:
        BadInput: A width under `LEAST_CHANNELS`.
    """
    if width < LEAST_CHANNELS:
        raise BadInput(f"width is at least {LEAST_CHANNELS}, got {width}")
    net = Network(112)
    x = net.conv(net.input, "stem", width, 3, padding=1, bias=False)
    x = net.prelu(_norm(net, x, "stem/bn"), "stem/prelu")
    for stage, blocks in enumerate(STAGES[depth], start=1):
        for block in range(1, blocks + 1):
            x = _block(net, x, f"stage{stage}_{block}", width << (stage - 1), stride=2 if block == 1 else 1)
    x = net.flatten(_norm(net, x, "last/bn"), positions=_LAST_MAP * _LAST_MAP)
    x = net.batch_norm(net.dense(x, "dense", dims), "dense/bn", epsilon=_EPSILON, scale=False)
    net.outputs = {"representation": x}
    return net


def _block(net: Network, x: Value, name: str, filters: int, *, stride: int) -> Value:
    y = net.conv(_norm(net, x, f"{name}/bn1"), f"{name}/conv1", filters, 3, padding=1, bias=False)
    y = net.prelu(_norm(net, y, f"{name}/bn2"), f"{name}/prelu")
    y = net.conv(y, f"{name}/conv2", filters, 3, stride=stride, padding=1, bias=False)
    y = _norm(net, y, f"{name}/bn3")
    if stride == 1 and x.channels == filters:
        return net.add(x, y)
    shortcut = net.conv(x, f"{name}/shortcut", filters, 1, stride=stride, padding=0, bias=False)
    return net.add(_norm(net, shortcut, f"{name}/shortcut/bn"), y)


def _norm(net: Network, x: Value, name: str) -> Value:
    return net.batch_norm(x, name, epsilon=_EPSILON)

"""ResNet-50 and SE-ResNet-50 ("SENet-50") as trained on VGGFace2.

Papers: He et al.: Deep Residual Learning for Image Recognition. CVPR 2016. Hu et al.: Squeeze-and-Excitation Networks.
CVPR 2018. Cao et al.: VGGFace2: A Dataset for Recognising Faces across Pose and Age. FG 2018.
Layer names: the Keras port, repository ``rcmalli/keras-vggface``. As there, the stride sits on a block's first 1 × 1
convolution, and the two differ in batch normalisation's epsilon.
"""

from __future__ import annotations

from rostro.nets.network import Network, Value

#: People that the published weights tell apart.
CLASSES = 8631
_STAGES = ((2, 64, 3), (3, 128, 4), (4, 256, 6), (5, 512, 3))


def resnet50(classes: int | None = CLASSES, *, squeeze: bool = False) -> Network:
    """Takes BGR minus the training set's mean, 224 × 224.

    Args:
        classes: Size of the class head; None leaves it out.
        squeeze: With squeeze-and-excitation blocks: SENet-50.

    Outputs: ``representation`` (2048, the average over all positions) and, with a head, ``probabilities`` (classes).
    """
    net = Network(224)
    epsilon = 1e-4 if squeeze else 1e-3
    x = net.conv(net.input, "conv1/7x7_s2", 64, 7, stride=2, bias=False)
    x = net.relu(net.batch_norm(x, "conv1/7x7_s2/bn", epsilon=epsilon))
    x = net.max_pool(x, 3, 2)
    for stage, filters, blocks in _STAGES:
        for block in range(1, blocks + 1):
            stride = 2 if block == 1 and stage > 2 else 1
            x = _block(net, x, f"conv{stage}_{block}", filters, stride, epsilon=epsilon, squeeze=squeeze)
    representation = net.flatten(net.mean(x), positions=1)
    net.outputs = {"representation": representation}
    if classes is not None:
        net.outputs["probabilities"] = net.softmax(net.dense(representation, "classifier", classes))
    return net


def _block(net: Network, x: Value, name: str, filters: int, stride: int, *, epsilon: float, squeeze: bool) -> Value:
    def conv_bn(value: Value, part: str, filters: int, kernel: int, stride: int = 1) -> Value:
        value = net.conv(value, f"{name}_{part}", filters, kernel, stride=stride, bias=False)
        return net.batch_norm(value, f"{name}_{part}/bn", epsilon=epsilon)

    y = net.relu(conv_bn(x, "1x1_reduce", filters, 1, stride))
    y = net.relu(conv_bn(y, "3x3", filters, 3))
    y = conv_bn(y, "1x1_increase", 4 * filters, 1)
    if squeeze:
        gate = net.relu(net.conv(net.mean(y), f"{name}_1x1_down", filters // 4, 1))
        gate = net.sigmoid(net.conv(gate, f"{name}_1x1_up", 4 * filters, 1))
        y = net.multiply(y, gate)
    first = name.endswith("_1")
    shortcut = conv_bn(x, "1x1_proj", 4 * filters, 1, stride) if first else x
    return net.relu(net.add(y, shortcut))

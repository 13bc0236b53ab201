"""VGG-Face: the 16-layer network of Parkhi, Vedaldi and Zisserman.

Paper: Deep Face Recognition. BMVC 2015. Layer names: the Keras port, repository ``rcmalli/keras-vggface``.
"""

from __future__ import annotations

from rostro.nets.network import Network

#: People that the published weights tell apart.
CLASSES = 2622


def vgg16(classes: int = CLASSES) -> Network:
    """Takes BGR minus the training set's mean, 224 × 224.

    Outputs: ``fc7`` (4096, after its ReLU), ``fc8`` (classes, before the softmax), ``probabilities`` (classes).
    """
    net = Network(224)
    x = net.input
    for block, (filters, convs) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)), start=1):
        for number in range(1, convs + 1):
            x = net.relu(net.conv(x, f"conv{block}_{number}", filters, 3))
        x = net.max_pool(x, 2, 2)
    x = net.flatten(x, positions=7 * 7)
    x = net.relu(net.dense(x, "fc6", 4096))
    fc7 = net.relu(net.dense(x, "fc7", 4096))
    fc8 = net.dense(fc7, "fc8", classes)
    net.outputs = {"fc7": fc7, "fc8": fc8, "probabilities": net.softmax(fc8)}
    return net

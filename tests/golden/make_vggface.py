"""Golden values of the keras-vggface networks, with seeded weights: run where TensorFlow and Keras 2 are.

    python -m venv ENV && ENV/bin/pip install tensorflow-cpu==2.21.0 tf-keras==2.21.0
    ENV/bin/python tests/golden/make_vggface.py

The networks are stated here in Keras' own layers after ``keras_vggface/models.py`` (repository rcmalli/keras-vggface,
version 0.6). Writes ``vggface.npz`` beside this script: for each network its number of parameters by Keras' count,
its representation and its class probabilities for two seeded pictures.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import tf_keras as keras
from seeded_weights import seeded_crops, seeded_weights

L = keras.layers
HERE = Path(__file__).parent
MEANS = {1: (93.5940, 104.7624, 129.1863), 2: (91.4953, 103.8827, 131.0912)}


def vgg16() -> keras.Model:
    image = x = keras.Input((224, 224, 3))
    for block, (filters, convs) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)], 1):
        for i in range(convs):
            x = L.Conv2D(filters, 3, activation="relu", padding="same", name=f"conv{block}_{i + 1}")(x)
        x = L.MaxPooling2D((2, 2), (2, 2))(x)
    x = L.Flatten()(x)
    x = L.Activation("relu")(L.Dense(4096, name="fc6")(x))
    fc7 = L.Activation("relu")(L.Dense(4096, name="fc7")(x))
    fc8 = L.Dense(2622, name="fc8")(fc7)
    return keras.Model(image, {"fc7": fc7, "fc8": fc8, "probabilities": L.Activation("softmax")(fc8)})


def resnet50(squeeze: bool) -> keras.Model:
    bn = {"epsilon": 1e-4} if squeeze else {}

    def conv(x, name, filters, kernel, strides=1):
        x = L.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False, name=name)(x)
        return L.BatchNormalization(axis=3, name=name + "/bn", **bn)(x)

    image = keras.Input((224, 224, 3))
    x = L.Activation("relu")(conv(image, "conv1/7x7_s2", 64, 7, 2))
    x = L.MaxPooling2D((3, 3), strides=(2, 2))(x)
    for stage, filters, blocks in [(2, 64, 3), (3, 128, 4), (4, 256, 6), (5, 512, 3)]:
        for block in range(1, blocks + 1):
            name = f"conv{stage}_{block}_1x1"
            strides = 1 if block > 1 or stage == 2 else 2
            y = L.Activation("relu")(conv(x, name + "_reduce", filters, 1, strides))
            y = L.Activation("relu")(conv(y, f"conv{stage}_{block}_3x3", filters, 3))
            y = conv(y, name + "_increase", filters * 4, 1)
            if squeeze:
                gate = L.Reshape((1, 1, filters * 4))(L.GlobalAveragePooling2D()(y))
                gate = L.Conv2D(filters // 4, 1, activation="relu", name=name + "_down")(gate)
                gate = L.Conv2D(filters * 4, 1, activation="sigmoid", name=name + "_up")(gate)
                y = L.multiply([y, gate])
            shortcut = conv(x, name + "_proj", filters * 4, 1, strides) if block == 1 else x
            x = L.Activation("relu")(L.add([y, shortcut]))
    x = L.Flatten()(L.AveragePooling2D((7, 7))(x))
    return keras.Model(
        image, {"representation": x, "probabilities": L.Dense(8631, activation="softmax", name="classifier")(x)}
    )


def main() -> None:
    golden: dict[str, np.ndarray] = {}
    crops = seeded_crops(2, 224)
    networks = {"vggface": (vgg16, 1), "resnet50": (lambda: resnet50(False), 2), "senet50": (lambda: resnet50(True), 2)}
    for name, (build, version) in networks.items():
        model = build()
        for layer in model.layers:
            if layer.weights:
                layer.set_weights(seeded_weights(layer.name, [tuple(w.shape) for w in layer.weights]))
        answers = model.predict(crops[..., ::-1].astype(np.float32) - np.float32(MEANS[version]), verbose=0)
        golden[f"{name}/parameters"] = np.array(model.count_params())
        golden |= {f"{name}/{output}": values for output, values in answers.items()}
        if len(sys.argv) > 1:  # a folder: keep the weights in the official layout, to be read by hand
            model.save_weights(Path(sys.argv[1]) / f"{name}.h5", save_format="h5")
    np.savez_compressed(HERE / "vggface.npz", **golden)


if __name__ == "__main__":
    main()

"""Golden values of UPNA's pooled classifier, run by Keras 3: where Keras and one of its backends are.

    python -m venv ENV && ENV/bin/pip install keras==3.15.1 torch==2.13.0
    KERAS_BACKEND=torch ENV/bin/python tests/golden/make_upna.py

Writes ``upna.npz`` beside this script: the parameters by Keras' count, and the scores before the softmax of 60 classes
for two seeded pictures. The weights come from `seeded_weights`, so the file holds none.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from keras import layers
from seeded_weights import seeded_weights

CLASSES = 60


def pooled() -> keras.Model:
    parts: list[keras.Layer] = [keras.Input((150, 150, 3))]
    for pair, channels in enumerate((32, 64, 64)):
        parts += [
            layers.Conv2D(channels, 3, padding="same", activation="relu", name=f"conv{2 * pair}"),
            layers.Conv2D(channels, 3, activation="relu", name=f"conv{2 * pair + 1}"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
        ]
    parts += [
        layers.Flatten(),
        layers.Dense(512, activation="relu", name="hidden"),
        layers.Dropout(0.5),
        layers.Dense(CLASSES, name="classifier"),
    ]
    return keras.Sequential(parts)


def main() -> None:
    model = pooled()
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(seeded_weights(layer.name, [tuple(weight.shape) for weight in layer.weights]))
    pictures = np.random.default_rng(0).random((2, 150, 150, 3), np.float32)
    scores = keras.ops.convert_to_numpy(model(pictures, training=False))
    np.savez(Path(__file__).with_name("upna.npz"), parameters=model.count_params(), scores=scores)


if __name__ == "__main__":
    main()

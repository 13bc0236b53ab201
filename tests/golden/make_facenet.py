"""Golden values of the two FaceNets, run by TensorFlow: where TensorFlow and Keras 2 are.

    python -m venv ENV && ENV/bin/pip install tensorflow-cpu==2.21.0 tf-keras==2.21.0
    ENV/bin/python tests/golden/make_facenet.py facenet_keras.h5 graph_final.pb

``facenet_keras.h5``: the network is built by Keras from the configuration in the file, except that its ``Lambda``
layers (which hold Python code) are replaced by what they do, x + scale · y. Writes ``facenet.npz`` beside this script:
the parameters by Keras' count, and each network's vectors for two seeded pictures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import h5py
import numpy as np
import tensorflow as tf
import tf_keras as keras
from seeded_weights import seeded_crops


class ScaledSum(keras.layers.Layer):
    def __init__(self, scale: float, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
        return inputs[0] + self.scale * inputs[1]


def keras_model(path: str) -> keras.Model:
    with h5py.File(path) as file:
        config = json.loads(file.attrs["model_config"])
    for layer in config["config"]["layers"]:
        if layer["class_name"] == "Lambda":
            scale = layer["config"]["arguments"]["scale"]
            layer.update(class_name="ScaledSum", config={"name": layer["name"], "scale": scale})
    model = keras.models.model_from_json(json.dumps(config), custom_objects={"ScaledSum": ScaledSum})
    model.load_weights(path)
    return model


def run_graph(path: str, batch: np.ndarray) -> np.ndarray:
    definition = tf.compat.v1.GraphDef.FromString(Path(path).read_bytes())
    with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph) as session:
        tf.import_graph_def(definition, name="")
        return np.concatenate([session.run("embeddings:0", {"input:0": row[None]}) for row in batch])


def main() -> None:
    crops = seeded_crops(2, 160)
    model = keras_model(sys.argv[1])
    standardised = np.stack([tf.image.per_image_standardization(crop).numpy() for crop in crops])
    np.savez_compressed(
        Path(__file__).with_name("facenet.npz"),
        **{
            "facenet128/parameters": np.array(model.count_params()),
            "facenet128/representation": model.predict(standardised, verbose=0),
            "facenet512/representation": run_graph(sys.argv[2], (crops.astype(np.float32) - 127.5) / 128),
        },
    )


if __name__ == "__main__":
    main()

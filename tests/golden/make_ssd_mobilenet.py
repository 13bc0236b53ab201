"""Golden faces of the MobileNet SSD, run by the TFLite interpreter on ``face.tflite`` of the ``face-sdlr`` 1.1 wheel.

    python -m venv ENV && ENV/bin/pip install ai-edge-litert==2.3.0 opencv-python-headless pillow
    ENV/bin/python tests/golden/make_ssd_mobilenet.py FOLDER_OF_SAMPLES FOLDER_OF_LFW face.tflite

The file has the anchors, the decoding and the suppression of overlaps in itself: all three are independent of ours.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from golden_photos import face, lfw_photos, sample_photos, write


def main() -> None:
    interpreter = Interpreter(sys.argv[3], num_threads=2)
    interpreter.allocate_tensors()
    found = {}
    for name, image in {**sample_photos(Path(sys.argv[1])), **lfw_photos(Path(sys.argv[2]))}.items():
        height, width = image.shape[:2]
        pixels = (cv2.resize(image, (300, 300)).astype(np.float32) - 127.5) / 127.5
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels[None])
        interpreter.invoke()
        boxes, _, scores, _ = (
            interpreter.get_tensor(detail["index"])[0] for detail in interpreter.get_output_details()
        )
        found[name] = [
            face([x1 * width, y1 * height, x2 * width, y2 * height], score, None)
            for (y1, x1, y2, x2), score in zip(boxes, scores, strict=True)
            if score >= 0.3
        ]
    write(__file__, found)


if __name__ == "__main__":
    main()

"""Golden faces of MTCNN, run by the ``mtcnn`` package 0.1.1 (the port whose weights the ONNX files carry).

    python -m venv ENV && ENV/bin/pip install tensorflow-cpu==2.21.0 opencv-python-headless pillow "setuptools<80"
    ENV/bin/pip install --no-deps mtcnn==0.1.1
    ENV/bin/python tests/golden/make_mtcnn.py FOLDER_OF_SAMPLES FOLDER_OF_LFW

The package's own answer is rounded to whole pixels, so what its third stage returns is taken. Its boxes are counted
from 1 at their left and top, its landmarks from 0; here all are counted from 0. Not the package's version 1.0: that is
another program, which scales its crops by bilinear sampling without smoothing and so scores the same faces lower.

The softmax of a sure network is exactly 1 for many windows. The package leaves it to numpy's unstable sort which of
equals suppresses the others; here, as in ours, it is the earlier one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from golden_photos import face, lfw_photos, sample_photos, write
from mtcnn import MTCNN


class Exact(MTCNN):
    """Keeps the third stage's floating point answer; of windows of equal scores the earlier is the better."""

    @staticmethod
    def _MTCNN__nms(boxes, threshold, method):
        ranked = boxes.copy()
        if len(boxes):
            ranked[np.argsort(-boxes[:, 4], kind="stable"), 4] = -np.arange(len(boxes))
        return MTCNN._MTCNN__nms(ranked, threshold, method)

    def _MTCNN__stage3(self, *args):
        self.exact = super()._MTCNN__stage3(*args)
        return self.exact


def main() -> None:
    detector = Exact(min_face_size=20, steps_threshold=[0.6, 0.7, 0.7])
    found = {}
    for name, image in {**sample_photos(Path(sys.argv[1])), **lfw_photos(Path(sys.argv[2]))}.items():
        detector.detect_faces(image)
        boxes, points = detector.exact
        found[name] = [
            face([x1 - 1, y1 - 1, x2, y2], score, list(zip(points[:5, i], points[5:, i], strict=True)))
            for i, (x1, y1, x2, y2, score) in enumerate(boxes)
        ]
    write(__file__, found)


if __name__ == "__main__":
    main()

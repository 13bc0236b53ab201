"""Golden faces of SCRFD-500M, run by the ``insightface`` package 2.1 on onnxruntime.

python -m venv ENV && ENV/bin/pip install insightface==2.1 pillow
ENV/bin/python tests/golden/make_scrfd.py FOLDER_OF_SAMPLES FOLDER_OF_LFW scrfd_500m_bnkps.onnx
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from golden_photos import face, lfw_photos, sample_photos, write
from insightface.model_zoo.scrfd import SCRFD


def main() -> None:
    detector = SCRFD(sys.argv[3])
    detector.prepare(-1)
    found = {}
    for name, image in {**sample_photos(Path(sys.argv[1])), **lfw_photos(Path(sys.argv[2]))}.items():
        rows, points = detector.detect(np.ascontiguousarray(image[:, :, ::-1]))
        found[name] = [face(row[:4], row[4], five.tolist()) for row, five in zip(rows, points, strict=True)]
    write(__file__, found)


if __name__ == "__main__":
    main()

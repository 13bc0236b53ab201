"""Golden values of Intel's landmark and embedding networks, run by OpenVINO alone, as Open Model Zoo's README says.

python -m venv ENV && ENV/bin/pip install openvino
ENV/bin/python tests/golden/make_retail.py FOLDER_OF_MODELS

The crops are drawn from a seed (``seeded_weights.seeded_crops``), so that no photo is needed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import openvino
from seeded_weights import seeded_crops

NETWORKS = {
    "landmarks": ("landmarks-regression-retail-0009", 48),
    "embedding": ("face-reidentification-retail-0095", 128),
}


def main() -> None:
    core = openvino.Core()
    golden = {}
    for what, (network, side) in NETWORKS.items():
        compiled = core.compile_model(
            Path(sys.argv[1]) / f"{network}.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
        )  # fmt: skip
        bgr = seeded_crops(4, side)[:, :, :, ::-1].astype(np.float32)
        rows = [compiled(np.ascontiguousarray(crop.transpose(2, 0, 1))[None])[0].ravel() for crop in bgr]
        golden[what] = np.stack(rows)
    np.savez_compressed(Path(__file__).with_name("retail.npz"), **golden)


if __name__ == "__main__":
    main()

"""Golden values of the liveness networks, by their makers' own code: torch for MiniFASNet, onnxruntime for the other.

git clone https://github.com/minivision-ai/Silent-Face-Anti-Spoofing SILENT          (at b6d5f04)
git clone https://github.com/johnraivenolazo/face-antispoof-onnx ANTISPOOF           (at 2b9830b)
python -m venv ENV && ENV/bin/pip install torch onnxruntime opencv-python-headless numpy
ENV/bin/python tests/golden/make_liveness.py SILENT ANTISPOOF FOLDER_OF_MODELS

The photo is drawn from a seed, so that none is needed. Crops, networks and weights are the makers'.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import onnxruntime
import torch
from seeded_weights import seeded_crops

#: (x, y, width, height): within, at two edges, reaching outside, and nearly as large as the photo.
BOXES = [(250, 180, 90, 110), (0, 0, 60, 80), (560, 400, 100, 120), (20, 10, 600, 450)]


def seeded_photo() -> np.ndarray:
    """RGB uint8 (480, 640, 3)."""
    tiles = seeded_crops(12, 160)
    return np.concatenate([np.concatenate(list(tiles[row : row + 4]), axis=1) for row in (0, 4, 8)])


def load(path: Path) -> ModuleType:
    """One file of theirs: the rest of it wants packages that this does not."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Writes ``liveness.json``."""
    silent, antispoof, models = map(Path, sys.argv[1:4])
    photo = seeded_photo()
    networks = load(silent / "src/model_lib/MiniFASNet.py")
    crop = load(silent / "src/generate_patches.py").CropImage().crop
    golden: dict[str, list[list[float]]] = {}
    for name, make, file, scale in (
        ("minifasnet_v2", networks.MiniFASNetV2, "2.7_80x80_MiniFASNetV2.pth", 2.7),
        ("minifasnet_v1se", networks.MiniFASNetV1SE, "4_0_0_80x80_MiniFASNetV1SE.pth", 4.0),
    ):
        network = make(conv6_kernel=(5, 5))
        state = torch.load(models / file, map_location="cpu", weights_only=True)
        network.load_state_dict({key.removeprefix("module."): value for key, value in state.items()})
        network.eval()
        crops = [crop(np.ascontiguousarray(photo[..., ::-1]), box, scale, 80, 80) for box in BOXES]
        batch = torch.from_numpy(np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32))
        with torch.no_grad():
            golden[name] = network(batch).softmax(dim=1).double().tolist()
    theirs = load(antispoof / "src/inference/preprocess.py")
    session = onnxruntime.InferenceSession(models / "face-antispoof-97.80.onnx")
    crops = [theirs.crop(photo, (x, y, x + w, y + h), 1.5) for x, y, w, h in BOXES]
    golden["antispoof"] = session.run(None, {"input": theirs.preprocess_batch(crops, 128)})[0].astype(float).tolist()
    target = Path(__file__).with_name("liveness.json")
    rows = (f'"{name}": {json.dumps([[round(v, 6) for v in row] for row in rows])}' for name, rows in golden.items())
    target.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

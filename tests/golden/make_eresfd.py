"""Golden values of EResFD, by its authors' own code and torch.

git clone https://github.com/clovaai/EResFD && git -C EResFD checkout 6ba3f1ff
python -m venv ENV && ENV/bin/pip install torch numpy
ENV/bin/python tests/golden/make_eresfd.py EResFD FOLDER_OF_MODELS

The picture is drawn from a seed, so that no photo is needed; of each level every seventh position is kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

CHANNELS = 1 / 16


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    from models.eresfd_16 import _forward_head, _get_base_layers, _get_head_layers

    base = _get_base_layers(CHANNELS).eval()
    act_loc, act_conf, loc, conf = _get_head_layers(CHANNELS)
    parts = {"base": base, "loc": torch.nn.ModuleList(loc), "conf": torch.nn.ModuleList(conf)}
    for name, part in parts.items():
        state = torch.load(Path(sys.argv[2]) / f"eresfd_16.pth.{name}.pth", weights_only=True)
        part.load_state_dict(state)
    picture = np.random.default_rng(0).uniform(-120, 130, (1, 3, 256, 384)).astype(np.float32)
    with torch.no_grad():
        scores, boxes = _forward_head(act_loc, act_conf, loc, conf, base(torch.from_numpy(picture)))
    golden = {}
    for level in range(6):
        rows = torch.cat([scores[0][level][0], boxes[0][level][0]], dim=-1).reshape(-1, 6).numpy()
        golden[f"level_{level}"] = rows[::7]
    np.savez_compressed(Path(__file__).with_name("eresfd.npz"), **golden)


if __name__ == "__main__":
    main()

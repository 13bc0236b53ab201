"""The first use of OpenVINO by several threads at once, in fresh processes: half of them used to wait for ever."""

from __future__ import annotations

import subprocess
import sys

RACE = """
import sys, threading
import numpy as np
from rostro.runtime._shared import load_openvino

sys.setswitchinterval(1e-6)
together = threading.Barrier(4)

def first_use():
    together.wait()
    openvino = load_openvino()
    openvino.Type.f32.to_dtype()
    openvino.Tensor(np.ones((1, 3), np.float32), shared_memory=True).data.sum()

threads = [threading.Thread(target=first_use) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_threads_that_come_first_together() -> None:
    for _ in range(4):
        subprocess.run([sys.executable, "-c", RACE], check=True, timeout=60)

"""The peer of `analyze`, run by the Python of its own virtual environment (``pip install deepface onnxruntime flask``).

    PYTHON analyze_peers.py HOME LIST

Reads the photos that LIST names, ten at first to warm up; then all of them once for each line on stdin, and prints the
seconds by the clock, the seconds of processor time, the number of faces, and how many photos it refused. HOME is a
folder with ``.deepface/weights``. This file imports nothing of rostro.
"""

import os
import sys
import time
from pathlib import Path

ACTIONS = ("age", "gender")


def main() -> None:
    home, listed = sys.argv[1:]
    os.environ["DEEPFACE_HOME"] = home
    said, sys.stdout = sys.stdout, sys.stderr  # it prints what it loads
    from deepface import DeepFace
    from deepface.modules.exceptions import FaceNotDetected, SpoofDetected

    def analyze(photo: str) -> int | None:
        try:
            found = DeepFace.analyze(photo, actions=ACTIONS, detector_backend="yunet", anti_spoofing=True, silent=True)
        except (SpoofDetected, FaceNotDetected):
            return None
        return len(found)

    photos = Path(listed).read_text(encoding="utf-8").splitlines()
    for photo in photos[:10]:
        analyze(photo)
    print("ready", file=said, flush=True)
    for _ in sys.stdin:
        clock, processor = time.perf_counter(), time.process_time()
        found = [analyze(photo) for photo in photos]
        times = time.perf_counter() - clock, time.process_time() - processor
        print(*times, sum(count or 0 for count in found), found.count(None), file=said, flush=True)


if __name__ == "__main__":
    main()

"""How long a command takes from nothing: a fresh process for each, its models fetched and compiled by an earlier one.

    python benchmarks/cold.py [--rounds 10] [--photos A.jpg B.jpg] [--against OTHER/src]

Wall clock and the processor's time (user and system), best and median, all commands and versions in turns. On a machine
with other work only the latter says something. ``--against`` takes the source folder of another version of rostro.

Modules are compiled once, as ``pip install`` does, into a folder of this benchmark's: where `PYTHONDONTWRITEBYTECODE`
keeps a checkout from it, each start compiles all of them anew, which takes 0.1 s.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ROSTRO_DATA", ROOT / ".." / "shared" / "data"))


def once(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """(wall clock, processor's time) of a command, in seconds.

    Raises:
        RuntimeError: It could not answer.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    told = b"" if process.stderr is None else process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    taken = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise RuntimeError(f"{' '.join(command)}: {told.decode(errors='replace').strip()}")
    return taken, used.ru_utime + used.ru_stime


def two_of_one() -> list[Path]:
    """Two photos of one person of LFW."""
    for folder in sorted((DATA / "lfw" / "images").iterdir()):
        photos = sorted(folder.glob("*.jpg"))
        if len(photos) > 1:
            return photos[:2]
    raise FileNotFoundError(f"no person with two photos in {DATA}; --photos names two")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--photos", type=Path, nargs=2, metavar="PHOTO", help="Default: of LFW.")
    parser.add_argument("--against", type=Path, help="The source folder of another version.")
    given = parser.parse_args()
    a, b = map(str, given.photos or two_of_one())
    sources = {"this": ROOT / "src", **({"other": given.against} if given.against else {})}
    with TemporaryDirectory() as folder:
        gallery = str(Path(folder, "people.db"))
        verbs = {
            "enroll": ["enroll", a, "--name", "Ada", "--gallery", gallery, "--again"],
            "verify": ["verify", a, b],
            "identify": ["identify", b, "--gallery", gallery],
            "detect": ["detect", a],
            "people list": ["people", "list", "--gallery", gallery],
            "verify --help": ["verify", "--help"],
            "--help": ["--help"],
        }
        seconds: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for number in range(given.rounds + 1):
            for verb, arguments in verbs.items():
                for name, source in sources.items():
                    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": ""}
                    environment["PYTHONPYCACHEPREFIX"] = str(Path(folder, name))
                    taken = once([sys.executable, "-m", "rostro", *arguments], environment)
                    if number:  # the first compiles
                        seconds.setdefault((verb, name), []).append(taken)
    print("| command | version | wall, best | median | processor, best | median |")
    print("|---|---|---:|---:|---:|---:|")
    for (verb, name), times in seconds.items():
        walls, used = [wall for wall, _ in times], [used for _, used in times]
        shown = [f"{1e3 * figure:.0f} ms" for figure in (min(walls), median(walls), min(used), median(used))]
        print(f"| rostro {verb} | {name} | {' | '.join(shown)} |")


if __name__ == "__main__":
    main()

"""Runs ``rostro train`` for benchmarks: in a process of its own, with the time it took, going on where it stopped."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from rostro.core.errors import BadInput
from rostro.training.loop.card import Card, read_card

#: What an unfinished training's card lacks.
_DONE = "seconds.txt"


def train(recipe: list[str], data: Path, output: Path) -> tuple[Card, float]:
    """Trains, or takes what an earlier run left in `output`; times of interrupted runs are added up.

    Returns:
        The best checkpoint's card, and the seconds that it took.
    """
    done, spent = output / _DONE, output / "seconds-so-far.txt"
    if not done.exists():
        output.mkdir(parents=True, exist_ok=True)
        resume = ["--resume"] if (output / "resume.safetensors").exists() else []
        before = float(spent.read_text(encoding="utf-8")) if spent.exists() else 0.0
        started = time.perf_counter()
        command: list[str | Path] = [
            Path(sys.executable).with_name("rostro"),
            "train",
            recipe[0],
            data,
            *recipe[1:],
            *resume,
        ]
        ended = subprocess.run([*command, "--output", output], check=False).returncode
        seconds = before + time.perf_counter() - started
        (spent if ended else done).write_text(f"{seconds:.1f}\n")
        if ended:
            sys.exit(ended)
    return read_card(output / "best.yaml"), float(done.read_text(encoding="utf-8"))


def show_seconds(seconds: float, language: str = "en") -> str:
    """Seconds, or minutes where there are many."""
    text = f"{seconds / 60:.1f} min" if seconds >= 90 else f"{seconds:.0f} s"
    return text.replace(".", ",") if language == "es" else text


def put_table(page: Path, table: str) -> None:
    """Replaces what lies between a page's lines ``<!-- table -->`` and ``<!-- end -->``."""
    text, count = re.subn(
        r"(?<=<!-- table -->\n).*?(?=<!-- end -->)",
        lambda _: f"{table}\n",
        page.read_text(encoding="utf-8"),
        count=1,
        flags=re.DOTALL,
    )
    if not count:
        raise BadInput(f"{page}: no lines <!-- table --> and <!-- end -->")
    page.write_text(text, encoding="utf-8")

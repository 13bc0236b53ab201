"""The lesson: a network from scratch against a frozen embedder, on the same photos of the same people.

    python benchmarks/lesson.py [--photos 8] [--work lesson/] [--pages docs/]

People of ``--root`` (LFW) with at least ``--photos`` photos; of each, a fifth of the photos goes to validation, a fifth
to the test, the rest to training, drawn by ``--seed``. Trains UPNA's ``upna_pooled`` and the modern ``compact`` from
scratch, and a ``head`` on each of ``--bases``; prints accuracy on the test part, training time and parameters, and
draws the learning curves. LFW in full has 62 people with 20 photos; its 6,000-pair subset has nobody with more than 14.

The trainings run one after another, each as ``rostro train …`` in a process of its own. What is finished in ``--work``
is not trained again, and a training that was interrupted goes on.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _training import put_table, show_seconds, train

from rostro.reports.charts import Axis, Series, line_chart, standing_alone
from rostro.training.loop.card import read_card

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ROSTRO_DATA", ROOT / ".." / "shared" / "data"))
PARTS = ("train", "val", "test")
#: UPNA's augmentation for UPNA's network; a rate for few photos, which a network with normalisation stands.
UPNA, COMPACT = ["--augmentation", "upna"], ["--rate", "0.004"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a network from scratch or a head on a base; accuracy as a part of 1."""

    what: tuple[str, str]
    accuracy: float
    seconds: float
    parameters: int
    epochs: int


def split(root: Path, least: int, seed: int, folder: Path) -> str:
    """Links each person's photos into ``train/``, ``val/`` and ``test/``; returns how many there are."""
    rng = np.random.default_rng(seed)
    people = {entry.name: sorted(entry.glob("*.jpg")) for entry in sorted(root.iterdir()) if entry.is_dir()}
    people = {name: photos for name, photos in people.items() if len(photos) >= least}
    if not people:
        sys.exit(f"{root}: nobody has {least} photos; take a lower --photos")
    counts = dict.fromkeys(PARTS, 0)
    for name, photos in people.items():
        fifth = max(1, round(len(photos) / 5))
        order = rng.permutation(len(photos))
        for part, chosen in zip(PARTS, np.split(order, [len(photos) - 2 * fifth, len(photos) - fifth]), strict=True):
            (folder / part / name).mkdir(parents=True, exist_ok=True)
            counts[part] += len(chosen)
            for index in chosen:
                link = folder / part / name / photos[index].name
                if not link.exists():
                    link.symlink_to(photos[index].resolve())
    return f"{len(people)} people with at least {least} photos: " + ", ".join(f"{p} {n}" for p, n in counts.items())


def row(what: tuple[str, str], recipe: list[str], people: Path, output: Path) -> Row:
    """Trains, unless it was done before."""
    card, seconds = train(recipe, people, output)
    return Row(what, card.metrics["test accuracy"], seconds, card.parameters, len(history(output)))


def history(output: Path) -> list[dict[str, float]]:
    """A training's ``curves.csv``; empty where there are no epochs."""
    if not (output / "curves.csv").exists():
        return []
    with (output / "curves.csv").open() as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    return [{"training loss" if key == "loss" else key: value for key, value in row.items()} for row in rows]


def table(rows: list[Row], language: str) -> str:
    """The rows as a Markdown table."""
    lines = [WORDS[language].header, "|---|---:|---:|---:|"]
    for line in rows:
        took, epochs = show_seconds(line.seconds, language), WORDS[language].epochs
        count = f", {line.epochs} {epochs}" if line.epochs else ""
        accuracy, parameters = f"{100 * line.accuracy:.1f} %", f"{line.parameters:,}"
        if language == "es":
            accuracy, parameters = accuracy.replace(".", ","), parameters.replace(",", "\u00a0")
        what = WORDS[language].what[line.what[0]].format(line.what[1])
        lines.append(f"| {what} | {accuracy} | {took}{count} | {parameters} |")
    return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What table and drawings say in a language."""

    header: str
    epochs: str
    what: dict[str, str]
    epoch: str
    accuracy: str
    loss: str


WORDS = {
    "en": Words(
        header="| what | test accuracy | training | parameters trained |",
        epochs="epochs",
        what={"scratch": "`{}` from scratch", "head": "`head` on {}"},
        epoch="epoch",
        accuracy="validation accuracy",
        loss="training loss",
    ),
    "es": Words(
        header="| qué | exactitud en prueba | entrenamiento | parámetros entrenados |",
        epochs="épocas",
        what={"scratch": "`{}` desde cero", "head": "`head` sobre {}"},
        epoch="época",
        accuracy="exactitud en validación",
        loss="pérdida de entrenamiento",
    ),
}


def draw(work: Path, nets: list[str], bases: list[str], folder: Path, language: str) -> None:
    """Writes ``lesson-accuracy.svg`` and ``lesson-loss.svg``, or ``….es.svg``."""
    words = WORDS[language]
    runs = {words.what["scratch"].format(net).replace("`", ""): history(work / net) for net in nets}
    last = max(2, *(len(run) for run in runs.values()))
    x = Axis(title=words.epoch, low=1, high=last, show=lambda value: f"{value:.0f}")
    percent = Axis(title=words.accuracy, low=0, high=1, show=lambda value: f"{100 * value:.0f}\u00a0%")
    right = [line(name, run, "accuracy") for name, run in runs.items()]
    for base in bases:
        value = read_card(work / f"head-{base}" / "best.yaml").metrics["validation accuracy"]
        right.append(Series(words.what["head"].format(base).replace("`", ""), [1, last], [value, value]))
    losses = [line(name, run, "training loss") for name, run in runs.items()]
    highest = max(max(series.y) for series in losses)
    y = Axis(title=words.loss, low=0, high=1.05 * highest, show=lambda value: f"{value:.0f}")
    end = ".svg" if language == "en" else f".{language}.svg"
    (folder / f"lesson-accuracy{end}").write_text(standing_alone(line_chart(right, x, percent)))
    (folder / f"lesson-loss{end}").write_text(standing_alone(line_chart(losses, x, y)))


def line(name: str, run: list[dict[str, float]], column: str) -> Series:
    """A training's column, epoch by epoch."""
    return Series(name, [epoch["epoch"] for epoch in run], [epoch[column] for epoch in run])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=DATA / "lfw" / "images")
    parser.add_argument("--photos", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bases", default="sface,edgeface,facenet512")
    parser.add_argument("--upna-epochs", type=int, default=40, help="0 leaves it out.")
    parser.add_argument("--compact-epochs", type=int, default=60)
    parser.add_argument("--work", type=Path, default=Path("lesson"))
    parser.add_argument("--pages", type=Path, help="The folder docs/: write table and curves there.")
    parser.add_argument("--fresh", action="store_true", help="Forget what is finished in --work.")
    asked = parser.parse_args()
    if asked.fresh and asked.work.exists():
        shutil.rmtree(asked.work)
    people, bases = asked.work / "people", asked.bases.split(",")
    print(split(asked.root, asked.photos, asked.seed, people), flush=True)
    rows = [row(("head", base), ["head", "--base", base], people, asked.work / f"head-{base}") for base in bases]
    nets = {"compact": (asked.compact_epochs, COMPACT), "upna_pooled": (asked.upna_epochs, UPNA)}
    nets = {net: told for net, told in nets.items() if told[0]}
    for net, (epochs, more) in nets.items():
        recipe = ["classifier", "--net", net, "--epochs", str(epochs), "--patience", str(epochs), *more]
        rows.insert(0, row(("scratch", net), recipe, people, asked.work / net))
    print(table(rows, "en"))
    if asked.pages:
        for language, folder in {"en": asked.pages, "es": asked.pages / "es"}.items():
            put_table(folder / "lesson.md", table(rows, language))
            draw(asked.work, list(reversed(nets)), bases, asked.pages / "images", language)


if __name__ == "__main__":
    main()

"""CelebA's attributes: the original network, the default from scratch, and a frozen embedder, on the same photos.

    python benchmarks/celeba.py [--work celeba/] [--pages docs/] [--original-epochs 10] [--base mobilefacenet]

Trains ``rostro train attributes`` three times on ``--root`` (CelebA's official files) and prints the means over the 40
attributes on the test part: accuracy (with a threshold per attribute, chosen on the validation part), balanced accuracy
and AUC, beside the accuracy of always giving the more frequent answer. With ``--pages`` the table per attribute goes
into ``docs/celeba.md``. What is finished in ``--work`` is not trained again; what was interrupted goes on.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
from pathlib import Path

from _training import put_table, show_seconds, train

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ROSTRO_DATA", ROOT / ".." / "shared" / "data"))
#: The original's recipe, but for the epochs.
ORIGINAL = [
    "--net", "buap", "--loss", "plain", "--optimiser", "rmsprop", "--rate", "0.001", "--batch", "40",
    "--augmentation", "none",
]  # fmt: skip
#: The head of the table in Spanish; the longer words first.
SPANISH = {
    "attribute": "atributo",
    "balanced accuracy": "exactitud equilibrada",
    "accuracy": "exactitud",
    "from scratch": "desde cero",
    "majority": "mayoría",
}
MEANS = ("accuracy", "balanced accuracy", "AUC")


def per_attribute(folders: dict[str, Path]) -> str:
    """A line per attribute: the majority's accuracy, then accuracy, balanced accuracy and AUC of each training."""
    tables = {name: list(csv.DictReader((folder / "attributes.csv").open())) for name, folder in folders.items()}
    head = ["attribute", "majority"] + [f"{name}: {column}" for name in tables for column in MEANS]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for rows in zip(*tables.values(), strict=True):
        figures = [f"{100 * float(rows[0]['majority']):.1f}"]
        for row in rows:
            figures += [f"{100 * float(row[column]):.1f}" for column in MEANS[:2]] + [f"{float(row['AUC']):.3f}"]
        lines.append(f"| {rows[0]['attribute'].replace('_', ' ')} | " + " | ".join(figures) + " |")
    return "\n".join(lines)


def in_spanish(table: str) -> str:
    """The table with its head and numbers in Spanish; attributes keep the names of CelebA."""
    head, *rows = table.split("\n")
    for english, spanish in SPANISH.items():
        head = head.replace(english, spanish)
    return "\n".join([head, *(re.sub(r"(?<= )\d+\.\d+(?= )", lambda n: n[0].replace(".", ","), row) for row in rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=DATA / "celeba")
    parser.add_argument("--base", default="mobilefacenet")
    parser.add_argument("--original-epochs", type=int, default=10, help="0 leaves the original out.")
    parser.add_argument("--work", type=Path, default=Path("celeba"))
    parser.add_argument("--pages", type=Path, help="The folder docs/: write the table per attribute there.")
    asked = parser.parse_args()
    recipes = {
        asked.base: ["--base", asked.base],
        "from scratch": [],
        "original": [*ORIGINAL, "--epochs", str(asked.original_epochs)],
    }
    if not asked.original_epochs:
        del recipes["original"]
    print("| what | accuracy | balanced accuracy | AUC | majority | training | parameters |", flush=True)
    print("|---|---:|---:|---:|---:|---:|---:|", flush=True)
    folders = {}
    for name, options in recipes.items():
        folders[name] = asked.work / name.replace(" ", "-")
        card, seconds = train(["attributes", *options], asked.root, folders[name])
        accuracy, even, area, majority = (card.metrics[f"test mean {column}"] for column in (*MEANS, "majority"))
        print(
            f"| {name} | {100 * accuracy:.2f} % | {100 * even:.2f} % | {area:.3f} | {100 * majority:.2f} % "
            f"| {show_seconds(seconds)} | {card.parameters:,} |",
            flush=True,
        )
    if asked.pages:
        put_table(asked.pages / "celeba.md", per_attribute(folders))
        put_table(asked.pages / "es" / "celeba.md", in_spanish(per_attribute(folders)))


if __name__ == "__main__":
    main()

"""Does teaching help, and does it poison? Reviews are simulated on real vectors.

    python benchmarks/grouping.py embed lfw celeba --work grouping/
    python benchmarks/teaching.py lfw --work grouping/ [--photos 10] [--others 2000] [--seeds 20] [--wrong 0.05]
    python benchmarks/teaching.py celeba --work grouping/ --photos 5

People with ``--photos`` photos or more are enrolled by one each, beside ``--others`` other people; everybody else is a
stranger. In each round one more photo of each person is confirmed, in random order; half of a person's photos, at least
two, are kept for searching. Of the confirmations, ``--wrong`` are wrong: in half of those, a photo of a stranger is
confirmed to be of the person whom it resembles the most (strangers who have other photos, too, which are searched, and
of these the tenth that resembles the enrolled the most: those who come to a queue); in the others, the photo is
confirmed to be of the person whom it resembles the most of all others.

Printed are, by rounds: the true positive identification rate where the threshold names 1 % of strangers, the share of
strangers named at the threshold of the start, and templates per person; for nothing taught, everything, and the rules.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import numpy as np

from rostro.core.types import Template
from rostro.people.teaching import Choice, Rules, choose
from rostro.quality.gate import Gate
from rostro.reports.charts import Axis, Series, line_chart
from rostro.scoring.operating_points import shipped

FPIR = 0.01
SCORER = "lightqnet"


class Faces:
    """Embedded faces, whose they are, and how alike each two are."""

    def __init__(self, path: Path, judged: float) -> None:
        table = np.load(path)
        there = table["qualities"] >= judged
        self.vectors, self.qualities = table["vectors"][there].astype(np.float32), table["qualities"][there]
        self.owners = np.unique(table["names"][there], return_inverse=True)[1]
        self.space = str(table["space"])
        self.alike = self.vectors @ self.vectors.T

    def template(self, face: int) -> Template:
        """As a gallery has it."""
        return Template(self.vectors[face], f"{face:064x}", str(face), float(self.qualities[face]))


#: Faces, templates, similarity to others, which were taught → what is done.
Teach = Callable[[Template, list[Template], float, Collection[str]], Choice]


def everything(face: Template, templates: list[Template], other: float, taught: Collection[str]) -> Choice:
    return Choice(("taught",), ())


def nothing(face: Template, templates: list[Template], other: float, taught: Collection[str]) -> Choice:
    return Choice(("known",), ())


def by(rules: Rules) -> Teach:
    return lambda face, templates, other, taught: choose([face], templates, rules, others=[other], taught=taught)


class Reviews:
    """One run: a gallery, and people who confirm."""

    def __init__(self, faces: Faces, photos: int, others: int, seed: int) -> None:
        self.faces, self.random = faces, np.random.default_rng(seed)
        owners, counts = np.unique(faces.owners, return_counts=True)
        people = owners[counts >= photos]
        self.templates: list[list[int]] = []
        self.reviews: list[list[int]] = []
        self.searched, self.whose = np.empty(0, int), np.empty(0, int)
        for place, person in enumerate(people):
            mine = self.random.permutation(np.flatnonzero(faces.owners == person))
            tests = max(2, len(mine) // 2)
            self.templates.append([mine[0]])
            self.searched = np.append(self.searched, mine[1 : 1 + tests])
            self.whose = np.append(self.whose, np.full(tests, place))
            self.reviews.append(mine[1 + tests :].tolist())
        rest = self.random.permutation(owners[counts < photos])
        once = self.random.permutation(len(faces.owners))
        firsts = dict(zip(faces.owners[once], once, strict=True))
        self.beside = np.array([firsts[person] for person in rest[:others]], int)
        self.strangers = np.flatnonzero(np.isin(faces.owners, rest[others:]))
        several = self.strangers[counts[np.searchsorted(owners, faces.owners[self.strangers])] > 1]
        resembling = faces.alike[np.ix_(several, np.array([some[0] for some in self.templates]))].max(axis=1)
        self.lookalikes = several[np.argsort(-resembling)[: max(1, len(several) // 10)]]
        self.taught: set[str] = set()
        self.used: set[int] = set()
        self.start: float | None = None

    def best(self, faces: np.ndarray) -> np.ndarray:
        """(faces, people): similarity to each person's nearest template."""
        flat = np.concatenate(self.templates)
        starts = np.cumsum([0, *map(len, self.templates[:-1])])
        return np.maximum.reduceat(self.faces.alike[np.ix_(faces, flat)], starts, axis=1)

    def beside_best(self, faces: np.ndarray) -> np.ndarray:
        """(faces,): similarity to the nearest of those who are enrolled beside them."""
        if not len(self.beside):
            return np.full(len(faces), -1.0)
        nearest: np.ndarray = self.faces.alike[np.ix_(faces, self.beside)].max(axis=1)
        return nearest

    def measured(self) -> tuple[float, float, float]:
        """Found where `FPIR` of strangers are named; strangers named at the threshold of the start; templates."""
        strangers = np.setdiff1d(self.strangers, list(self.used))
        best = np.maximum(self.best(strangers).max(axis=1), self.beside_best(strangers))
        threshold = float(np.quantile(best, 1 - FPIR))
        self.start = threshold if self.start is None else self.start
        row = self.best(self.searched)
        right = (row.argmax(axis=1) == self.whose) & (row.max(axis=1) >= self.beside_best(self.searched))
        found = float((right & (row.max(axis=1) >= threshold)).mean())
        return found, float((best >= self.start).mean()), float(np.mean([len(some) for some in self.templates]))

    def confirm(self, person: int, teach: Teach, wrong: float) -> None:
        """One review."""
        face = self.reviews[person].pop()
        if self.random.random() < wrong:
            if self.random.random() < 0.5:
                face = int(self.random.choice(self.lookalikes))
                self.used.add(face)
                person = int(self.best(np.array([face]))[0].argmax())
            else:
                row = self.best(np.array([face]))[0]
                row[person] = -2
                person = int(row.argmax())
        row = self.best(np.array([face]))[0]
        row[person] = -1
        other = float(max(row.max(), self.beside_best(np.array([face]))[0]))
        mine = self.templates[person]
        chosen = teach(self.faces.template(face), [self.faces.template(one) for one in mine], other, self.taught)
        for place in reversed(chosen.drop):
            del mine[place]
        if chosen.fates == ("taught",):
            mine.append(face)
            self.taught.add(f"{face:064x}")

    def run(self, teach: Teach, wrong: float, rounds: int) -> np.ndarray:
        """(rounds + 1, 3): what is measured after each round."""
        told = [self.measured()]
        for _ in range(rounds):
            for person in self.random.permutation(len(self.templates)):
                if self.reviews[person]:
                    self.confirm(person, teach, wrong)
            told.append(self.measured())
        return np.array(told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("album")
    parser.add_argument("--work", type=Path, default=Path("grouping"))
    parser.add_argument("--photos", type=int, default=10)
    parser.add_argument("--others", type=int, default=2000)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--wrong", type=float, nargs="+", default=[0.0, 0.05])
    parser.add_argument("--judged", type=float, default=0.133, help="Faces below this quality are never judged.")
    parser.add_argument("--vary", action="store_true", help="Other rules, too.")
    parser.add_argument("--chart", type=Path, help="An SVG of the rates by rounds.")
    asked = parser.parse_args()
    faces = Faces(asked.work / f"{asked.album}.npz", asked.judged)
    rules = Rules.at(shipped(faces.space).at().threshold, Gate.shipped(faces.space, SCORER))
    rounds = asked.rounds or (asked.photos - 1 - max(2, asked.photos // 2))
    ways: dict[str, Teach] = {"nothing is taught": nothing, "everything": everything, "rostro": by(rules)}
    if asked.vary:
        ways |= {f"least quality {level}": by(replace(rules, least_quality=level)) for level in (0.0, 0.5)}
        ways |= {f"near {near}": by(replace(rules, near=near)) for near in (0.6, 0.7, 0.9)}
        ways |= {f"far {far}": by(replace(rules, far=far)) for far in (0.2, 0.36, 0.5)}
        ways |= {f"at most {most}": by(replace(rules, most=most)) for most in (2, 3, 5)}
    lines = []
    for wrong in asked.wrong:
        print(f"\n{asked.album}, {wrong:.0%} of confirmations wrong; {rules}\n")
        print(
            "| taught | " + " | ".join(f"{number}" for number in range(rounds + 1)) + " | strangers named | templates |"
        )
        print("|---|" + "---:|" * (rounds + 3))
        for name, teach in ways.items():
            runs = [
                Reviews(faces, asked.photos, asked.others, seed).run(teach, wrong, rounds)
                for seed in range(asked.seeds)
            ]
            told = np.mean(runs, axis=0)
            rates = " | ".join(f"{rate:.2%}" for rate in told[:, 0])
            print(f"| {name} | {rates} | {told[-1, 1]:.2%} | {told[-1, 2]:.1f} |", flush=True)
            lines.append(Series(f"{name}, {wrong:.0%} wrong", range(rounds + 1), list(told[:, 0])))
    if asked.chart:
        values = [value for line in lines for value in line.y]
        low = np.floor(min(values) * 50) / 50
        axes = (
            Axis(title="reviews per person", low=0, high=rounds, show="{:.0f}".format, whole=True),
            Axis(title="found where 1 % of strangers are named", low=float(low), high=1.0, show="{:.0%}".format),
        )
        asked.chart.write_text(line_chart(lines, *axes))


if __name__ == "__main__":
    main()

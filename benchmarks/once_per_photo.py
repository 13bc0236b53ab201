"""Nobody twice in a photo: how many faces of made group photos have a wrong name, before and after.

    python benchmarks/grouping.py embed lfw celeba --work grouping/
    python benchmarks/once_per_photo.py lfw celeba --work grouping/

A made photo has one face each of six people who resemble each other: somebody drawn at random and those whose enrolled
photos are most like theirs. Searched are the 40 people most like them, with one other photo each, at the threshold of
one comparison, which is that of small galleries; or everybody, at the threshold that a search asks for (``--all``).
``strangers``: a third of the people are not enrolled. ``mirrors``: three in ten are in it with a second photo.

Printed are faces with a wrong name (strangers with any), those of them without a remark, faces that should have had a
name and have none, what the rule put right and what it made wrong, and remarks that the person is there twice, with
how many of them are about somebody who really is. ``largest sum`` is the assignment by ``lap`` with the same margin,
and without one.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import lap
import numpy as np
from grouping import Album

from rostro.core.decisions import Candidate, Identification, OperatingPoint
from rostro.core.types import Face
from rostro.recognition.once import LOOKED_AT, NEXT, once_per_photo
from rostro.recognition.searching import wanted_rate
from rostro.scoring.operating_points import shipped, tail_of

FACE = Face((0, 0, 1, 1), 1.0)
Rule = Callable[["Photo"], Sequence[Identification]]


@dataclass
class Photo:
    """The answers about its faces, and who they are: empty for strangers."""

    answers: list[Identification]
    vectors: np.ndarray
    truth: list[str]


def made(
    album: Album, seed: int, *, photos: int, people: int, searched: int | None, strangers: float, mirrors: float
) -> list[Photo]:
    random = np.random.default_rng(seed)
    owners = album.owners
    rows = np.split(np.argsort(owners, kind="stable"), np.cumsum(np.bincount(owners))[:-1])
    known = random.random(len(rows)) >= strangers
    enrolled = album.vectors[[mine[0] for mine in rows]]
    several = np.flatnonzero([len(mine) > 1 for mine in rows])
    point = shipped(album.space).at()
    found = []
    for first in random.choice(several, photos, replace=photos > several.size):
        nearest = np.argsort(-(enrolled @ enrolled[first]), kind="stable")
        among = nearest[:searched] if searched else nearest
        faces: list[int] = []
        whose: list[int] = []
        for who in nearest[np.isin(nearest, several)][:people]:
            shown = random.permutation(rows[who][1:])[: 2 if random.random() < mirrors else 1]
            faces += shown.tolist()
            whose += [int(who)] * len(shown)
        among = among[known[among]]
        asked = point
        if searched is None:
            wanted = wanted_rate(tail_of(album.space), 0.01, among.size).threshold
            asked = replace(point, threshold=max(point.threshold, wanted))
        answers = [answered(album.vectors[face], enrolled[among], among, asked) for face in faces]
        found.append(Photo(answers, album.vectors[faces], [str(who) if known[who] else "" for who in whose]))
    return found


def answered(vector: np.ndarray, enrolled: np.ndarray, people: np.ndarray, point: OperatingPoint) -> Identification:
    scores = enrolled @ vector
    best = np.argsort(-scores, kind="stable")[:LOOKED_AT]
    listed = tuple(Candidate(str(people[place]), float(scores[place])) for place in best)
    return Identification(FACE, listed, point)


def largest_sum(answers: Sequence[Identification], margin: float) -> list[Identification]:
    """The assignment of faces to candidates whose similarities have the largest sum."""
    names = sorted({one.name for answer in answers for one in answer.candidates})
    gains = np.full((len(answers), len(names)), -1.0)
    for place, answer in enumerate(answers):
        best = answer.similarity or -1.0
        for one in answer.candidates:
            if one.similarity >= max(answer.operating_point.threshold, best - margin):
                gains[place, names.index(one.name)] = one.similarity
    _, chosen, _ = lap.lapjv(1 - gains, extend_cost=True, cost_limit=1.0)
    told = list(answers)
    for place, column in enumerate(chosen):
        if column >= 0 and gains[place, column] > 0:
            listed = answers[place].candidates
            first = next(n for n, one in enumerate(listed) if one.name == names[column])
            told[place] = replace(answers[place], candidates=listed[first:])
    return told


def row(name: str, photos: Sequence[Photo], rule: Rule) -> None:
    wrong = silent = missing = right = worse = twice = true = 0
    for photo in photos:
        for old, new, who in zip(photo.answers, rule(photo), photo.truth, strict=True):
            named, before = new.name or "", old.name or ""
            remarked = any(remark.kind == "twice" for remark in new.remarks)
            wrong += named not in {"", who}
            silent += named not in {"", who} and not remarked
            missing += named == "" != who
            right += named == who != before
            worse += before == who != named
            twice += remarked
            true += remarked and named == who
    print(f"| {name} | {wrong} | {silent} | {missing} | {right} | {worse} | {twice} | {true} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("on", nargs="+", help="Embedded albums of benchmarks/grouping.py.")
    parser.add_argument("--work", type=Path, default=Path("grouping"))
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--draws", type=int, default=3, help="So often as many photos are made.")
    parser.add_argument("--people", type=int, default=6, help="In a photo.")
    parser.add_argument("--all", action="store_true", help="Search among everybody.")
    asked = parser.parse_args()
    for name in asked.on:
        album = Album(asked.work / f"{name}.npz")
        same = shipped(album.space).at().threshold
        for strangers, mirrors in ((0.0, 0.0), (1 / 3, 0.0), (0.0, 0.3), (1 / 3, 0.3)):
            photos: list[Photo] = []
            for seed in range(asked.draws):
                photos += made(
                    album, seed, photos=asked.photos, people=asked.people, searched=None if asked.all else 40,
                    strangers=strangers, mirrors=mirrors,
                )  # fmt: skip
            faces = sum(len(photo.truth) for photo in photos)
            threshold = photos[0].answers[0].operating_point.threshold
            print(
                f"\n{name}, {len(photos)} photos, {faces:,} faces, strangers {strangers:.0%}, mirrors {mirrors:.0%}, "
                f"threshold {threshold:.3f}\n\n| rule | wrong names | of them without a remark | none, although known "
                "| put right | made wrong | remarks | true ones |\n|---|" + "---:|" * 7
            )
            row("each face by itself", photos, lambda photo: photo.answers)
            row("**rostro**", photos, lambda photo: once_per_photo(photo.answers, photo.vectors, same))  # noqa: B023
            row(f"largest sum, within {NEXT}", photos, lambda photo: largest_sum(photo.answers, NEXT))
            row("largest sum", photos, lambda photo: largest_sum(photo.answers, 2.0))


if __name__ == "__main__":
    main()

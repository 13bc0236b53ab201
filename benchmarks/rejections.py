"""“Not this person”: is the wrong name gone after one rejection, for like faces too, and does anybody lose theirs?

    python benchmarks/grouping.py embed lfw celeba --work grouping/
    python benchmarks/rejections.py lfw celeba --work grouping/ [--margins 0 0.02 0.05 0.1] [--templates 3]

Half of the people are enrolled with their first photos. Everybody's other photos are searched, at the threshold of one
comparison and at the one that a search among so many asks for. Each wrong name is rejected once, by itself: then is it
gone for that photo, and for those of the same person's other photos that have it, too; and which of the named person's
own photos lose their name? Then all wrong names are rejected at once, and everybody's recall is printed before and
after: of those of whom something was rejected, and of all others. ``nearest`` rejects the five photos of others that
are most like each enrolled person, whether they were named or not.

People whom LFW has under two names are one here, as in ``open_set.py``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from grouping import Album
from open_set import TWICE

from rostro.recognition.searching import wanted_rate
from rostro.scoring.operating_points import shipped, tail_of
from rostro.scoring.rejections import MARGIN


class Door:
    """People who are enrolled, and photos that are searched.

    Attributes:
        vectors: (photos, d) of those that are searched.
        owner: (photos,) whose each is.
        own: (photos,) the column of its person; -1: a stranger.
        scores: (photos, people) the best of each person's templates.
    """

    def __init__(self, album: Album, templates: int) -> None:
        names = {second: first for first, second in TWICE}
        _, owners = np.unique([names.get(str(name), str(name)) for name in album.names], return_inverse=True)
        rows = np.split(np.argsort(owners, kind="stable"), np.cumsum(np.bincount(owners))[:-1])
        known = np.flatnonzero(np.random.default_rng(0).random(len(rows)) < 0.5)
        known = known[[len(rows[who]) >= templates for who in known]]
        self.templates = templates * known.size
        enrolled = np.stack([rows[who][:templates] for who in known])
        searched = np.setdiff1d(np.arange(len(owners)), enrolled)
        self.vectors, self.owner = album.vectors[searched], owners[searched]
        place = np.full(len(rows), -1)
        place[known] = np.arange(known.size)
        self.own = place[self.owner]
        self.scores = np.full((searched.size, known.size), -1, np.float32)
        for template in enrolled.T:
            np.maximum(self.scores, self.vectors @ album.vectors[template].T, out=self.scores)

    def named(self, threshold: float, rejected: dict[int, list[int]] | None = None, margin: float = 0) -> np.ndarray:
        """(photos,) the column of who is named; -1: nobody."""
        scores = self.scores
        for person, photos in (rejected or {}).items():
            if scores is self.scores:
                scores = scores.copy()
            nearest = (self.vectors @ self.vectors[photos].T).max(axis=1)
            scores[nearest > self.scores[:, person] + margin, person] = -1
        best = scores.argmax(axis=1)
        return np.where(scores[np.arange(best.size), best] >= threshold, best, -1)


def one_by_one(door: Door, named: np.ndarray, wrong: np.ndarray, margin: float) -> str:
    gone = like_gone = like = lost = own = 0
    for photo in wrong:
        person = named[photo]
        nearest = door.vectors @ door.vectors[photo]
        silenced = nearest > door.scores[:, person] + margin
        has_it = named == person
        gone += int(silenced[photo])
        others = has_it & (door.owner == door.owner[photo])
        others[photo] = False
        like, like_gone = like + int(others.sum()), like_gone + int((others & silenced).sum())
        mine = has_it & (door.own == person)
        own, lost = own + int(mine.sum()), lost + int((mine & silenced).sum())
    return f"{gone} of {wrong.size} | {like_gone} of {like} | {lost} of {own}"


def recall(door: Door, named: np.ndarray, some: np.ndarray) -> str:
    return f"{(named == door.own)[some].mean():.2%}" if some.any() else "–"


def row(door: Door, threshold: float, margin: float) -> None:
    named = door.named(threshold)
    wrong = np.flatnonzero((named >= 0) & (named != door.own))
    rejected: dict[int, list[int]] = {}
    for photo in wrong:
        rejected.setdefault(int(named[photo]), []).append(int(photo))
    after = door.named(threshold, rejected, margin)
    nearest = {
        person: (np.argsort(-np.where(door.own == person, -1, door.scores[:, person]))[:5]).tolist()
        for person in range(door.scores.shape[1])
    }
    hard = door.named(threshold, nearest, margin)
    touched = np.isin(door.own, list(rejected))
    others = (door.own >= 0) & ~touched
    left = int(((after >= 0) & (after != door.own)).sum())
    print(
        f"| {margin} | {one_by_one(door, named, wrong, margin)} | {wrong.size} → {left} "
        f"| {recall(door, named, touched)} → {recall(door, after, touched)} ({int(touched.sum())}) "
        f"| {recall(door, named, others)} → {recall(door, after, others)} ({int(others.sum())}) "
        f"| {recall(door, named, door.own >= 0)} → {recall(door, hard, door.own >= 0)} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("on", nargs="+", help="Embedded albums of benchmarks/grouping.py.")
    parser.add_argument("--work", type=Path, default=Path("grouping"))
    parser.add_argument("--margins", type=float, nargs="*", default=[MARGIN])
    parser.add_argument("--templates", type=int, default=1, help="Of each person.")
    asked = parser.parse_args()
    for name in asked.on:
        album = Album(asked.work / f"{name}.npz")
        door = Door(album, asked.templates)
        one = shipped(album.space).at().threshold
        many = max(one, wanted_rate(tail_of(album.space), 0.01, door.templates).threshold)
        for threshold in (one, many):
            print(
                f"\n{name}: {door.scores.shape[1]:,} people with {asked.templates} templates, "
                f"{int((door.own >= 0).sum()):,} photos of them and {int((door.own < 0).sum()):,} of strangers, "
                f"threshold {threshold:.3f}\n\n| margin | wrong name gone | of the same person's others "
                "| lost of the person's own | all rejected: wrong names | recall of the people concerned "
                "| of all others | nearest: recall |\n|---:|" + "---:|" * 7
            )
            for margin in asked.margins:
                row(door, threshold, margin)


if __name__ == "__main__":
    main()

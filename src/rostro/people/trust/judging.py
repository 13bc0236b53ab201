"""From similarities to findings.

A template is judged by two things: whether it hangs together with its person's other templates, and whether it is like
somebody else. Templates of one person hang together where each is like another (`Levels.within`); the largest such part
is the person, and what is not in it is odd. Odd ones that are like somebody else are that person's photos; people are
compared without them, so that one wrong photo makes no two people one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rostro.people.trust.findings import Finding, FoundAs, Mend
from rostro.people.trust.parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from rostro.core.types import Floats
    from rostro.people.trust.held import Held, HeldFace
    from rostro.people.trust.levels import Levels
    from rostro.people.trust.nearness import Nearness

    Indices = NDArray[np.int64]

#: Templates of a person that are held against those of another where too many strangers hid which ones are alike.
_SOME = 2_000
#: Faces of each person that a finding names.
_SHOWN = 3


class Judged:
    """Templates that are not too poor, by what they are near to.

    Attributes:
        held: What the gallery holds.
        levels: The thresholds.
        rows: (N,) places of these templates in `held`; everything else here counts them.
        near: What each is near to.
        margins: (N,) what a match of each must have above a threshold.
    """

    def __init__(self, held: Held, levels: Levels, good: NDArray[np.bool_], near: Nearness, gone: Indices) -> None:
        """Looks which templates are odd, and who is like whom.

        Args:
            held: What the gallery holds.
            levels: The thresholds.
            good: (len(held),) which templates are not too poor.
            near: What these are near to.
            gone: Places in `held` of templates that are there twice, and of which the other one is the right one.
        """
        self.held, self.levels, self.near = held, levels, near
        self.rows = np.flatnonzero(good)
        self.margins = levels.margins(held.qualities[self.rows])
        self._vectors, self._owners, self._starts = held.but(good)
        self._left_out = np.isin(self.rows, gone)
        self._parts = {person: self._parts_of(person) for person in np.unique(self._owners).tolist()}
        self._like = self._likes()
        self._strayed: set[int] = set()  # templates that are somebody else's or nobody's

    def _mine(self, person: int) -> Indices:
        """A person's templates that take part."""
        mine = np.arange(self._starts[person], self._starts[person + 1])
        return mine[~self._left_out[mine]]

    def _parts_of(self, person: int) -> list[Indices]:
        """The parts into which a person's templates fall, the largest first; of equal ones, the older."""
        mine = self._mine(person)
        if not mine.size:
            return []
        labels = parts_of(self._vectors[mine], self.near.own[mine], self.levels.within(mine.size - 1))
        found = [mine[labels == label] for label in np.unique(labels)]
        return sorted(found, key=lambda part: -part.size)

    def _likes(self) -> dict[tuple[int, int], list[int]]:
        """(person, other) → the person's templates that are like the other, as a search would find."""
        near, found = self.near, defaultdict(list)
        alike = near.scores - self.margins[near.rows] >= self.levels.search
        alike &= ~self._left_out[near.rows]
        fewer = set(self._owners[self._left_out].tolist())
        for row, other in zip(near.rows[alike].tolist(), near.people[alike].tolist(), strict=True):
            if other not in fewer or self._still_like(row, other):
                found[int(self._owners[row]), other].append(row)
        return dict(found)

    def _still_like(self, row: int, other: int) -> bool:
        """Whether a template is like those of a person that are not left out."""
        scores = self._vectors[self._mine(other)] @ self._vectors[row] - self.margins[row]
        return bool((scores >= self.levels.search).any())

    def findings(self) -> Iterator[Finding]:
        """About photos, then about two people each."""
        for person, parts in self._parts.items():
            yield from self._odd(person, parts)
        yield from self._people()

    def hard(self, people: Sequence[FoundAs], explained: Collection[str]) -> Iterator[Finding]:
        """Those of whose photos at most half would find the others, and nothing that was found explains it.

        Args:
            people: How well everybody would be found.
            explained: Names of those of whose photos or likeness something was found.
        """
        for place, found in enumerate(people):
            parts = self._parts.get(place, [])
            if found.tried and 2 * found.found <= found.tried and len(parts) == 1 and found.name not in explained:
                told = f"{found.found} of {found.tried} photos of {found.name} would find the others"
                yield Finding(
                    kind="hard-to-find", reason=told, people=(found.name,), similarity=found.similarity,
                    faces=tuple(self._face(row) for row in parts[0][: 2 * _SHOWN].tolist()),
                    mends=(Mend(action="enroll", person=found.name),),
                )  # fmt: skip

    # Photos that are not like the others of their person.

    def _odd(self, person: int, parts: list[Indices]) -> Iterator[Finding]:
        """The templates of a person that are not in the largest part; notes those that are somebody's or nobody's."""
        if len(parts) < 2:
            return
        every = sum(part.size for part in parts)
        torn = parts[0].size == parts[1].size
        left = []
        for part in parts if torn else parts[1:]:
            alike, mostly = self._other(person, part, every)
            if alike is not None:
                self._strayed.update(part.tolist())
                yield from (self._of_another(row, alike) for row in part.tolist())
            elif not mostly:
                left.append(part)
        if not torn:
            self._strayed.update(row for part in left for row in part.tolist())
            yield from (self._outlier(person, part, parts[0]) for part in left)
        elif len(left) > 1:
            yield self._torn(person, left)

    def _other(self, person: int, part: Indices, every: int) -> tuple[int | None, bool]:
        """Whose the templates of a part are; None: nobody's are like them, or most of the person's are like somebody's.

        Then the two people are compared, and it says True.
        """
        found: dict[int, float] = {}
        mostly = False
        for other, rows in self._like_of(person):
            inside = np.intersect1d(rows, part)
            if inside.size and 2 * len(rows) > every:
                mostly = True
            elif inside.size:
                found[other] = float((self._vectors[inside] @ self._vectors[self._mine(other)].T).max())
        if mostly or not found:
            return None, mostly
        return max(found, key=lambda other: found[other]), False

    def _like_of(self, person: int) -> Iterator[tuple[int, list[int]]]:
        """Who is like a person, and which of the person's templates are like them."""
        first, end = np.searchsorted(self.near.rows, [self._starts[person], self._starts[person + 1]])
        others = np.unique(self.near.people[first:end]).tolist()
        yield from ((other, self._like[person, other]) for other in others if (person, other) in self._like)

    def _of_another(self, row: int, other: int) -> Finding:
        mine, theirs = self._face(row), self._mine(other)
        scores = self._vectors[theirs] @ self._vectors[row]
        best, name = theirs[int(scores.argmax())], self.held.names[other]
        told = f"a photo of {mine.name} looks like {name} (similarity {scores.max():.3f})"
        return Finding(
            kind="other-person", reason=told, people=(mine.name, name), similarity=float(scores.max()),
            faces=(mine, self._face(int(best)), *self._others_of(row)),
            mends=(Mend(action="move", person=mine.name, photo=mine.sha256, to=name),),
        )  # fmt: skip

    def _outlier(self, person: int, part: Indices, most: Indices) -> Finding:
        similarity = float((self._vectors[part] @ self._vectors[most].T).max())
        faces = [self._face(row) for row in part.tolist()]
        name = self.held.names[person]
        told = f"{len(faces)} of the photos of {name} are like none of the others (similarity {similarity:.3f} at most)"
        if len(faces) == 1:
            told = f"a photo of {name} is like none of the others (similarity {similarity:.3f} at most)"
        return Finding(
            kind="outlier", reason=told, people=(name,), similarity=similarity,
            faces=(*faces, *(self._face(row) for row in most[:_SHOWN].tolist())), mends=_away(faces),
        )  # fmt: skip

    def _torn(self, person: int, parts: Sequence[Indices]) -> Finding:
        faces = [self._face(int(part[0])) for part in parts]
        similarity = max(float((self._vectors[part] @ self._vectors[parts[0]].T).max()) for part in parts[1:])
        name = self.held.names[person]
        told = f"the photos of {name} are not like each other (similarity {similarity:.3f} at most)"
        return Finding(
            kind="outlier", reason=told, people=(name,), similarity=similarity, faces=tuple(faces), mends=_away(faces)
        )

    # People.

    def _people(self) -> Iterator[Finding]:
        """Pairs of people who are one, or alike, without the templates that strayed to others."""
        for one, other in sorted({(min(pair), max(pair)) for pair in self._like}):
            rows = [
                [row for row in self._alike(*pair) if row not in self._strayed] for pair in ((one, other), (other, one))
            ]
            if not all(rows):
                continue
            first, second = (np.array(found) for found in rows)
            asked = np.maximum(self.margins[first][:, None], self.margins[second][None, :])
            scores = self._vectors[first] @ self._vectors[second].T - asked
            if scores.max() >= self.levels.search:
                yield self._pair((one, other), scores, first, second)

    def _alike(self, one: int, other: int) -> list[int]:
        return self._like.get((one, other)) or self._mine(one)[:_SOME].tolist()

    def _pair(self, pair: tuple[int, int], scores: Floats, first: Indices, second: Indices) -> Finding:
        one, other = pair
        agreement = self._agreement(one, other)
        a, b = self.held.names[one], self.held.names[other]
        order = np.argsort(-scores, axis=None)[:_SHOWN]
        places = [np.unravel_index(place, scores.shape) for place in order.tolist()]
        nearest = dict.fromkeys(row for x, y in places for row in (int(first[x]), int(second[y])))
        best = float(scores.max())
        less, more = sorted((one, other), key=lambda who: (self._mine(who).size, -who))
        sure = agreement >= self.levels.person
        told = f"{a} and {b} are probably one person (similarity {agreement:.3f})"
        if not sure:
            told = f"{a} and {b} look alike: a search may take one for the other (similarity {best:.3f})"
        return Finding(
            kind="one-person" if sure else "alike", reason=told, people=(a, b), similarity=agreement if sure else best,
            faces=tuple(self._face(row) for row in nearest),
            mends=(Mend(action="merge", person=self.held.names[less], to=self.held.names[more]),),
        )  # fmt: skip

    def _agreement(self, one: int, other: int) -> float:
        """How alike two people are on the whole; see `rostro.people.linkage`."""
        means = []
        for person in (one, other):
            mine = [row for row in self._mine(person).tolist() if row not in self._strayed]
            means.append(self._vectors[mine].astype(np.float64).mean(axis=0))
        lengths = [max(float(np.linalg.norm(mean)), 1e-12) for mean in means]
        return min(1.0, float(means[0] @ means[1]) / float(np.sqrt(lengths[0] * lengths[1])))

    def _face(self, row: int) -> HeldFace:
        return self.held.faces[int(self.rows[row])]

    def _others_of(self, row: int) -> tuple[HeldFace, ...]:
        """Some of the person's other photos, the most alike first."""
        mine = self._mine(int(self._owners[row]))
        mine = mine[mine != row]
        order = np.argsort(-(self._vectors[mine] @ self._vectors[row]))[:_SHOWN]
        return tuple(self._face(other) for other in mine[order].tolist())


def _away(faces: Sequence[HeldFace]) -> tuple[Mend, ...]:
    """Photos that are somebody else's, or not to be kept."""
    moved = tuple(Mend(action="move", person=face.name, photo=face.sha256) for face in faces)
    forgotten = tuple(Mend(action="forget", person=face.name, photo=face.sha256) for face in faces)
    return (*moved, *forgotten)

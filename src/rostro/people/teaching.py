"""What confirmed faces teach: which of them become templates of the person, and which templates make room.

A search finds people better by several templates than by one, if they show what the others do not. But whoever confirms
faces errs at times, and a wrong template names strangers from then on. So a face that was confirmed becomes one only if

1. it is so good that it would be judged without a margin (`Rules.least_quality`);
2. nobody else is nearer to it: one of the two names would be wrong;
3. it is as alike as two faces of one person are (`Rules.far`, the threshold of one comparison): others wait until a
   template lies between;
4. it is not what a template shows already (`Rules.near`).

Teaching goes on to `Rules.most` templates; then a new one takes the place of the oldest poor one that was taught, too.
What was enrolled is never dropped. Measured by ``benchmarks/teaching.py``; where `NEAR` lies was chosen on CelebA.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rostro.core.types import Floats, Template
    from rostro.quality.gate import Gate

#: Templates that a person has at most, by teaching.
MOST = 10
#: Where nothing new begins: this part of the way from the threshold of one comparison to 1.
NEAR = 2 / 3

#: What becomes of a confirmed face: a template (``taught``), or none because of what is said here.
Fate = Literal["taught", "known", "poor", "far", "other", "full", "erased", "no-consent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What teaching goes by.

    Attributes:
        far: Similarity to the nearest template of the person below which a face is not taken for theirs.
        near: Similarity from which it shows nothing new.
        least_quality: Of a face that may become a template, in [0, 1].
        most: Templates that a person has at most, by teaching; those who have more by enrolment keep them.

    Raises:
        BadInput: ``far`` above ``near``, or no room for a template.
    """

    far: float
    near: float
    least_quality: float = 0.0
    most: int = MOST

    def __post_init__(self) -> None:
        if not -1 <= self.far <= self.near <= 1:
            raise BadInput(f"far is at most near, both in [-1, 1], got {self.far} and {self.near}")
        if self.most < 1:
            raise BadInput(f"a person has one template or more, got {self.most}")

    @classmethod
    def at(cls, threshold: float, gate: Gate | None = None, *, most: int = MOST) -> Self:
        """The rules for an embedder.

        Args:
            threshold: Its threshold of one comparison.
            gate: Says from which quality on a face needs no margin; so none in a mask that hides it becomes a template.
                None: faces are not judged.
            most: See `Rules.most`.
        """
        far = min(max(threshold, -1.0), 1.0)
        quality = 0.0 if gate is None else gate.sure_from
        return cls(far=far, near=far + NEAR * (1 - far), least_quality=quality, most=most)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What is to be done about confirmed faces.

    Attributes:
        fates: Of each face, in their order.
        drop: Templates, by their places, that make room.
    """

    fates: tuple[Fate, ...]
    drop: tuple[int, ...]


def choose(
    faces: Sequence[Template],
    templates: Sequence[Template],
    rules: Rules,
    *,
    others: Sequence[float] = (),
    taught: Collection[str] = (),
) -> Choice:
    """Which confirmed faces of a person become templates, the surest first; each may lead to the next.

    Args:
        faces: They were confirmed to be this person's.
        templates: The person's, oldest first.
        rules: What is asked of them.
        others: (len(faces),) similarity of each to the nearest template of anybody else; empty: there is nobody else.
        taught: Photos, by their hashes, whose templates came by teaching.
    """
    fates: list[Fate] = ["far"] * len(faces)
    there = {template.source_hash for template in templates}
    if not faces or not templates:
        return Choice(tuple(fates), ())
    vectors = np.stack([face.vector for face in faces])
    best = (vectors @ np.stack([template.vector for template in templates]).T).max(axis=1)
    kept = dict(enumerate(templates))
    count, drop = len(templates), list[int]()
    waiting = set(range(len(faces)))
    while waiting:
        face = max(sorted(waiting), key=lambda place: best[place])
        waiting.remove(face)
        fates[face] = fate = _fate(faces[face], float(best[face]), others[face] if others else -1.0, there, rules)
        if fate != "taught":
            continue
        if count >= rules.most:
            if (gone := _to_drop(kept, taught)) is None:
                fates[face] = "full"
                continue
            del kept[gone]
            drop.append(gone)
            count -= 1
        count += 1
        there.add(faces[face].source_hash)
        best = _nearest(best, vectors, vectors[face])
    return Choice(tuple(fates), tuple(sorted(drop)))


def _nearest(best: Floats, vectors: Floats, new: Floats) -> Floats:
    nearest: Floats = np.maximum(best, vectors @ new)
    return nearest


def _fate(face: Template, own: float, other: float, there: Collection[str], rules: Rules) -> Fate:
    if face.source_hash in there:  # one template a photo: nobody is in one twice
        return "known"
    if face.quality < rules.least_quality:
        return "poor"
    if other > own:
        return "other"
    if own < rules.far:
        return "far"
    return "known" if own >= rules.near else "taught"


def _to_drop(templates: dict[int, Template], taught: Collection[str]) -> int | None:
    """Of the templates that came by teaching, the oldest that is no better than half of them; None: there is none."""
    mine = [place for place, template in templates.items() if template.source_hash in taught]
    if not mine:
        return None
    middle = float(np.median([templates[place].quality for place in mine]))
    return next(place for place in mine if templates[place].quality <= middle)

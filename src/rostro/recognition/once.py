"""Nobody is in a photo twice, unless nothing else fits: which face of a photo is whom, where several would be the same.

The face that is more like a person keeps the name; no sum over the photo takes it away, as the assignment with the
largest sum does, which was measured and names more faces wrongly than it puts right. The other face gets the next
person, but only one whom it is hardly less like, and only where the two faces are not alike themselves: those are one
person in a mirror, and not somebody whom that person resembles as strangers do. Otherwise the name stays, and a remark
says so (``benchmarks/once_per_photo.py``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rostro.core.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.decisions import Candidate, Identification
    from rostro.core.types import Floats
    from rostro.quality.gate import Gate

#: So much less like the next person a face may be to be them. Chosen on CelebA: of 0.02 to 0.2 all put the same faces
#: right, and the larger it is, the more faces get the names of others that are in a mirror.
NEXT = 0.02
#: People that are looked at per face.
LOOKED_AT = 5


def once_per_photo(
    answers: Sequence[Identification], vectors: Floats, same: float, gate: Gate | None = None
) -> list[Identification]:
    """Answers about one photo in which nobody is twice without a remark.

    A face that nobody was named for stays as it is, and nobody is named who was not among a face's candidates and above
    the threshold.

    Args:
        answers: About the faces of one photo.
        vectors: (len(answers), d) unit rows of the faces.
        same: From which similarity on two faces are one person, in one comparison.
        gate: Says what a face's quality allows; None allows everything.

    Returns:
        In the same order. Where a face got the next person's name, the candidates before that one are left out, and the
        remark names the first of them.
    """
    if len(answers) < 2:
        return list(answers)
    alike = vectors @ vectors.T >= same
    fitting = []
    for place, answer in enumerate(answers):
        doubles = [
            n for n, one in enumerate(answers) if n != place and one.name is not None and one.name == answer.name
        ]
        fitting.append(_fitting(answer, gate)[: 1 if alike[place, doubles].any() else None])
    held = _matched(fitting)
    told = list(answers)
    for place, candidates in enumerate(fitting):
        if not candidates or held.get(candidates[0].name) == place:
            continue
        first = candidates[0]
        number = next((n for n, one in enumerate(candidates) if held.get(one.name) == place), None)
        remark = Remark("twice" if number is None else "next", first.name, first.similarity, held[first.name])
        told[place] = replace(answers[place], candidates=answers[place].candidates[number or 0 :], remarks=(remark,))
    return told


def _fitting(answer: Identification, gate: Gate | None) -> tuple[Candidate, ...]:
    """Who a face may be, the most alike first; nobody where nobody was named."""
    if answer.name is None:
        return ()
    best, threshold = answer.candidates[0], answer.operating_point.threshold
    quality = [] if answer.quality is None else [answer.quality]
    others = [
        one
        for one in answer.candidates[1:]
        if one.similarity >= max(threshold, best.similarity - NEXT)
        and (gate is None or gate.doubt(one.similarity, threshold, quality) is None)
    ]
    return best, *others


def _matched(fitting: Sequence[tuple[Candidate, ...]]) -> dict[str, int]:
    """Whose face is which, by name: each asks for the one whom it is most like, and a better one takes their place.

    Gale and Shapley's matching, which is stable: no face without a person, or with the next one, is more like somebody
    than the face that is them.
    """
    held: dict[str, tuple[float, int]] = {}
    asked = [0] * len(fitting)
    waiting = list(range(len(fitting)))[::-1]
    while waiting:
        place = waiting.pop()
        while asked[place] < len(fitting[place]):
            one = fitting[place][asked[place]]
            asked[place] += 1
            before = held.get(one.name)
            if before is not None and (-before[0], before[1]) < (-one.similarity, place):
                continue
            held[one.name] = one.similarity, place
            if before is not None:
                waiting.append(before[1])
            break
    return {name: place for name, (_, place) in held.items()}

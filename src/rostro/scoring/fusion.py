"""From scores of templates to scores of people.

A person's score is their best template's: the rule that an operating point measured on pairs of photos is closest to,
and the one under which adding a bad template cannot make a person harder to find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def best_per_person(scores: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    """Fuses template scores by maximum.

    Args:
        scores: (person, score) of each template, any order.

    Returns:
        (person, score), each person once, best first; ties in the order of the person's number.
    """
    best: dict[int, float] = {}
    for person, score in scores:
        best[person] = max(score, best.get(person, score))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))

"""Who was said not to be somebody: a face that is more like a rejected one than like the person is not theirs.

Only that person is left out, and only for that face: whoever else was found comes in the same order as before, so
nobody is silenced by what was said of others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rostro.core.types import Floats

#: So much more like a rejected face than like the person's best template a face must be. Chosen on CelebA with one
#: template each (``benchmarks/rejections.py``): with 0, 93 instead of 84 % of the stranger's other photos lose the
#: wrong name, and of the person's own photos 0.6 instead of 0.2 %.
MARGIN = 0.05


def without_rejected(
    people: Sequence[tuple[int, float]], vector: Floats, rejected: Mapping[int, Floats] | None
) -> list[tuple[int, float]]:
    """Leaves out those whom a face is said not to be.

    Args:
        people: (person, score of their best template) of a face, in any order.
        vector: (d,) of the face, of unit norm.
        rejected: (K, d) unit rows of the faces that were said not to be a person's, by the person's id.

    Returns:
        The others, in the same order.
    """
    if not rejected:
        return list(people)
    return [
        (person, score)
        for person, score in people
        if person not in rejected or float((rejected[person] @ vector).max()) <= score + MARGIN
    ]

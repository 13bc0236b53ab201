"""How well groups of faces are people: BCubed and pairwise precision and recall.

*Precision* falls where a group holds several people, *recall* where a person lies in several groups; F is their
harmonic mean. **BCubed** (Bagga and Baldwin 1998) asks each face what part of its group is its own person, and what
part of its person's faces is in its group, and takes the mean over faces: a face counts as one, alone or among five
hundred. **Pairwise** asks the same of pairs of faces, so that a person with many photos counts by the square of their
number and people with one photo do not count at all. BCubed is what an album's owner sees; both belong in a report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision and recall of groups, held against whose the faces are.

    Attributes:
        precision: In [0, 1]: 1 where no group holds two people.
        recall: In [0, 1]: 1 where nobody lies in two groups.
    """

    precision: float
    recall: float

    @property
    def f(self) -> float:
        """Their harmonic mean; 0 where both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def to_dict(self) -> dict[str, Any]:
        """``{"precision", "recall", "f"}``."""
        return {"precision": self.precision, "recall": self.recall, "f": self.f}


def bcubed(groups: ArrayLike, owners: ArrayLike) -> Agreement:
    """The mean over faces.

    Args:
        groups: (N,) the group of each face; a face alone has a group of its own.
        owners: (N,) whose each face is.

    Raises:
        BadInput: No face, or lengths that differ.
    """
    shared, of_group, of_owner = _cells(groups, owners)
    faces = float(shared.sum())
    precision, recall = (shared**2 / of_group).sum() / faces, (shared**2 / of_owner).sum() / faces
    return Agreement(min(float(precision), 1.0), min(float(recall), 1.0))


def pairwise(groups: ArrayLike, owners: ArrayLike) -> Agreement:
    """Over pairs of faces: how many of those in one group are one person's, and of one person's are in one group.

    Where there is no pair to be wrong about (nobody was grouped, or everybody has one face), the part is 1.

    Args:
        groups: (N,) the group of each face; a face alone has a group of its own.
        owners: (N,) whose each face is.

    Raises:
        BadInput: No face, or lengths that differ.
    """
    shared, *_ = _cells(groups, owners)
    together = _pairs(shared)
    grouped, owned = _pairs(_sizes(groups)), _pairs(_sizes(owners))
    return Agreement(together / grouped if grouped else 1.0, together / owned if owned else 1.0)


def _cells(groups: ArrayLike, owners: ArrayLike) -> tuple[Any, Any, Any]:
    """Of every group and person that share faces: how many they share, and how many each has."""
    group, owner = np.asarray(groups), np.asarray(owners)
    if group.ndim != 1 or group.shape != owner.shape or not group.size:
        raise BadInput(f"groups and owners are (N,) of the same faces, N ≥ 1, got {group.shape} and {owner.shape}")
    _, group, of_group = np.unique(group, return_inverse=True, return_counts=True)
    people, owner, of_owner = np.unique(owner, return_inverse=True, return_counts=True)
    cells, shared = np.unique(group.astype(np.int64) * people.size + owner, return_counts=True)
    return shared.astype(np.float64), of_group[cells // people.size], of_owner[cells % people.size]


def _sizes(labels: ArrayLike) -> Any:
    return np.unique(np.asarray(labels), return_counts=True)[1].astype(np.float64)


def _pairs(sizes: Any) -> float:
    return float((sizes * (sizes - 1) / 2).sum())

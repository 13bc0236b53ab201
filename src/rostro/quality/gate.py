"""The gate: below a measured quality no decision is made, and above it a poor photo needs a closer match.

A false match rate holds for photos like those that it was measured on. Two blurred faces of different people are as
alike as two photos of one person: not by chance, but because nothing is left to tell them apart. Three rules keep the
promise (measured by ``benchmarks/bad_photos.py``):

1. A face of a quality below `Gate.refuse_below` is not judged.
2. From there to `Gate.sure_from` a match must exceed the threshold by a margin, which falls to nothing on the way. What
   reaches the threshold and not the margin is neither a yes nor a no: it cannot be judged.
3. What does not reach the threshold is no match: damage makes strangers alike, it makes nobody less of a stranger.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.foreign import read_json, shaped
from rostro.core.quality import Doubt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from rostro.core.quality import Quality
    from rostro.core.types import Floats

SHIPPED = Path(__file__).with_name("shipped")
#: Scores are kept this far from 0 and 1 before their logarithm is taken.
_LEAST = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """How one scorer and the length of one embedder's vectors become a quality, and what follows from it.

    Attributes:
        space: The embedding space that it was measured for.
        scorer: Name of the `QualityScorer`; empty where the length alone decides.
        weights: Of the vector's length before it was normalised, of the score, and of its logit.
        bias: Added to the weighted sum; the quality is the logistic function of all.
        refuse_below: Values below this are not judged.
        sure_from: From this value on the operating point's threshold holds as it is.
        margin: What a match must have above the threshold at `refuse_below`.
        measured: What was measured, on what: rows of false match rates with their intervals, shares refused.
    """

    space: str
    scorer: str
    weights: tuple[float, float, float]
    bias: float
    refuse_below: float
    sure_from: float
    margin: float
    measured: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (*self.weights, self.bias, self.margin))):
            raise BadInput("the weights of a gate, its bias and its margin are finite numbers")
        if not (0 <= self.refuse_below <= self.sure_from <= 1 and self.margin >= 0):
            raise BadInput(
                f"0 ≤ refuse_below ≤ sure_from ≤ 1 and margin ≥ 0, got {self.refuse_below}, {self.sure_from}, "
                f"{self.margin}"
            )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a gate's file.

        Raises:
            BadInput: Missing or malformed; names the file and what is wrong.
        """
        what = "a gate's file"
        data = read_json(path, what)
        with shaped(path, what):
            one, two, three = (float(weight) for weight in data["weights"])
            return cls(
                space=str(data["space"]),
                scorer=str(data["scorer"]),
                weights=(one, two, three),
                bias=float(data["bias"]),
                refuse_below=float(data["refuse_below"]),
                sure_from=float(data["sure_from"]),
                margin=float(data["margin"]),
                measured=dict(data["measured"]),
            )

    @classmethod
    def shipped(cls, space: str, scorer: str) -> Self | None:
        """The gate that comes with rostro for a space and a scorer (empty: the length alone); None: not measured."""
        path = SHIPPED / f"{file_stem(space, scorer)}.json"
        return cls.read(path) if path.is_file() else None

    @classmethod
    def floor(cls, space: str) -> Self:
        """The gate of spaces without a measured one: it refuses negatives and faces without fine detail, no more."""
        return cls(
            space=space, scorer="detail", weights=(0.0, 6.0, 0.0), bias=-3.0, refuse_below=0.05, sure_from=0.05,
            margin=0.0, measured={},
        )  # fmt: skip

    def but(self, *, refuse_below: float | None) -> Self:
        """The same gate with another level; None leaves it, 0 judges every face."""
        if refuse_below is None:
            return self
        return replace(self, refuse_below=refuse_below, sure_from=max(self.sure_from, refuse_below))

    def values(self, lengths: Floats, scores: Floats | None = None) -> Floats:
        """Qualities.

        Args:
            lengths: (N,) of the vectors before they were normalised.
            scores: (N,) of the scorer; None where the gate has none.

        Returns:
            (N,) float32 in [0, 1].

        Raises:
            BadInput: Scores are missing.
        """
        if scores is None and self.scorer:
            raise BadInput(f"the gate of {self.space} needs the scores of {self.scorer}")
        evidence = features(lengths, scores) @ np.array(self.weights, np.float64) + self.bias
        qualities: Floats = (1 / (1 + np.exp(-np.clip(evidence, -30, 30)))).astype(np.float32)
        return qualities

    def margins(self, values: ArrayLike) -> Floats:
        """What a match must have above the threshold, for each quality; that of two faces is the larger one."""
        width = max(self.sure_from - self.refuse_below, 1e-9)
        ramp = (self.sure_from - np.asarray(values, np.float64)) / width
        margins: Floats = (self.margin * np.clip(ramp, 0, 1)).astype(np.float32)
        return margins

    def same(self, similarity: float, threshold: float, *values: float) -> bool | None:
        """The decision about a pair; None: it cannot be judged.

        Args:
            similarity: Of the two faces.
            threshold: Of the operating point.
            values: The qualities of both faces, or of the one that is known.
        """
        if min(values) < self.refuse_below:
            return None
        if similarity < threshold:
            return False
        return True if similarity >= threshold + float(self.margins(min(values))) else None

    def doubt(
        self, similarity: float | None, threshold: float, qualities: Sequence[Quality], photos: Sequence[str] = ()
    ) -> Doubt | None:
        """Why a decision cannot be made; None where it can.

        Args:
            similarity: Of the faces; None where there was nobody to compare with.
            threshold: Of the operating point.
            qualities: Of the faces, one or two; none leaves no doubt.
            photos: Their photos' names, where there are two.
        """
        if not qualities:
            return None
        worst = min(range(len(qualities)), key=lambda index: qualities[index].value)
        quality = qualities[worst]
        photo = photos[worst] if len(photos) > 1 else ""
        if quality.value < self.refuse_below:
            return Doubt(quality, photo)
        undecided = similarity is not None and self.same(similarity, threshold, quality.value) is None
        return Doubt(quality, photo, close=True) if undecided else None


def features(lengths: Floats, scores: Floats | None) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(N, 3): length, score, logit of the score; zeros where there are no scores."""
    table = np.zeros((len(lengths), 3))
    table[:, 0] = lengths
    if scores is not None:
        kept = np.clip(np.asarray(scores, np.float64), _LEAST, 1 - _LEAST)
        table[:, 1], table[:, 2] = scores, np.log(kept / (1 - kept))
    return table


def file_stem(space: str, scorer: str) -> str:
    """Name of a gate's file, without its ending."""
    plain = space.replace("/", "+").replace(",", "+").replace("=", "").replace("*", "x")
    return f"{plain}+{scorer or 'length'}"

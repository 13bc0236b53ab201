"""Who a track is: all that was seen of it, weighed, and a name that is not given or taken back lightly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Floats

State = Literal["undecided", "known", "unknown"]

#: Embeddings before anything is said.
CONFIRM = 2
#: A single one says it where no second may come, as with one picture a second, if its score is this far above the
#: threshold: for the default embedder the false match rate there is a thirtieth of that at the threshold.
CLEAR = 0.1
#: Embeddings without a name after which a face is called unknown.
GIVE_UP = 3
#: A name stays until its score falls this far below the threshold, and until another one's is this much better.
SLACK = 0.06
#: Each embedding makes those before it count for this much less, so that a long track can change its mind.
FADING = 0.9
#: Below this part of the threshold an embedding is of somebody else than the track's.
STRANGE = 0.4
#: The same, where the face could not be followed in between.
LOST = 0.8


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody of the gallery, and the cosine similarity of their best template."""

    person: int
    name: str
    score: float


@dataclass(slots=True, eq=False)
class Identity:
    """What is known about who a track is.

    The evidence is the mean of the track's unit embeddings, weighed by quality. Its dot product with a template is the
    weighed mean of the embeddings' similarities to it: the score of one photo, with less noise. So the threshold that
    was measured on single photos holds for it, where that of a mean brought back to unit length would be too low.

    Attributes:
        threshold: Scores at or above it are a match.
        match: Who it is, with the score of the last look; None while nobody was recognised.
        count: Embeddings taken in.
    """

    threshold: float
    match: Match | None = None
    count: int = 0
    _sum: Floats | None = None
    _weight: float = 0.0
    _strange: int = field(default=0)

    @property
    def state(self) -> State:
        """``known``, ``unknown``, or ``undecided`` while too little was seen."""
        if self.match is not None:
            return "known"
        return "unknown" if self.count >= GIVE_UP else "undecided"

    @property
    def certainty(self) -> float:
        """Length of the mean embedding, in [0, 1]: 1 where all embeddings are the same."""
        return 0.0 if self._sum is None else float(np.linalg.norm(self._sum)) / self._weight

    @property
    def query(self) -> Floats:
        """The mean embedding at unit length, to search with; its scores times `certainty` are the evidence's."""
        assert self._sum is not None, "nothing was taken in"
        unit: Floats = (self._sum / np.linalg.norm(self._sum)).astype(np.float32)
        return unit

    def strange(self, vector: Floats, *, lost: bool = False) -> bool:
        """Whether a unit vector is of somebody else than all before it.

        Args:
            vector: (d,) of unit length.
            lost: Whether the face could not be followed since the last look: then it takes less to be somebody else.
        """
        part = LOST if lost else STRANGE
        return self._sum is not None and float(self.query @ vector) < part * self.threshold

    @property
    def doubted(self) -> bool:
        """Whether the last look was of somebody else: one more settles it."""
        return self._strange > 0

    def add(self, vector: Floats, weight: float, *, lost: bool = False) -> None:
        """Takes in an embedding.

        Two in a row that are of somebody else make it start anew: tracks can be mixed up where faces cross.

        Args:
            vector: (d,) of unit length.
            weight: Its quality, above 0.
            lost: See `strange`.
        """
        if self.strange(vector, lost=lost):
            self._strange += 1
            if self._strange < 2:
                return
            self._sum, self._weight, self.count, self.match = None, 0.0, 0, None
        self._strange = 0
        faded = 0.0 if self._sum is None else self._sum * np.float32(FADING)
        self._sum = (faded + vector * np.float32(weight)).astype(np.float32)
        self._weight = self._weight * FADING + weight
        self.count += 1

    def decide(self, found: Sequence[Match], *, alone: bool = False) -> bool:
        """Weighs the people found with `query`.

        Args:
            found: Best first, scores as the search gave them.
            alone: Whether a single view may be all that there will be, so that it is enough where it is clear.

        Returns:
            Whether the name changed.
        """
        before = None if self.match is None else self.match.person
        certainty = self.certainty
        scored = [Match(one.person, one.name, one.score * certainty) for one in found]
        best = scored[0] if scored else None
        current = next((one for one in scored if one.person == before), None)
        keeps = current is not None and current.score >= self.threshold - SLACK
        clear = alone and best is not None and best.score >= self.threshold + CLEAR
        good = best is not None and best.score >= self.threshold and (self.count >= CONFIRM or clear)
        if keeps and current is not None and best is not None:
            self.match = best if good and best.score >= current.score + SLACK else current
        else:
            self.match = best if good else None
        return before != (None if self.match is None else self.match.person)

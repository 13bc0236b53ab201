"""What a gallery keeps besides faces: short texts about a person, or about the gallery itself.

A gallery does not know what they say: consents, when somebody was last seen, the log of changes. What it does know is
whose they are, so that they go when the person is erased, and are the other's when two people are merged.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

#: What is kept of a person or of the gallery, one of each kind: what they agreed to, what the gallery asks for, when
#: they were last seen, what the log calls them, which photos taught, what somebody said of a group of an album, which
#: faces are not theirs, in which albums they are.
CONSENT, POLICY, SEEN, PSEUDONYM, TAUGHT, ALBUM, NEGATIVE, LINKED = ONE_EACH = (
    "consent", "policy", "seen", "pseudonym", "taught", "album", "negative", "linked",
)  # fmt: skip

#: Kinds whose records add up, where somebody has several, as after a merger that was cut off: put together with this.
JOINED = {PSEUDONYM: " ", TAUGHT: " ", NEGATIVE: "\n", LINKED: "\n"}

#: What was done, each after the other.
LOG = "log"

#: Whose records about the gallery itself are.
NOBODY = 0


class Record(NamedTuple):
    """A text that a gallery keeps.

    Attributes:
        id: Grows with every record of a kind.
        person: Id of whose it is; `NOBODY` for the gallery's own.
        body: The text.
    """

    id: int
    person: int
    body: str


class Records(ABC):
    """A gallery's records, by kind: a short word in ASCII."""

    @abstractmethod
    def records(
        self, kind: str, people: Collection[int] | None = None, *, after: int = 0, limit: int | None = None
    ) -> list[Record]:
        """Records of a kind, oldest first.

        Args:
            kind: Which.
            people: Only those of these people; None: of everybody, and the gallery's own.
            after: Only those with a larger id.
            limit: How many at most; None: all.
        """

    @abstractmethod
    def keep_records(self, kind: str, bodies: Mapping[int, str | None], *, only_missing: bool = False) -> None:
        """Keeps one record of a kind for each of these people, or for `NOBODY`, in place of those that they had.

        People who are not there (any more) get none: nothing of somebody who was erased may come back.

        Args:
            kind: Which.
            bodies: Texts by person's id; None removes what there is.
            only_missing: Whether those who have one of this kind keep it.
        """

    def revise_records(
        self, kind: str, people: Collection[int], revise: Callable[[Mapping[int, list[str]]], Mapping[int, str | None]]
    ) -> None:
        """Keeps records in place of others, as `keep_records` does, by what there is.

        A backend in which nothing can come between says so here.

        Args:
            kind: Which.
            people: Of these, or of `NOBODY`, the texts that there are are read.
            revise: Makes new texts of those by person's id; who is left out keeps theirs. May be called again.
        """
        held: dict[int, list[str]] = {}
        for record in self.records(kind, people):
            held.setdefault(record.person, []).append(record.body)
        if bodies := revise(held):
            self.keep_records(kind, bodies)

    @abstractmethod
    def append_records(self, kind: str, following: Callable[[str | None], Sequence[str]]) -> None:
        """Adds records of the gallery's own after the last one of their kind; nothing comes between.

        Args:
            kind: Which.
            following: Makes the texts, of that of the last one; None where there is none. May be called again.
        """

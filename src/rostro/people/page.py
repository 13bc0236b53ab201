"""Some of the people, as lists show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rostro.core.types import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rostro.core.types import Person


@dataclass(frozen=True, slots=True)
class Page(Answer):
    """Some of the people, by name.

    Attributes:
        people: These.
        next: What to ask for the page after with; None where this is the last.
        total: How many there are on all pages together.
    """

    people: tuple[Person, ...]
    next: str | None
    total: int

    def __iter__(self) -> Iterator[Person]:
        return iter(self.people)

    def __len__(self) -> int:
        return len(self.people)

    def to_dict(self) -> dict[str, Any]:
        """``{"people", "total", "next"}``."""
        people = [person.to_dict() for person in self.people]
        return {"people": people, "total": self.total, "next": self.next}

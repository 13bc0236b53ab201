"""What galleries tell about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


@dataclass(frozen=True, slots=True)
class Hit:
    """A stored template near a query: whose it is, and the cosine similarity in [-1, 1]."""

    person: int
    template: int
    similarity: float


class Population(NamedTuple):
    """What a search looks through."""

    people: int
    templates: int


@dataclass(frozen=True, slots=True)
class Info:
    """What a gallery holds.

    Attributes:
        people: How many people.
        templates: How many templates.
        dims: Length of the vectors; None while there are none.
        size: Bytes that it takes where it is stored, index included; None where the backend cannot tell.
        index: State of the search index, in words.
        encryption: How what is stored is encrypted by rostro, in words.
    """

    people: int
    templates: int
    dims: int | None
    size: int | None
    index: str
    encryption: str = "none: names, vectors and photo hashes are in clear"


#: To whom templates may be added: anybody, people who are not there yet, or people who are.
Who = Literal["anybody", "new", "known"]

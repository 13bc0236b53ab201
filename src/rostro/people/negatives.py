"""Faces that somebody said are not a person's, as a gallery keeps them: with the person, one record each."""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rostro.core.errors import BadInput, GalleryCorrupt
from rostro.core.foreign import json_of
from rostro.core.forking import Mutex
from rostro.core.types import Answer
from rostro.gallery.records import NEGATIVE, NOBODY
from rostro.people.consent import now

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from rostro.core.types import Floats
    from rostro.gallery.base import Gallery

#: Faces kept of a person at most; and characters, for no gallery's server takes more than 64 kB in one text.
MOST, _CHARACTERS = 32, 48_000
#: Characters of a photo's name that are kept: its end says more.
_NAME = 200
#: Seconds for which what others rejected may be unknown, and after which everything is read anew in any case.
_HOLDS, _WHOLE = 2.0, 600.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rejection(Answer):
    """A face that is not a person's.

    Attributes:
        photo: The photo's name, at most its last 200 characters.
        sha256: Of its bytes.
        box: The face in it: (x1, y1, x2, y2) in pixels.
        vector: (d,) float32 of unit norm; as a gallery keeps it, of float16 values.
        given: When it was noted, in UTC.
    """

    photo: str
    sha256: str
    box: tuple[float, float, float, float]
    vector: Floats
    given: str = field(default_factory=now)

    def __repr__(self) -> str:
        return f"<Rejection of the face at {tuple(round(side) for side in self.box)} in {self.photo}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "sha256", "box", "given"}``: the vector is of somebody else, and nobody's to be told."""
        box = [round(float(side), 2) for side in self.box]
        return {"photo": self.photo, "sha256": self.sha256, "box": box, "given": self.given}

    def line(self) -> str:
        """As it is kept: a line of JSON."""
        half = self.vector.astype("<f2").tobytes()
        kept = {**self.to_dict(), "photo": self.photo[-_NAME:], "vector": base64.b64encode(half).decode()}
        return json.dumps(kept, separators=(",", ":"))

    @classmethod
    def of(cls, line: str) -> Self:
        """The rejection of a line.

        Raises:
            GalleryCorrupt: It is none.
        """
        try:
            known = json_of(line)
            values = np.frombuffer(base64.b64decode(known["vector"], validate=True), "<f2").astype(np.float32)
            norm = float(np.linalg.norm(values))
            x1, y1, x2, y2 = (float(side) for side in known["box"])
            texts = [known[name] for name in ("photo", "sha256", "given")]
            if not (abs(norm - 1) < 0.01 and all(isinstance(text, str) for text in texts)):
                raise ValueError("no unit vector, or no text")
            photo, sha256, given = texts
            return cls(photo, sha256, (x1, y1, x2, y2), (values / norm).astype(np.float32), given)
        except (ValueError, KeyError, TypeError, AttributeError, BadInput) as error:
            raise GalleryCorrupt("a face that was said not to be somebody's cannot be read") from error


class Negatives:
    """The rejected faces of one gallery's people. Safe to share between threads.

    A search knows what was rejected here at once, and what others rejected after `_HOLDS` seconds: with every change a
    mark changes, a record of the gallery's own, so that as a rule one short text is read and nothing else.
    """

    def __init__(self, gallery: Gallery) -> None:
        """Touches no disk.

        Args:
            gallery: Whose.
        """
        self._gallery = gallery
        self._lock = Mutex()
        self._known: Mapping[int, Floats] = {}
        self._mark = ""
        self._asked = self._read = float("-inf")

    def known(self) -> Mapping[int, Floats]:
        """Of everybody of whom there are any, (K, d) unit rows by the person's id.

        Raises:
            GalleryCorrupt: The gallery keeps what cannot be one.
        """
        with self._lock:
            at = time.monotonic()
            if at > self._asked + _HOLDS:
                mark = "".join(record.body for record in self._gallery.records(NEGATIVE, [NOBODY]))
                if mark != self._mark or at > self._read + _WHOLE:
                    self._known = self._all() if mark else {}
                    self._mark, self._read = mark, at
                self._asked = at
            return self._known

    def of(self, people: Collection[int]) -> dict[int, list[Rejection]]:
        """Those of some people, the oldest first; who has none is left out."""
        found: dict[int, list[Rejection]] = {}
        for record in self._gallery.records(NEGATIVE, people):
            if record.person != NOBODY:
                found.setdefault(record.person, []).extend(_read([record.body]))
        return found

    def change(self, people: Collection[int], change: Callable[[int, list[Rejection]], list[Rejection]]) -> None:
        """Keeps others of some people in place of those that there are.

        Args:
            people: Whose.
            change: Makes new ones of those of a person; may be called again.
        """

        def revised(held: Mapping[int, list[str]]) -> Mapping[int, str | None]:
            bodies: dict[int, str | None] = {}
            for person in people:
                before = held.get(person, [])
                after = "\n".join(one.line() for one in _at_most(change(person, _read(before)))) or None
                if before != ([] if after is None else [after]):
                    bodies[person] = after
            return {**bodies, NOBODY: secrets.token_hex(8)} if bodies else {}

        self._gallery.revise_records(NEGATIVE, people, revised)
        self.forget()

    def touch(self) -> None:
        """Has everybody read them anew: some went without `change`, with their person."""
        if self._gallery.records(NEGATIVE, [NOBODY]):
            self._gallery.keep_records(NEGATIVE, {NOBODY: secrets.token_hex(8)})
        self.forget()

    def forget(self) -> None:
        """Has what is known here read anew."""
        with self._lock:
            self._mark, self._asked, self._read = "", float("-inf"), float("-inf")

    def _all(self) -> dict[int, Floats]:
        space_of: set[int] = set()
        found: dict[int, list[Floats]] = {}
        for record in self._gallery.records(NEGATIVE):
            if record.person != NOBODY:
                vectors = [one.vector for one in _read([record.body])]
                found.setdefault(record.person, []).extend(vectors)
                space_of |= {vector.size for vector in vectors}
        if len(space_of) > 1:
            raise GalleryCorrupt("faces that were said not to be somebody's are of several embedding spaces")
        return {person: np.stack(vectors) for person, vectors in found.items() if vectors}


def _read(bodies: Iterable[str]) -> list[Rejection]:
    return [Rejection.of(line) for body in bodies for line in body.splitlines()]


def _at_most(rejections: Sequence[Rejection]) -> list[Rejection]:
    """As many as are kept: of the two that are most alike the older one goes first."""
    kept = list(rejections)
    lengths = [len(one.line()) + 1 for one in kept]
    while len(kept) > MOST or (sum(lengths) > _CHARACTERS and len(kept) > 1):
        vectors = np.stack([one.vector for one in kept])
        alike = np.triu(vectors @ vectors.T, 1) - 2 * np.tri(len(kept), dtype=np.float32)
        oldest = int(np.unravel_index(int(alike.argmax()), alike.shape)[0])
        del kept[oldest], lengths[oldest]
    return kept

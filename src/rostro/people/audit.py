"""The log of a gallery: who did what to whom, and when. Each entry holds the hash of the one before.

No entry has a name. People are called by a random pseudonym that stays with the person through every change of name.
It is kept with their records and goes when they are erased: then nobody can say any more whose the entries were, and
the chain holds all the same, for none of it is changed.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from rostro.core.errors import BadInput, GalleryCorrupt
from rostro.core.foreign import json_of
from rostro.core.types import Answer
from rostro.gallery.records import LOG, NOBODY, PSEUDONYM
from rostro.people.consent import now

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from rostro.gallery.base import Gallery
    from rostro.gallery.records import Record

#: Entries that are read at a time.
_PAGE = 5_000


def this_user() -> str:
    """Who is at this computer, as the log calls them: ``user:ada``."""
    try:
        return f"user:{getpass.getuser()}"
    except (KeyError, OSError):  # no entry for the user's number, as in some containers
        return f"user:{os.getuid()}" if hasattr(os, "getuid") else "user:unknown"


@dataclass(frozen=True, slots=True)
class Entry(Answer):
    """Something that was done.

    Attributes:
        number: Counts from 1.
        time: When, in UTC.
        actor: Who: ``user:NAME`` of the operating system, ``key:ID`` of a server's key, ``client:ADDRESS`` without one.
        action: What: ``enrol``, ``rename``, ``merge``, ``move`` (and ``moved``, of who has the photo then), ``forget``,
            ``reject``, ``erase``, ``expire``, ``consent``, ``policy``, ``export``, ``search``; of an album ``group``,
            ``split``, ``ignore``; ``failed`` after one that was not done.
        who: Pseudonyms of the people that it was done to.
        about: What else is to be said; no names.
        previous: ``hash`` of the entry before; empty for the first.
        hash: sha256 of all of this.
    """

    number: int
    time: str
    actor: str
    action: str
    who: tuple[str, ...]
    about: Mapping[str, Any]
    previous: str
    hash: str

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        return {**asdict(self), "who": list(self.who), "about": dict(self.about)}

    @classmethod
    def following(
        cls, before: Entry | None, actor: str, action: str, who: Iterable[str], about: Mapping[str, Any]
    ) -> Self:
        """The entry after another, now."""
        number, previous = (1, "") if before is None else (before.number + 1, before.hash)
        unsealed = cls(number, now(), actor, action, tuple(who), about, previous, "")
        return cls(number, unsealed.time, actor, action, unsealed.who, about, previous, unsealed.computed())

    def computed(self) -> str:
        """The hash that it should have."""
        content = {name: value for name, value in self.to_dict().items() if name != "hash"}
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @classmethod
    def of(cls, body: str) -> Self:
        """The entry of a record."""
        try:
            known = json_of(body)
            entry = cls(**{**known, "who": tuple(known["who"]), "about": dict(known["about"])})
        except (ValueError, KeyError, TypeError, AttributeError, BadInput) as error:
            raise GalleryCorrupt("an entry of the gallery's log cannot be read") from error
        texts = (entry.time, entry.actor, entry.action, entry.previous, entry.hash, *entry.who)
        if not isinstance(entry.number, int) or not all(isinstance(text, str) for text in texts):
            raise GalleryCorrupt("an entry of the gallery's log cannot be read")
        return entry


@dataclass(frozen=True, slots=True)
class Verified(Answer):
    """Whether the log is as it was written. True where nothing was found wrong.

    Attributes:
        entries: How many there are.
        head: ``hash`` of the last one; kept elsewhere, it shows later that nothing was written anew or cut off.
        problems: What is wrong, one sentence each.
    """

    entries: int
    head: str
    problems: tuple[str, ...]

    def __bool__(self) -> bool:
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """``{"sound", "entries", "head", "problems"}``."""
        return {"sound": bool(self), **asdict(self), "problems": list(self.problems)}


class Audit:
    """The log of one gallery."""

    def __init__(self, gallery: Gallery) -> None:
        """Touches no disk.

        Args:
            gallery: Whose.
        """
        self._gallery = gallery

    def append(self, actor: str, action: str, people: Collection[int] = (), **about: Any) -> None:
        """Notes that something is done.

        Args:
            actor: By whom.
            action: What; see `Entry`.
            people: Ids of those that it is done to; of people who are not there, nothing is said.
            about: What else is to be said; no names.
        """
        named = self.pseudonyms(people, make=True)
        who = [name for person in people for name in named.get(person, ())[-1:]]

        def following(last: str | None) -> list[str]:
            try:
                before = None if last is None else Entry.of(last)
            except GalleryCorrupt:  # nobody must be kept from erasing by that; `verify` says that a chain begins anew
                before = None
            return [json.dumps(Entry.following(before, actor, action, who, about).to_dict())]

        self._gallery.append_records(LOG, following)

    def pseudonyms(self, people: Collection[int], *, make: bool = False) -> dict[int, list[str]]:
        """What people are called in the log; those who were merged have several.

        Args:
            people: Their ids.
            make: Whether those who are there, and have none, get one.
        """
        found = self._kept(people)
        if make and (missing := set(people) - found.keys()):
            self._gallery.keep_records(
                PSEUDONYM, {person: secrets.token_hex(16) for person in missing}, only_missing=True
            )
            found |= self._kept(missing)
        return found

    def _kept(self, people: Collection[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for record in self._gallery.records(PSEUDONYM, people) if people else ():
            found.setdefault(record.person, []).extend(record.body.split())
        return found

    def entries(self, *, after: int = 0, limit: int | None = None, who: Collection[str] = ()) -> Iterator[Entry]:
        """What was done, oldest first.

        Args:
            after: Only entries with a larger number.
            limit: How many at most; None: all.
            who: Only what was done to one of these pseudonyms; empty: everything.
        """
        wanted = set(who)
        for entry in (Entry.of(record.body) for record in self._records()):
            if entry.number > after and (not wanted or not wanted.isdisjoint(entry.who)):
                if limit is not None and (limit := limit - 1) < 0:
                    return
                yield entry

    def verify(self, head: str = "") -> Verified:
        """Whether the log is as it was written.

        Without ``head``, whoever may write the gallery could have written the whole log anew.

        Args:
            head: The beginning of a `Verified.head` of before, at least 8 characters: an entry must have it still.
        """
        problems: list[str] = []
        count, last, seen = 0, "", not head
        for record in self._records():
            count += 1
            try:
                entry = Entry.of(record.body)
            except GalleryCorrupt:
                problems.append(f"entry {count} cannot be read")
                continue
            if entry.number != count or entry.previous != last:
                problems.append(f"entry {entry.number} does not follow the one before it")
            if entry.computed() != entry.hash:
                problems.append(f"entry {entry.number} was changed")
            count, last, seen = entry.number, entry.hash, seen or entry.hash.startswith(head)
        if not seen:
            problems.append(f"no entry has the hash {head}: the log was cut off, or written anew")
        return Verified(count, last, tuple(problems))

    def _records(self) -> Iterator[Record]:
        last = 0
        while page := self._gallery.records(LOG, [NOBODY], after=last, limit=_PAGE):
            yield from page
            last = page[-1].id

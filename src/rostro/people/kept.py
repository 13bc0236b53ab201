"""What is kept of people besides their faces: what they agreed to, when they were seen, and what was done to them."""

from __future__ import annotations

import copy
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from rostro.core.errors import RostroError
from rostro.gallery.records import CONSENT, POLICY, PSEUDONYM, SEEN
from rostro.people.audit import Audit, Verified, this_user
from rostro.people.consent import Consent, Policy, consents_of
from rostro.people.expiry import Expired, expired
from rostro.people.export import Export, export_of
from rostro.people.keeping import without_consent
from rostro.people.linked import UNREACHED, erase_linked
from rostro.people.listed import Listed
from rostro.people.pictures import Pictures
from rostro.people.seen import Seen
from rostro.people.taught import forget_taught, note_taught

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import date

    from rostro.core.types import Person
    from rostro.gallery.base import Gallery
    from rostro.people.audit import Entry
    from rostro.people.negatives import Rejection

#: Ids that the gallery is asked for at a time.
_AT_ONCE = 10_000


class Kept(Listed):
    """The part of `rostro.people.people.People` that answers for what it keeps.

    Attributes:
        actor: Who changes people through this, as the log calls them.
        pictures: Pictures of faces, whoever kept them; None where the gallery is no file.
    """

    def __init__(self, gallery: Gallery, actor: str = "") -> None:
        """Touches no disk.

        Args:
            gallery: Where they are.
            actor: Who changes people; empty: the user of this computer.
        """
        super().__init__(gallery)
        self.actor = actor or this_user()
        self.pictures = Pictures.beside(gallery)
        self._audit = Audit(gallery)
        self._seen = Seen(gallery)
        self._swept = False
        self._unreached: list[str] = []  # albums; the same list for whoever changes people by another name

    def by(self, actor: str) -> Self:
        """The same people, changed by somebody else, as the log calls them: ``key:ID``; empty: by the same."""
        other = copy.copy(self)
        other.actor = actor or self.actor
        return other

    def erase(self, *who: str | int) -> int:
        """Erases people; see `People.erase`."""
        raise NotImplementedError

    def rejections(self, who: str | int) -> list[Rejection]:
        """The faces that were said not to be somebody's; see `Rejecting.rejections`."""
        raise NotImplementedError

    def pending(self) -> dict[str, str]:
        """``{"pending": …}``: what of an erasure is not done yet because other programs read the gallery; else empty.

        Nobody finds the erased any more; it is bytes in the gallery's files that wait (see `Gallery.unfinished`), and
        albums that the last erasure could not reach.
        """
        left = [self.gallery.unfinished, *map(UNREACHED.format, self._unreached)]
        return {"pending": "; ".join(filter(None, left))} if any(left) else {}

    # What they agreed to.

    def consent(self, who: str | int) -> Consent | None:
        """What somebody agreed to; None where nothing is known.

        Raises:
            UnknownPerson: There is nobody like that.
        """
        person = self._person(who)
        return consents_of(self.gallery, [person]).get(person)

    def consents(self) -> dict[str, Consent | None]:
        """What everybody agreed to, by name in order; None for those of whom nothing is known."""
        known = consents_of(self.gallery)
        return {person.name: known.get(person.id) for person in self.page(limit=None)}

    def give_consent(self, who: str | int, consent: Consent) -> None:
        """Notes what somebody agreed to, in place of what was known.

        Raises:
            UnknownPerson: There is nobody like that.
        """
        person = self._person(who)
        with self._logged("consent", person, given=True, until=consent.to_dict()["until"]):
            self.gallery.keep_records(CONSENT, {person: json.dumps(consent.to_dict())})

    def withdraw_consent(self, who: str | int) -> None:
        """Notes that somebody takes their consent back. They stay until they are erased.

        Raises:
            UnknownPerson: There is nobody like that.
        """
        person = self._person(who)
        with self._logged("consent", person, given=False):
            self.gallery.keep_records(CONSENT, {person: None})

    @property
    def policy(self) -> Policy:
        """What the gallery asks of whoever uses it."""
        return Policy.of(self.gallery)

    def set_policy(self, policy: Policy) -> None:
        """Says what the gallery asks for from now on; for those of whom nothing is known, days count from today."""
        with self._logged("policy", **policy.to_dict()):
            self.gallery.keep_records(POLICY, {0: json.dumps(policy.to_dict())})
        self._seen.forget_policy()
        if policy.keep_days is not None:
            self._seen.begin([person for person, _ in self.gallery.all_names()])

    # How long they stay.

    def last_seen(self, who: str | int) -> date | None:
        """The day on which somebody was last enrolled or found; None where the gallery does not ask for it.

        Raises:
            UnknownPerson: There is nobody like that.
        """
        person = self._person(who)
        return self._seen.days([person]).get(person)

    def note_found(self, names: Collection[str]) -> None:
        """Notes that people were found by a search: when they were seen, and in the log, as far as the policy asks.

        One who is found again and again by the same is logged once a minute.
        """
        policy = self._seen.policy
        if not names or not (policy.log_searches or policy.keep_days is not None):
            return
        ids = {name: person.id for name in set(names) if (person := self.find(name)) is not None}
        if policy.keep_days is not None:
            self._seen.note(list(ids.values()))
        if policy.log_searches and (new := self._seen.unlogged(self.actor, ids.values())):
            self._audit.append(self.actor, "search", new)

    def expire(self, on: date | None = None, *, dry_run: bool = False) -> list[Expired]:
        """Erases, as `erase` does, those whose consent ended, and those who were not seen for as long as they are kept.

        Args:
            on: The day that it is; None: today.
            dry_run: Whether to say only who it would be.

        Returns:
            Who they are, and why.
        """
        gone = expired(self.gallery, self.policy, self._seen.days(), on)
        if gone and not dry_run:
            self._audit.append(self.actor, "expire", [one.id for one in gone])
            self.erase(*(one.id for one in gone))
        return gone

    # What was done, and what is held.

    def log(self, who: str | int | None = None, *, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """What was done, oldest first.

        Args:
            who: Name or id of the person to whom; None: everything.
            after: Only entries with a larger number.
            limit: How many at most; None: all.

        Raises:
            UnknownPerson: There is nobody like that.
        """
        if who is None:
            return self._audit.entries(after=after, limit=limit)
        person = self._person(who)
        names = self._audit.pseudonyms([person]).get(person)
        return self._audit.entries(after=after, limit=limit, who=names) if names else iter(())

    def verify_log(self, head: str = "") -> Verified:
        """Whether the log is as it was written; see `Audit.verify`."""
        return self._audit.verify(head)

    def export(self, who: str | int) -> Export:
        """All that is held of a person, as they may ask for (GDPR, article 15).

        Raises:
            UnknownPerson: There is nobody like that.
        """
        person = self._person(who)
        with self._logged("export", person):
            return export_of(
                self.gallery,
                self.gallery.person(self.named(who)),
                pictures=self.pictures,
                consent=self.consent(who),
                last_seen=self._seen.days([person]).get(person),
                pseudonyms=self._audit.pseudonyms([person]).get(person, []),
                log=list(self.log(who)),
                rejected=self.rejections(who),
            )

    def sweep(self) -> int:
        """Removes pictures of people who are not there (any more), as a program that was killed may leave them.

        Whatever else changes people here does so first, once. Ids of people are asked for after the pictures were
        listed, so that nobody who is being enrolled meanwhile loses one.

        Returns:
            Of how many people.

        Raises:
            GalleryError: A picture cannot be removed.
        """
        self._swept = True
        if self.pictures is None:
            return 0
        gone = self.without_person()
        for person in gone:
            self.pictures.erase(person)
        self.pictures.sweep()
        return len(gone)

    def without_person(self) -> list[int]:
        """Ids of which there are pictures, and nobody has them (any more)."""
        owners = sorted(self.pictures.owners()) if self.pictures is not None else []
        blocks = (owners[start : start + _AT_ONCE] for start in range(0, len(owners), _AT_ONCE))
        return [person for block in blocks for person in set(block) - self.gallery.names(block).keys()]

    # For those who change people.

    def _erase_linked(self, people: Collection[Person], erase: Callable[[Gallery, str], object]) -> None:
        """Erases people from the albums that they are linked to; see `rostro.people.linked`."""
        self._unreached[:] = erase_linked(self.gallery, [person.id for person in people], erase)

    def _person(self, who: str | int) -> int:
        return self.gallery.person(self.named(who)).id

    @contextmanager
    def _logged(self, action: str, *people: int, **about: Any) -> Iterator[None]:
        """Notes an action before it is done, so that none is done unseen; and that it was not done, if it fails."""
        self._audit.append(self.actor, action, people, **about)
        try:
            yield
        except RostroError as error:
            self._audit.append(self.actor, "failed", people, of=action, why=error.kind)
            raise

    def _check_consent(self, name: str, photo: str) -> None:
        """Looks whether more may be kept of somebody.

        Raises:
            NoConsent: The gallery asks for their consent, and knows none that holds.
        """
        if self.policy.require_consent:
            person = self.find(name)
            known = None if person is None else consents_of(self.gallery, [person.id]).get(person.id)
            if (refused := without_consent(photo, name, known)) is not None:
                raise refused

    def _forget_picture(self, person: int, source_hash: str) -> None:
        if self.pictures is not None:
            self.pictures.forget(person, source_hash)

    def _not_taught(self, person: int, source_hash: str) -> None:
        forget_taught(self.gallery, person, source_hash)

    def _unite(self, person: int) -> None:
        """Makes one of the records of two people who were merged: the last consent, the last day, all pseudonyms."""
        note_taught(self.gallery, person, ())
        if len(names := self._audit.pseudonyms([person]).get(person, [])) > 1:
            self.gallery.keep_records(PSEUDONYM, {person: " ".join(names)})
        if seen := self._seen.days([person]):
            self.gallery.keep_records(SEEN, {person: seen[person].isoformat()})
        if known := self.gallery.records(CONSENT, [person]):
            newest = max((Consent.of(record.body) for record in known), key=lambda consent: consent.given)
            self.gallery.keep_records(CONSENT, {person: json.dumps(newest.to_dict())})

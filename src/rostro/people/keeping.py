"""What an enrolment owes to consent, retention and the log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rostro.core.errors import NoConsent, UnknownPerson
from rostro.gallery.records import CONSENT
from rostro.people.audit import Audit, this_user
from rostro.people.consent import Consent, Policy, consents_of
from rostro.people.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rostro.core.types import Person
    from rostro.gallery.base import Gallery


class Keeping:
    """The conditions under which one enrolment takes people in."""

    def __init__(self, gallery: Gallery, actor: str = "", consent: Consent | None = None) -> None:
        """Touches no disk.

        Args:
            gallery: Where they go.
            actor: Who enrols them, as the log calls them; empty: the user of this computer.
            consent: What all of them agreed to; None: nothing is said of it.
        """
        self._gallery = gallery
        self._actor = actor or this_user()
        self._consent = consent
        self._policy: Policy | None = None
        self._consents: dict[str, Consent | None] = {}
        self._noted: set[int] = set()

    def refusal(self, name: str, photo: str) -> NoConsent | None:
        """Why a photo of somebody is not taken in; None where it may be.

        Args:
            name: Whose photo it is, as names are kept.
            photo: What errors call it.
        """
        if self._policy is None:
            self._policy = Policy.of(self._gallery)
        if self._consent is not None:
            ended = self._consent.ended()
            return NoConsent(photo, _ended(name, self._consent), name=name) if ended else None
        if not self._policy.require_consent:
            return None
        if name not in self._consents:
            self._consents[name] = _consent_of(self._gallery, name)
        return without_consent(photo, name, self._consents[name])

    def added(self, names: Collection[str], templates: int) -> None:
        """Notes that people were added to: their consent, that they are seen from today on, and an entry in the log."""
        there = {person.id for name in names for person in _person(self._gallery, name)}
        if not there:
            return
        new = there - self._noted
        self._note(new)
        if new and self._policy is not None and self._policy.keep_days is not None:
            Seen(self._gallery).note(new)
        said = {} if self._consent is None else {"consent": True}
        Audit(self._gallery).append(self._actor, "enrol", sorted(there), templates=templates, **said)

    def agreed(self, names: Collection[str]) -> None:
        """Notes what people agreed to who were there with all their photos, and so were not `added` to."""
        if self._consent is not None and not self._consent.ended():
            left = {person.id for name in names for person in _person(self._gallery, name)} - self._noted
            if left:
                until = self._consent.to_dict()["until"]
                Audit(self._gallery).append(self._actor, "consent", sorted(left), given=True, until=until)
                self._note(left)

    def _note(self, people: set[int]) -> None:
        if people and self._consent is not None:
            self._gallery.keep_records(CONSENT, dict.fromkeys(people, json.dumps(self._consent.to_dict())))
        self._noted |= people


def without_consent(photo: str, name: str, consent: Consent | None) -> NoConsent | None:
    """Why nothing more is kept of somebody whose consent is asked for; None where it holds."""
    if consent is None:
        return NoConsent(photo, f"{name} gave no consent, and the gallery asks for it", name=name)
    return NoConsent(photo, _ended(name, consent), name=name) if consent.ended() else None


def _ended(name: str, consent: Consent) -> str:
    return f"the consent of {name} ended on {consent.until}"


def _person(gallery: Gallery, name: str) -> Iterable[Person]:
    try:
        return [gallery.person(name)]
    except UnknownPerson:  # erased in between
        return []


def _consent_of(gallery: Gallery, name: str) -> Consent | None:
    return next((consents_of(gallery, [p.id]).get(p.id) for p in _person(gallery, name)), None)

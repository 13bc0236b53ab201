"""Who is to be erased because what was agreed on is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from rostro.core.folding import name_order
from rostro.core.types import Answer
from rostro.people.consent import Policy, consents_of, today

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rostro.gallery.base import Gallery


@dataclass(frozen=True, slots=True)
class Expired(Answer):
    """Somebody who is to be erased, or was.

    Attributes:
        id: Their id.
        name: Their name.
        why: ``consent-ended``, or ``not-seen`` for as long as the gallery keeps people.
        since: The last day of the consent, or on which they were seen.
    """

    id: int
    name: str
    why: Literal["consent-ended", "not-seen"]
    since: date

    def to_dict(self) -> dict[str, Any]:
        """``{"id", "name", "why", "since"}``."""
        return {"id": self.id, "name": self.name, "why": self.why, "since": self.since.isoformat()}


def expired(gallery: Gallery, policy: Policy, seen: Mapping[int, date], on: date | None = None) -> list[Expired]:
    """Whose consent ended, and who was not seen for as long as the gallery keeps people; by name.

    Of whom nothing is known, nothing ends.

    Args:
        gallery: Where they are.
        policy: For how long people are kept.
        seen: When they were last seen, by id.
        on: The day that it is; None: today.
    """
    on = on or today()
    consents = consents_of(gallery)
    oldest = date.min if policy.keep_days is None else on - timedelta(days=policy.keep_days)
    found = []
    for person, name in gallery.all_names():
        consent, last = consents.get(person), seen.get(person)
        if consent is not None and consent.until is not None and consent.ended(on):
            found.append(Expired(person, name, "consent-ended", consent.until))
        elif last is not None and last < oldest:
            found.append(Expired(person, name, "not-seen", last))
    return sorted(found, key=lambda one: name_order(one.name))

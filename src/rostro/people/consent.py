"""What a person agreed to, and what a gallery asks for.

Biometric data may be kept only for a purpose that somebody agreed to, and for as long as it needs (GDPR, articles 5, 7
and 9). A gallery remembers both, and can refuse those of whom it knows no consent.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Self

from rostro.core.errors import BadInput, GalleryCorrupt
from rostro.core.foreign import json_of
from rostro.core.ranges import DAYS
from rostro.core.types import Answer
from rostro.gallery.records import CONSENT, POLICY

if TYPE_CHECKING:
    from rostro.gallery.base import Gallery

#: Longest text of a consent.
LONGEST = 1_000


def today() -> date:
    """The day that it is, in UTC."""
    return datetime.now(UTC).date()


def now() -> str:
    """The time that it is, in UTC: ``2026-11-27T08:22:11Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(text: str) -> date:
    """A day: ``2026-11-27``.

    Raises:
        BadInput: It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"a day is written 2026-12-31, got {text[:40]!r}") from error


@dataclass(frozen=True, slots=True)
class Consent(Answer):
    """What somebody agreed to.

    Attributes:
        purpose: For what.
        by: Who said so: the person themselves, if empty; a parent, a guardian.
        until: The last day for which it holds; None: until it is taken back.
        given: When it was noted, in UTC.
    """

    purpose: str
    by: str = ""
    until: date | None = None
    given: str = field(default_factory=now)

    def __post_init__(self) -> None:
        for what, text in (("purpose", self.purpose), ("giver", self.by), ("time", self.given)):
            if text != text.strip() or not text.isprintable() or len(text) > LONGEST:
                raise BadInput(f"a consent's {what} is a printable text of at most {LONGEST} characters")
        if not self.purpose:
            raise BadInput("a consent is for something; say for what")

    def ended(self, on: date | None = None) -> bool:
        """Whether it holds no more on a day; None: today."""
        return self.until is not None and self.until < (on or today())

    def to_dict(self) -> dict[str, Any]:
        """``{"purpose", "by", "until", "given"}``; an empty ``by`` is the person, ``until`` a day or null."""
        return {**asdict(self), "until": self.until and self.until.isoformat()}

    @classmethod
    def of(cls, body: str) -> Self:
        """The consent of a record."""
        try:
            known = json_of(body)
            return cls(known["purpose"], known["by"], known["until"] and day(known["until"]), known["given"])
        except (ValueError, KeyError, TypeError, AttributeError, BadInput) as error:
            raise GalleryCorrupt("a consent that the gallery keeps cannot be read") from error


@dataclass(frozen=True, slots=True)
class Policy(Answer):
    """What a gallery asks of whoever uses it.

    Attributes:
        require_consent: Whether nobody is enrolled without a consent that holds.
        keep_days: Days after which somebody who was not seen is to be erased; None: they stay.
        log_searches: Whether the log says who was looked for and found, too.
    """

    require_consent: bool = False
    keep_days: int | None = None
    log_searches: bool = False

    def __post_init__(self) -> None:
        if not (isinstance(self.require_consent, bool) and isinstance(self.log_searches, bool)):
            raise BadInput("what a policy asks for is True or False")
        if self.keep_days is not None and (self.keep_days == 0 or self.keep_days not in DAYS):
            raise BadInput(f"people are kept for 1 to {DAYS.high:,.0f} days, got {self.keep_days}")

    def to_dict(self) -> dict[str, Any]:
        """``{"require_consent", "keep_days", "log_searches"}``."""
        return asdict(self)

    @classmethod
    def of(cls, gallery: Gallery) -> Self:
        """The policy that a gallery keeps; one that asks for nothing where it keeps none."""
        kept = gallery.records(POLICY, [0])
        if not kept:
            return cls()
        try:
            known = json_of(kept[-1].body)
            return cls(**{name: known[name] for name in ("require_consent", "keep_days", "log_searches")})
        except (ValueError, TypeError, KeyError, BadInput) as error:
            raise GalleryCorrupt("the policy that the gallery keeps cannot be read") from error


def consents_of(gallery: Gallery, people: list[int] | None = None) -> dict[int, Consent]:
    """The consents that a gallery keeps, by person's id; the newest of each."""
    return {record.person: Consent.of(record.body) for record in gallery.records(CONSENT, people)}

"""What an enrolment did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rostro.core.types import Answer

if TYPE_CHECKING:
    from rostro.people.likeness import Remark
    from rostro.recognition.pipeline import Failure


@dataclass(frozen=True, slots=True, repr=False)
class Enrollment(Answer):
    """What an enrolment did, or has done so far.

    Attributes:
        people: People who have a template from it, or had one already.
        templates: Templates added.
        skipped: Photos whose bytes were enrolled before.
        failed: Photos that gave no template, and why; folders and links that gave no photo, too.
        remarks: Photos whose face is enrolled under another name, too. They are enrolled all the same.
        not_pictures: Names of files that lay among the photos and are no pictures.
    """

    people: int = 0
    templates: int = 0
    skipped: int = 0
    failed: tuple[Failure, ...] = ()
    remarks: tuple[Remark, ...] = ()
    not_pictures: tuple[str, ...] = ()

    @property
    def done(self) -> int:
        """Photos that are dealt with."""
        return self.templates + self.skipped + len(self.failed)

    def __repr__(self) -> str:
        return (
            f"<Enrollment of {self.people} people: {self.templates} templates, {self.skipped} skipped, "
            f"{len(self.failed)} failed>"
        )

    def to_dict(self) -> dict[str, Any]:
        """``{"people", "templates", "skipped", "failed"}``; ``"remarks"``, ``"not_pictures"`` where there are any."""
        remarks = {"remarks": [remark.to_dict() for remark in self.remarks]} if self.remarks else {}
        return {
            "people": self.people,
            "templates": self.templates,
            "skipped": self.skipped,
            "failed": [failure.to_dict() for failure in self.failed],
            **remarks,
            **({"not_pictures": list(self.not_pictures)} if self.not_pictures else {}),
        }

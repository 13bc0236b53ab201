"""Auditing a recogniser's gallery by what the recogniser decides by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rostro.recognition.elsewhere import Elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.people.trust.findings import GalleryAudit


class Auditor(Elsewhere):
    """A recogniser that says how far its gallery can be trusted."""

    def audit(self, *, on_templates: Callable[[int, int], object] = lambda done, of: None) -> GalleryAudit:
        """What looks wrong in the gallery, and how well its people would be found. Changes nothing.

        >>> for finding in recognizer.audit().findings:  # doctest: +SKIP
        ...     print(finding.reason, finding.mends[0].command())

        `recognizer.people.audit` does the same without models, by what was measured of the gallery's space.

        Args:
            on_templates: Told how many templates have been compared with all others, and how many there are.

        Raises:
            NoOperatingPoint: No threshold is known for this space.
            GalleryError: There is no such gallery.
        """
        from rostro.people.trust.auditing import audit_gallery

        gallery, point = self.existing_gallery, self.operating_point
        chosen = self._options["threshold"] is not None or self._options["fmr"] is not None
        return audit_gallery(
            gallery,
            threshold=point.threshold if chosen else None,
            operating_point=None if chosen else self._options["operating_point"],
            gate=self.gate,
            on_templates=on_templates,
        )

"""The audit of a gallery: reads it, compares all with all, and says what looks wrong. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rostro.people.trust.findings import KINDS, Finding, FoundAs, GalleryAudit, Mend
from rostro.people.trust.held import Held
from rostro.people.trust.judging import Judged
from rostro.people.trust.levels import Levels
from rostro.people.trust.nearness import NONE, nearness
from rostro.people.trust.twice import twins
from rostro.quality.judge import gate_of
from rostro.scoring.operating_points import check_wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rostro.core.decisions import OperatingPoint
    from rostro.gallery.base import Gallery
    from rostro.quality.gate import Gate

_ORDER = {kind: place for place, kind in enumerate(KINDS)}


def audit_gallery(
    gallery: Gallery,
    *,
    threshold: float | None = None,
    operating_point: str | Path | OperatingPoint | None = None,
    gate: Gate | None = None,
    on_templates: Callable[[int, int], object] = lambda done, of: None,
) -> GalleryAudit:
    """What looks wrong in a gallery, and how well its people would be found. Needs no model; changes nothing.

    Every template is compared with every other, in bounded memory: 100,000 take minutes. The thresholds follow from how
    many there are; see `rostro.people.trust.levels`.

    Args:
        gallery: Of any backend, encrypted or not.
        threshold: A similarity that counts as the same person, for everything, instead of measured ones.
        operating_point: A file of operating points, or a point, instead of the shipped ones.
        gate: Says which qualities are poor; None: as a recogniser of this space would, where nothing is named.
        on_templates: Told how many templates have been compared with all others, and how many there are.

    Raises:
        NoOperatingPoint: No threshold is known for the gallery's space.
        BadInput: A threshold that no similarity reaches, or a threshold and an operating point.
    """
    check_wishes(threshold=threshold, fmr=None, given=operating_point, fpir=None)
    held = Held.of(gallery)
    if gallery.space is None or not len(held):
        return GalleryAudit(templates=0, threshold=threshold or 0.0, same_person=threshold or 0.0)
    gate = gate or gate_of(gallery.space)
    good = held.qualities >= gate.refuse_below
    levels = Levels.of(gallery.space, int(good.sum()), gate, threshold=threshold, given=operating_point)
    done = 0

    def note(rows: int) -> None:
        nonlocal done
        done += rows
        on_templates(done, int(good.sum()))

    near = nearness(*held.but(good), levels.search, note)
    twice = twins(held, np.flatnonzero(good), near)
    judged = Judged(held, levels, good, near, np.array([one.other for one in twice], np.int64))
    people = _people(judged)
    findings = [one.finding(held) for one in twice]
    findings += judged.findings()
    explained = {name for finding in findings for name in finding.people}
    findings += [*_poor(held, levels), *judged.hard(people, explained)]
    findings.sort(key=lambda finding: (_ORDER[finding.kind], _weight(finding), finding.people))
    return GalleryAudit(
        templates=len(held),
        threshold=levels.search,
        same_person=levels.person,
        findings=tuple(findings),
        people=tuple(people),
    )


def _poor(held: Held, levels: Levels) -> Iterator[Finding]:
    """Templates about which nothing is decided, and those for which a match must be closer by more than half."""
    gate, margins = levels.gate, levels.margins(held.qualities)
    poor = held.qualities < gate.refuse_below
    doubtful = ~poor & (margins > gate.margin / 2)
    for place in np.flatnonzero(poor | doubtful).tolist():
        face, quality = held.faces[place], float(held.qualities[place])
        told = f"a photo of {face.name} is too poor to be judged (quality {quality:.2f})"
        if not poor[place]:
            asked = f"a match must be closer by {margins[place]:.3f}"
            told = f"a photo of {face.name} is poor: {asked} (quality {quality:.2f})"
        forget = Mend(action="forget", person=face.name, photo=face.sha256)
        yield Finding(
            kind="poor" if poor[place] else "doubtful", reason=told, people=(face.name,), faces=(face,),
            quality=quality, mends=(forget, Mend(action="enroll", person=face.name)),
        )  # fmt: skip


def _weight(finding: Finding) -> float:
    """Smaller for what is surer."""
    if finding.quality is not None:
        return finding.quality
    rising = finding.kind in {"outlier", "hard-to-find"}
    return (finding.similarity or 0.0) * (1 if rising else -1)


def _people(judged: Judged) -> list[FoundAs]:
    """How well everybody would be found: leave one out."""
    held, near = judged.held, judged.near
    owners = held.owners[judged.rows]
    tried = near.own > NONE
    found = tried & (near.ahead == 0) & (near.own >= judged.levels.search + judged.margins)
    people = len(held.names)
    tries, founds = (np.bincount(owners[mask], minlength=people) for mask in (tried, found))
    rank, lowest = np.zeros(people, np.int64), np.full(people, 2.0, np.float32)
    np.maximum.at(rank, owners[tried], near.ahead[tried] + 1)
    np.minimum.at(lowest, owners[tried], near.own[tried])
    counts = np.diff(held.starts)
    return [
        FoundAs(
            name=name,
            templates=int(counts[place]),
            tried=int(tries[place]),
            found=int(founds[place]),
            rank=int(rank[place]) if tries[place] else None,
            similarity=float(lowest[place]) if tries[place] else None,
        )
        for place, name in enumerate(held.names)
    ]

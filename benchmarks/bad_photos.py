"""The false match rate of bad photos, with and without the gate; makes the gates that are shipped.

    python benchmarks/bad_photos.py [--embedder sface] [--scorer lightqnet,length] [--people 1600] [--write]

One photo of each of so many people of LFW is damaged in the ways of ``_damage.py``, and those of a row are compared
each with each: all pairs are of different people, so what is accepted is a false match. The gate is fitted to one half
of the people (and its level to half of the identities of CelebA too); everything printed is of the other half. Damages
marked with a + were not among those that it was fitted to (``--hold-out``), nor was anything like them.

Columns: faces found; false match rate of all; share not judged, of the faces found; false match rate of what is judged,
its 95 % interval (people drawn again, not pairs) and how many were accepted of how many pairs; ! where the interval
lies above the operating point's; the reasons given most. A pair that reaches the threshold and not the margin counts as
judged and not accepted; how often that happens to genuine pairs stands below.
"""

from __future__ import annotations

import argparse
import json
import os
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from _damage import ROWS

from rostro import Recognizer
from rostro.alignment.base import open_alignment
from rostro.core.settings import Settings
from rostro.photos.reading import read_photo
from rostro.quality.base import ALIGNMENT, QUALITIES
from rostro.quality.gate import SHIPPED, Gate, features, file_stem
from rostro.quality.reasons import Measures
from rostro.recognition.selection import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Face, Floats, Image

#: Sound photos, for the fit; everything that keeps its false match rate.
SOUND = ("upright", "gray", "mirrored", "blurred 1", "blurred 2", "defocused 4", "small 24")
#: With ``--hold-out``, the kinds of damage that the fit knows. The other rows show what it makes of what it never saw.
KNOWN = ("turned", "blurred", "small", "dark", "very dark", "flat", "JPEG", "noise")
OTHERS = ("dark glasses",)
#: The rows that the margin is fitted to, those of them that are known.
PROMISED = ("upright", "turned 180", "turned 90", "turned 270", "turned 45", "turned 60", "turned 135", "negative",
            "blurred 2", "blurred 4", "blurred 6", "blurred 8", "small 11", "small 16", "JPEG 5",
            "moved 9", "overexposed", "left half cut off", "mask")  # fmt: skip
#: At most so many of ordinary photos may be refused.
REFUSED_LFW, REFUSED_CELEBA = 0.005, 0.03
SURE = 0.9
#: Less would hold in the rows that it is fitted to; this is a reserve for damage that nobody thought of.
LEAST_MARGIN = 0.2
DRAWS = 200
BATCH = 16


@dataclass
class Seen:
    """What became of one row's faces; one entry a face found."""

    photos: int
    person: np.ndarray
    unit: Floats
    length: Floats
    score: Floats  # a column a scorer
    hopeless: np.ndarray
    why: list[tuple[str, ...]]

    def by(self, scorer: int) -> Seen:
        """With the scores of one scorer."""
        return replace(self, score=self.score[:, scorer])

    def half(self, which: int) -> Seen:
        """The faces of people of even (0) or odd (1) number."""
        keep = self.person % 2 == which
        return Seen(
            self.photos // 2, self.person[keep], self.unit[keep], self.length[keep], self.score[keep],
            self.hopeless[keep], [why for why, kept in zip(self.why, keep, strict=True) if kept],
        )  # fmt: skip


class Laboratory:
    """Puts photos through detector, embedder and scorer."""

    def __init__(self, embedder: str, alignment: str | None, scorers: Sequence[str], cache: Path | None) -> None:
        self._cache = cache
        self.faces = Recognizer(
            embedder=embedder, alignment=alignment, detector="yunet", quality=None, settings=Settings.from_environment()
        )
        self.scorers = {
            name: QUALITIES.get(name)(self.faces.store, self.faces.detector.engine_options) if name else None
            for name in scorers
        }
        self.aligner = open_alignment(ALIGNMENT, self.faces.store)
        self._boxes: dict[Path, tuple[float, float, float, float]] = {}

    def look(self, photos: Sequence[Path], people: Sequence[int], row: str = "upright", of: str = "LFW") -> Seen:
        """One row: every photo damaged in that way; of several faces the one nearest to the centre."""
        name = f"{of} {row} {len(photos)} {file_stem(self.faces.space, '+'.join(self.scorers))}.npz"
        file = self._cache / name.replace(",", "").replace(" ", "_") if self._cache else None
        if file is None or not file.exists():
            seen = self._look(photos, people, row)
            if file is None:
                return seen
            fields = {**vars(seen), "why": np.array(["+".join(why) for why in seen.why], "U80")}
            np.savez(file, **fields)
        with np.load(file) as stored:
            fields = {name: stored[name] for name in stored.files if name in Seen.__dataclass_fields__}
        why = [tuple(str(told).split("+")) if told else () for told in fields.pop("why")]
        return Seen(int(fields.pop("photos")), why=why, **fields)

    def _look(self, photos: Sequence[Path], people: Sequence[int], row: str) -> Seen:
        parts = [
            self._some(photos[at : at + BATCH], people[at : at + BATCH], row) for at in range(0, len(photos), BATCH)
        ]
        joined: list[Any] = [np.concatenate([part[i] for part in parts]) for i in range(5)]
        person, unit, length, score, hopeless = joined
        return Seen(len(photos), person, unit, length, score, hopeless, [why for part in parts for why in part[5]])

    def _some(self, photos: Sequence[Path], people: Sequence[int], row: str) -> tuple[Any, ...]:
        images = [read_photo(photo).image for photo in photos]
        unknown = [(p, i) for p, i in zip(photos, images, strict=True) if p not in self._boxes]
        for (photo, image), found in zip(unknown, self.faces.detector.detect([i for _, i in unknown]), strict=True):
            height, width = image.shape[:2]
            self._boxes[photo] = (
                _centre(found, image).box if found else (0.2 * width, 0.2 * height, 0.8 * width, 0.8 * height)
            )
        damaged = [
            _whole(
                ROWS[row](image, self._boxes[photo], np.random.default_rng(zlib.crc32(f"{row}{photo.name}".encode())))
            )
            for photo, image in zip(photos, images, strict=True)
        ]
        kept = [
            (person, image, _centre(found, image))
            for person, image, found in zip(people, damaged, self.faces.detector.detect(damaged), strict=True)
            if found
        ]
        own, crops = [], []
        for _, image, face in kept:
            own.append(self.faces.alignment.align(image, [face])[0])
            crops.append(own[-1] if self.faces.alignment.spec == ALIGNMENT else self.aligner.align(image, [face])[0])
        size = self.faces.alignment.size
        stacked = np.array(crops, np.uint8).reshape(-1, 112, 112, 3)
        unit, length = self.faces.embedder.embed_judged(np.array(own, np.uint8).reshape(-1, size, size, 3))
        nothing = np.zeros(len(kept), np.float32)
        score = np.column_stack([nothing if s is None else s.score(stacked) for s in self.scorers.values()])
        measures = Measures.of(stacked)
        why: list[tuple[str, ...]] = [
            measures.reasons(index, face, width=image.shape[1], height=image.shape[0])
            for index, (_, image, face) in enumerate(kept)
        ]
        return np.array([k[0] for k in kept], int), unit, length, score, measures.hopeless, why


def main() -> None:
    """Fits, checks, prints, and writes where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", default="sface")
    parser.add_argument("--alignment")
    parser.add_argument("--scorer", default="lightqnet,length", help="one or more, with commas")
    parser.add_argument("--people", type=int, default=1600)
    parser.add_argument("--celeba", type=int, default=3000, help="photos of CelebA")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ROSTRO_DATA", "../shared/data")))
    parser.add_argument("--write", action="store_true", help="write the gate to quality/shipped/")
    parser.add_argument("--hold-out", action="store_true", help="fit to some kinds of damage only")
    parser.add_argument("--cache", type=Path, help="a folder that keeps what was seen, for another run")
    options = parser.parse_args()
    scorers = ["" if name == "length" else name for name in options.scorer.split(",")]
    laboratory = Laboratory(options.embedder, options.alignment, scorers, options.cache)
    people = sorted(path for path in (options.data / "lfw" / "images").iterdir() if path.is_dir())
    np.random.default_rng(7).shuffle(people)
    people = people[: options.people]
    first = [sorted(person.iterdir())[0] for person in people]
    rows = {row: laboratory.look(first, range(len(first)), row) for row in ROWS}
    others = _others(laboratory, options)
    second = [(n, paths[1]) for n, person in enumerate(people) if n % 2 and len(paths := sorted(person.iterdir())) > 1]
    again = laboratory.look([path for _, path in second], [n for n, _ in second], of="LFW again")
    known = [row for row in ROWS if not options.hold_out or (row.startswith(KNOWN) and row not in OTHERS)]
    for number, scorer in enumerate(scorers):
        gate = _gate(
            laboratory,
            scorer,
            {row: seen.by(number) for row, seen in rows.items()},
            {name: seen.by(number) for name, seen in others.items()},
            again.by(number),
            known,
        )
        if options.write:
            path = SHIPPED / f"{file_stem(gate.space, gate.scorer)}.json"
            data = {name: getattr(gate, name) for name in gate.__dataclass_fields__}
            path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            print("written:", path)


def _gate(
    laboratory: Laboratory,
    scorer: str,
    rows: dict[str, Seen],
    others: dict[str, Seen],
    again: Seen,
    known: Sequence[str],
) -> Gate:
    """The gate of one scorer, with what was measured of it, printed."""
    gate = _fitted(laboratory, scorer, rows, others["CelebA"], known)
    report = _report(laboratory, gate, rows, known)
    refused = {"LFW": _refused(gate, rows["upright"].half(1)), "CelebA": _refused(gate, others["CelebA"].half(1))}
    refused |= {name: _refused(gate, seen) for name, seen in others.items() if name not in refused}
    print("not judged of ordinary photos:", ", ".join(f"{name} {share:.4f}" for name, share in refused.items()))
    pairs = _genuine(laboratory, gate, rows["upright"], again)
    print("genuine pairs of LFW:", ", ".join(f"{name} {value:.4f}" for name, value in pairs.items()), flush=True)
    measured = {
        "measured_on": f"LFW (deep-funneled): one photo of each of {rows['upright'].photos} people, damaged; fitted to "
        f"one half and measured on the other; yunet, {laboratory.faces.engine_options.engine}; "
        "benchmarks/bad_photos.py",
        "refused": refused,
        "genuine": pairs,
        "rows": report,
    }
    return replace(gate, measured=measured)


def _others(laboratory: Laboratory, options: argparse.Namespace) -> dict[str, Seen]:
    """Ordinary photos of other sources."""
    root: Path = options.data
    found = {}
    celeba = sorted((root / "celeba").rglob("*.jpg"))
    np.random.default_rng(8).shuffle(celeba)
    ids = dict(line.split() for line in (root / "celeba" / "identity_CelebA.txt").read_text().splitlines())
    celeba = celeba[: options.celeba]
    found["CelebA"] = laboratory.look(celeba, [int(ids[path.name]) for path in celeba], of="CelebA")
    for name in ("utkface", "five-celebrities"):
        photos = sorted(p for p in (root / name).rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
        found[name] = laboratory.look(photos, range(len(photos)), of=name)
    return found


def _fitted(laboratory: Laboratory, scorer: str, rows: dict[str, Seen], celeba: Seen, known: Sequence[str]) -> Gate:
    """A gate fitted to the people of even number, and to the kinds of damage that are known."""
    threshold = laboratory.faces.operating_point.threshold
    halves = {row: seen.half(0) for row, seen in rows.items()}
    bad = [
        row for row, seen in halves.items()
        if row in known and row not in SOUND and len(seen.unit) > 20 and _rate(seen, threshold) > 15e-4
    ]  # fmt: skip
    groups = [(halves[row], 0.0, 1 / len(SOUND)) for row in SOUND] + [(halves[row], 1.0, 1 / len(bad)) for row in bad]
    table = np.concatenate([features(seen.length, seen.score) for seen, _, _ in groups])
    damaged = np.concatenate([np.full(len(seen.unit), label) for seen, label, _ in groups])
    weight = np.concatenate([np.full(len(seen.unit), share / len(seen.unit)) for seen, _, share in groups])
    if not scorer:
        table[:, 1:3] = 0
    weights, bias = _logistic(table, damaged, weight)
    space = laboratory.faces.space
    one, two, three = (round(float(w), 6) for w in weights)
    gate = Gate(
        space=space, scorer=scorer, weights=(one, two, three), bias=round(bias, 6), refuse_below=0.0, sure_from=SURE,
        margin=0.0, measured={},
    )  # fmt: skip
    level = min(
        float(np.quantile(_values(gate, halves["upright"]), REFUSED_LFW)),
        float(np.quantile(_values(gate, celeba.half(0)), REFUSED_CELEBA * 0.9)),
    )
    gate = replace(gate, refuse_below=round(level, 3), sure_from=max(SURE, round(level + 0.1, 3)))
    limit = _limit(laboratory)
    for margin in np.arange(LEAST_MARGIN, 0.41, 0.05):
        gate = replace(gate, margin=round(float(margin), 2))
        if all(_interval(gate, halves[row], threshold)[1] <= limit for row in PROMISED if row in known or row in SOUND):
            break
    print(
        f"{space}, {scorer or 'length'}: fitted to {', '.join(bad)}; not judged below {gate.refuse_below}, sure from "
        f"{gate.sure_from}, margin {gate.margin}, threshold {threshold:.4f}"
    )
    return gate


def _report(laboratory: Laboratory, gate: Gate, rows: dict[str, Seen], known: Sequence[str]) -> list[dict[str, Any]]:
    threshold, limit = laboratory.faces.operating_point.threshold, _limit(laboratory)
    report = []
    for row, whole in rows.items():
        seen = whole.half(1)
        rate, low, high, accepted, pairs = _interval(gate, seen, threshold)
        poor = [why for why, value in zip(seen.why, _values(gate, seen), strict=True) if value < gate.sure_from]
        told = Counter(reason for why in poor for reason in (why or ("unclear",)))
        most = ", ".join(f"{reason} {count / len(poor):.2f}" for reason, count in told.most_common(2))
        entry = {
            "row": row, "found": len(seen.unit) / seen.photos, "false_match_rate_ungated": _rate(seen, threshold),
            "not_judged": _refused(gate, seen), "false_match_rate": rate, "interval": [low, high],
            "accepted": accepted, "pairs": pairs, "held": bool(low <= limit),
        }  # fmt: skip
        report.append({name: round(v, 6) if isinstance(v, float) else v for name, v in entry.items()})
        mark = " " if row in SOUND or row in known else "+"
        print(
            f"{mark}{row:24s} found {entry['found']:.3f}  all {entry['false_match_rate_ungated']:.5f}  not judged "
            f"{entry['not_judged']:.3f}  judged {rate:.5f} [{low:.5f}, {high:.5f}] {accepted:5d} of {pairs:6d}"
            f"{'  ' if low <= limit else ' !'} {most}"
        )
    return report


def _values(gate: Gate, seen: Seen) -> Floats:
    return np.where(seen.hopeless, 0, gate.values(seen.length, seen.score)).astype(np.float32)


def _refused(gate: Gate, seen: Seen) -> float:
    return float((_values(gate, seen) < gate.refuse_below).mean()) if len(seen.unit) else 1.0


def _rate(seen: Seen, threshold: float) -> float:
    pairs = len(seen.unit) * (len(seen.unit) - 1) / 2
    return ((seen.unit @ seen.unit.T >= threshold).sum() - len(seen.unit)) / 2 / pairs if pairs else 0.0


def _interval(gate: Gate, seen: Seen, threshold: float) -> tuple[float, float, float, int, int]:
    """False match rate of the judged, its interval, how many are accepted of how many pairs."""
    values = _values(gate, seen)
    keep = values >= gate.refuse_below
    unit, margins = seen.unit[keep], gate.margins(values[keep])
    count = len(unit)
    pairs = count * (count - 1) // 2
    if not pairs:
        return 0.0, 0.0, 1.0, 0, 0
    accepted = unit @ unit.T >= threshold + np.maximum(margins[:, None], margins)
    np.fill_diagonal(accepted, False)
    hits = int(accepted.sum()) // 2
    if not hits or count < 20:
        return hits / pairs, 0.0, min(1.0, (hits + 3) / pairs), hits, pairs
    random = np.random.default_rng(0)
    first, second = np.nonzero(np.triu(accepted))
    rates = []
    for _ in range(DRAWS):
        drawn = random.multinomial(count, np.full(count, 1 / count)).astype(float)
        rates.append((drawn[first] * drawn[second]).sum() / ((count**2 - (drawn**2).sum()) / 2))
    low, high = np.quantile(rates, [0.025, 0.975])
    return hits / pairs, float(low), float(high), hits, pairs


def _genuine(laboratory: Laboratory, gate: Gate, first: Seen, second: Seen) -> dict[str, float]:
    """Pairs of one person: accepted without the gate, judged, accepted of the judged, undecided of the judged."""
    threshold = laboratory.faces.operating_point.threshold
    place = {int(person): i for i, person in enumerate(first.person)}
    both = [(place[int(person)], j) for j, person in enumerate(second.person) if int(person) in place]
    a, b = (np.array(side) for side in zip(*both, strict=True))
    similarity = (first.unit[a] * second.unit[b]).sum(axis=1)
    value = np.minimum(_values(gate, first)[a], _values(gate, second)[b])
    judged = value >= gate.refuse_below
    same = similarity >= threshold + gate.margins(value)
    return {
        "pairs": float(len(a)), "accepted_ungated": float((similarity >= threshold).mean()),
        "judged": float(judged.mean()), "accepted": float(same[judged].mean()),
        "undecided": float(((similarity >= threshold) & ~same)[judged].mean()),
    }  # fmt: skip


def _limit(laboratory: Laboratory) -> float:
    interval = laboratory.faces.operating_point.fmr_interval
    assert interval is not None
    return interval[1]


def _logistic(table: np.ndarray, damaged: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of the evidence that a face is sound, by Newton's method with a little weight decay."""
    mean, spread = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-9)
    spread[table.std(axis=0) < 1e-9] = np.inf
    x = np.c_[(table - mean) / spread, np.ones(len(table))]
    beta, decay = np.zeros(x.shape[1]), np.diag([1e-3] * table.shape[1] + [1e-9])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        step = np.linalg.solve(
            (x * (weight * p * (1 - p))[:, None]).T @ x + decay, x.T @ (weight * (p - damaged)) + decay @ beta
        )
        beta -= step
    weights = -beta[:-1] / spread
    return weights, float(-beta[-1] - weights @ mean)


def _centre(found: Sequence[Face], image: Image) -> Face:
    return found[select(found, "centre", photo="", width=image.shape[1], height=image.shape[0])]


def _whole(image: Image) -> Image:
    return np.ascontiguousarray(image if min(image.shape[:2]) else np.zeros((8, 8, 3), np.uint8))


if __name__ == "__main__":
    main()

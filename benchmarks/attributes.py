"""What is said of faces, against what is known of them: age, gender, mask, eyes, pose.

    python benchmarks/attributes.py [--write]

Age and gender on ``utkface`` (the age, gender and group are in the names), the largest face of each photo. How the
networks' numbers are read (`rostro.attributes._ages.Measured`) follows from the same photos, so every figure is of
five-fold cross-validation: each photo is read by curves that were drawn without it; ``--write`` then draws those that
ship from all of them. Mask on ``masks/worn_scene``, where nearly everybody wears one (`MASKLESS` names by eye the faces
that do not, and those of which one cannot tell), and on LFW, where nobody does. Eyes and pose have no truth here:
shares, and whether mirrored photos are told so. CelebA, which nothing was chosen on, tells what holds elsewhere.
Intervals are 95 %: exact for shares, by the bootstrap over faces for means.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostro import Recognizer
from rostro.attributes import _ages
from rostro.attributes.adas0001 import HeadPose
from rostro.attributes.aizoo import LEAST_SIDE, MaskDetector
from rostro.attributes.faceres import FaceRes
from rostro.attributes.openclosed0001 import OpenClosedEye
from rostro.attributes.retail0013 import Retail0013
from rostro.attributes.values import ADULT
from rostro.core.types import Face, Image
from rostro.photos.reading import read_photo
from rostro.recognition.analysis import PhotoAnalysis
from rostro.scoring.intervals import binomial_interval

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
Numbers = NDArray[np.float64]
#: Estimates at which the curves are drawn, in years.
KNOTS = (1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 23, 26, 30, 34, 38, 42, 46, 50, 55, 60, 65, 70)
FOLDS, BATCH = 5, 32
#: What a gender is said for: of those said, so many are to be right.
RIGHT = 0.975
GROUPS = ("White", "Black", "Asian", "Indian", "other")
BANDS = ((0, 2), (3, 9), (10, 17), (18, 25), (26, 35), (36, 45), (46, 55), (56, 65), (66, 75), (76, 120))
#: Faces of ``worn_scene`` by photo and the middle of their box: False wears no mask, None cannot be told by eye.
MASKLESS: dict[tuple[str, int, int], bool | None] = {
    ("0001_0032.jpg", 23, 171): None,
    ("0001_0286.jpg", 195, 179): False,
    ("0002_0004.jpg", 44, 64): None,
    ("0002_0023.jpg", 135, 62): None,
    ("0002_0024.jpg", 234, 35): False,
    ("0002_0024.jpg", 109, 43): None,
    ("0002_0056.jpg", 223, 54): False,
    ("0002_0056.jpg", 133, 44): False,
    ("0002_0056.jpg", 9, 59): False,
    ("0002_0056.jpg", 35, 55): False,
    ("0006_0089.jpg", 76, 67): None,
    ("0006_0105.jpg", 92, 83): None,
    ("0006_0105.jpg", 76, 33): None,
    ("0008_0044.jpg", 146, 98): None,
    ("0008_0056.jpg", 159, 57): False,
    ("0008_0056.jpg", 97, 146): False,
    ("0008_0056.jpg", 233, 152): False,
    ("0008_0136.jpg", 75, 50): False,
    ("0008_0157.jpg", 147, 78): None,
    ("0011_0043.jpg", 38, 107): False,
    ("0011_0077.jpg", 15, 41): None,
    ("0015_0005.jpg", 215, 53): False,
    ("0016_0014.jpg", 78, 58): False,
    ("0017_0016.jpg", 158, 52): None,
    ("0018_0001.jpg", 84, 158): False,
    ("0022_62EB5F3BDA472EE5ED293160CF3_D4979104_2F2D0.jpg", 653, 62): False,
    ("0022_62EB5F3BDA472EE5ED293160CF3_D4979104_2F2D0.jpg", 662, 825): False,
}

Known = tuple[list[Image], list[Face]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="replace the curves that ship")
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    with Recognizer(quality=None) as recognizer:
        ages_and_genders(recognizer, sorted((options.data / "utkface").glob("*.jpg")), write=options.write)
        masks(recognizer, options.data)
        poses_and_eyes(recognizer, some_of_lfw(options.data))
        elsewhere(recognizer, options.data / "celeba")


def faces_of(recognizer: Recognizer, photos: list[Path], *, largest: bool = True) -> tuple[list[Path], Known]:
    """The faces, each with its photo; those of turned photos are left out."""
    paths: list[Path] = []
    images: list[Image] = []
    faces: list[Face] = []
    for path, found in zip(photos, recognizer.photos(photos, embed=False), strict=True):
        if not found.faces or getattr(found, "turned", False):
            continue
        image = read_photo(path).image
        for face in [max(found.faces, key=lambda face: face.area)] if largest else found.faces:
            paths.append(path)
            images.append(image)
            faces.append(face)
    return paths, (images, faces)


def ages_and_genders(recognizer: Recognizer, photos: list[Path], *, write: bool) -> None:
    paths, known = faces_of(recognizer, photos)
    truth = np.array([int(path.name.split("_")[0]) for path in paths])
    female = np.array([path.name.split("_")[1] == "1" for path in paths])
    groups = np.array([path.name.split("_")[2] if path.name.count("_") == 3 else "" for path in paths])
    print(f"utkface: {len(paths)} of {len(photos)} photos have a face")
    parts = {kind.name: kind(recognizer.store, recognizer.engine_options) for kind in (FaceRes, Retail0013)}
    told = {name: estimates(part, known) for name, part in parts.items()}
    years, women = told["faceres"]
    mean = (women + told["retail0013"][1]) / 2
    adults = truth >= 18
    systems = {
        "faceres": (years, women, np.ones(len(truth), bool)),
        "retail0013": (*told["retail0013"], adults),
        "age_gender": (years, np.where(read_as(years, curves(years, truth))[1] >= ADULT, mean, women), truth >= 0),
    }
    for name, (estimated, women_by, counted) in systems.items():
        document: dict[str, Any] = {
            "age": curves(estimated[counted], truth[counted]),
            "gender": said_from(women_by, female, adults),
        }
        low, middle, high = crossed(estimated[counted], truth[counted])
        print(f"\n{name}: as the network says it, MAE {np.abs(estimated - truth)[counted].mean():.2f} years")
        report_age(middle, low, high, truth[counted])
        report_gender(women_by, female, middle_of_all(middle, counted), truth, groups, document["gender"]["say_from"])
        if name == "age_gender":
            report_groups(np.abs(middle - truth), groups)
        if write:
            file = Path(_ages.__file__).with_name("shipped") / f"{name}.json"
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def estimates(part: FaceRes | Retail0013, known: Known) -> tuple[Numbers, Numbers]:
    images, faces = known
    starts = range(0, len(faces), BATCH)
    rows = [part.estimate(images[start : start + BATCH], faces[start : start + BATCH]) for start in starts]
    years, women = (np.concatenate(column).astype(np.float64) for column in zip(*rows, strict=True))
    return years, women


def middle_of_all(middle: Numbers, counted: NDArray[np.bool_]) -> Numbers:
    """Ages by which children are told from adults; a network for adults tells none."""
    everybody = np.full(len(counted), ADULT)
    everybody[counted] = middle
    return everybody


def curves(estimated: Numbers, truth: NDArray[np.int64]) -> dict[str, list[float]]:
    """How old the people are who are taken for so old: their 10 %, 50 % and 90 % points about each knot.

    A third of the photos are of people of 26 to 35. Where an estimate leaves doubt, that would draw every answer there.
    So people count by one over the root of how many of about their age there are: half way to as many of every age.
    """
    rows = []
    near = np.array([(1 - np.abs(truth - age) / 6).clip(0).sum() for age in truth])
    counted = near**-0.5 / (near**-0.5).mean()
    knots = [knot for knot in KNOTS if estimated.min() - 2 <= knot <= estimated.max()]
    for knot in knots:
        width = 2 + knot / 8
        while (weights := (1 - np.abs(estimated - knot) / width).clip(0)).sum() < 8:
            width *= 1.2
        weights = weights * counted
        order = np.argsort(truth, kind="stable")
        share = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
        # a person of 30 is anything from 30 to 31
        rows.append([float(np.interp(part, share, truth[order] + 0.5)) for part in (0.1, 0.5, 0.9)])
    low, years, high = np.maximum.accumulate(np.array(rows), axis=0).round(2).T.tolist()
    return {"estimate": [float(knot) for knot in knots], "low": low, "years": years, "high": high}


def read_as(estimated: Numbers, drawn: dict[str, list[float]]) -> tuple[Numbers, Numbers, Numbers]:
    low, years, high = (np.interp(estimated, drawn["estimate"], drawn[name]) for name in ("low", "years", "high"))
    return low, years, high


def crossed(estimated: Numbers, truth: NDArray[np.int64]) -> tuple[Numbers, Numbers, Numbers]:
    """Every photo read by curves that were drawn without its fold."""
    fold = np.random.default_rng(0).permutation(len(truth)) % FOLDS
    read = np.empty((3, len(truth)))
    for number in range(FOLDS):
        own = fold == number
        read[:, own] = read_as(estimated[own], curves(estimated[~own], truth[~own]))
    return read[0], read[1], read[2]


def said_from(women: Numbers, female: NDArray[np.bool_], adults: NDArray[np.bool_]) -> dict[str, float]:
    """The least probability, in steps of 0.05, from which on so many of the adults are right."""
    probability, right = np.maximum(women, 1 - women)[adults], ((women > 0.5) == female)[adults]
    for level in np.arange(0.5, 1, 0.05).round(2):
        if right[probability >= level].mean() >= RIGHT:
            return {"say_from": float(level)}
    raise SystemExit("no probability is enough")


def report_age(years: Numbers, low: Numbers, high: Numbers, truth: NDArray[np.int64]) -> None:
    wrong = np.abs(years - (truth + 0.5))
    inside = (low <= truth + 1) & (truth <= high)
    print("| age | faces | MAE [95 %] | bias | inside the interval | width |\n|---|---:|---:|---:|---:|---:|")
    for first, last in ((0, 120), (18, 65), (0, 17), (66, 120), *BANDS):
        band = (truth >= first) & (truth <= last)
        if band.sum() < 10:
            continue
        bias = (years - truth - 0.5)[band].mean()
        print(
            f"| {first}–{last} | {band.sum()} | {mean_of(wrong[band])} | {bias:+.1f} | {inside[band].mean():.2f} "
            f"| {(high - low)[band].mean():.0f} |"
        )


def report_gender(
    women: Numbers, female: NDArray[np.bool_], ages: Numbers, truth: NDArray[np.int64], groups: NDArray[Any], say: float
) -> None:
    right, adults = (women > 0.5) == female, truth >= 18
    said = adults & (np.maximum(women, 1 - women) >= say) & (ages >= ADULT)
    print(f"gender of adults: {share(right[adults])}")
    print(f"  said from {say:.2f} on, of {said.sum() / adults.sum():.3f} of them: {share(right[said])}")
    for first, last in BANDS:
        band = (truth >= first) & (truth <= last)
        print(f"  {first}–{last}: {share(right[band])}")
    for group, name in enumerate(GROUPS):
        print(f"  adults, {name}: {share(right[adults & (groups == str(group))])}")
    for name, part in (("women", adults & female), ("men", adults & ~female)):
        print(f"  {name}: {share(right[part])}")


def report_groups(wrong: Numbers, groups: NDArray[Any]) -> None:
    for group, name in enumerate(GROUPS):
        print(f"  age, {name}: MAE {mean_of(wrong[groups == str(group)])}")


def masks(recognizer: Recognizer, data: Path) -> None:
    part = MaskDetector(recognizer.store, recognizer.engine_options)
    scenes = sorted((data / "masks" / "worn_scene").iterdir())
    paths, known = faces_of(recognizer, scenes, largest=False)
    answers = [one["mask"] for one in part.tell(*known, wanted=("mask",))]
    truths = [known_mask(path, face) for path, face in zip(paths, known[1], strict=True)]
    large = [min(face.width, face.height) >= LEAST_SIDE for face in known[1]]
    right, said, all_right = [], [], []
    for answer, truth, enough in zip(answers, truths, large, strict=True):
        if truth is None:
            continue
        value = answer.to_dict()["value"]
        if value is not None:
            right.append((value == "worn") == truth)
        said.append(value is not None)
        if enough:
            all_right.append(value is not None and (value == "worn") == truth)
    print(f"\nmask: {len(paths)} faces in {len(scenes)} scenes, {truths.count(None)} of which one cannot tell by eye,")
    print(f"  {truths.count(False)} bare; said of {np.mean(said):.3f}: right {share(np.array(right))}")
    print(f"  of at least {LEAST_SIDE} pixels, not said counted as wrong: {share(np.array(all_right))}")
    paths, known = faces_of(recognizer, some_of_lfw(data))
    values = [one["mask"].to_dict()["value"] for one in part.tell(*known, wanted=("mask",))]
    print(f"  LFW, bare: right {share(np.array([value == 'none' for value in values]))}, not said {values.count(None)}")


def known_mask(path: Path, face: Face) -> bool | None:
    x, y = face.centre
    return next(
        (truth for (name, u, v), truth in MASKLESS.items() if name == path.name and abs(u - x) + abs(v - y) < 6), True
    )


def some_of_lfw(data: Path, count: int = 500) -> list[Path]:
    photos = sorted((data / "lfw" / "images").glob("*/*_0001.jpg"))
    random.Random(1).shuffle(photos)
    return photos[:count]


def poses_and_eyes(recognizer: Recognizer, photos: list[Path]) -> None:
    _, (images, faces) = faces_of(recognizer, photos)
    part = HeadPose(recognizer.store, recognizer.engine_options)
    angles = poses(part, images, faces)
    mirrored = [np.ascontiguousarray(image[:, ::-1]) for image in images]
    flipped = [
        Face((w - face.box[2], face.box[1], w - face.box[0], face.box[3]), face.score)
        for face, w in zip(faces, (image.shape[1] for image in images), strict=True)
    ]
    back = poses(part, mirrored, flipped) * [-1, 1, -1]
    differ = np.abs(angles - back).mean(axis=0).round(1)
    print(f"\npose, LFW, {len(faces)} faces: mirrored, yaw, pitch and roll differ by {differ} degrees")
    eyes = OpenClosedEye(recognizer.store, recognizer.engine_options)
    told = [one["eyes"].to_dict() for one in eyes.tell(images, faces, ("eyes",)) if one]
    said = [value for looks in told for value in looks.values()]
    shares = {word: said.count(value) / len(said) for word, value in (("open", True), ("closed", False))}
    print(f"eyes, LFW, {len(said)}: " + ", ".join(f"{word} {part:.3f}" for word, part in shares.items()))


def elsewhere(recognizer: Recognizer, root: Path) -> None:
    """CelebA, which nothing was chosen on: gender, as its attributes say it; nobody wears a mask."""
    header, *lines = (root / "list_attr_celeba.txt").read_text(encoding="utf-8").splitlines()[1:]
    column = header.split().index("Male") + 1
    men = {words[0]: words[column] == "1" for words in map(str.split, lines) if words}
    right, masks_right, children, faces = [], [], 0, 0
    photos = sorted((root / "images").iterdir())[::6]
    for path, found in zip(photos, recognizer.analyses(photos, what=["age", "gender", "mask"]), strict=True):
        if not isinstance(found, PhotoAnalysis) or not found.faces:
            continue
        face = max(found.analyses, key=lambda each: each.face.area)
        assert face.age is not None
        assert face.gender is not None
        assert face.mask is not None
        faces += 1
        children += face.age.years < ADULT
        masks_right.append(face.mask.value == "none")
        if face.gender.value is not None:
            right.append((face.gender.value == "male") == men[path.name])
    print(f"\nCelebA, {faces} faces, {children} told younger than 18: gender said of {len(right) / faces:.3f},")
    print(f"  right {share(np.array(right))}; no mask: {share(np.array(masks_right))}")


def poses(part: HeadPose, images: list[Image], faces: list[Face]) -> Numbers:
    rows = [list(one["pose"].to_dict().values()) for one in part.tell(images, faces, ("pose",))]
    return np.array(rows)


def share(right: NDArray[Any]) -> str:
    if not len(right):
        return "no faces"
    interval = binomial_interval(int((~right.astype(bool)).sum()), len(right))
    return f"{right.mean():.4f} [{1 - interval.high:.4f}, {1 - interval.low:.4f}] of {len(right)}"


def mean_of(values: Numbers) -> str:
    draws = np.random.default_rng(0).choice(values, (2000, len(values))).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{values.mean():.2f} [{low:.2f}, {high:.2f}]"


if __name__ == "__main__":
    main()

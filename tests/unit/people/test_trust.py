"""The audit of a gallery, on drawn vectors: what is planted is found, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from rostro.cli import language
from rostro.core.errors import BadInput, NoOperatingPoint
from rostro.core.types import Template
from rostro.gallery.base import Gallery, open_gallery
from rostro.people.people import People
from rostro.people.trust.auditing import audit_gallery
from rostro.people.trust.faces import picture_of
from rostro.people.trust.findings import KINDS, Finding, GalleryAudit
from rostro.people.trust.held import Held
from rostro.people.trust.nearness import NONE, nearness

SPACE = "sface-0ba9fbfa/five_point-112"
BOX = (10.0, 10.0, 60.0, 70.0)


class Drawn:
    """People whose photos are alike (cosine 0.6) and who are not like each other (0.1), as with SFace."""

    def __init__(self, people: int, photos: int) -> None:
        self._random = np.random.default_rng(1)
        self._shared = self._random.normal(size=128)
        self._centres = self._random.normal(size=(people + 10, 128))
        self.people = {f"P{number:02}": [self.photo(number) for _ in range(photos)] for number in range(people)}

    def photo(self, of: int, quality: float = 1.0) -> Template:
        vector = 0.33 * self._shared + 0.7 * self._centres[of] + 0.55 * self._random.normal(size=128)
        digest = f"{self._random.integers(2**62):064x}"
        unit = (vector / np.linalg.norm(vector)).astype(np.float32)
        return Template(unit, digest, f"photos/{digest[-6:]}.jpg", quality, BOX)


def near(template: Template, amount: float) -> Template:
    """Another template whose vector has so much noise added."""
    noise = np.random.default_rng(3).normal(size=128)
    vector = template.vector + amount * noise / np.linalg.norm(noise)
    vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    return replace(template, vector=vector, source_hash="c" * 64, photo="photos/copy.jpg")


def planted() -> dict[str, list[Template]]:
    drawn = Drawn(30, 4)
    people = drawn.people
    people["P00"].append(people["P01"].pop())  # somebody's who is there
    people["P02"].append(drawn.photo(35))  # somebody's who is not
    people["P03, again"] = [people["P03"].pop(), people["P03"].pop()]
    people["P04"].append(people["P05"][0])  # the same photo, and the same box
    people["P06"].append(replace(people["P07"][0], box=(200.0, 10.0, 260.0, 70.0), vector=drawn.photo(6).vector))
    people["P08"].append(near(people["P09"][1], 0.2))
    people["P10"].append(drawn.photo(10, quality=0.01))
    people["P11"].append(drawn.photo(36))  # two of a stranger's, who are like each other
    people["P11"].append(drawn.photo(36))
    people["P12"] = people["P12"][:1]  # of whom nothing can be tried
    return people


def gallery_of(people: dict[str, list[Template]], url: str = ":memory:") -> Gallery:
    gallery = open_gallery(url, space=SPACE)
    gallery.add(people)
    return gallery


@pytest.fixture(scope="module")
def audit() -> GalleryAudit:
    return audit_gallery(gallery_of(planted()))


def of(audit: GalleryAudit, kind: str) -> list[Finding]:
    return [finding for finding in audit.findings if finding.kind == kind]


def test_what_was_planted_is_found_and_nothing_else(audit: GalleryAudit) -> None:
    people = planted()
    assert not audit
    assert [finding.kind for finding in audit.findings] == sorted(
        (finding.kind for finding in audit.findings), key=KINDS.index
    )
    (wrong,) = of(audit, "other-person")
    assert wrong.people == ("P00", "P01")
    assert wrong.faces[0].sha256 == people["P00"][-1].source_hash
    assert wrong.mends[0].command("my people.db") == (
        f"rostro people move {wrong.faces[0].sha256[:12]} --to P01 --of P00 --gallery 'my people.db'"
    )
    outliers = {finding.people[0]: finding for finding in of(audit, "outlier")}
    assert set(outliers) == {"P02", "P11"}
    assert outliers["P02"].faces[0].sha256 == people["P02"][-1].source_hash
    assert {face.sha256 for face in outliers["P11"].faces[:2]} == {one.source_hash for one in people["P11"][-2:]}
    assert [finding.people for finding in of(audit, "one-person")] == [("P03", "P03, again")]
    assert of(audit, "one-person")[0].mends[0].command() in {
        "rostro people merge 'P03, again' P03", "rostro people merge P03 'P03, again'",
    }  # fmt: skip
    assert {finding.people for finding in of(audit, "twice")} == {("P05", "P04"), ("P09", "P08")}
    for finding in of(audit, "twice"):
        assert finding.mends[0].person == finding.people[1], "the one that is like its person's others stays"
    (poor,) = of(audit, "poor")
    assert (poor.people, poor.quality) == (("P10",), pytest.approx(0.01))
    assert set(audit.counts) == set(KINDS)
    assert sum(audit.counts.values()) == 7 == len(audit.findings)


def test_who_would_be_found(audit: GalleryAudit) -> None:
    found = {person.name: person for person in audit.people}
    assert list(found) == sorted(found)
    assert (found["P12"].tried, found["P12"].rank, found["P12"].similarity) == (0, None, None)
    assert (found["P13"].tried, found["P13"].found, found["P13"].rank) == (4, 4, 1)
    assert (found["P02"].tried, found["P02"].found) == (5, 4)
    assert found["P02"].rank is not None
    assert found["P02"].rank > 1
    assert (found["P10"].templates, found["P10"].tried) == (5, 4), "the poor one cannot be tried"
    assert audit.found < audit.tried == sum(person.tried for person in audit.people)
    document = audit.to_dict("people.db")
    assert document["found"] == audit.found
    assert document["findings"][0]["mends"][0]["command"].endswith("--gallery people.db")


def test_a_sound_gallery_and_an_empty_one_have_no_findings() -> None:
    sound = audit_gallery(gallery_of(Drawn(20, 3).people))
    assert sound
    assert (sound.found, sound.tried) == (60, 60)
    with open_gallery(":memory:", space=SPACE) as empty:
        assert audit_gallery(empty)
        assert audit_gallery(empty).people == ()


def test_thresholds_follow_from_the_number_of_templates() -> None:
    few, many = (audit_gallery(gallery_of(Drawn(people, 2).people)) for people in (20, 400))
    assert few.threshold < many.threshold < many.same_person
    chosen = audit_gallery(gallery_of(Drawn(20, 2).people), threshold=0.3)
    assert (chosen.threshold, chosen.same_person) == (0.3, 0.3)
    with pytest.raises(BadInput, match="not both"):
        audit_gallery(gallery_of(Drawn(2, 2).people), threshold=0.3, operating_point="nope.json")


def test_a_space_that_nobody_measured_has_no_thresholds() -> None:
    with open_gallery(":memory:", space="toy-00000000/none") as gallery:
        gallery.add(Drawn(2, 2).people)
        with pytest.raises(NoOperatingPoint, match="no threshold was ever measured"):
            audit_gallery(gallery)


@pytest.mark.parametrize(("rows", "columns"), [(3, 4), (7, 2), (512, 8192)])
def test_tiles_change_nothing(rows: int, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rostro.people.trust.nearness._ROWS", rows)
    monkeypatch.setattr("rostro.people.trust.nearness._COLUMNS", columns)
    random = np.random.default_rng(0)
    vectors = random.normal(size=(40, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    owners = np.sort(random.integers(0, 12, 40))
    starts = np.searchsorted(owners, np.arange(14))
    found = nearness(vectors, owners, starts, 0.5)
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, NONE)
    best = np.full((40, 13), NONE, np.float32)
    for row in range(40):
        np.maximum.at(best[row], owners, scores[row])
    own = best[np.arange(40), owners].copy()
    best[np.arange(40), owners] = NONE
    np.testing.assert_allclose(found.own, own, atol=1e-6)
    np.testing.assert_allclose(found.other, best.max(axis=1), atol=1e-6)
    np.testing.assert_array_equal(found.whose, best.argmax(axis=1))
    np.testing.assert_array_equal(found.ahead, (best > own[:, None] + 1e-6).sum(axis=1))
    expected = {(row, person) for row, person in zip(*map(np.ndarray.tolist, np.nonzero(best >= 0.5)), strict=True)}
    assert set(zip(found.rows.tolist(), found.people.tolist(), strict=True)) == expected


def test_every_reason_has_its_spanish(audit: GalleryAudit) -> None:
    spanish = language.spanish()
    for finding in audit.findings:
        told = spanish.translate(finding.reason, "es")
        assert told != finding.reason
        assert "." not in told.partition("similitud")[2].partition("calidad")[2], told


def test_faces_come_from_kept_pictures_then_from_photos_and_are_missed_otherwise(tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    cv2.imwrite(str(photo), np.full((80, 90, 3), 77, np.uint8))
    from rostro.photos.reading import photo_hash

    drawn = Drawn(1, 3).people["P00"]
    there = replace(drawn[0], photo=str(photo), source_hash=photo_hash(photo))
    changed = replace(drawn[1], photo=str(photo))
    with gallery_of({"Ada": [there, changed, drawn[2]]}, str(tmp_path / "people.db")) as gallery:
        pictures = People(gallery).pictures
        assert pictures is not None
        held = Held.of(gallery)
        pictures.keep(held.faces[2].person, held.faces[2].sha256, np.full((16, 16, 3), 200, np.uint8))
        shown = [picture_of(face, pictures) for face in held.faces]
    assert shown[0] is not None
    assert shown[0][1].box == BOX
    assert shown[1] is None, "the file is another photo now"
    assert shown[2] is not None
    assert shown[2][0].shape == (16, 16, 3)
    assert shown[2][0].mean() == pytest.approx(200, abs=2)

"""Every use case that the command line has, called from Python: no door is needed to get at it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from films import film
from lfw_people import link_people
from PIL import Image
from running_server import with_models_of

import rostro
from rostro.core.errors import EngineError
from rostro.detection.base import DETECTORS
from rostro.drawing.sheets import detector_sheet

PEOPLE = 12


@pytest.fixture(scope="module")
def people(lfw_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first people of LFW who have four photos, one folder each."""
    root = link_people(lfw_root / "images", tmp_path_factory.mktemp("people"), PEOPLE)
    return root


@pytest.fixture
def own(recognizer: rostro.Recognizer, tmp_path: Path) -> rostro.Recognizer:
    """The loaded models, with a home and a gallery of their own."""
    from dataclasses import replace

    settings = replace(recognizer.settings, home=tmp_path / "home")
    return with_models_of(recognizer, gallery=str(tmp_path / "people.db"), settings=settings)


@pytest.mark.data
def test_evaluate_writes_nothing_unless_asked(own: rostro.Recognizer, people: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    options = rostro.Options(replicates=20)
    found = rostro.evaluate(
        "all-pairs", people, recognizer=own, face="centre", options=options,
        on_progress=lambda *how: told.append(how),
    )  # fmt: skip
    assert found.report is None and len(found) == 1
    assert repr(found).startswith("<Evaluation all-pairs: ")
    assert found.metric("auc").value == pytest.approx(1.0, abs=0.01)
    assert json.loads(found.to_json())["protocol"] == "all-pairs"
    assert told[-1] == ("yunet + sface", 4 * PEOPLE, 4 * PEOPLE)
    with_report = rostro.evaluate(
        "all-pairs", people, recognizer=own, face="centre", options=options, output=tmp_path / "report", language="es"
    )
    assert with_report.report == tmp_path / "report" / "report.html" and with_report.report.is_file()
    assert with_report.metric("auc").value == found.metric("auc").value


@pytest.mark.data
def test_compare_names_what_cannot_run(own: rostro.Recognizer, people: Path) -> None:
    def make(detector: str | None, embedder: str) -> rostro.Recognizer:
        if detector == "mtcnn":
            raise EngineError("mtcnn: the engine fell over")
        return own

    found = rostro.compare(
        people, detectors=["yunet", "mtcnn"], protocol="all-pairs", face="centre", make=make,
        options=rostro.Options(replicates=20),
    )  # fmt: skip
    assert len(found) == 1
    assert [(name, str(error)) for name, error in found.failed] == [("mtcnn + sface", "mtcnn: the engine fell over")]
    assert found.to_dict()["left_out"] == [{"system": "mtcnn + sface", "reason": "mtcnn: the engine fell over"}]


@pytest.mark.data
def test_calibrate_gives_what_a_recogniser_takes(own: rostro.Recognizer, people: Path, tmp_path: Path) -> None:
    found = rostro.calibrate(
        people, fmr=0.01, recognizer=own, face="centre", output=tmp_path / "own.json",
        options=rostro.Options(replicates=20),
    )  # fmt: skip
    assert 0 < found.threshold < 1 and found.file == tmp_path / "own.json"
    again = rostro.Recognizer(operating_point=found.file, settings=own.settings, store=own.store)
    assert again.operating_point.threshold == pytest.approx(found.threshold, abs=1e-4)


def test_watch(own: rostro.Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    own.enroll(samples["obama.jpg"], name="Barack Obama")
    path = film(tmp_path / "door.mp4", (1, [samples["obama2.jpg"]]))
    events: list[dict[str, object]] = []
    scenes: list[object] = []
    seen = rostro.watch(
        str(path), recognizer=own, on_event=events.append, on_scene=scenes.append, video=tmp_path / "named.mp4",
        keep_pictures=True,
    )  # fmt: skip
    assert list(seen.people) == ["Barack Obama"] and seen and not seen.interrupted
    assert [event["event"] for event in events][-1] == "left"
    assert seen.frames <= len(scenes) and (tmp_path / "named.mp4").stat().st_size > 0
    assert own.people.pictures is not None and own.people.pictures.owners()
    own.people.erase("Barack Obama")
    assert not own.people.pictures.owners()


def test_watching_with_a_gallery_that_is_not_there(recognizer: rostro.Recognizer, tmp_path: Path) -> None:
    nobody = rostro.Recognizer(gallery=tmp_path / "none.db", create_gallery=False, settings=recognizer.settings)
    (tmp_path / "frames").mkdir()
    with pytest.raises(rostro.GalleryError, match=r"none\.db"):
        rostro.watch(str(tmp_path / "frames"), recognizer=nobody)
    assert not (tmp_path / "none.db").exists()


def test_galleries_are_copied_checked_and_backed_up(
    own: rostro.Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    own.enroll([samples["obama.jpg"], samples["obama2.jpg"]], name="Barack Obama")
    told: list[tuple[int, int]] = []
    copied = rostro.migrate(own.gallery, tmp_path / "copy.db", lambda *how: told.append(how))
    assert copied and copied.to_dict()["templates"] == 2 and told[-1] == (2, 2)
    assert rostro.migrate(own.gallery_url, tmp_path / "copy.db").copied == 0
    assert rostro.check(tmp_path / "copy.db") == []
    assert rostro.back_up(own.gallery, tmp_path / "monday.db").people == 1
    with pytest.raises(rostro.BadInput, match="copied onto itself"):
        rostro.migrate("a.db", "a.db")


def test_photos_become_a_table_and_go_on_where_they_stopped(
    own: rostro.Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    photos = sorted(path for path in samples.values() if path.suffix in {".jpg", ".png"})
    done = own.tabulate(photos, tmp_path / "faces.npz", stopped=lambda: True)
    assert not done.whole and done.photos == 1
    rest = own.tabulate(photos, tmp_path / "faces.npz")
    assert rest.whole and rest.before == 1 and rest.photos == len(photos)
    with np.load(tmp_path / "faces.npz", allow_pickle=False) as table:
        assert len(table["score"]) == rest.faces


def test_every_detector_and_one_whose_engine_fails(
    own: rostro.Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    class Broken(DETECTORS.get("haar")):  # type: ignore[misc]
        def detect(self, images: object) -> object:
            raise EngineError("no such device")

    def make(name: str) -> rostro.Recognizer:
        if name == "haar":
            return rostro.Recognizer(detector=Broken(own.store, own.engine_options), settings=own.settings)
        if name in {"yunet", "dlib_hog"}:
            return rostro.Recognizer(detector=name, settings=own.settings, store=own.store)
        raise rostro.ModelUnavailable(f"{name} is not installed")

    photos = [samples["obama.jpg"], samples["biden.jpg"]]
    found = rostro.detect_with_all(photos, keep=True, make=make)
    assert [(row.found.photo, row.detector) for row in found.rows] == [
        (str(photo), name) for photo in photos for name in ("dlib_hog", "yunet")
    ]
    assert found.left_out["haar"] == "no such device" and "mtcnn is not installed" in found.left_out["mtcnn"]
    sheet = detector_sheet(
        [(r.found.photo, r.detector, r.milliseconds, r.found.kept_image, r.found.faces) for r in found.rows]
    )
    assert sheet.ndim == 3 and sheet.shape[0] > 300


def test_compare_says_what_is_wrong_with_what_it_is_given(
    recognizer: rostro.Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    Image.new("RGB", (300, 300), (90, 120, 200)).save(tmp_path / "sky.png")
    (tmp_path / "letter.jpg").write_text("dear")
    obama, sky, letter = recognizer.photos([samples["obama.jpg"], tmp_path / "sky.png", tmp_path / "letter.jpg"])
    (unembedded,) = recognizer.photos([samples["obama.jpg"]], embed=False)
    with pytest.raises(rostro.NoFace, match=r"sky\.png"):
        recognizer.compare(obama, sky)  # type: ignore[arg-type]
    with pytest.raises(rostro.UnreadablePhoto, match=r"letter\.jpg"):
        recognizer.compare(letter, obama)  # type: ignore[arg-type]
    with pytest.raises(rostro.BadInput, match="no vectors"):
        recognizer.compare(obama, unembedded)  # type: ignore[arg-type]
    for other in (str(samples["obama.jpg"]), recognizer.embed(samples["obama.jpg"])[0]):
        with pytest.raises(rostro.BadInput, match="verify takes photos"):
            recognizer.compare(obama, other)  # type: ignore[arg-type]

"""Sheets and bar codes: what they show, and in which files they can be kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rostro.core.decisions import Candidate, Identification, OperatingPoint, Verification
from rostro.core.errors import BadInput
from rostro.core.types import Face
from rostro.core.words import count
from rostro.drawing import sheets as pictures
from rostro.drawing.barcode import barcode, barcode_pair
from rostro.drawing.scorebar import score_bar, signed
from rostro.drawing.shapes import BLUE, GREEN, INK, VERMILLION
from rostro.drawing.sheets import detection_sheet, identification_sheet, verification_sheet
from rostro.drawing.words import say, say_faces, say_false_match_rate
from rostro.photos.writing import FORMATS, encode_picture, write_picture

RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (250, 200, 3), dtype=np.uint8)
FACE = Face(
    (50.0, 60.0, 150.0, 190.0), 0.93, np.array([[80, 100], [120, 100], [100, 125], [82, 150], [118, 150]], "f4")
)
ODD_SIZES = [(1, 1), (1, 500), (500, 1), (7, 3), (4000, 3000)]


def point(fmr: float | None = 0.001, threshold: float = 0.363) -> OperatingPoint:
    return OperatingPoint("sface-0/five_point-112", threshold, fmr, None, 0.01, "LFW", 3000, 3000)


def verified(similarity: float, threshold: float = 0.363) -> Verification:
    return Verification(similarity, point(threshold=threshold), (FACE, FACE), "sface-0/five_point-112")


def identified(similarity: float | None, name: str = "Ana") -> Identification:
    candidates = () if similarity is None else (Candidate(name, similarity),)
    return Identification(FACE, candidates, point())


def pixels(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((picture == np.asarray(colour)).all(axis=2).sum())


class TestDetectionSheet:
    def test_one_photo_is_shown_at_its_own_size_with_a_caption_below(self) -> None:
        photo = np.full((600, 900, 3), 255, np.uint8)
        sheet = detection_sheet([("a.jpg", photo, [FACE])])
        assert sheet.shape[1] == 900 and 600 < sheet.shape[0] < 700
        assert pixels(sheet[:600], BLUE) > 100
        assert (sheet[600:] < 128).any()  # the caption

    def test_several_photos_make_a_grid_of_tiles(self) -> None:
        two, nine = (detection_sheet([("a.jpg", PHOTO, [FACE])] * n) for n in (2, 9))
        assert two.shape[1] > two.shape[0] and nine.shape[0] > two.shape[0] * 1.5
        assert pixels(nine, BLUE) > 3 * pixels(two, BLUE)

    def test_a_photo_without_a_face_says_so(self) -> None:
        without, with_one = (detection_sheet([("a.jpg", PHOTO, faces)]) for faces in ([], [FACE]))
        assert without.shape == with_one.shape
        assert np.array_equal(without[:-60, :2], with_one[:-60, :2])
        assert not np.array_equal(without[-40:], with_one[-40:])

    def test_of_very_many_photos_the_first_are_shown_and_the_rest_counted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pictures, "MOST_PHOTOS", 4)
        most, more = (detection_sheet([("a", PHOTO, [])] * n) for n in (4, 5))
        assert most.shape[0] < more.shape[0] < most.shape[0] + 60
        assert np.array_equal(more[: most.shape[0] - 24], most[:-24])

    @pytest.mark.parametrize("size", ODD_SIZES)
    def test_any_size_of_photo(self, size: tuple[int, int]) -> None:
        photo = np.full((size[1], size[0], 3), 90, np.uint8)
        face = Face((-5.0, -5.0, size[0] * 2.0, size[1] / 2), 0.5)
        for photos in ([("a", photo, [face])], [("a", photo, [face]), ("b", PHOTO, [])]):
            sheet = detection_sheet(photos)
            assert sheet.dtype == np.uint8 and sheet.shape[2] == 3
        assert (photo == 90).all()

    def test_bad_input_is_named(self) -> None:
        with pytest.raises(BadInput, match="at least one photo"):
            detection_sheet([])
        with pytest.raises(BadInput, match="RGB uint8"):
            detection_sheet([("a", PHOTO, []), ("b", PHOTO[..., 0], [])])
        with pytest.raises(BadInput, match="'fr'"):
            detection_sheet([("a", PHOTO, [])], language="fr")


class TestIdentificationSheet:
    def test_known_and_unknown_differ_in_colour(self) -> None:
        known, unknown = (identification_sheet([("a.jpg", PHOTO, [identified(s)])]) for s in (0.7, 0.2))
        assert pixels(known, GREEN) > 100 and pixels(known, VERMILLION) == 0
        assert pixels(unknown, VERMILLION) > 100 and pixels(unknown, GREEN) == 0

    def test_the_name_is_on_the_picture(self) -> None:
        ana, eva = (identification_sheet([("a.jpg", PHOTO, [identified(0.7, name)])]) for name in ("Ana", "Eva"))
        assert ana.shape == eva.shape and not np.array_equal(ana, eva)

    def test_an_empty_gallery_and_a_photo_without_a_face(self) -> None:
        sheet = identification_sheet([("a.jpg", PHOTO, [identified(None)]), ("b.jpg", PHOTO, [])], language="es")
        assert pixels(sheet, VERMILLION) > 100


class TestVerificationSheet:
    CROPS = np.stack([np.full((112, 112, 3), 10, np.uint8), np.full((112, 112, 3), 245, np.uint8)])

    def test_it_shows_photos_crops_and_verdict(self) -> None:
        same, other = (
            verification_sheet(verified(s), (("a.jpg", PHOTO), ("b.jpg", PHOTO)), self.CROPS) for s in (0.7, 0.1)
        )
        assert same.shape[1] == 1200
        assert pixels(same, GREEN) > 500 and pixels(other, VERMILLION) > 500
        assert pixels(same, (10, 10, 10)) >= 168**2 * 0.99 and pixels(same, (245, 245, 245)) >= 168**2 * 0.99

    def test_crops_and_details_may_be_left_out(self) -> None:
        photos = (("a.jpg", PHOTO), ("b.jpg", PHOTO))
        plain, detailed = (verification_sheet(verified(0.7), photos, details=text) for text in ("", "yunet · sface"))
        assert detailed.shape[0] > plain.shape[0]

    @pytest.mark.parametrize("size", ODD_SIZES)
    def test_any_size_of_photo_and_any_name(self, size: tuple[int, int]) -> None:
        photo = np.full((size[1], size[0], 3), 90, np.uint8)
        sheet = verification_sheet(verified(0.5), (("李" * 300, photo), ("\ud800\x00", PHOTO)), self.CROPS)
        assert sheet.shape[1] == 1200

    @pytest.mark.parametrize(("similarity", "where"), [(-1.0, 24), (-0.5, 24), (0.25, 350), (1.0, 676)])
    def test_the_mark_stands_at_the_score_on_a_scale_from_minus_a_half_to_one(
        self, similarity: float, where: int
    ) -> None:
        bar = score_bar(verified(similarity, threshold=0.9), "unknown", 700, 168, "en")
        columns = np.flatnonzero((bar == np.asarray(VERMILLION)).all(axis=2).sum(axis=0) > 10)
        assert columns.mean() + 0.5 == pytest.approx(where, abs=1)

    @pytest.mark.parametrize("threshold", [-1.0, -0.5, 0.0, 0.363, 1.0, 1.0001])
    def test_the_threshold_is_a_dark_line_and_its_label_stays_inside(self, threshold: float) -> None:
        bar = score_bar(verified(0.1, threshold), "unknown", 400, 168, "es")
        share = (min(max(threshold, -0.5), 1.0) + 0.5) / 1.5
        columns = np.flatnonzero((bar[60:92] == np.asarray(INK)).all(axis=2).sum(axis=0) > 12)
        assert columns.mean() + 0.5 == pytest.approx(24 + share * 352, abs=1)
        assert (bar[:, [0, -1]] == 255).all()


class TestBarcode:
    def test_every_value_has_its_bar_in_order_and_darkness(self) -> None:
        picture = barcode(np.array([0.0, 1.0, 0.5, 1.0], "f4"))
        row = picture[picture.shape[0] // 2, 40:-40, 0].reshape(4, -1)
        assert (row == row[:, :1]).all()
        assert row[0, 0] == 255 and row[1, 0] == row[3, 0] == INK[0] and row[2, 0] in (139, 140)

    @pytest.mark.parametrize("length", [1, 2, 128, 512, 2622, 4096])
    def test_any_length(self, length: int) -> None:
        picture = barcode(RNG.normal(size=length).astype(np.float32), name="a.jpg")
        assert (picture.shape[1] - 80) % length == 0

    def test_equal_vectors_have_no_difference_and_opposite_ones_the_largest(self) -> None:
        vector = np.array([3.0, -4.0], "f4")
        equal, opposite = barcode_pair(vector, vector), barcode_pair(vector, -vector)
        assert pixels(equal, BLUE) == pixels(equal, VERMILLION) == 0
        assert pixels(opposite, VERMILLION) > 10_000  # the second value: larger in the second vector

    def test_bad_vectors_are_named(self) -> None:
        with pytest.raises(BadInput, match="finite"):
            barcode(np.array([1.0, np.nan], "f4"))
        with pytest.raises(BadInput, match="finite"):
            barcode(np.empty(0, "f4"))
        with pytest.raises(BadInput, match="2 and 3 values"):
            barcode_pair(np.ones(2, "f4"), np.ones(3, "f4"))
        with pytest.raises(BadInput, match="zeros"):
            barcode_pair(np.ones(2, "f4"), np.zeros(2, "f4"))


class TestWords:
    @pytest.mark.parametrize(
        ("rate", "words"),
        [
            (0.001, "1 in 1,000 "),
            (0.00098, "1 in 1,000 "),
            (0.0123, "1 in 81 "),
            (3e-7, "1 in 3,300,000 "),
            (0.4, "1 in 2.5 "),
        ],
    )
    def test_a_false_match_rate_is_one_in_so_many(self, rate: float, words: str) -> None:
        assert words in say_false_match_rate(point(rate), "en")

    def test_a_rate_of_zero_or_none_claims_nothing(self) -> None:
        assert "none of 3,000 pairs" in say_false_match_rate(point(0.0), "en")
        assert "not measured" in say_false_match_rate(point(None), "en")

    def test_spanish(self) -> None:
        assert say("different", "es") == "No es la misma persona"
        assert "1 de cada 1000 pares" in say_false_match_rate(point(0.001), "es")
        assert count(13_233, "es") == "13\u00a0233"
        assert [say_faces(n, "es") for n in (0, 1, 2)] == ["ninguna cara", "1 cara", "2 caras"]

    def test_scores_have_a_true_minus_and_zero_none(self) -> None:
        assert [signed(value) for value in (-0.25, -0.0001, 0.5)] == ["−0.250", "0.000", "0.500"]


class TestWriting:
    @pytest.mark.parametrize("suffix", FORMATS)
    def test_every_format_can_be_read_again(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"piñata 李{suffix.upper()}"
        smooth = np.broadcast_to(np.linspace(0, 255, 200).astype(np.uint8)[None, :, None], (100, 200, 3)).copy()
        write_picture(smooth, path)
        with Pillow.open(path) as opened:
            again = np.asarray(opened.convert("RGB")).astype(int)
        assert np.abs(again - smooth).max() <= (0 if suffix in {".png", ".tif", ".tiff", ".bmp"} else 12)

    def test_png_gives_back_every_pixel_and_leaves_no_other_file(self, tmp_path: Path) -> None:
        write_picture(PHOTO, tmp_path / "a.png")
        with Pillow.open(tmp_path / "a.png") as opened:
            assert np.array_equal(np.asarray(opened), PHOTO)
        assert [path.name for path in tmp_path.iterdir()] == ["a.png"]

    @pytest.mark.parametrize("name", ["a", "a.xyz", ".png", ""])
    def test_an_unknown_suffix_is_named(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(BadInput, match=r"pictures are written as .*\.png"):
            write_picture(PHOTO, tmp_path / name)

    def test_a_file_that_cannot_be_written_is_named_and_nothing_left_behind(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match=r"cannot write .*missing.*No such file"):
            write_picture(PHOTO, tmp_path / "missing" / "a.png")
        (tmp_path / "folder.png").mkdir()
        with pytest.raises(BadInput, match=r"folder\.png"):
            write_picture(PHOTO, tmp_path / "folder.png")
        with pytest.raises(BadInput, match="cannot write"):
            write_picture(PHOTO, tmp_path / ("x" * 300 + ".png"))
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(BadInput, match="cannot write"):
            write_picture(PHOTO, tmp_path / "file" / "a.png")
        assert {path.name for path in tmp_path.iterdir()} == {"file", "folder.png"}

    def test_a_failed_write_keeps_the_old_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.webp").write_bytes(b"old")
        with pytest.raises(BadInput, match="WEBP"):
            write_picture(np.zeros((1, 17_000, 3), np.uint8), tmp_path / "a.webp")
        assert (tmp_path / "a.webp").read_bytes() == b"old"

    def test_only_images_are_encoded(self) -> None:
        with pytest.raises(BadInput, match="RGB uint8"):
            encode_picture(PHOTO.astype(np.float32), ".png")

"""Photos as programs hold them, and the mistakes that everybody makes."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from odd_files import encoded, test_card

import rostro
from rostro.core.errors import BadInput, NotAPhoto, UnreadablePhoto
from rostro.photos.reading import hash_source, is_photo, read_photo, several

CARD = np.asarray(test_card())
GREY = np.asarray(test_card().convert("L"))


def grey_rgb() -> np.ndarray:
    return np.repeat(GREY[:, :, None], 3, axis=2)


class TestForms:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            (CARD, CARD),
            (CARD.astype(np.int64), CARD),
            (CARD.astype(np.uint16), CARD),
            (CARD / 255, CARD),
            ((CARD / 255).astype(np.float32), CARD),
            (CARD.astype(np.float32), CARD),
            ((CARD.astype(np.uint16) << 8) | CARD, CARD),
            (GREY, grey_rgb()),
            (GREY[:, :, None], grey_rgb()),
            (GREY / 255, grey_rgb()),
            (np.dstack([CARD, np.full(GREY.shape, 255, np.uint8)]), CARD),
            (np.dstack([CARD, np.zeros(GREY.shape, np.uint8)]), np.full_like(CARD, 255)),
            (CARD[:, ::-1], CARD[:, ::-1]),
            (PIL.Image.fromarray(CARD), CARD),
            (PIL.Image.fromarray(GREY), grey_rgb()),
            (PIL.Image.open(io.BytesIO(encoded()["png"])), CARD),
        ],
        ids=lambda value: f"{type(value).__name__}",
    )
    def test_every_usual_one_gives_the_same_pixels(self, given: object, expected: np.ndarray) -> None:
        photo = read_photo(given)  # type: ignore[arg-type]
        np.testing.assert_array_equal(photo.image, expected)
        source, digest = hash_source(given)  # type: ignore[arg-type]
        assert digest == photo.sha256 == read_photo(expected).sha256 == read_photo(source).sha256

    def test_pictures_stand_upright(self) -> None:
        turned = io.BytesIO()
        exif = PIL.Image.Exif()
        exif[0x0112] = 6
        PIL.Image.fromarray(CARD).save(turned, "PNG", exif=exif)
        np.testing.assert_array_equal(read_photo(PIL.Image.open(turned)).image, read_photo(turned.getvalue()).image)

    def test_a_tensor(self) -> None:
        torch = pytest.importorskip("torch")
        np.testing.assert_array_equal(read_photo(torch.from_numpy(CARD.copy())).image, CARD)
        learned = torch.zeros(4, 4, 3, requires_grad=True)
        with pytest.raises(NotAPhoto, match="detach"):
            read_photo(learned)
        with pytest.raises(NotAPhoto, match="move the first axis to the end"):
            read_photo(torch.zeros(3, 64, 64))

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (np.zeros((3, 60, 60), np.uint8), r"got uint8 \(3, 60, 60\); move the first axis"),
            (np.zeros((2, 60, 60, 3), np.uint8), "give photos one by one"),
            (np.zeros((60, 60, 2), np.uint8), r"\(H, W, 4\)"),
            (np.zeros(7, np.uint8), r"got uint8 \(7,\)"),
            (np.zeros((0, 5, 3), np.uint8), "at least one pixel"),
            (np.full((5, 5, 3), np.nan), "not finite"),
            (np.full((5, 5), -1.0), r"floats in \[0, 1\]; got float64 \(5, 5\) from -1 to -1"),
            (np.full((5, 5, 3), 70_000), "0 to 255"),
            (np.zeros((5, 5), bool), "an array of numbers"),
            (np.array([["a.jpg"]]), "an array of numbers"),
        ],
    )
    def test_others_are_named_in_words(self, given: np.ndarray, said: str) -> None:
        with pytest.raises(NotAPhoto, match=said) as error:
            read_photo(given)
        assert isinstance(error.value, BadInput) and isinstance(error.value, UnreadablePhoto)
        assert error.value.kind == "not-a-photo"
        with pytest.raises(NotAPhoto):
            hash_source(given)


class TestMistakes:
    @pytest.fixture
    def jpeg(self, tmp_path: Path) -> Path:
        path = tmp_path / "a.jpg"
        path.write_bytes(encoded()["jpg"])
        return path

    def test_a_file_opened_as_text(self, jpeg: Path) -> None:
        with jpeg.open() as text:
            for read in (read_photo, hash_source):
                with pytest.raises(NotAPhoto, match="'rb'"):
                    read(text)  # type: ignore[operator]

    def test_a_file_that_was_read_or_closed(self, jpeg: Path) -> None:
        with jpeg.open("rb") as file:
            read_photo(file)
            with pytest.raises(UnreadablePhoto, match="seek"):
                read_photo(file)
        with pytest.raises(UnreadablePhoto, match="closed file"):
            read_photo(file)

    @pytest.mark.parametrize("extension", ["jpg", "png", "gif", "webp"])
    @pytest.mark.parametrize("start", ["", "data:image/x;base64,"])
    def test_base64(self, extension: str, start: str) -> None:
        text = start + base64.b64encode(encoded()[extension]).decode()
        for given in (text, text.encode()):
            with pytest.raises(UnreadablePhoto, match=r"base64\.b64decode") as error:
                read_photo(given)
            assert len(str(error.value)) < 200, "the text itself is not told"

    def test_addresses(self) -> None:
        with pytest.raises(NotAPhoto, match="none is fetched"):
            read_photo("https://example.org/a.jpg")

    @pytest.mark.parametrize("given", [7, None, 1.5, {"a": 1}, object(), ["a.jpg"]])
    def test_no_photo_at_all(self, given: object) -> None:
        with pytest.raises(NotAPhoto, match=f"got {type(given).__name__}"):
            read_photo(given)  # type: ignore[arg-type]


def test_one_and_several_are_told_apart(tmp_path: Path) -> None:
    one = ["a.jpg", tmp_path, b"\xff\xd8", bytearray(b"x"), io.BytesIO(), CARD, GREY, PIL.Image.fromarray(CARD)]
    for photo in one:
        assert is_photo(photo)
        with pytest.raises(BadInput, match="a list"):
            several(photo)
    for many in (["a.jpg"], ("a.jpg",), iter([CARD]), np.stack([CARD, CARD]), np.array(["a.jpg", "b.jpg"]), {"a.jpg"}):
        assert not is_photo(many)
        assert several(many) is many
    with pytest.raises(BadInput, match="got int"):
        several(7)


class TestEverywhere:
    """Every call that takes a photo takes all of them, and tells the same mistakes."""

    @pytest.fixture
    def forms(self, samples: dict[str, Path]) -> dict[str, object]:
        picture = PIL.Image.open(samples["obama.jpg"])
        pixels = np.asarray(picture)
        grey = np.asarray(picture.convert("L"))
        alpha = np.dstack([pixels, np.full(grey.shape, 255, np.uint8)])
        return {
            "picture": picture,
            "float": pixels / 255,
            "grey": grey,
            "alpha": alpha,
            "bytes": samples["obama.jpg"].read_bytes(),
        }

    def test_detect_embed_verify_enroll_identify(
        self, forms: dict[str, object], samples: dict[str, Path], recognizer: rostro.Recognizer, tmp_path: Path
    ) -> None:
        with rostro.Recognizer(store=recognizer.store, gallery=tmp_path / "g.db") as faces:
            for name, form in forms.items():
                assert len(faces.detect(form)) == 1, name
                assert len(faces.embed(form)) == 1, name
                assert faces.verify(form, samples["obama2.jpg"]).same, name
                done = faces.enroll(form, name="Barack Obama")
                assert done.failed == () and done.templates + done.skipped == 1, name
                assert [who.name for who in faces.identify(form)] == ["Barack Obama"], name
            assert faces.enroll(list(forms.values()), name="Barack Obama").skipped == len(forms)

    def test_wrong_ones_among_several_are_failures_of_their_own(
        self, samples: dict[str, Path], recognizer: rostro.Recognizer, tmp_path: Path
    ) -> None:
        photo = samples["obama.jpg"]
        wrong = [
            np.zeros((3, 60, 60), np.uint8),
            7,
            None,
            "/9j/" + "A" * 500,
            io.StringIO("x"),
            np.full((9, 9, 3), np.nan),
        ]
        for embed in (True, False):
            answers = list(recognizer.photos([photo, *wrong, photo], embed=embed))
            assert [bool(answer) for answer in answers] == [True, *[False] * len(wrong), True]
            assert all(answer.reason and answer.kind == "not-a-photo" for answer in answers if not answer)  # type: ignore[union-attr]
        with rostro.Recognizer(store=recognizer.store, gallery=tmp_path / "g.db") as faces:
            done = faces.enroll([photo, *wrong], name="Barack Obama")  # type: ignore[list-item]
            assert (done.templates, len(done.failed)) == (1, len(wrong))

    def test_one_alone_where_several_are_meant(self, samples: dict[str, Path], recognizer: rostro.Recognizer) -> None:
        for one in (str(samples["obama.jpg"]), samples["obama.jpg"], np.zeros((60, 60, 3), np.uint8), b"x"):
            for call in (
                recognizer.photos,
                lambda p: rostro.detect_with_all(p),
                lambda p: recognizer.tabulate(p, "t.npz"),
            ):
                with pytest.raises(BadInput, match="a list"):
                    call(one)  # type: ignore[operator]

    def test_a_gallery_that_is_not_there_is_not_made_by_reading(
        self, samples: dict[str, Path], recognizer: rostro.Recognizer, tmp_path: Path
    ) -> None:
        path = tmp_path / "peeple.db"
        photo = samples["obama.jpg"]
        faces = rostro.Recognizer(store=recognizer.store, gallery=path)
        reading = (
            lambda: faces.identify(photo),
            lambda: list(faces.people),
            lambda: faces.people.rename("a", "b"),
            lambda: faces.people.erase("a"),
            lambda: faces.search_rate(),
            lambda: (
                faces.enroll(tmp_path / "no.jpg", name="a") if (tmp_path / "no.jpg").exists() else faces.identify(photo)
            ),
        )
        for call in reading:
            with pytest.raises(rostro.GalleryError, match="no such gallery"):
                call()
            assert list(tmp_path.iterdir()) == []
        assert faces.verify(photo, photo).same
        with faces:
            assert faces.enroll(photo, name="Ada").templates == 1
            assert [who.name for who in faces.identify(photo)] == ["Ada"]
            assert [person.name for person in faces.people] == ["Ada"]

"""Photos that are turned, negative or blurred: the right answer or none, by the command line, and never a wrong yes."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import answer, rostro

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def cases(data_root: Path) -> Path:
    """Inputs that failed once (never part of the project)."""
    folder = data_root.parent / "cases"
    if not (folder / "01-upside-down").is_dir():
        pytest.skip(f"the failed inputs are not at {folder}")
    return folder


def test_two_people_on_their_heads_are_not_the_same(cases: Path) -> None:
    folder = cases / "01-upside-down"
    told = answer("verify", folder / "a-180.jpg", folder / "b-180.jpg", code=1)
    assert told["same"] is False
    assert [face["turned"] for face in told["faces"]] == [180, 180]


@pytest.mark.parametrize("turned", ["a-180.jpg", "a-90.jpg"])
def test_one_person_is_the_same_whatever_way_the_photo_is_turned(cases: Path, turned: str) -> None:
    folder = cases / "01-upside-down"
    assert answer("verify", folder / turned, folder / "a.jpg", code=0)["same"] is True


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("01-upside-down/a3-negative.jpg", "01-upside-down/c-negative.jpg"),
        ("02-blurred/a3-blur.jpg", "02-blurred/b-blur.jpg"),
    ],
)
@pytest.mark.parametrize("quality", ["auto", "length"])
def test_what_cannot_be_judged_is_not_decided(cases: Path, a: str, b: str, quality: str, tmp_path: Path) -> None:
    picture = tmp_path / "answer.png"
    told = answer("verify", cases / a, cases / b, "--quality", quality, "--picture", picture, code=2)
    assert told["same"] is None
    assert told["reason"].startswith("cannot be judged: the face of ")
    assert picture.is_file()
    said = rostro("verify", cases / a, cases / b, "--quality", quality)
    assert said.stdout.startswith("cannot be judged: the face of ")


def test_a_blurred_face_is_not_enrolled_unless_asked(cases: Path, tmp_path: Path) -> None:
    photo, gallery = cases / "02-blurred" / "b-blur.jpg", tmp_path / "g.db"
    arguments = ("enroll", photo, "--name", "B", "--gallery", gallery)
    refused = answer(*arguments, code=2)
    assert (refused["templates"], refused["failed"][0]["kind"]) == (0, "poor-quality")
    assert answer(*arguments, "--any-quality", code=0)["templates"] == 1
    found = answer("identify", cases / "02-blurred" / "a3-blur.jpg", "--gallery", gallery, code=1)
    (face,) = found["photos"][0]["faces"]
    assert face["name"] is None
    assert face["reason"].startswith("cannot be judged")

"""Faces in masks: two of them are no match, none is enrolled, and one is still recognised by a bare one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from rostro.core.quality import Quality
from rostro.photos.reading import read_photo
from rostro.recognition.masks import Masks
from rostro.recognition.turning import Look
from rostro.recognizer import Recognizer

if TYPE_CHECKING:
    from pathlib import Path

    from rostro.core.settings import Settings
    from rostro.core.types import Image
    from rostro.models.store import ModelStore

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def worn(data_root: Path, recognizer: Recognizer) -> Image:
    """A face of a real scene that is called covered and is no worse than that, with what is around it."""
    for path in sorted((data_root / "masks" / "worn_scene").glob("*"))[:20]:
        image = read_photo(path).image
        for face in recognizer.detect(image):
            x, y, half = *face.centre, face.width * 1.5
            top, left = max(0, round(y - half)), max(0, round(x - half))
            own = np.ascontiguousarray(image[top : round(y + half), left : round(x + half)])
            (found,) = recognizer.photos([own], face="centre")
            if found and "covered" in found.qualities[0].reasons and found.qualities[0].value > 0.2:
                return own
    pytest.skip(f"no scenes with masks in {data_root}")


def test_two_of_them_are_no_match(recognizer: Recognizer, worn: Image) -> None:
    """The same photo, and it mirrored: as alike as can be."""
    verdict = recognizer.verify(worn, np.ascontiguousarray(worn[:, ::-1]), face="centre")
    assert verdict.similarity > recognizer.operating_point.threshold
    assert verdict.same is None
    assert verdict.to_dict()["kinds"][0] == "covered"
    assert "is covered" in verdict.to_dict()["reason"]


def test_none_is_enrolled_unless_it_is_asked_for(recognizer: Recognizer, worn: Image) -> None:
    with Recognizer(settings=recognizer.settings, store=recognizer.store, gallery=":memory:") as own:
        refused = own.enroll([worn], name="Ada", face="centre")
        assert (refused.failed[0].kind, refused.failed[0].values["kinds"][0]) == ("poor-quality", "covered")
        assert not own.enroll([worn], name="Ada", face="centre", any_quality=True).failed


def test_searches_do_not_ask(recognizer: Recognizer, worn: Image) -> None:
    """Who wears a mask is compared with bare faces, and is judged as others are."""
    (found,) = recognizer.photos([worn])
    assert found.qualities
    assert not [quality for quality in found.qualities if "covered" in quality.reasons]


def test_bare_faces_are_not_covered(recognizer: Recognizer, lfw_root: Path) -> None:
    photos = [sorted(person.iterdir())[0] for person in sorted((lfw_root / "images").iterdir())[:60]]
    qualities = [found.qualities[0] for found in recognizer.photos(photos, face="centre") if found]
    assert len(qualities) == 60
    assert not [quality for quality in qualities if "covered" in quality.reasons]


def test_where_the_network_cannot_be_had_nobody_is_called_covered(
    recognizer: Recognizer, worn: Image, monkeypatch: pytest.MonkeyPatch, store: ModelStore, settings: Settings
) -> None:
    """It is asked for once, when the first poor face comes, and not for sound ones."""
    asked: list[str] = []
    monkeypatch.setattr(type(store), "have", lambda self, entry: bool(asked.append(entry.name)))
    masks = Masks(store, recognizer.engine_options)
    look = Look.plain(worn, recognizer.detect(worn)[:1])
    sound, poor = Quality(0.95), Quality(0.5, ("unclear",))
    assert masks.judged([look], [sound], 0.9) == [sound]
    assert not asked
    assert masks.judged([look], [poor], 0.9) == [poor]
    assert masks.judged([look], [poor], 0.9) == [poor]
    assert asked == ["face_mask_detection.caffemodel"]

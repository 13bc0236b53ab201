from __future__ import annotations

import pytest

from rostro.core.errors import BadInput, UnknownModel
from rostro.models.archive import check_member
from rostro.models.entry import ModelFile
from rostro.models.index import Member
from rostro.models.samples import SAMPLES
from rostro.recognition.catalogue import Model, catalogue, defaults, entries, find

FILES = sorted({entry for model in catalogue() for entry in model.files}, key=lambda entry: entry.name)


def entry(name: str, *, size: int | None = 10, licence: str = "MIT", commercial: bool = True) -> ModelFile:
    sha256 = None if size is None else "0" * 64
    return ModelFile(
        name=name, sha256=sha256, size=size, licence=licence, commercial=commercial, paper="", sources=("https://x/y",)
    )


def test_file_names_are_unique() -> None:
    assert len({item.name for item in FILES}) == len(FILES)


@pytest.mark.parametrize("item", FILES, ids=lambda item: item.name)
def test_every_entry_is_complete(item: ModelFile) -> None:
    assert item.licence
    assert item.paper
    assert (item.sha256 is None) == (item.size is None)
    for source in item.sources:
        if source.startswith("pypi:"):
            assert check_member(Member.parse(source).path)
        else:
            assert source.startswith("https://")


def test_the_defaults_are_permissive_and_pinned() -> None:
    detector, embedder = defaults()
    assert (detector.task, embedder.task) == ("detector", "embedder")
    assert all(model.commercial and model.pinned for model in defaults())


def test_names_stand_for_models_and_for_files() -> None:
    assert [model.name for model in find("yunet")] == ["yunet"]
    assert entries("sface")[0].name == "face_recognition_sface_2021dec.onnx"
    assert entries("obama.jpg") == [SAMPLES[0]]
    with pytest.raises(UnknownModel, match="nonsense"):
        find("nonsense")


def test_a_model_is_as_free_as_its_least_free_file() -> None:
    files = (entry("a"), entry("b", licence="CC-BY-NC-4.0", commercial=False), entry("c"))
    model = Model(task="detector", name="m", about="", paper="", files=files)
    assert model.licence == "MIT, CC-BY-NC-4.0"
    assert not model.commercial
    assert model.size == 30
    assert model.pinned
    loose = Model(task="detector", name="m", about="", paper="", files=(entry("a"), entry("b", size=None)))
    assert loose.size is None
    assert not loose.pinned


@pytest.mark.parametrize("name", ["", ".", "..", "a/b"])
def test_an_entry_has_a_plain_file_name(name: str) -> None:
    with pytest.raises(BadInput, match="plain file name"):
        entry(name)


def test_an_entry_has_a_real_hash() -> None:
    with pytest.raises(BadInput, match="64 hex digits"):
        ModelFile(name="a", sha256="abc", size=1, licence="MIT", commercial=True, paper="", sources=())


def test_optional_files_go_by_their_own_names_only() -> None:
    (labels,) = entries("rcmalli_vggface_labels_v2.npy")
    assert labels.sha256 is None
    assert {model.name for model in find(labels.name)} == {"vggface2_resnet50", "vggface2_senet50"}
    assert [entry.name for entry in entries("vggface2_resnet50")] == ["rcmalli_vggface_tf_resnet50.h5"]

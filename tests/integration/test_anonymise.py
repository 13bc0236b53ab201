"""Faces out of photos and films, with real models: none is found again, and everything else stays as it was."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from command_line import answer, rostro
from films import film, turned_film, uneven_film, with_sound
from PIL import Image as Pillow

from rostro.anonymisation.anonymiser import Anonymiser
from rostro.anonymisation.answers import Open
from rostro.anonymisation.journal import NAME
from rostro.core.errors import BadInput, UnknownPerson, UnreadablePhoto
from rostro.photos.reading import read_photo
from rostro.recognizer import Recognizer

if TYPE_CHECKING:
    from rostro.core.settings import Settings
    from rostro.core.types import Image
    from rostro.models.store import ModelStore

OBAMA, BIDEN = "Barack Obama", "Joe Biden"
STYLES = ("solid", "pixelated", "blurred")


@pytest.fixture(scope="module")
def anonymiser(recognizer: Recognizer) -> Anonymiser:
    return Anonymiser(recognizer)


@pytest.fixture(scope="module")
def other(settings: Settings, store: ModelStore) -> Recognizer:
    """Another detector than the one that found the faces."""
    return Recognizer(detector="mtcnn", settings=settings, store=store, quality=None, turn=False)


@pytest.fixture(scope="module")
def gallery(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings, store: ModelStore, portraits: list[Path]
) -> Path:
    file = tmp_path_factory.mktemp("gallery") / "people.db"
    with Recognizer(gallery=file, settings=settings, store=store) as known:
        known.enroll([photo for photo in portraits if photo.name in {"obama.jpg", "obama2.jpg"}], name=OBAMA)
        known.enroll([photo for photo in portraits if photo.name == "biden.jpg"], name=BIDEN)
    return file


@pytest.fixture
def knowing(gallery: Path, settings: Settings, store: ModelStore) -> Recognizer:
    return Recognizer(gallery=gallery, create_gallery=False, settings=settings, store=store)


def named(portraits: list[Path], name: str) -> Path:
    return next(photo for photo in portraits if photo.name == name)


def frames_of(path: Path) -> list[Image]:
    with av.open(str(path)) as opened:
        return [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]


def times_of(path: Path) -> list[float]:
    with av.open(str(path)) as opened:
        return [float(frame.pts * frame.time_base) for frame in opened.decode(video=0)]


def sound_of(path: Path) -> list[tuple[float, bytes]]:
    with av.open(str(path)) as opened:
        return [(float(p.pts * p.time_base), bytes(p)) for p in opened.demux(audio=0) if p.dts is not None]


# Photos.


@pytest.mark.parametrize("style", STYLES)
def test_no_detector_finds_a_face_that_was_covered(
    style: Any, recognizer: Recognizer, other: Recognizer, portraits: list[Path]
) -> None:
    covering = Anonymiser(recognizer, style=style)
    for photo in portraits if style == "solid" else portraits[:2]:
        before = recognizer.detect(photo)
        made = covering.picture(photo)
        assert made.faces >= len(before) > 0
        for detector in (recognizer, other):
            middles = [face.centre for face in detector.detect(made.data)]
            for face in before:
                x1, y1, x2, y2 = face.box
                assert not [(x, y) for x, y in middles if x1 < x < x2 and y1 < y < y2], (photo.name, style)


def test_a_face_that_lies_on_its_side_is_covered(
    anonymiser: Anonymiser, recognizer: Recognizer, portraits: list[Path]
) -> None:
    with Pillow.open(named(portraits, "biden.jpg")) as opened:
        image = np.asarray(opened.convert("RGB").resize((480, 480 * opened.height // opened.width)))
    (face, *_) = recognizer.detect(image)
    for turns in (1, 2, 3):
        out = io.BytesIO()
        Pillow.fromarray(np.rot90(image, turns)).save(out, "PNG")
        back = np.rot90(anonymiser.picture(out.getvalue()).image, -turns)
        x1, y1, x2, y2 = (round(edge) for edge in face.box)
        assert not back[y1:y2, x1:x2].any()


def test_a_photo_is_written_as_people_see_it(anonymiser: Anonymiser, portraits: list[Path]) -> None:
    """Turned by its EXIF data, which are gone afterwards, with the thumbnail in them; the pixels beside faces stay."""
    with Pillow.open(named(portraits, "obama.jpg")) as opened:
        whole = opened.convert("RGB")
    exif = Pillow.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCam"
    out = io.BytesIO()
    whole.transpose(Pillow.Transpose.ROTATE_90).save(out, "JPEG", quality=95, exif=exif, comment=b"by Ada")
    made = anonymiser.picture(out.getvalue(), name="turned.jpg")
    with Pillow.open(io.BytesIO(made.data)) as again:
        assert again.format == "JPEG"
        assert again.size == whole.size
        assert not again.getexif() and "comment" not in again.info
    assert b"SecretCam" not in made.data and b"by Ada" not in made.data
    assert made.data.count(b"\xff\xd8\xff") == 1
    shown = read_photo(made.data).image.astype(int)
    beside = (made.image != 0).any(axis=2)
    assert np.abs(shown - np.asarray(whole))[beside].mean() < 3


def test_what_shines_through_hides_nothing(anonymiser: Anonymiser, portraits: list[Path]) -> None:
    """The face under a transparent hole is in the file, and must not come along."""
    with Pillow.open(named(portraits, "biden.jpg")) as opened:
        hidden = opened.convert("RGBA")
    hidden.putalpha(0)
    out = io.BytesIO()
    hidden.save(out, "PNG")
    with Pillow.open(io.BytesIO(anonymiser.picture(out.getvalue()).data)) as made:
        assert made.mode in {"L", "RGB"}
        assert np.asarray(made).min() == 255


def test_folders_keep_their_structure_and_broken_photos_are_not_copied(
    anonymiser: Anonymiser, portraits: list[Path], tmp_path: Path
) -> None:
    album, out = tmp_path / "album", tmp_path / "out"
    (album / "summer").mkdir(parents=True)
    shutil.copy(named(portraits, "biden.jpg"), album / "one.jpg")
    shutil.copy(named(portraits, "obama.jpg"), album / "summer" / "two.jpg")
    (album / "summer" / "broken.jpg").write_bytes(named(portraits, "obama2.jpg").read_bytes()[:20_000])
    (album / "list.txt").write_text("names", encoding="utf-8")
    told: list[object] = []
    done = anonymiser.run([album], out, on_file=told.append)
    written = sorted(str(file.relative_to(out)) for file in out.rglob("*") if file.is_file())
    assert written == [NAME, "one.jpg", "summer/two.jpg"]
    assert [failure.photo for failure in done.failed] == [str(album / "summer" / "broken.jpg")]
    assert [file.name for file in done.left_out] == ["list.txt"]
    assert len(told) == 3 and done
    assert all(file.faces for file in done.files)


def test_the_same_call_goes_on_where_it_was_stopped(
    anonymiser: Anonymiser, portraits: list[Path], tmp_path: Path
) -> None:
    album, out = tmp_path / "album", tmp_path / "out"
    album.mkdir()
    with Pillow.open(named(portraits, "biden.jpg")) as opened:
        for number in range(5):
            opened.convert("RGB").resize((300, 400)).save(album / f"{number}.jpg")
    done: list[Any] = []
    first = anonymiser.run([album], out, on_file=done.append, stopped=lambda: len(done) >= 2)
    assert first.interrupted and 2 <= len(first.files) < 5
    assert (out / NAME).stat().st_mode & 0o777 == 0o600
    there = {file.output: Path(file.output).stat().st_mtime_ns for file in first.files}
    second = anonymiser.run([album], out)
    assert not second.interrupted and len(second.files) == 5
    assert [file.output for file in second.files if file.before][: len(there)] == list(there)
    assert {file: Path(file).stat().st_mtime_ns for file in there} == there, "what was finished is not done again"
    assert not (out / NAME).exists(), "it says which photo became which, and goes when all is done"
    assert not list(out.rglob(".*.tmp"))


def test_what_is_there_is_not_written_over_unasked_and_what_was_changed_is_done_again(
    recognizer: Recognizer, anonymiser: Anonymiser, portraits: list[Path], tmp_path: Path
) -> None:
    photo, out = named(portraits, "biden.jpg"), tmp_path / "out"
    out.mkdir()
    (out / "biden.jpg").write_bytes(b"mine")
    (failure,) = anonymiser.run([photo], out).failed
    assert failure.values["why"] == "exists"
    assert (out / "biden.jpg").read_bytes() == b"mine"
    assert anonymiser.run([photo], out, overwrite=True).files
    solid = (out / "biden.jpg").read_bytes()
    assert solid != b"mine"
    assert Anonymiser(recognizer, style="blurred").run([photo], out, overwrite=True).files
    assert (out / "biden.jpg").read_bytes() != solid


def test_a_photo_is_never_written_over_itself(anonymiser: Anonymiser, portraits: list[Path], tmp_path: Path) -> None:
    shutil.copy(named(portraits, "biden.jpg"), tmp_path / "a.jpg")
    before = (tmp_path / "a.jpg").read_bytes()
    for sources in ([tmp_path], [tmp_path / "a.jpg"]):
        with pytest.raises(BadInput, match="overwrite its own source"):
            anonymiser.run(sources, tmp_path, overwrite=True)
    assert (tmp_path / "a.jpg").read_bytes() == before


def test_further_pictures_of_a_file_are_told_and_not_written(
    anonymiser: Anonymiser, portraits: list[Path], tmp_path: Path
) -> None:
    with Pillow.open(named(portraits, "biden.jpg")) as opened:
        pages = [opened.convert("RGB").resize((300, 400)) for _ in range(3)]
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    (made,) = anonymiser.run([tmp_path / "scan.tif"], tmp_path / "out").files
    assert made.further == made.to_dict()["further_pictures"] == 2
    with Pillow.open(tmp_path / "out" / "scan.tif") as again:
        assert getattr(again, "n_frames", 1) == 1


# People.


def group(samples: dict[str, Path], path: Path) -> Path:
    """Three people side by side: two whom the gallery knows, and one who is like neither of them."""
    pictures = [read_photo(samples[name]).image for name in ("obama3.jpg", "biden.jpg", "astronaut.png")]
    scaled = [Pillow.fromarray(one).resize((round(one.shape[1] * 500 / one.shape[0]), 500)) for one in pictures]
    together = Pillow.new("RGB", (sum(one.width for one in scaled), 500))
    for place, one in enumerate(scaled):
        together.paste(one, (sum(before.width for before in scaled[:place]), 0))
    together.save(path, quality=95)
    return path


def who_is_open(recognizer: Recognizer, photo: Any) -> set[str | None]:
    return {found.name for found in recognizer.identify(photo)}


def test_some_people_stay_open_or_only_some_are_covered(
    knowing: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    photo = group(samples, tmp_path / "group.jpg")
    assert who_is_open(knowing, photo) == {OBAMA, BIDEN, None}
    spared = Anonymiser(knowing, spare=[OBAMA]).picture(photo)
    assert spared.kept == (OBAMA,)
    assert who_is_open(knowing, spared.data) == {OBAMA}
    both = Anonymiser(knowing, spare=[OBAMA, BIDEN]).picture(photo)
    assert who_is_open(knowing, both.data) == {OBAMA, BIDEN}
    only = Anonymiser(knowing, only=[OBAMA]).picture(photo)
    assert only.kept == (None,), "the astronaut; the third one is somewhat alike, and so in doubt"
    assert who_is_open(knowing, only.data) == {None}


def test_in_doubt_a_face_is_covered(knowing: Recognizer, samples: dict[str, Path], tmp_path: Path) -> None:
    """Too poor to be judged: neither somebody who is spared nor clearly somebody else."""
    for name, wish in (("biden.jpg", {"spare": [BIDEN]}), ("astronaut.png", {"only": [OBAMA]})):
        image = Pillow.fromarray(read_photo(samples[name]).image)
        covering = Anonymiser(knowing, **wish)  # type: ignore[arg-type]
        assert covering.picture(samples[name]).kept
        width = 40 if name == "biden.jpg" else 70
        poor = image.resize((width, width * image.height // image.width)).resize(
            (600, 600 * image.height // image.width)
        )
        poor.save(tmp_path / "poor.jpg", quality=60)
        assert knowing.detect(tmp_path / "poor.jpg")
        made = covering.picture(tmp_path / "poor.jpg")
        assert made.faces >= 1 and not made.kept, name


def test_somebody_whom_the_gallery_does_not_hold_is_an_error_before_the_work(
    knowing: Recognizer, portraits: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(UnknownPerson):
        Anonymiser(knowing, spare=["Nobody"]).run([named(portraits, "biden.jpg")], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(BadInput, match="not both"):
        Anonymiser(knowing, spare=[OBAMA], only=[BIDEN])
    with pytest.raises(BadInput, match="list of names"):
        Anonymiser(knowing, spare=OBAMA)


# Films.


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, portraits: list[Path]) -> Path:
    """Somebody comes into an empty picture, and the picture changes; frames come when they want; with sound."""
    folder = tmp_path_factory.mktemp("films")
    scenes = [*[()] * 6, *[(named(portraits, "obama.jpg"),)] * 14, *[(named(portraits, "biden.jpg"),)] * 14]
    gaps = np.random.default_rng(5).choice([0.02, 0.04, 0.09], len(scenes))
    silent = uneven_film(folder / "silent.mp4", list(zip(np.cumsum(gaps).tolist(), scenes, strict=True)))
    return with_sound(silent, folder / "recording.mp4", title="At Ada's", location="+47.3769+008.5417/", comment="x")


@pytest.fixture(scope="module")
def anonymous(recording: Path, anonymiser: Anonymiser, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    out = tmp_path_factory.mktemp("out")
    (made,) = anonymiser.run([recording], out).files
    return out / "recording.mp4", made


def test_no_frame_of_a_film_shows_a_face(
    recording: Path, anonymous: tuple[Path, Any], recognizer: Recognizer, other: Recognizer
) -> None:
    path, made = anonymous
    before, after = frames_of(recording), frames_of(path)
    assert len(before) == len(after) == made.frames == 34
    assert made.faces == 2
    assert made.uncovered == (Open(0, 5, 0.0),), "somebody is there from one frame to the next, and not at an edge"
    assert any(recognizer.detect(frame) for frame in before)
    for detector in (recognizer, other):
        assert not [number for number, frame in enumerate(after) if detector.detect(frame)]


def test_frames_keep_their_times_and_the_sound_is_the_same(recording: Path, anonymous: tuple[Path, Any]) -> None:
    path, _ = anonymous
    times = times_of(recording)
    assert len(set(np.diff(times).round(3))) > 2, "the film's rate does not vary, so that nothing would be shown"
    assert np.allclose(times_of(path), times, atol=1e-4)
    assert sound_of(path) == sound_of(recording)


def test_a_film_says_nothing_of_itself_any_more(recording: Path, anonymous: tuple[Path, Any]) -> None:
    path, _ = anonymous
    assert b"Ada" in recording.read_bytes()
    with av.open(str(recording)) as before, av.open(str(path)) as after:
        assert before.metadata["title"] == "At Ada's"
        told = {**after.metadata, **{k: v for stream in after.streams for k, v in stream.metadata.items()}}
    assert not {"title", "location", "comment", "creation_time", "encoder"} & set(told)
    assert b"Ada" not in path.read_bytes() and b"47.3769" not in path.read_bytes()


def test_the_sound_is_left_out_where_that_is_wanted(recording: Path, recognizer: Recognizer, tmp_path: Path) -> None:
    Anonymiser(recognizer, mute=True, every=5).run([recording], tmp_path)
    with av.open(str(tmp_path / "recording.mp4")) as opened:
        assert not opened.streams.audio
        assert len(opened.streams.video) == 1


@pytest.mark.parametrize("suffix", [".mkv", ".mov", ".webm"])
def test_films_keep_their_container(suffix: str, portraits: list[Path], anonymiser: Anonymiser, tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", (0.4, [named(portraits, "biden.jpg")]))
    moved = tmp_path / f"a{suffix}"
    with av.open(str(source)) as old, av.open(str(moved), "w", format="matroska" if suffix == ".webm" else None) as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    (made,) = anonymiser.run([moved], tmp_path / "out").files
    assert Path(made.output).suffix == suffix and made.faces == 1
    assert len(frames_of(tmp_path / "out" / moved.name)) == 10


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_film_of_a_telephone_is_written_upright(
    degrees: int, portraits: list[Path], anonymiser: Anonymiser, recognizer: Recognizer, tmp_path: Path
) -> None:
    upright = film(tmp_path / "upright.mp4", (0.3, [named(portraits, "biden.jpg")]))
    turned = turned_film(upright, tmp_path / "turned.mp4", degrees)
    (made,) = anonymiser.run([turned], tmp_path / "out").files
    seen, before = frames_of(tmp_path / "out" / "turned.mp4"), frames_of(upright)
    expected = [np.rot90(frame, -degrees // 90) for frame in before]
    assert seen[0].shape == expected[0].shape
    (face,) = recognizer.detect(before[0])
    x1, y1, x2, y2 = (round(edge) for edge in face.box)
    for frame, turn in zip(seen, expected, strict=True):
        back = np.rot90(frame, degrees // 90)
        assert back[y1:y2, x1:x2].mean() < 12, "black, but for what the codec makes of it"
        assert np.abs(frame[:, :8].astype(int) - turn[:, :8]).mean() < 12
    assert made.faces == 1


@pytest.mark.parametrize(
    ("wish", "kept", "seen"), [({"spare": [OBAMA]}, (OBAMA,), {OBAMA}), ({"only": [OBAMA]}, (None,), {None})]
)
def test_people_of_a_film_stay_open_for_all_of_it(
    wish: Any, kept: Any, seen: Any, knowing: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    source = film(tmp_path / "two.mp4", (1.2, [samples["obama2.jpg"], samples["astronaut.png"]]))
    (made,) = Anonymiser(knowing, **wish).run([source], tmp_path / "out").files
    assert made.kept == kept and made.faces >= 1
    for number, frame in enumerate(frames_of(tmp_path / "out" / "two.mp4")):
        if number % 3 == 0:
            assert who_is_open(knowing, frame) == seen, number


def test_a_film_is_there_whole_or_not_at_all(recording: Path, anonymiser: Anonymiser, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    for limit in (5, 50):  # while it is looked at, and while it is written
        steps.clear()

        def stopped(limit: int = limit) -> bool:
            return len(steps) >= limit

        done = anonymiser.run([recording], tmp_path, on_frame=lambda *step: steps.append(step), stopped=stopped)
        assert done.interrupted and not done.files
        assert not [file for file in tmp_path.iterdir() if file.name != NAME]
    assert steps[-1] == (50, 68)
    assert anonymiser.run([recording], tmp_path).files
    assert len(frames_of(tmp_path / "recording.mp4")) == 34


def test_films_that_are_none_fail_and_leave_nothing(anonymiser: Anonymiser, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("password", encoding="utf-8")
    texts = {
        "empty.mp4": b"", "text.mp4": b"this is no film" * 100,
        "list.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n".encode(),
        "concat.mkv": f"ffconcat version 1.0\nfile '{secret}'\n".encode(),
    }  # fmt: skip
    for name, content in texts.items():
        (tmp_path / name).write_bytes(content)
    done = anonymiser.run([tmp_path / name for name in texts], tmp_path / "out")
    assert len(done.failed) == len(texts) and not done.files
    assert all(isinstance(failure.error, UnreadablePhoto) for failure in done.failed)
    assert not list((tmp_path / "out").iterdir())


# The command line.


def test_the_verb_says_what_it_did(samples: dict[str, Path], gallery: Path, tmp_path: Path) -> None:
    photo = group(samples, tmp_path / "group.jpg")
    told = answer("anonymise", photo, "--output", tmp_path / "out", "--except", OBAMA, "--gallery", gallery, code=0)
    (file,) = told["files"]
    assert file["source"] == str(photo) and file["output"] == str(tmp_path / "out" / "group.jpg")
    assert file["kept"] == [OBAMA] and file["faces"] >= 1
    assert told["failed"] == []
    said = rostro("anonymise", photo, "--output", tmp_path / "two", "--style", "blurred")
    assert said.returncode == 0
    assert "group.jpg: " in said.stdout and "faces covered" in said.stdout


def test_exit_codes(portraits: list[Path], tmp_path: Path) -> None:
    wall = tmp_path / "wall.png"
    Pillow.new("RGB", (300, 200), "grey").save(wall)
    assert rostro("anonymise", wall, "--output", tmp_path / "a").returncode == 1
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    failed = rostro("anonymise", wall, tmp_path / "broken.jpg", "--output", tmp_path / "b")
    assert failed.returncode == 2 and "broken.jpg" in failed.stderr and NAME in failed.stderr
    again = rostro("anonymise", wall, "--output", tmp_path / "a")
    assert again.returncode == 2 and "--overwrite" in again.stderr
    for wrong in (["--except", "Ada", "--only", "Bob"], ["--style", "thick"], ["--wider", "nan"]):
        assert rostro("anonymise", wall, "--output", tmp_path / "c", *wrong).returncode == 2
    assert not (tmp_path / "c").exists()


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(portraits: list[Path], tmp_path: Path) -> None:
    album, out = tmp_path / "album", tmp_path / "out"
    album.mkdir()
    with Pillow.open(named(portraits, "obama.jpg")) as opened:
        small = opened.convert("RGB").resize((320, 320 * opened.height // opened.width))
    for number in range(60):
        small.save(album / f"{number:02}.jpg")
    command = [sys.executable, "-m", "rostro", "anonymise", str(album), "--output", str(out), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not out.exists() or len(list(out.glob("*.jpg"))) < 3:
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        text, errors = process.communicate(timeout=60)
    assert process.returncode == 2, errors
    told = json.loads(text)
    assert told["interrupted"] and 3 <= len(told["files"]) < 60
    assert b"the same command goes on from there" in errors
    hashes = {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in out.glob("*.jpg")}
    assert not list(out.glob(".*.tmp"))
    again = answer("anonymise", album, "--output", out, code=0)
    assert len(again["files"]) == 60
    assert sum("before" in file for file in again["files"]) >= len(told["files"])
    assert all(hashlib.sha256(file.read_bytes()).hexdigest() == before for file, before in hashes.items())

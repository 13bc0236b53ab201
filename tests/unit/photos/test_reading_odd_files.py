"""Every one of the odd files gets a right answer or a clear error, soon, and in little memory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from odd_files import CARD_SHAPE, OddFile, odd_files

from rostro.core.errors import PhotoError
from rostro.photos.reading import Photo, printable, read_photo

pytestmark = pytest.mark.filterwarnings("ignore")  # Pillow warns of broken metadata

Written = list[tuple[OddFile, Path]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("odd")
    return [(file, file.write(folder)) for file in odd_files()]


def test_there_are_more_than_200_different_files(written: Written) -> None:
    assert len({path for _, path in written}) == len(written) > 200


def test_every_file_gets_a_right_answer_or_a_clear_error(written: Written) -> None:
    complaints = [f"{file.name!r}: {wrong}" for file, path in written if (wrong := complaint(file, path))]
    assert not complaints, "\n".join(complaints)


def complaint(file: OddFile, path: Path) -> str | None:
    """What is wrong with the answer to one file."""
    try:
        photo = read_photo(path)
    except PhotoError as error:
        return about_error(file, path, error)
    return about_picture(file, photo)


def about_error(file: OddFile, path: Path, error: PhotoError) -> str | None:
    if file.shape is not None and not file.either:
        return f"not read: {error.reason}"
    if error.photo != printable(str(path)):
        return f"the error names {error.photo!r}"
    if not error.reason.isprintable() or len(error.reason) > 250:
        return f"a reason that nobody can read: {error.reason!r}"
    if not file.either and not (isinstance(error, file.error) and re.search(file.reason, error.reason)):
        return f"{type(error).__name__} for another reason: {error.reason}"
    return None


def about_picture(file: OddFile, photo: Photo) -> str | None:
    image = photo.image
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        return f"not RGB uint8: {image.dtype} {image.shape}"
    if file.shape is None:
        return f"read as {image.shape}"
    if file.either and file.colours is None:
        return None  # altered bits may alter the size as well
    if image.shape[:2] != file.shape:
        return f"read as {image.shape}"
    if file.colours is not None:
        far = np.abs(quadrants(photo) - file.colours).max()
        if far > 6:
            return f"colours are off by {far:.0f}: {quadrants(photo).round().tolist()}"
    return None


def quadrants(photo: Photo) -> np.ndarray:
    """Mean colours around the middles of the four quadrants."""
    height, width = CARD_SHAPE
    return np.array(
        [
            photo.image[y : y + height // 4, x : x + width // 4].mean(axis=(0, 1))
            for y in (height // 8, height * 5 // 8)
            for x in (width // 8, width * 5 // 8)
        ]
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
def test_no_file_takes_long_or_much_memory(written: Written) -> None:
    program = """
        import json, sys, time, warnings
        from pathlib import Path
        from rostro.core.errors import PhotoError
        from rostro.photos.reading import read_photo

        warnings.simplefilter("ignore")

        def peak():
            return int(Path("/proc/self/status").read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0]) // 1024

        import cv2
        before, slowest = peak(), (0.0, "")
        for path in json.load(sys.stdin):
            start = time.process_time()
            try:
                read_photo(path)
            except PhotoError:
                pass
            slowest = max(slowest, (time.process_time() - start, path))
        print(json.dumps([peak() - before, *slowest]))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        input=json.dumps([str(path) for _, path in written]),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    megabytes, seconds, path = json.loads(done.stdout)
    assert megabytes < 150
    assert seconds < 2, path

"""``import rostro`` is light."""

from __future__ import annotations

import subprocess
import sys

import pytest

import rostro

HEAVY = ("openvino", "torch", "faiss", "cv2", "PIL", "onnxruntime", "matplotlib", "requests", "typer", "numpy")


def test_importing_loads_no_heavy_library() -> None:
    code = f"import sys, rostro; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    for name in rostro.__all__:
        assert getattr(rostro, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = rostro.nonsense


def test_a_recogniser_that_compares_photos_loads_no_gallery_and_no_album() -> None:
    unused = ("rostro.people.people", "rostro.people.albums.album", "rostro.people.grouping", "sqlite3", "filelock")
    code = f"import sys, rostro; rostro.Recognizer(); print([name for name in {unused!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Texts as editors and shells write them: with a byte-order mark, or without. Whoever reads one does not see it."""

from __future__ import annotations

import codecs
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rostro.core.files import open_text, read_text
from rostro.embedding.trained import find_embedder
from rostro.evaluation.data.groups import read_groups
from rostro.evaluation.data.lfw import read_lfw
from rostro.models.pip_settings import IndexSettings
from rostro.photos.people import People
from rostro.scoring import operating_points
from rostro.training.data.celeba import read_celeba
from rostro.training.loop.card import read_card

BEFORE = Path(__file__).resolve().parents[2] / "golden" / "before"

#: How a text begins, and how the rest is encoded: as Notepad, as PowerShell's ``>``, as everybody else.
STARTS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"", "utf-8"),
]
MARKED = pytest.mark.parametrize(("mark", "encoding"), STARTS, ids=["utf-8-mark", "utf-16-le", "utf-16-be", "none"])


@MARKED
def test_the_mark_says_the_encoding_and_is_no_part_of_the_text(tmp_path: Path, mark: bytes, encoding: str) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(mark + "Zoë/1.jpg\r\n2.jpg\n".encode(encoding))
    assert read_text(file) == "Zoë/1.jpg\n2.jpg\n"
    with open_text(file, newline="") as lines:
        assert list(lines) == ["Zoë/1.jpg\r\n", "2.jpg\n"]


@pytest.mark.parametrize("content", [b"", b"\xef", b"a", b"\xff"])
def test_the_shortest_files_are_what_they_are(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(content)
    with open_text(file, errors="surrogateescape") as opened:
        assert opened.read().encode(errors="surrogateescape") == content


def pairs(file: Path, mark: Callable[[Path], None]) -> object:
    text = "1\t1\nAda\t1\t2\nAda\t1\tBo\t1\n"
    (file.parent / "pairs.txt").write_text(text, encoding="utf-8")
    for name in ("Ada/Ada_0001", "Ada/Ada_0002", "Bo/Bo_0001"):
        (file.parent / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        (file.parent / "images" / f"{name}.jpg").touch()
    mark(file.parent / "pairs.txt")
    return read_lfw(file.parent).first.tolist()


def groups(file: Path, mark: Callable[[Path], None]) -> object:
    file.write_text("person,age\nAda,36\n", encoding="utf-8")
    mark(file)
    return read_groups(file, People.of([("Ada", Path("a.jpg"))]))[0].names


def operating_point(file: Path, mark: Callable[[Path], None]) -> object:
    shutil.copy(BEFORE / "operating-point.json", file)
    mark(file)
    return operating_points.read(file).space


def card(file: Path, mark: Callable[[Path], None]) -> object:
    shutil.copy(BEFORE / "classifier" / "best.yaml", file)
    mark(file)
    return read_card(file).recipe


def embedder(file: Path, mark: Callable[[Path], None]) -> object:
    shutil.copytree(BEFORE / "embedder", file)
    mark(file / "best.yaml")
    return find_embedder(str(file)).name


def celeba(file: Path, mark: Callable[[Path], None]) -> object:
    file.mkdir()
    (file / "list_attr_celeba.txt").write_text("1\nSmiling Young\n1.jpg 1 -1\n", encoding="utf-8")
    (file / "list_eval_partition.txt").write_text("1.jpg 2\n", encoding="utf-8")
    for table in file.iterdir():
        mark(table)
    found = read_celeba(file)
    return found.attributes, found.parts.tolist()


def pip(file: Path, mark: Callable[[Path], None]) -> object:
    file.write_text("[global]\nindex-url = https://one/simple\n", encoding="utf-8")
    mark(file)
    return IndexSettings.from_pip({"PIP_CONFIG_FILE": str(file)}).indexes


@pytest.mark.parametrize("reader", [pairs, groups, operating_point, card, embedder, celeba, pip])
def test_whoever_reads_a_text_ignores_its_mark(tmp_path: Path, reader: Callable[..., object]) -> None:
    def mark(file: Path) -> None:
        file.write_bytes(codecs.BOM_UTF8 + file.read_bytes())

    for folder in ("plain", "marked"):
        (tmp_path / folder).mkdir()
    plain = reader(tmp_path / "plain" / "file", lambda file: None)
    marked = reader(tmp_path / "marked" / "file", mark)
    assert marked == plain

"""Parts of other packages: docs/contributing-parts.md followed as written, from a package and from within."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, blocks

PAGE = "docs/contributing-parts.md"
SPANISH = "docs/es/contributing-parts.md"
PLUGIN = ROOT / "tests" / "plugin"
FILES = {block.title: block for block in blocks(PAGE) if block.title}
ROW = re.compile(r"^\| ([^|]+) \| `(src/[^`]+)` \| `(src/[^`]+)` \| `(\"\w+\": \"[\w.]+:\w+\",)` \|$", re.MULTILINE)
URL_LINE = re.compile(r"^`(\"plain\": lambda .*)`$", re.MULTILINE)


def run(*command: object, path: list[Path], cwd: Path) -> str:
    """Runs a command as somebody else would, with these folders to import from; returns what it printed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        list(map(str, command)), env=environment, cwd=cwd, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, written down from the page."""
    folder = tmp_path_factory.mktemp("package")
    for name, block in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
    (folder / "rostro_example" / "__init__.py").touch()
    return folder


@pytest.fixture(scope="module")
def installed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Where to import from: the package, installed with its entry points, and rostro. Needs no network."""
    pytest.importorskip("hatchling")
    pytest.importorskip("pip")
    target = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "install", *options, "--target", target, package, path=[], cwd=package)
    return [target, ROOT / "src"]


@pytest.fixture
def folder(tmp_path: Path, samples: dict[str, Path]) -> Path:
    """Where the page's commands are typed."""
    for name, photo in samples.items():
        shutil.copy(photo, tmp_path / name)
    for person, photo in {"Barack Obama": "obama.jpg", "Joe Biden": "biden.jpg"}.items():
        (tmp_path / "people" / person).mkdir(parents=True)
        shutil.copy(samples[photo], tmp_path / "people" / person / photo)
    return tmp_path


def test_the_page_shows_the_package_that_is_in_the_tree() -> None:
    code = {path.relative_to(PLUGIN).as_posix() for path in PLUGIN.rglob("*.py")} - {
        "conftest.py",
        "rostro_example/__init__.py",
    }
    assert set(FILES) == {"pyproject.toml", *code}
    for name, block in FILES.items():
        assert block.text == (PLUGIN / name).read_text(encoding="utf-8"), f"{block.where} is not tests/plugin/{name}"


def test_both_pages_show_the_same() -> None:
    english = {block.title or block.text for block in blocks(PAGE)}
    spanish = blocks(SPANISH)
    assert len(spanish) >= 4
    for block in spanish:
        assert (block.title or block.text) in english, block.where
        assert block.title is None or block.text == FILES[block.title].text, block.where
    tables = [ROW.findall((ROOT / page).read_text(encoding="utf-8")) for page in (PAGE, SPANISH)]
    assert [row[1:] for row in tables[0]] == [row[1:] for row in tables[1]]


def test_its_parts_keep_the_contracts(package: Path, installed: list[Path]) -> None:
    printed = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", path=installed, cwd=package)
    (passed,) = re.findall(r"(\d+) passed", printed)
    assert int(passed) > 60


def test_its_commands_and_its_python_run(package: Path, installed: list[Path], folder: Path) -> None:
    """All of them, at a gallery of its own; the Python blocks find who the commands enrolled."""
    here = f"plain://{folder}/people.json"
    lines = [line for block in blocks(PAGE, "sh") for line in block.text.splitlines() if line.startswith("rostro ")]
    assert len(lines) == 4
    for line in lines:
        command = shlex.split(line.replace("plain:///tmp/people.json", here))[1:]
        printed = run(sys.executable, "-m", "rostro", *command, path=installed, cwd=folder)
        assert printed.strip(), line
    by_name, as_object = (
        block.text.replace("plain:///tmp/people.json", here) for block in blocks(PAGE, "python") if not block.title
    )
    assert run(sys.executable, "-c", by_name, path=installed, cwd=folder) == "Barack Obama\n"
    assert run(sys.executable, "-c", as_object, path=[package, ROOT / "src"], cwd=folder) == "Barack Obama\n"
    assert "sound" in run(
        sys.executable, "-m", "rostro", "gallery", "check", "--gallery", here, path=installed, cwd=folder
    )
    people = run(sys.executable, "-m", "rostro", "people", "list", "--gallery", here, path=installed, cwd=folder)
    assert "Barack Obama" in people
    assert "Joe Biden" in people
    assert "frontal" in run(sys.executable, "-m", "rostro", "models", "list", path=installed, cwd=folder)


def test_a_stranger_is_nobody_in_its_gallery(installed: list[Path], folder: Path) -> None:
    code = """
import rostro
faces = rostro.Recognizer(detector="frontal", embedder="sface_mirrored", threshold=0.4, gallery="GALLERY")
faces.enroll("people/")
print(faces.space, [faces.identify(photo)[0].name for photo in ("obama2.jpg", "astronaut.png")])
""".replace("GALLERY", f"plain://{folder}/people.json")
    printed = run(sys.executable, "-c", code, path=installed, cwd=folder)
    assert printed == "sface_mirrored-0ba9fbfa/five_point-112 ['Barack Obama', None]\n"


@pytest.mark.slow
def test_from_within_as_the_page_says(tmp_path: Path) -> None:
    """In a copy of the tree: the files, the lines in the tables, and the commands."""
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    rows = ROW.findall(text)
    assert [part for part, *_ in rows] == ["detector", "embedder", "gallery"]
    for part, file, table, line in rows:
        (tmp_path / file).write_text(FILES[f"rostro_example/{part}.py"].text, encoding="utf-8")
        insert(tmp_path / table, after='    "rostro.', line=line)
    (url,) = URL_LINE.findall(text)
    insert(tmp_path / "tests/support/gallery_backends.py", after="URLS:", line=url)
    commands = [line for block in blocks(PAGE, "sh") for line in block.text.splitlines() if "pytest tests/" in line]
    assert len(commands) == 4
    for command in commands:
        _, *arguments = shlex.split(command)
        run(sys.executable, *arguments, "-q", "-p", "no:cacheprovider", path=[tmp_path / "src"], cwd=tmp_path)


def insert(file: Path, *, after: str, line: str) -> None:
    """Puts a line at the top of the table that opens after this text."""
    before, found, rest = file.read_text(encoding="utf-8").partition(after)
    opening = rest.index("{\n") + 2
    assert found
    file.write_text(before + found + rest[:opening] + f"    {line}\n" + rest[opening:], encoding="utf-8")

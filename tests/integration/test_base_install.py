"""What ``pip install rostro`` brings is what is needed, and all that the demonstration and the first verbs need."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pages import blocks

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: What a package is imported as, where that is another name.
MODULES = {
    "faiss-cpu": "faiss", "font-source-sans-pro": "font_source_sans_pro", "opencv-python-headless": "cv2",
    "pillow": "PIL", "pypi-simple": "pypi_simple", "dlib-bin": "dlib", "pillow-heif": "pillow_heif",
    "psycopg[binary]": "psycopg", "onnxruntime-gpu[cuda,cudnn]": "onnxruntime",
    "prometheus-client": "prometheus_client", "python-multipart": "python_multipart",
    "pyyaml": "yaml", "ray[client,data]": "ray",
}  # fmt: skip
#: Used by uvicorn, which finds them itself, by FastAPI and by requests.
FOUND_BY_OTHERS = {"urllib3", "h11", "httptools", "uvloop", "websockets", "python_multipart"}


def modules(requirements: list[str]) -> set[str]:
    names = {re.split(r"[<>=;! ]", requirement)[0] for requirement in requirements}
    return {MODULES.get(name, name.replace("-", "_")) for name in names if not name.startswith("rostro[")}


BASE = modules(PROJECT["dependencies"])
EXTRAS = {name: modules(found) for name, found in PROJECT["optional-dependencies"].items()}
ONLY_IN_EXTRAS = set().union(*EXTRAS.values()) - BASE

#: Imports fail as they do where no extra is installed.
WITHOUT = """
import sys, importlib.abc
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
{code}
"""


def without_extras(code: str, *arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    script = WITHOUT.format(absent=ONLY_IN_EXTRAS, code=code)
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=200,
    )


def imported() -> set[str]:
    """Packages that the sources name in an import, or look up by name."""
    found: set[str] = set()
    for path in (ROOT / "src" / "rostro").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).partition(".")[0])
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_every_dependency_is_used() -> None:
    used = imported() | FOUND_BY_OTHERS
    assert used >= BASE
    assert {name: found - used for name, found in EXTRAS.items() if found - used} == {}


def test_the_demonstration_installs_no_extra_and_needs_neither_git_nor_a_compiler() -> None:
    if shutil.which("make") is None:
        pytest.skip("no make here")
    asked = [shutil.which("make"), "--dry-run", "--always-make", "demo", "VENV=nowhere"]
    steps = subprocess.run(asked, cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout
    assert "scripts/demo.py" in steps
    (install,) = [line for line in steps.splitlines() if "--editable" in line]
    assert install.endswith("--editable .")
    assert not re.search(r"\b(git|gcc|cc|--group)\b", steps)


@pytest.mark.network
def test_the_demonstration_runs_on_the_base_install(tmp_path: Path) -> None:
    script = f"import runpy; runpy.run_path({str(ROOT / 'scripts' / 'demo.py')!r}, run_name='__main__')"
    done = without_extras(script, "out", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "everybody was recognised" in done.stderr
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert there >= {"demo.html", "identify.png", "demo.db"}
    for page in ("README.md", "README.es.md"):
        shown = (ROOT / page).read_text(encoding="utf-8")
        typed = " ".join(block.text for kind in ("console", "python") for block in blocks(page, kind))
        typed = re.sub(r"--picture \S+", "", typed)
        named = set(re.findall(r"[\w-]+\.(?:jpg|png)", typed)) | {"people"}
        assert "people/" in shown
        assert named <= there, "what the README names lies where it says"
        assert "people.db" not in there, "the README makes it"


@pytest.mark.network
def test_the_first_verbs_run_on_the_base_install(tmp_path: Path, samples: dict[str, Path]) -> None:
    for name, photo in (("Barack Obama", "obama.jpg"), ("Joe Biden", "biden.jpg")):
        (tmp_path / "people" / name).mkdir(parents=True)
        shutil.copy(samples[photo], tmp_path / "people" / name / photo)
    asked = samples["obama2.jpg"]
    for verb in (
        ["verify", samples["obama.jpg"], asked, "--picture", "answer.png"],
        ["enroll", "people", "--gallery", "people.db"],
        ["identify", asked, "--gallery", "people.db", "--picture", "names.png"],
        ["people", "list", "--gallery", "people.db"],
        ["models", "list"],
        ["doctor"],
    ):
        done = without_extras("from rostro.cli.main import run; run()", *verb, folder=tmp_path)
        assert done.returncode == 0, (verb, done.stderr)
    assert (tmp_path / "answer.png").stat().st_size > 10_000

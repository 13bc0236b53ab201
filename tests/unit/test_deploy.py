"""What is deployed: files by their hash, versions that are safe, a service that can do little else."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
#: Package → the oldest version without a hole that this project would have had. docs/decisions/0040 says which.
SAFE = {
    "filelock": "3.20.3", "h11": "0.16", "h5py": "3.16", "httptools": "0.8", "opencv-python-headless": "4.12",
    "pillow": "13", "pillow-heif": "1.8.1", "python-multipart": "0.0.30", "requests": "2.32.4", "starlette": "1.3.1",
    "torch": "2.6", "urllib3": "2.7",
}  # fmt: skip


def requirements(*extras: str) -> list[Requirement]:
    project = PYPROJECT["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return [Requirement(line) for line in lines]


def hashed(name: str) -> dict[str, tuple[Version, list[str]]]:
    """Package → its version and hashes."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    found = {}
    for block in re.split(r"\n(?=[a-z])", text):
        head = re.match(r"([a-z0-9.-]+)==(\S+) \\\n", block)
        if head is not None:
            found[head[1]] = (Version(head[2]), re.findall(r"--hash=sha256:([0-9a-f]{64})(?:\s|$)", block))
    assert len(found) == sum("==" in line for line in text.splitlines())
    return found


def test_lower_bounds_are_safe() -> None:
    asked = {
        canonicalize_name(each.name): each for each in requirements(*PYPROJECT["project"]["optional-dependencies"])
    }
    for name, version in SAFE.items():
        lower = [spec.version for spec in asked[name].specifier if spec.operator == ">="]
        assert lower and Version(lower[0]) >= Version(version), f"{name}: {asked[name].specifier}"
    said = (ROOT / "docs" / "decisions" / "0040-what-is-read-of-others.md").read_text(encoding="utf-8")
    assert not [name for name in SAFE if f"`{name}" not in said], "each bound has its reason"


def test_every_dependency_has_a_lower_bound() -> None:
    for each in requirements(*PYPROJECT["project"]["optional-dependencies"]):
        assert each.name == "rostro" or any(spec.operator == ">=" for spec in each.specifier), str(each)


@pytest.mark.parametrize("name", ["requirements.txt", "build-requirements.txt"])
def test_what_the_container_installs_is_pinned_by_hash(name: str) -> None:
    """All that the package asks for is there, in the versions that the tests run with, each file by its hash."""
    found = hashed(name)
    wanted = (
        requirements("server")
        if name == "requirements.txt"
        else map(Requirement, PYPROJECT["build-system"]["requires"])
    )
    for each in wanted:
        version, _ = found[canonicalize_name(each.name)]
        assert version in each.specifier, f"{each}: {version}; make hashes"
    tested = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line
    )
    for package, (version, hashes) in found.items():
        assert hashes, f"{package} has no hash"
        assert version == Version(tested[package]), f"{package}: make hashes"


def test_the_container_takes_nothing_but_what_is_pinned() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", " ", text)
    installs = re.findall(r"/bin/pip (?:install|wheel) ([^&\n]*)", joined)
    assert len(installs) == 4
    for arguments in installs:
        assert "--require-hashes" in arguments or "--no-deps" in arguments, arguments
        assert "--no-deps" not in arguments or "--no-index" in arguments or "--no-build-isolation" in arguments


def test_the_service_can_do_little_else() -> None:
    """``systemd-analyze security`` counts what is left open, from 0 to 10."""
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("there is no systemd-analyze here")
    done = subprocess.run(
        [tool, "security", "--offline=true", "--no-pager", str(DEPLOY / "rostro.service")],
        capture_output=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    if "offline" in done.stderr:
        pytest.skip("this systemd-analyze looks at running services only")
    told = re.search(r"exposure level for rostro\.service: ([\d.]+)", done.stdout)
    assert told is not None, done.stdout + done.stderr
    assert float(told[1]) <= 3.0, done.stdout


def test_the_service_says_what_it_may_do() -> None:
    lines = (DEPLOY / "rostro.service").read_text(encoding="utf-8").splitlines()
    for line in (
        "SystemCallFilter=@system-service", "SystemCallFilter=~@privileged @resources", "SystemCallErrorNumber=EPERM",
        "SystemCallArchitectures=native", "NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077", "LimitCORE=0",
        "RestrictNamespaces=yes", "PrivateUsers=yes", "StateDirectoryMode=0700", "DynamicUser=yes",
    ):  # fmt: skip
        assert line in lines, line
    assert not any(line.startswith("MemoryDenyWriteExecute=yes") for line in lines), "OpenVINO makes code as it runs"

"""Every file that a container may install, by its hash: what pip takes with ``--require-hashes``.

    python3.12 scripts/hashed_requirements.py --output deploy/requirements.txt server
    python3.12 scripts/hashed_requirements.py --output deploy/build-requirements.txt --build

Versions are those of constraints.txt; which files they are, the package index says, and pip's own resolver which of
them belong together. Run by the Python that the container has, since what a package needs may depend on it. A mirror
that was broken into can then give other files, and pip will not take them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: What the container runs on. Wheels only: nothing is built from a source that nobody looked at.
PLATFORMS = ("x86_64", "aarch64")
#: Wheels name the oldest C library that they run with; Debian's in the image is newer than all of these.
GLIBC = (39, 36, 35, 34, 31, 28, 27, 26, 24, 17)


def needed(extras: list[str], *, build: bool) -> list[str]:
    """The requirements of the package with some extras, or of building it."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if build:
        requires: list[str] = document["build-system"]["requires"]
        return requires
    project = document["project"]
    return [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]


def resolved(requirements: list[str], machine: str) -> dict[str, str]:
    """``name==version`` → sha256 of its wheel for a machine."""
    tags = [f"manylinux_2_{minor}_{machine}" for minor in GLIBC] + [f"manylinux2014_{machine}", f"linux_{machine}"]
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [
            sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed", "--no-cache-dir",
            "--only-binary", ":all:", "--report", str(report), "--constraint", str(ROOT / "constraints.txt"),
            "--python-version", version, "--implementation", "cp", "--target", folder,
            *(word for tag in tags for word in ("--platform", tag)), *requirements,
        ]  # fmt: skip
        subprocess.run(command, check=True)
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    found = {}
    for each in installs:
        about = each["metadata"]
        found[f"{about['name'].lower().replace('_', '-')}=={about['version']}"] = each["download_info"]["archive_info"][
            "hashes"
        ]["sha256"]
    return found


def main() -> None:
    """Writes the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extras", nargs="*", help="extras of pyproject.toml")
    parser.add_argument("--build", action="store_true", help="what building the package needs instead")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    requirements = needed(options.extras, build=options.build)
    hashes: dict[str, set[str]] = {}
    for machine in PLATFORMS:
        for name, digest in resolved(requirements, machine).items():
            hashes.setdefault(name, set()).add(digest)
    how = " ".join(["scripts/hashed_requirements.py", *sys.argv[1:]])
    lines = [f"# Made by: python{sys.version_info[0]}.{sys.version_info[1]} {how}", "# For Linux on x86-64 and ARM64."]
    for name in sorted(hashes):
        lines.append(" \\\n    ".join([name, *(f"--hash=sha256:{digest}" for digest in sorted(hashes[name]))]))
    options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

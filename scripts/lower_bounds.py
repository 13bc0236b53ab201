"""The oldest versions that pyproject.toml allows, as a constraints file for pip.

    python scripts/lower_bounds.py [EXTRA…] > lower.txt

``make test-lower`` installs them into a virtual environment of its own and runs the tests that need no network: a lower
bound that nobody ever installed is a guess. Which versions there are, ``pip index versions`` says; where a bound is no
version of its own (``opencv-python-headless>=4.12``), the oldest one above it is taken.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def wanted(extras: list[str]) -> list[Requirement]:
    """What the package needs, with some extras, on this machine."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    unknown = set(extras) - set(project["optional-dependencies"])
    if unknown:
        raise SystemExit(f"no extra {', '.join(sorted(unknown))}")
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    found = {}
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate():
            found.setdefault(requirement.name, requirement)
            if len(str(requirement.specifier)) > len(str(found[requirement.name].specifier)):
                found[requirement.name] = requirement
    return [requirement for requirement in found.values() if requirement.name != "rostro"]


def oldest(requirement: Requirement) -> Version:
    """The oldest released version that a requirement allows."""
    command = [sys.executable, "-m", "pip", "index", "versions", requirement.name, "--json"]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    versions = [Version(text) for text in json.loads(told)["versions"]]
    allowed = sorted(version for version in versions if requirement.specifier.contains(version))
    if not allowed:
        raise SystemExit(f"{requirement}: there is no such version")
    return allowed[0]


def main() -> None:
    """Prints a line for each dependency."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extras", nargs="*", help="extras of pyproject.toml")
    for requirement in wanted(parser.parse_args().extras):
        print(f"{requirement.name}=={oldest(requirement)}")


if __name__ == "__main__":
    main()

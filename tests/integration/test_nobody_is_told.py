"""Using rostro leaves nothing in the home folder that is not rostro's, and asks no host for anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Runs before anything else in that process: notes every name that is looked up and every address that is dialled.
SITE = """
import os, socket
def noted(what):
    with open(os.environ["NOTES"], "a", encoding="utf-8") as file:
        file.write(what + "\\n")
look_up, connect = socket.getaddrinfo, socket.socket.connect
def getaddrinfo(host, *rest, **options):
    noted(f"name {host}")
    return look_up(host, *rest, **options)
class Socket(socket.socket):
    def connect(self, address):
        noted(f"address {address}")
        return super().connect(address)
socket.getaddrinfo, socket.socket = getaddrinfo, Socket
"""

#: Addresses that are dialled past Python are seen here, where Linux shows them.
USED = """
import sys, time, rostro
from pathlib import Path
engine, photo = sys.argv[1:]
faces = rostro.Recognizer(engine=engine)
assert len(faces.embed(photo)) == 1
seen = set()
for _ in range(10):
    for table in ("tcp", "tcp6", "udp", "udp6"):
        file = Path("/proc/self/net") / table
        if file.exists():
            mine = {str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}
            for line in file.read_text().splitlines()[1:]:
                words = line.split()
                if f"socket:[{words[9]}]" in mine:
                    seen.add(words[2])
    time.sleep(0.2)
print(sorted(seen))
"""


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_an_engine(engine: str, samples: dict[str, Path], tmp_path: Path) -> None:
    pytest.importorskip(engine)
    home, site, models = tmp_path / "home", tmp_path / "site", tmp_path / "rostro"
    for folder in (home, site, models):
        folder.mkdir()
    (models / "models").symlink_to(samples["obama.jpg"].parent)
    (site / "sitecustomize.py").write_text(SITE)
    source = Path(__file__).parents[2] / "src"
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("XDG", "ROSTRO", "ORT", "HOME"))}
    environment = {
        **kept, "HOME": str(home), "ROSTRO_HOME": str(models), "ROSTRO_OFFLINE": "1", "NOTES": str(tmp_path / "notes"),
        "PYTHONPATH": os.pathsep.join([str(site), str(source)]), "TMPDIR": str(site),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", USED, engine, samples["obama.jpg"]], env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]", "a connection was open"
    assert not (tmp_path / "notes").exists(), (tmp_path / "notes").read_text()
    assert [str(path) for path in home.rglob("*") if path.is_file()] == []


def test_what_notes_look_ups_notes_them(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SITE)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NOTES": str(tmp_path / "notes")}
    script = "import socket\ntry: socket.create_connection(('localhost', 9), timeout=2)\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    assert (tmp_path / "notes").read_text().startswith("name localhost\naddress ")


def test_whoever_imports_the_library_turns_it_off_first() -> None:
    """One place imports it, so that one place is enough."""
    source = Path(__file__).parents[2] / "src" / "rostro"
    importing = [
        str(file.relative_to(source))
        for file in source.rglob("*.py")
        if any(
            line.strip().startswith(("import onnxruntime", "from onnxruntime")) for line in file.open(encoding="utf-8")
        )
    ]
    assert importing == ["runtime/onnxruntime.py"]

"""Imports point down only, rooms of one floor do not import each other, and there is no room that the plan lacks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "rostro"

#: From the ground up. A room may import rooms of the floors below it, and itself.
FLOORS = [
    {"core"},
    {"photos", "models", "runtime", "nets"},
    {"drawing", "scoring", "landmarks", "cluster"},
    {"reports", "gallery"},
    {"detection", "alignment", "embedding", "quality", "liveness", "attributes"},
    {"recognition"},
    {"people"},
    {"recognizer"},
    {"training", "video"},
    {"evaluation", "anonymisation"},
    {"server"},
    {"cli", "testing"},
]
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
HEAVY = {
    "openvino",
    "torch",
    "faiss",
    "psycopg",
    "pymilvus",
    "fastapi",
    "matplotlib",
    "onnxruntime",
    "cv2",
    "dlib",
    "ray",
}
FILES = sorted(SOURCE.rglob("*.py"))
#: A file is rarely longer than this, and never much.
MOST_LINES = 320


def module_of(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in FILES}


def room_of_module(name: str) -> str:
    return name.split(".")[1]


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def modules(path: Path) -> set[str]:
    """Files of ours that a file imports, anywhere in it: inside functions and for type checkers too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found & MODULES if name not in {module_of(path), "rostro"}}


def top_level_imports(path: Path) -> set[str]:
    """Packages that loading a file loads (not those under ``if TYPE_CHECKING`` or inside functions)."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_every_room_is_in_the_plan() -> None:
    rooms = {room_of(path) for path in FILES} - {"__init__", "__main__"}
    assert rooms <= set(LEVEL)
    assert {"detection", "recognition", "cli"} <= rooms, "the scan found too little to mean anything"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    if room in {"__init__", "__main__"}:
        return
    upward = {other for other in map(room_of_module, modules(path)) if other != room and LEVEL[other] >= LEVEL[room]}
    assert not upward, f"{path.relative_to(SOURCE)} imports {', '.join(sorted(upward))}, on its floor or above"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_heavy_libraries_load_late(path: Path) -> None:
    if room_of(path) == "nets":
        return  # torch modules subclass torch's
    if room_of(path) == "testing":
        return  # the contracts run parts, and nothing of rostro loads them
    if room_of(path) == "server":
        return  # FastAPI reads routes from decorators and annotations; `rostro serve` loads the room when it is called
    assert not top_level_imports(path) & HEAVY


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_the_contracts_know_pytest(path: Path) -> None:
    assert room_of(path) == "testing" or "pytest" not in path.read_text(encoding="utf-8")


def test_no_cycles_between_files() -> None:
    graph = {module_of(path): modules(path) for path in FILES}
    state: dict[str, int] = {}

    def visit(module: str, trail: tuple[str, ...]) -> None:
        if state.get(module) == 2:
            return
        assert state.get(module) != 1, "cycle: " + " → ".join((*trail[trail.index(module) :], module))
        state[module] = 1
        for other in sorted(graph.get(module, ())):
            visit(other, (*trail, module))
        state[module] = 2

    for module in sorted(graph):
        visit(module, ())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_an_underscore_means_private_to_its_folder(path: Path) -> None:
    folder = module_of(path).rpartition(".")[0] if path.name != "__init__.py" else module_of(path)
    for name in modules(path):
        parent, _, leaf = name.rpartition(".")
        assert not (leaf.startswith("_") and parent != folder), f"{module_of(path)} reaches into {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_can_be_read_at_a_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


#: What changes a gallery's people. `rostro.people` alone calls it.
CHANGES = {"add", "remove", "merge", "rename"}


@pytest.mark.parametrize(
    "path", [path for path in FILES if room_of(path) in {"cli", "server", "video"}], ids=lambda path: path.name
)
def test_front_ends_change_people_through_one_door(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in CHANGES:
            owner = ast.unparse(node.value)
            assert "People(" in owner or not re.search(r"gallery|opened", owner), (
                f"{path.name}:{node.lineno}: {owner}.{node.attr}"
            )

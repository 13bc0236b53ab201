"""``rostro doctor``: what is installed, what is used, and where things are."""

from __future__ import annotations

import os
import platform
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import typer

from rostro import __version__
from rostro.cli import options, output
from rostro.cli.language import language, tell, translated
from rostro.core.errors import EngineError, MissingExtra, RostroError
from rostro.core.machine import memory, processors
from rostro.core.redaction import redacted
from rostro.core.words import count
from rostro.gallery.keys import called
from rostro.runtime.base import ENGINES, engines_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIBRARIES = (
    "numpy",
    "openvino",
    "onnxruntime",
    "opencv-python-headless",
    "faiss-cpu",
    "pillow",
    "pillow-heif",
    "torch",
)


def command(
    detector: options.Detector = None,
    embedder: options.Embedder = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    json: options.Json = False,
) -> None:
    """What is installed, which engine, device and precision are used, and where things are kept.

    Example: rostro doctor --json
    """
    recognizer = options.make_recognizer(detector=detector, embedder=embedder, engine=engine, precision=precision)
    report: dict[str, Any] = {
        "rostro": __version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {_machine()}",
        "settings": {
            item.name: _plain(item.name, getattr(recognizer.settings, item.name))
            for item in fields(recognizer.settings)
        },
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "engines": {name: _engine(name) for name in ENGINES},
        "models": _models(recognizer),
    }
    problems = [answer for answer in report["models"].values() if isinstance(answer, str)]
    if json:
        output.print_json(report)
    else:
        _print(report)
    raise typer.Exit(output.NO if problems else output.YES)


def _models(faces: Any) -> dict[str, Any]:
    """What the chosen parts really run on; a part that cannot run says why."""
    rows: dict[str, Any] = {}
    for room in ("detector", "embedder"):
        try:
            engines = engines_of(getattr(faces, room))
            rows[room] = {
                "name": getattr(faces, f"{room}_name"),
                "runs_on": [f"{engine.device} {engine.precision}" for engine in engines],
            }
            if times := [_times(engine.measured) for engine in engines if engine.measured]:
                rows[room]["measured"] = times
        except RostroError as error:
            rows[room] = str(error)
    if all(isinstance(row, dict) for row in rows.values()):
        try:
            rows["precision"] = faces.precisions
        except EngineError as error:
            rows["precision"] = str(error)
    try:
        judge = faces.judge
        rows["quality"] = {"name": "none: no face is judged in this space" if judge is None else judge.about}
    except RostroError as error:
        rows["quality"] = str(error)
    return rows


def _times(milliseconds: Mapping[str, float]) -> str:
    """How long a request takes in each precision: ``f32 4.80 ms, int8 1.90 ms``."""
    return ", ".join(f"{name} {time:.2f} ms" for name, time in milliseconds.items())


def _engine(name: str) -> dict[str, str]:
    try:
        about = ENGINES.get(name).about()
    except MissingExtra as error:
        return {"missing": str(error)}
    return about


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _machine() -> str:
    """The machine's processors and memory; where this process may not use all of them, how much it may use."""
    mine, room = processors(), memory()
    there = os.cpu_count() or mine
    cores = f"{there} cores" if mine == there else f"{mine} of {there} cores"
    return cores if room is None else f"{cores}, {room / 2**30:.1f} GiB"


def _plain(name: str, value: Any) -> Any:
    if name == "key_file" and value is not None:
        return redacted(called(value))
    return value if isinstance(value, bool | int | None) else redacted(str(value))


#: What a heading's facts are where they are none.
_NONE = {"settings": "not set", "libraries": "not installed"}


def _print(report: dict[str, Any], none: str = "none", indent: str = "") -> None:
    for key, value in report.items():
        name = key if none == _NONE["libraries"] else translated(key.replace("_", " "))
        if isinstance(value, dict):
            output.say(f"{indent}{name}:")
            _print(value, _NONE.get(key, "none"), indent + "  ")
        else:
            output.say(f"{indent}{name}: {tell(none) if value is None else _shown(key, value)}")


def _shown(key: str, value: Any) -> str:
    """A fact as people say it."""
    if isinstance(value, bool):
        return tell("yes" if value else "no")
    if isinstance(value, list):
        return ", ".join(value)
    if key == "max_bytes":
        return output.size(value)
    return count(value, language()) if isinstance(value, int) else translated(str(value))

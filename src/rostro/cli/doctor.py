"""``rostro doctor``: what is installed, what is used, and where things are."""

from __future__ import annotations

import os
import platform
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import typer

from rostro import __version__
from rostro.cli import options, output
from rostro.core.errors import EngineError, MissingExtra, RostroError
from rostro.runtime.base import ENGINES, engines_of

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
    embedder: options.Embedder = "sface",
    engine: options.Engine = None,
    precision: options.Precision = None,
    threshold: options.Threshold = None,
    json: options.Json = False,
) -> None:
    """What is installed, which engine, device and precision are used, and where things are kept.

    Example: rostro doctor --json
    """
    recognizer = options.make_recognizer(
        detector=detector, embedder=embedder, engine=engine, precision=precision, threshold=threshold
    )
    report: dict[str, Any] = {
        "rostro": __version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "settings": {
            item.name: _plain(getattr(recognizer.settings, item.name)) for item in fields(recognizer.settings)
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
            rows[room] = {
                "name": getattr(faces, f"{room}_name"),
                "runs_on": [f"{e.device} {e.precision}" for e in engines_of(getattr(faces, room))],
            }
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


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | str | None) else str(value)


def _print(report: dict[str, Any], indent: str = "") -> None:
    for key, value in report.items():
        if isinstance(value, dict):
            output.say(f"{indent}{key}:")
            _print(value, indent + "  ")
        else:
            output.say(f"{indent}{key}: {'not installed' if value is None else value}")

"""Settings, declared once: name, environment variable, default and help.

A `Settings` is a plain frozen value that is passed down; nothing reads the environment behind your back after it is
made. ``rostro doctor`` prints it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rostro.core.errors import BadInput
from rostro.core.ranges import check_all, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _default_home() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("rostro", appauthor=False))


def _flag(text: str) -> bool:
    if text.strip().lower() in {"1", "true", "yes", "on"}:
        return True
    if text.strip().lower() in {"", "0", "false", "no", "off"}:
        return False
    raise ValueError(f"not yes or no: {text!r}")


def _whole(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(f"must be at least 1: {text!r}")
    return value


def _optional_path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _setting(env: str, parse: Callable[[str], Any], about: str, default: Any = None, **kwargs: Any) -> Any:
    metadata = {"env": env, "parse": parse, "help": about}
    if "default_factory" in kwargs:
        return field(metadata=metadata, **kwargs)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set from outside. Make one with `Settings.from_environment`."""

    home: Path = _setting(
        "ROSTRO_HOME", lambda t: Path(t).expanduser(), "folder of model files and caches", default_factory=_default_home
    )
    offline: bool = _setting("ROSTRO_OFFLINE", _flag, "1 forbids the network", False)
    model_mirror: Path | None = _setting("ROSTRO_MODEL_MIRROR", _optional_path, "folder that holds model files")
    gallery: str = _setting("ROSTRO_GALLERY", str, "gallery used when none is given", "rostro.db")
    engine: str = _setting("ROSTRO_ENGINE", str, "inference engine", "openvino")
    precision: str = _setting("ROSTRO_PRECISION", str, "auto, f32, bf16, or int8 for the parts that have it", "auto")
    threads: int = _setting(
        "ROSTRO_THREADS", _whole, "CPU threads for decoding and inference", default_factory=lambda: os.cpu_count() or 1
    )
    max_bytes: int = _setting("ROSTRO_MAX_BYTES", _whole, "largest photo file that is read, in bytes", 100_000_000)
    max_pixels: int = _setting("ROSTRO_MAX_PIXELS", _whole, "largest photo that is decoded, in pixels", 120_000_000)
    max_faces: int = _setting("ROSTRO_MAX_FACES", _whole, "most faces of one photo", 10_000)

    def __post_init__(self) -> None:
        check_all({name: getattr(self, name) for name in RANGES}, RANGES)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Reads the environment variables; unset ones keep their defaults.

        Raises:
            BadInput: A variable's value cannot be understood; names the variable.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for item in fields(cls):
            text = environment.get(item.metadata["env"])
            if text is None:
                continue
            try:
                values[item.name] = item.metadata["parse"](text)
                check_all(values, {item.name: RANGES[item.name]} if item.name in RANGES else {})
            except (ValueError, BadInput) as error:
                raise BadInput(f"{item.metadata['env']}: {error}") from None
        return cls(**values)


#: What the numbers may be: more than the most is a mistake in a unit, and would be felt as one.
RANGES: Final = {
    "threads": counted(1, 1024, what="a number of threads"),
    "max_bytes": counted(1, 1 << 40, what="a number of bytes"),
    "max_pixels": counted(1, 10_000_000_000, what="a number of pixels"),
    "max_faces": counted(1, 1_000_000, what="a number of faces"),
}

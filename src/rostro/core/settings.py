"""Settings, declared once: name, environment variable, default and help.

A `Settings` is a plain frozen value that is passed down; nothing reads the environment behind your back after it is
made. ``rostro doctor`` prints it.
"""

from __future__ import annotations

import os
import stat
import tempfile
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from rostro.core.errors import BadInput
from rostro.core.files import expanded
from rostro.core.machine import usual_threads
from rostro.core.ranges import check_all, counted
from rostro.core.words import check_language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rostro.core.words import Language


def _default_home() -> Path:
    """The user's cache folder; for a user whom the system does not know, as containers have them, one in ``/tmp``."""
    import platformdirs

    try:
        return Path(platformdirs.user_cache_dir("rostro", appauthor=False))
    except RuntimeError:  # no HOME, and no entry in the list of users
        return _private_folder()


def _private_folder() -> Path:
    """A folder among the temporary files that nobody else can have put anything into.

    Raises:
        BadInput: There can be none; says what to set.
    """
    folder = Path(tempfile.gettempdir()) / f"rostro-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise BadInput(f"{folder}: {error.strerror}; ROSTRO_HOME says where models are to be kept") from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise BadInput(f"{folder}: others can write there; ROSTRO_HOME says where models are to be kept")
    return folder


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


def _language(text: str) -> Language:
    return check_language(cast("Language", text.strip().lower() or "en"))


def _optional_path(text: str) -> Path | None:
    return expanded(text) if text else None


def _optional_text(text: str) -> str | None:
    return text.strip() or None


def _setting(env: str, parse: Callable[[str], Any], about: str, default: Any = None, **kwargs: Any) -> Any:
    metadata = {"env": env, "parse": parse, "help": about}
    if "default_factory" in kwargs:
        return field(metadata=metadata, **kwargs)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set from outside. Make one with `Settings.from_environment`."""

    home: Path = _setting("ROSTRO_HOME", expanded, "folder of model files and caches", default_factory=_default_home)
    offline: bool = _setting("ROSTRO_OFFLINE", _flag, "1 forbids the network", False)
    model_mirror: Path | None = _setting("ROSTRO_MODEL_MIRROR", _optional_path, "folder that holds model files")
    gallery: str = _setting("ROSTRO_GALLERY", str, "gallery used when none is given", "rostro.db")
    key_file: str | None = _setting(
        "ROSTRO_KEY_FILE", _optional_text, "file with the key of encrypted galleries; or env:NAME, command:COMMAND"
    )
    engine: str = _setting("ROSTRO_ENGINE", str, "inference engine", "openvino")
    precision: str = _setting("ROSTRO_PRECISION", str, "auto, f32, bf16, or int8 for the parts that have it", "auto")
    threads: int = _setting(
        "ROSTRO_THREADS", _whole, "CPU threads for decoding and inference", default_factory=usual_threads
    )
    max_bytes: int = _setting("ROSTRO_MAX_BYTES", _whole, "largest photo file that is read, in bytes", 100_000_000)
    max_pixels: int = _setting("ROSTRO_MAX_PIXELS", _whole, "largest photo that is decoded, in pixels", 120_000_000)
    max_faces: int = _setting("ROSTRO_MAX_FACES", _whole, "most faces of one photo", 10_000)

    language: Language = _setting(
        "ROSTRO_LANGUAGE", _language, "en or es: what commands, pictures and reports say", "en"
    )

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

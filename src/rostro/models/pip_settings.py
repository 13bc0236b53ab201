"""The user's own package index settings: pip's environment variables and configuration files."""

from __future__ import annotations

import configparser
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PYPI = "https://pypi.org/simple/"
_SYSTEM = Path("/etc")
_FILE = "pip.ini" if sys.platform == "win32" else "pip.conf"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSettings:
    """Where packages come from.

    Attributes:
        indexes: Addresses of simple indexes (PEP 503), in the order to ask them; ``file://`` folders too, and
            addresses with credentials. Empty where pip is told ``no-index``.
        cert: A file of certificates to trust, or None for the usual ones.
    """

    indexes: tuple[str, ...] = (PYPI,)
    cert: str | None = None

    @classmethod
    def from_pip(cls, environment: Mapping[str, str] | None = None) -> IndexSettings:
        """Reads what pip would read.

        ``PIP_INDEX_URL``, ``PIP_EXTRA_INDEX_URL``, ``PIP_NO_INDEX``, ``PIP_CERT`` and ``PIP_CONFIG_FILE``, over the
        sections ``[global]`` and ``[install]`` of pip's configuration files
        (https://pip.pypa.io/en/stable/topics/configuration/).

        Raises:
            BadInput: A configuration file cannot be understood; names it.
        """
        environment = os.environ if environment is None else environment
        values = _read(_configuration_files(environment))
        values |= {key[4:].lower().replace("_", "-"): text for key, text in environment.items() if key[:4] == "PIP_"}
        cert = values.get("cert") or None
        if values.get("no-index", "").strip().lower() in {"1", "true", "yes", "on"}:
            return cls(indexes=(), cert=cert)
        urls = [values.get("index-url") or PYPI, *values.get("extra-index-url", "").split()]
        return cls(indexes=tuple(dict.fromkeys(url.strip() for url in urls)), cert=cert)


def _configuration_files(environment: Mapping[str, str]) -> list[Path]:
    """The configuration files of pip; later ones override earlier ones."""
    import platformdirs

    named = environment.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    shared = platformdirs.site_config_dir("pip", appauthor=False, multipath=True).split(os.pathsep)
    system = [*map(Path, shared), _SYSTEM]
    user: list[Path] = []
    if not (named and Path(named).exists()):
        with suppress(RuntimeError):  # a user without a home has no files there
            user.append(Path.home() / ("pip" if sys.platform == "win32" else ".pip"))
            user.append(Path(platformdirs.user_config_dir("pip", appauthor=False, roaming=True)))
    folders = [*system, *user, Path(sys.prefix)]
    return [folder / _FILE for folder in folders] + ([Path(named)] if named else [])


def _read(files: Iterable[Path]) -> dict[str, str]:
    values: dict[str, str] = {}
    for file in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8-sig")
        except (configparser.Error, UnicodeDecodeError) as error:
            raise BadInput(f"{file}: not a pip configuration file: {error}") from error
        for section in ("global", "install"):
            if parser.has_section(section):
                values |= dict(parser.items(section))
    return values

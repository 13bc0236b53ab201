"""Lets scripts that were written before the rooms were named find what they import; first on ``PYTHONPATH``.

The inputs that failed are kept as they were handed over, and some of them import modules by earlier names.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from types import ModuleType

MOVED = {
    "rostro.types": "rostro.core.types",
    "rostro.imaging": "rostro.photos",
    "rostro.imaging.listing": "rostro.photos.listing",
}


class Moved(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives a module by its earlier name."""

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`."""
        return importlib.util.spec_from_loader(fullname, self) if fullname in MOVED else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """The module by its name of today."""
        return importlib.import_module(MOVED[spec.name])

    def exec_module(self, module: ModuleType) -> None:
        """It ran already."""


sys.meta_path.insert(0, Moved())

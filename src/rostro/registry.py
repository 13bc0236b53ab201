"""Finds the parts of a room by their file names.

``detection/yunet.py`` is the detector ``yunet``: to add one, add a file. A part's class is the one public class in its
file that derives from the room's base class (``detection/base.py``). Files that start with an underscore, and the
room's ``base.py``, are not parts. Nothing is imported until asked for.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

from rostro.errors import UnknownModel

#: room → the class in its ``base.py`` that every part derives from.
BASES = {
    "detection": "Detector",
    "alignment": "Alignment",
    "embedding": "Embedder",
    "gallery": "Gallery",
    "runtime": "Engine",
    "training": "Recipe",
}


@cache
def names(room: str) -> tuple[str, ...]:
    """Names of the parts in a room, sorted: ``names("detection")`` → ``("yunet", …)``."""
    package = importlib.import_module(f"rostro.{room}")
    found = (module.name for module in pkgutil.iter_modules(package.__path__) if not module.ispkg)
    return tuple(sorted(name for name in found if name != "base" and not name.startswith("_")))


@cache
def part(room: str, name: str) -> type:
    """The class of one part.

    Raises:
        UnknownModel: The room has no such file; the message lists what it has.
    """
    if name not in names(room):
        raise UnknownModel(f"no {room} named {name!r}; there is: {', '.join(names(room))}")
    base = getattr(importlib.import_module(f"rostro.{room}.base"), BASES[room])
    module = importlib.import_module(f"rostro.{room}.{name}")
    found = [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, base) and member.__module__ == module.__name__ and not member.__name__.startswith("_")
    ]
    if len(found) != 1:
        raise TypeError(f"{module.__name__} must define exactly one public {base.__name__}, found {len(found)}")
    return found[0]

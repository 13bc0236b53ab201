"""How parts are found: by name, in a small table of their room, or in another installed package.

A *room* holds parts of one kind: detectors, embedders, galleries, … Its table maps names to where the classes are, and
nothing is imported until a part is asked for. Another package adds parts by an entry point of the room's group::

    [project.entry-points."rostro.detectors"]
    mine = "my_package.detector:Mine"

A part says its own name (``Mine.name == "mine"``): names are what is stored in galleries, cards and reports, so files
and classes may move, and names stay.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from rostro.core.errors import UnknownModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.metadata import EntryPoint


class Part(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """What commands, galleries, cards and reports call it."""


P = TypeVar("P")


class Room(Generic[P]):
    """The parts of one kind.

    >>> from rostro.detection.base import DETECTORS
    >>> "yunet" in DETECTORS
    True
    >>> DETECTORS.get("yunet").__name__
    'YuNet'
    """

    def __init__(self, base: type[P], noun: str, group: str, table: Mapping[str, str]) -> None:
        """Imports nothing.

        Args:
            base: What every part derives from.
            noun: What a part is called in messages, for example ``detector``.
            group: Group of the entry points by which other packages add parts, for example ``rostro.detectors``.
            table: Name → ``module:class`` of the parts that come with rostro.
        """
        self.base = base
        self.noun = noun
        self.group = group
        self._table = dict(table)

    def __repr__(self) -> str:
        return f"<{self.noun}s: {', '.join(self)}>"

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._table or name in _others(self.group)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parts, sorted."""
        return tuple(sorted({*self._table, *_others(self.group)}))

    def get(self, name: str) -> type[P]:
        """The class of a part.

        Args:
            name: As in `names`. A name of rostro's own always means rostro's part.

        Raises:
            UnknownModel: There is no such part, or another package's part cannot be used; says what there is, or why.
        """
        if name in self._table:
            module, _, attribute = self._table[name].partition(":")
            found = getattr(import_module(module), attribute)
        elif name in _others(self.group):
            found = self._load(_others(self.group)[name])
        else:
            raise UnknownModel(self._unknown(name))
        self._check(name, found)
        part: type[P] = found
        return part

    def _load(self, points: list[EntryPoint]) -> object:
        if len(points) > 1:
            packages = " and ".join(sorted(_package_of(point) for point in points))
            raise UnknownModel(f"the {self.noun} {points[0].name!r} comes from {packages}; uninstall one of them")
        try:
            return points[0].load()
        except (ImportError, AttributeError) as error:
            raise UnknownModel(
                f"the {self.noun} {points[0].name!r} of {_package_of(points[0])} cannot be loaded: {error}"
            ) from error

    def _check(self, name: str, found: object) -> None:
        if not (isinstance(found, type) and issubclass(found, self.base)):
            raise UnknownModel(f"the {self.noun} {name!r} is not a class that derives from {self.base.__name__}")
        said = getattr(found, "name", None)
        if said != name:
            raise UnknownModel(f"the {self.noun} {name!r} calls itself {said!r}: entry point and name must be the same")

    def _unknown(self, name: str) -> str:
        guess = did_you_mean(name, self.names)
        return f"no {self.noun} named {name!r}.{guess} There is: {', '.join(self.names)}"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A question for one who mistyped a name, with a blank before it; empty where nothing is like it."""
    known = list(names)
    near = get_close_matches(name.lower().replace("-", "_"), known, n=1) or get_close_matches(name.lower(), known, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


@cache
def _others(group: str) -> dict[str, list[EntryPoint]]:
    """What other packages add, by name; two of them may claim one."""
    from importlib.metadata import entry_points  # seldom asked: rostro's own parts are in its tables

    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=group):
        if point not in found.setdefault(point.name, []):
            found[point.name].append(point)
    return found


def _package_of(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value

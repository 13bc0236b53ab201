"""Regions of faces in XMP, in both forms that programs write: the Metadata Working Group's and Microsoft's.

Regions of others are never changed. Ours carry the id of their face, in a member of our own namespace, so that a name
that changes here changes there, too, and one that is taken back goes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from rostro.core.geometry import overlap
from rostro.photos.xmp.rdf import (
    Members,
    descriptions,
    elements,
    is_,
    items,
    members,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.dom.minidom import Document, Element

    from rostro.photos.xmp.frames import Box

MWG: Final = "http://www.metadataworkinggroup.com/schemas/regions/"
DIM: Final = "http://ns.adobe.com/xap/1.0/sType/Dimensions#"
AREA: Final = "http://ns.adobe.com/xmp/sType/Area#"
MP: Final = "http://ns.microsoft.com/photo/1.2/"
MPRI: Final = "http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
MPREG: Final = "http://ns.microsoft.com/photo/1.2/t/Region#"
OURS: Final = "urn:rostro:faces:1.0/"

#: Overlap (IoU) from which on two regions are of one face.
SAME: Final = 0.5

Form = Literal["mwg", "mp"]


@dataclass(frozen=True, slots=True)
class Region:
    """A face in a photo.

    Attributes:
        name: The person's; empty where nobody is named.
        box: (x1, y1, x2, y2), parts of the width and height of the stored picture.
        face: The id of the face, of regions that we wrote; empty in those of others.
    """

    name: str
    box: Box
    face: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """The regions of one form, as they stand in a document.

    Attributes:
        form: Which.
        root: The property; None where there is none.
        bag: The list; None where there is none.
        regions: Each with its element.
    """

    form: Form
    root: Element | None
    bag: Element | None
    regions: list[tuple[Element, Region]]


def applied_to(document: Document) -> tuple[float, float] | None:
    """Width and height of the picture that the regions were made for; None where it does not say."""
    for structure in _structures(document, MWG, "Regions"):
        dimensions = members(structure).get((MWG, "AppliedToDimensions"))
        if dimensions is not None and not isinstance(dimensions, str):
            size = members(dimensions)
            width, height = _number(size.get((DIM, "w"))), _number(size.get((DIM, "h")))
            if width and height and width > 0 and height > 0:
                return width, height
    return None


def regions_of(document: Document, width: int, height: int, *, ours: bool = True) -> list[Region]:
    """The faces of a document, each once.

    Args:
        document: An XMP document.
        width: Of the picture, for regions in pixels.
        height: The same.
        ours: Whether regions that we wrote are among them.
    """
    found: list[Region] = []
    for listed in listed_in(document, width, height):
        for region in (region for _, region in listed.regions if ours or not region.face):
            known = nearest(region.box, found)
            if known is None:
                found.append(region)
            elif region.name and not found[known].name:
                found[known] = region
    return found


def listed_in(document: Document, width: int, height: int) -> tuple[Listed, Listed]:
    """What a document has of each form."""
    return _mwg(document, width, height), _mp(document)


def _structures(document: Document, namespace: str, name: str) -> Iterator[Element]:
    for one in descriptions(document):
        yield from (child for child in elements(one) if is_(child, namespace, name))


def _mwg(document: Document, width: int, height: int) -> Listed:
    for structure in _structures(document, MWG, "Regions"):
        regions = members(structure).get((MWG, "RegionList"))
        if regions is None or isinstance(regions, str):
            return Listed("mwg", structure, None, [])
        bag, listed = items(regions)
        read = ((item, _mwg_region(members(item), width, height)) for item in listed)
        return Listed("mwg", structure, bag, [(item, region) for item, region in read if region is not None])
    return Listed("mwg", None, None, [])


def _mwg_region(known: Members, width: int, height: int) -> Region | None:
    """A region that is a face, or is not said to be anything else."""
    area = known.get((MWG, "Area"))
    if text(known.get((MWG, "Type"))) not in {"", "Face"} or area is None or isinstance(area, str):
        return None
    place = members(area)
    numbers = [_number(place.get((AREA, side))) for side in ("x", "y", "w", "h")]
    x, y, w, h = (math.nan if number is None else number for number in numbers)
    if text(place.get((AREA, "unit"))) == "pixel":
        x, y, w, h = x / width, y / height, w / width, h / height
    return _region(known, (MWG, "Name"), (x - w / 2, y - h / 2, x + w / 2, y + h / 2))


def _mp(document: Document) -> Listed:
    for structure in _structures(document, MP, "RegionInfo"):
        regions = members(structure).get((MPRI, "Regions"))
        if regions is None or isinstance(regions, str):
            return Listed("mp", structure, None, [])
        bag, listed = items(regions)
        read = ((item, _mp_region(members(item))) for item in listed)
        return Listed("mp", structure, bag, [(item, region) for item, region in read if region is not None])
    return Listed("mp", None, None, [])


def _mp_region(known: Members) -> Region | None:
    numbers = [_number(side) for side in text(known.get((MPREG, "Rectangle"))).split(",")]
    if len(numbers) != 4:
        return None
    x, y, w, h = (math.nan if number is None else number for number in numbers)
    return _region(known, (MPREG, "PersonDisplayName"), (x, y, x + w, y + h))


def _region(known: Members, name: tuple[str, str], box: Box) -> Region | None:
    x1, y1, x2, y2 = box
    if not (all(map(math.isfinite, box)) and x1 < x2 and y1 < y2 and max(map(abs, box)) <= 2):
        return None  # no place in a picture; it stays as it is
    return Region(text(known.get(name)), box, text(known.get((OURS, "Face"))))


def _number(value: Any) -> float | None:
    try:
        return float(text(value))
    except ValueError:
        return None


def nearest(box: Box, among: Sequence[Region]) -> int | None:
    """Which region is of the same face; None where none is."""
    if not among:
        return None
    common = overlap(np.array([box]), np.array([region.box for region in among]))[0]
    best = int(common.argmax())
    return best if common[best] >= SAME else None

"""Regions of faces in XMP, in both forms that programs write: the Metadata Working Group's and Microsoft's.

Regions of others are never changed. Ours carry the id of their face, in a member of our own namespace, so that a name
that changes here changes there, too, and one that is taken back goes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.dom import minidom

import numpy as np

from rostro.core.geometry import overlap
from rostro.photos.xmp.rdf import (
    META,
    RDF,
    Members,
    descriptions,
    elements,
    holder,
    is_,
    items,
    made,
    members,
    put,
    removed,
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
#: Two boxes whose sides differ by less, as parts of the picture, are one.
_NEAR: Final = 1e-5

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
class _Listed:
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


def empty() -> Document:
    """A document without any property."""
    document = minidom.Document()
    document.version = "1.0"
    meta = document.createElementNS(META, "x:xmpmeta")
    meta.setAttribute("xmlns:x", META)
    root = document.createElementNS(RDF, "rdf:RDF")
    root.setAttribute("xmlns:rdf", RDF)
    about = document.createElementNS(RDF, "rdf:Description")
    about.setAttributeNS(RDF, "rdf:about", "")
    document.appendChild(meta)
    meta.appendChild(root)
    root.appendChild(about)
    return document


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
    for listed in (_mwg(document, width, height), _mp(document)):
        for region in (region for _, region in listed.regions if ours or not region.face):
            known = _nearest(region.box, found)
            if known is None:
                found.append(region)
            elif region.name and not found[known].name:
                found[known] = region
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a document.

    Attributes:
        changed: Whether anything did.
        against: Faces that another program calls otherwise, and so were left: our region, and theirs.
    """

    changed: bool
    against: tuple[tuple[Region, Region], ...]


def put_regions(document: Document, wanted: Sequence[Region], width: int, height: int) -> Change:
    """Has a document hold these faces, besides those of others.

    Args:
        document: Is changed.
        wanted: All of ours, with names and ids.
        width: Of the picture, as it is stored.
        height: The same.
    """
    changed = False
    against: dict[str, tuple[Region, Region]] = {}
    for listed in (_mwg(document, width, height), _mp(document)):
        theirs = [region for _, region in listed.regions if not region.face]
        left = {region.face: region for region in wanted}
        for region in wanted:
            same = _nearest(region.box, theirs)
            if same is not None and theirs[same].name:
                del left[region.face]
                if theirs[same].name != region.name:
                    against[region.face] = region, theirs[same]
        for element, region in listed.regions:
            if not region.face:
                continue
            if region.face in left and _same(region, left[region.face]):
                del left[region.face]
            else:
                removed(element)
                changed = True
        if left:
            _add(document, listed, left.values(), width, height)
            changed = True
        elif listed.root is not None and listed.bag is not None and not list(elements(listed.bag)):
            removed(listed.root)
            changed = True
    return Change(changed, tuple(against.values()))


def _structures(document: Document, namespace: str, name: str) -> Iterator[Element]:
    for one in descriptions(document):
        yield from (child for child in elements(one) if is_(child, namespace, name))


def _mwg(document: Document, width: int, height: int) -> _Listed:
    for structure in _structures(document, MWG, "Regions"):
        regions = members(structure).get((MWG, "RegionList"))
        if regions is None or isinstance(regions, str):
            return _Listed("mwg", structure, None, [])
        bag, listed = items(regions)
        read = ((item, _mwg_region(members(item), width, height)) for item in listed)
        return _Listed("mwg", structure, bag, [(item, region) for item, region in read if region is not None])
    return _Listed("mwg", None, None, [])


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


def _mp(document: Document) -> _Listed:
    for structure in _structures(document, MP, "RegionInfo"):
        regions = members(structure).get((MPRI, "Regions"))
        if regions is None or isinstance(regions, str):
            return _Listed("mp", structure, None, [])
        bag, listed = items(regions)
        read = ((item, _mp_region(members(item))) for item in listed)
        return _Listed("mp", structure, bag, [(item, region) for item, region in read if region is not None])
    return _Listed("mp", None, None, [])


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


def _nearest(box: Box, among: Sequence[Region]) -> int | None:
    """Which region is of the same face; None where none is."""
    if not among:
        return None
    common = overlap(np.array([box]), np.array([region.box for region in among]))[0]
    best = int(common.argmax())
    return best if common[best] >= SAME else None


def _same(one: Region, other: Region) -> bool:
    return one.name == other.name and all(abs(a - b) < _NEAR for a, b in zip(one.box, other.box, strict=True))


def _add(document: Document, listed: _Listed, regions: Any, width: int, height: int) -> None:
    """Adds regions of one form, and what they stand in where it is not there."""
    root, bag = listed.root, listed.bag
    if root is None:
        about = _description(document)
        root = made(about, MWG, "mwg-rs", "Regions") if listed.form == "mwg" else made(about, MP, "MP", "RegionInfo")
        root.setAttributeNS(RDF, f"{_rdf(document)}:parseType", "Resource")
        if listed.form == "mwg":
            size = made(root, MWG, "mwg-rs", "AppliedToDimensions")
            put(size, DIM, "stDim", {"w": str(width), "h": str(height), "unit": "pixel"})
    if bag is None:
        space, prefix, name = (MWG, "mwg-rs", "RegionList") if listed.form == "mwg" else (MPRI, "MPRI", "Regions")
        there = next((child for child in elements(holder(root)) if is_(child, space, name)), None)
        bag = made(there or made(holder(root), space, prefix, name), RDF, _rdf(document), "Bag")
    for region in regions:
        item = made(bag, RDF, _rdf(document), "li")
        (_fill_mwg if listed.form == "mwg" else _fill_mp)(item, region, document)


def _fill_mwg(item: Element, region: Region, document: Document) -> None:
    item.setAttributeNS(RDF, f"{_rdf(document)}:parseType", "Resource")
    for space, prefix, name, value in (
        (MWG, "mwg-rs", "Name", region.name),
        (MWG, "mwg-rs", "Type", "Face"),
        (OURS, "rostro", "Face", region.face),
    ):
        made(item, space, prefix, name).appendChild(document.createTextNode(value))
    x1, y1, x2, y2 = region.box
    sides = {"x": (x1 + x2) / 2, "y": (y1 + y2) / 2, "w": x2 - x1, "h": y2 - y1}
    area = made(item, MWG, "mwg-rs", "Area")
    put(area, AREA, "stArea", {**{side: _digits(value) for side, value in sides.items()}, "unit": "normalized"})


def _fill_mp(item: Element, region: Region, document: Document) -> None:
    x1, y1, x2, y2 = region.box
    place = ", ".join(map(_digits, (x1, y1, x2 - x1, y2 - y1)))
    put(item, MPREG, "MPReg", {"PersonDisplayName": region.name, "Rectangle": place})
    put(item, OURS, "rostro", {"Face": region.face})


def _description(document: Document) -> Element:
    """The description that new properties go to."""
    there = descriptions(document)
    if there:
        return there[0]
    roots: list[Any] = list(document.getElementsByTagNameNS(RDF, "RDF"))
    if not roots:
        meta: Any = document.documentElement
        roots = [made(meta, RDF, "rdf", "RDF")]
    about = made(roots[0], RDF, _rdf(document), "Description")
    about.setAttributeNS(RDF, f"{_rdf(document)}:about", "")
    return about


def _rdf(document: Document) -> str:
    """The prefix of RDF in a document."""
    roots: list[Any] = list(document.getElementsByTagNameNS(RDF, "RDF"))
    return str(roots[0].tagName.rpartition(":")[0]) or "rdf" if roots else "rdf"


def _digits(value: float) -> str:
    return f"{value:.6f}"

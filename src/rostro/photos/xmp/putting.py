"""Regions of faces put into a document of XMP, in both forms, beside whatever it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.dom import minidom

from rostro.photos.xmp.rdf import META, RDF, descriptions, elements, holder, is_, made, put, removed
from rostro.photos.xmp.regions import AREA, DIM, MP, MPREG, MPRI, MWG, OURS, Listed, Region, listed_in, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.dom.minidom import Document, Element

#: Two boxes whose sides differ by less, as parts of the picture, are one.
_NEAR: Final = 1e-5


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
    for listed in listed_in(document, width, height):
        theirs = [region for _, region in listed.regions if not region.face]
        left = {region.face: region for region in wanted}
        for region in wanted:
            same = nearest(region.box, theirs)
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


def _same(one: Region, other: Region) -> bool:
    return one.name == other.name and all(abs(a - b) < _NEAR for a, b in zip(one.box, other.box, strict=True))


def _add(document: Document, listed: Listed, regions: Any, width: int, height: int) -> None:
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

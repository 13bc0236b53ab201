"""The files beside photos that hold their XMP: which they are, what faces they name, and putting ours there.

``photo.jpg.xmp`` is what digiKam, darktable and Immich call it: each photo has its own. ``photo.xmp`` is Adobe's: it is
read where there is no other, and written to where it can be of no other picture; beside ``photo.cr2`` it is that one's.
Photos themselves are never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import BadInput
from rostro.core.files import write_file
from rostro.core.foreign import read_bytes, shaped
from rostro.core.markup import MOST_BYTES, xml_bytes, xml_of
from rostro.photos.xmp.frames import Frame
from rostro.photos.xmp.putting import empty, put_regions
from rostro.photos.xmp.regions import Region, applied_to, regions_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.dom.minidom import Document

    from rostro.photos.xmp.frames import Box

_WHAT = "a file of XMP"
#: Two pictures have one shape where their widths over heights differ by less than this part.
_SHAPE = 0.01


@dataclass(frozen=True, slots=True)
class NamedFace:
    """A face of a photo that has a name.

    Attributes:
        name: The person's.
        box: (x1, y1, x2, y2) in pixels of the upright photo.
        face: The face's id; empty where somebody else named it.
    """

    name: str
    box: Box
    face: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """What became of a photo's sidecar.

    Attributes:
        sidecar: The file.
        changed: Whether it is another one now, or would be.
        against: Faces that another program calls otherwise and that were left so: our name, and theirs.
    """

    sidecar: Path
    changed: bool
    against: tuple[tuple[str, str], ...] = ()


def sidecar_of(photo: Path) -> Path:
    """The file that holds a photo's XMP, or would; see above."""
    own, adobe = photo.with_name(f"{photo.name}.xmp"), photo.with_suffix(".xmp")
    if own.exists() or not adobe.exists():
        return own
    others = (file for file in photo.parent.glob(f"{escape(photo.stem)}.*") if file not in {photo, adobe})
    alone = not any(file.is_file() and file.suffix.lower() != ".xmp" for file in others)
    return adobe if alone else own


def named_faces(photo: Path) -> list[NamedFace]:
    """The faces that other programs named: in the sidecars of a photo, and in the photo itself.

    Regions that we wrote are left out. A face that several name is told once, as the first of them does.

    Raises:
        UnreadablePhoto: The photo is no picture, or cannot be read.
        BadInput: A sidecar is no XMP; names it and what is wrong.
    """
    frame = Frame.of(photo)
    documents = [_read(file) for file in (photo.with_name(f"{photo.name}.xmp"), sidecar_of(photo)) if file.is_file()]
    if frame.xmp:
        with shaped(photo, "a photo whose XMP can be read"):
            documents.append(xml_of(frame.xmp))
    found: dict[Box, NamedFace] = {}
    for document in documents:
        turned = _is_upright(document, frame)
        for region in regions_of(document, *_size(frame, upright=turned), ours=False):
            box = frame.pixels(region.box if turned else frame.shown(region.box))
            if region.name:
                found.setdefault(_rounded(box), NamedFace(region.name, box))
    return list(found.values())


def put_faces(photo: Path, faces: Sequence[NamedFace], *, dry_run: bool = False) -> Put:
    """Has a photo's sidecar name faces, besides whatever it holds; in one step, and only if that changes anything.

    Args:
        photo: Its file, which is not changed.
        faces: All of ours; those that the sidecar has of before and are not among them go.
        dry_run: Whether nothing is written.

    Raises:
        UnreadablePhoto: The photo is no picture, or cannot be read.
        BadInput: The sidecar is no XMP, its regions are of a picture of another shape, or it cannot be written.
    """
    sidecar = sidecar_of(photo)
    there = sidecar.is_file()
    if not there and not faces:
        return Put(sidecar, False)
    frame = Frame.of(photo)
    document = _read(sidecar) if there else empty()
    turned = _is_upright(document, frame)
    width, height = _size(frame, upright=turned)
    size = applied_to(document)
    if size is not None and abs(size[0] * height / (size[1] * width) - 1) > _SHAPE:
        was = f"{size[0]:g} × {size[1]:g}"
        raise BadInput(f"{sidecar}: its regions are of a picture of {was} pixels, and the photo has {width} × {height}")
    wanted = []
    for face in faces:
        box = frame.parts(face.box)
        if box[0] < box[2] and box[1] < box[3]:
            wanted.append(Region(face.name, box if turned else frame.stored(box), face.face))
    change = put_regions(document, wanted, width, height)
    if change.changed and not dry_run:
        write_file(sidecar, xml_bytes(document))
    return Put(sidecar, change.changed, tuple((ours.name, theirs.name) for ours, theirs in change.against))


def _read(file: Path) -> Document:
    data = read_bytes(file, most=MOST_BYTES)
    with shaped(file, _WHAT):
        return xml_of(data)


def _is_upright(document: Document, frame: Frame) -> bool:
    """Whether the regions are of the upright picture, as some programs write them: their dimensions say so."""
    size = applied_to(document)
    if size is None or not frame.turned or frame.width == frame.height:
        return False
    return (size[0] > size[1]) != (frame.width > frame.height)


def _size(frame: Frame, *, upright: bool) -> tuple[int, int]:
    return frame.upright if upright else (frame.width, frame.height)


def _rounded(box: Box) -> Box:
    x1, y1, x2, y2 = (float(round(side)) for side in box)
    return x1, y1, x2, y2

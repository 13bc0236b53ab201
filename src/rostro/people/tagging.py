"""Names of an album into the sidecars of its photos, and names that other programs gave out of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, PhotoError
from rostro.core.geometry import overlap
from rostro.core.names import clean_name
from rostro.core.types import Answer
from rostro.people.albums.listing import kept_groups
from rostro.photos.reading import name_of, photo_hash
from rostro.photos.xmp.regions import SAME
from rostro.photos.xmp.sidecars import NamedFace, named_faces, put_faces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from rostro.people.album import AlbumFace, FaceGroup
    from rostro.people.albums.album import Album
    from rostro.people.albums.shown import GroupSummary


@dataclass(frozen=True, slots=True)
class Untold(Answer):
    """A photo that gave no answer, and why."""

    photo: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "reason"}``."""
        return {"photo": self.photo, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Tagged(Answer):
    """A photo whose sidecar names its people now, or would.

    Attributes:
        photo: Its name.
        sidecar: The file.
        names: The names of the album that are in it.
    """

    photo: str
    sidecar: str
    names: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "sidecar", "names"}``."""
        return {"photo": self.photo, "sidecar": self.sidecar, "names": list(self.names)}


@dataclass(frozen=True, slots=True)
class Differing(Answer):
    """A face that the album and another program call by different names. It is left as each has it.

    Attributes:
        photo: Where; empty where it is about a whole group.
        name: The album's.
        other: The other program's.
    """

    photo: str
    name: str
    other: str

    def to_dict(self) -> dict[str, Any]:
        """``{"photo", "name", "other"}``."""
        return {"photo": self.photo or None, "name": self.name, "other": self.other}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging(Answer):
    """What came of naming faces in sidecars.

    Attributes:
        written: Photos whose sidecar was written, or would be.
        same: How many photos' sidecars say it already.
        others: How many photos are not in the album, or have nobody with a name, and had none of ours before.
        differing: Faces that another program calls otherwise.
        failed: Photos that gave no answer.
    """

    written: tuple[Tagged, ...]
    same: int
    others: int
    differing: tuple[Differing, ...]
    failed: tuple[Untold, ...]

    def to_dict(self) -> dict[str, Any]:
        """``{"written", "same", "others", "differing", "failed"}``."""
        return {
            "written": [one.to_dict() for one in self.written],
            "same": self.same,
            "others": self.others,
            "differing": [one.to_dict() for one in self.differing],
            "failed": [one.to_dict() for one in self.failed],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesRead(Answer):
    """What sidecars and photos say of the groups of an album.

    Attributes:
        names: The name of each group that has none yet, by the group's id.
        differing: Groups that have another name already, and groups of which two names are told as often.
        faces: How many faces that other programs named are faces of the album.
        unknown: How many are not.
        failed: Photos that gave no answer.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    differing: tuple[Differing, ...] = ()
    faces: int = 0
    unknown: int = 0
    failed: tuple[Untold, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """``{"names", "differing", "faces", "unknown", "failed"}``."""
        return {
            "names": dict(self.names),
            "differing": [one.to_dict() for one in self.differing],
            "faces": self.faces,
            "unknown": self.unknown,
            "failed": [one.to_dict() for one in self.failed],
        }


def tag_album(
    album: Album,
    photos: Iterable[Path],
    *,
    dry_run: bool = False,
    on_photo: Callable[[], object] = lambda: None,
) -> Tagging:
    """Does what `tag_photos` does, with the groups of an album that have a name and are not ignored."""
    groups = _groups(album, album.groups(named=True))
    return tag_photos(photos, groups, dry_run=dry_run, on_photo=on_photo)


def read_album(
    album: Album,
    photos: Iterable[Path],
    *,
    dry_run: bool = False,
    on_photo: Callable[[], object] = lambda: None,
) -> NamesRead:
    """Does what `read_names` does, and gives the groups of an album their names.

    Where a group of that name is there already, the two become one. Groups that are ignored are left so.

    Args:
        album: The album.
        photos: As `read_names` takes them.
        dry_run: Whether to say only who they would be.
        on_photo: Called after each photo.
    """
    told = read_names(photos, _groups(album, [*album.groups(), *album.singles()]), on_photo=on_photo)
    for group, name in () if dry_run else told.names.items():
        album.name(group, name)
    return told


def tag_photos(
    photos: Iterable[Path],
    groups: Iterable[FaceGroup],
    *,
    dry_run: bool = False,
    on_photo: Callable[[], object] = lambda: None,
) -> Tagging:
    """Writes who is in photos into the files beside them; see `rostro.photos.xmp.sidecars`. Photos are not changed.

    Photos are known by their bytes, wherever they lie now. What other programs wrote stays, and where one of them
    names a face already, ours is not added. Done twice, the second time changes nothing.

    Args:
        photos: Files; read lazily.
        groups: Of the album; those without a name are nobody's.
        dry_run: Whether to say only what would be written.
        on_photo: Called after each photo.
    """
    faces = _by_photo((group.name, group) for group in groups if group.name)
    written, differing, failed = [], [], []
    same = others = 0
    for photo in photos:
        try:
            named = [NamedFace(name, face.face.box, face.id) for name, face in faces.get(photo_hash(photo), ())]
            put = put_faces(photo, named, dry_run=dry_run)
        except (PhotoError, BadInput) as error:
            failed.append(Untold(name_of(photo), getattr(error, "reason", str(error))))
        else:
            names = tuple(sorted({one.name for one in named} - {ours for ours, _ in put.against}))
            differing += [Differing(name_of(photo), *pair) for pair in put.against]
            if put.changed:
                written.append(Tagged(name_of(photo), name_of(put.sidecar), names))
            elif names:
                same += 1
            elif not put.against:
                others += 1
        on_photo()
    return Tagging(written=tuple(written), same=same, others=others, differing=tuple(differing), failed=tuple(failed))


def read_names(
    photos: Iterable[Path], groups: Sequence[FaceGroup], *, on_photo: Callable[[], object] = lambda: None
) -> NamesRead:
    """Who other programs say that the groups of an album are. Changes nothing.

    A face that they named is one of the album where the two boxes overlap by half (IoU); a group is whom more of its
    faces are than anybody else. A group that has a name keeps it.

    Args:
        photos: Files whose sidecars are read, or the XMP in themselves; read lazily.
        groups: Of the album.
        on_photo: Called after each photo.
    """
    faces = _by_photo((group.id, group) for group in groups)
    told: dict[str, Counter[str]] = defaultdict(Counter)
    found = unknown = 0
    failed = []
    for photo in photos:
        try:
            here = faces.get(photo_hash(photo), ())
            for named in named_faces(photo):
                common = overlap(np.array([named.box]), np.array([face.face.box for _, face in here]).reshape(-1, 4))[0]
                best = int(common.argmax()) if common.size else -1
                if best < 0 or common[best] < SAME:
                    unknown += 1
                    continue
                told[here[best][0]][clean_name(named.name)] += 1
                found += 1
        except (PhotoError, BadInput) as error:
            failed.append(Untold(name_of(photo), getattr(error, "reason", str(error))))
        on_photo()
    names: dict[str, str] = {}
    differing = []
    for group in groups:
        ranked = told[group.id].most_common(2) if group.id in told else []
        if not ranked:
            continue
        tied = len(ranked) > 1 and ranked[0][1] == ranked[1][1]
        if group.name is not None:
            differing += [Differing("", group.name, name) for name, _ in ranked[:1] if name != group.name]
        elif tied:
            differing.append(Differing("", ranked[0][0], ranked[1][0]))
        else:
            names[group.id] = ranked[0][0]
    return NamesRead(names=names, differing=tuple(differing), faces=found, unknown=unknown, failed=tuple(failed))


def _by_photo(groups: Iterable[tuple[str | None, FaceGroup]]) -> dict[str, list[tuple[str, AlbumFace]]]:
    """sha256 of a photo → (what its group is called here, face) of its faces."""
    found: dict[str, list[tuple[str, AlbumFace]]] = defaultdict(list)
    for called, group in groups:
        for face in group.faces:
            found[face.sha256].append((str(called), face))
    return dict(found)


def _groups(album: Album, listed: Iterable[GroupSummary]) -> list[FaceGroup]:
    """Groups with all their faces."""
    wanted = {group.person for group in listed}
    names = {person: name for person, name in album.gallery.all_names() if person in wanted}
    return [group for group, _ in kept_groups(album.gallery, names)]

"""From any gallery to any other: copied in blocks, each read back and compared.

What is at the other end already is not copied again, so that a copy that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput, SpaceMismatch
from rostro.core.redaction import redacted
from rostro.core.types import Answer
from rostro.gallery.base import file_of, lent
from rostro.gallery.keys import Key
from rostro.gallery.upkeep.records import copy_records
from rostro.photos.sources import are_one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rostro.core.types import Person, Template
    from rostro.gallery.base import Gallery

#: Templates that are in memory at a time, unless one person alone has more.
BLOCK = 2_000

#: (source_hash, box): what a template is among those of its person → sha256 of all that it says.
Digests = dict[tuple[str, tuple[float, ...] | None], bytes]


@dataclass(frozen=True, slots=True, repr=False)
class Migration(Answer):
    """What a copy came to. True where the copy is what was copied.

    Attributes:
        people: People in the source.
        templates: Their templates.
        copied: Templates that were not there yet.
        checksum: sha256 over every person's name and templates, vectors as float16. The same for every gallery with
            the same people in it.
        differences: What the target does not hold as the source does, one sentence each; empty after a good copy.
    """

    people: int
    templates: int
    copied: int
    checksum: str
    differences: tuple[str, ...]

    def __bool__(self) -> bool:
        return not self.differences

    def __repr__(self) -> str:
        whole = "whole" if self else f"{len(self.differences)} differences"
        return f"<Migration of {self.people} people with {self.templates} templates: {whole}>"

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        return {**asdict(self), "differences": list(self.differences)}


def migrate(
    source: Gallery | str | Path,
    target: Gallery | str | Path,
    on_progress: Callable[[int, int], None] | None = None,
    *,
    key: Key | str | Path | bytes | None = None,
    target_key: Key | str | Path | bytes | None = None,
) -> Migration:
    """Copies every person and template, the marks of photos of erased people, and records.

    What the target holds besides stays. Times of enrolment and ids are the target's own.

    Args:
        source: A gallery, or its path or URL. Read only; changes made to it meanwhile may be left out.
        target: A gallery of the same space, or its path or URL; made if it is not there.
        on_progress: Called with the number of templates done and of all.
        key: Opens the source, if it is encrypted, as `Key.of` takes it; None takes the settings', if they name one.
        target_key: Opens the target, or encrypts it where it is made; None takes the source's, so that a copy of an
            encrypted gallery in another file is encrypted, too. On a server it is not.

    Raises:
        SpaceMismatch: The galleries are of different spaces.
        BadInput: The source has no space: nothing was ever enrolled in it. Or both are the same.
        GalleryError: One of them cannot be opened.
    """
    if _are_one(source, target):
        raise BadInput(f"{redacted(_url_of(source))}: a gallery cannot be copied onto itself")
    mine = Key.from_settings() if key is None else Key.of(key)
    theirs = mine if target_key is None else Key.of(target_key)
    if target_key is None and file_of(_url_of(target)) is None:
        theirs = None
    with (
        lent(source, key=None if mine is None else mine.for_any()) as old,
        lent(target, space=old.space, create=old.space is not None, key=theirs) as new,
    ):
        return _migrate(old, new, on_progress)


def _url_of(gallery: Gallery | str | Path) -> str:
    return str(gallery) if isinstance(gallery, str | Path) else gallery.url


def _are_one(one: Gallery | str | Path, other: Gallery | str | Path) -> bool:
    """Whether two galleries are the same; files are told apart by what they are, through links too."""
    if one is other or _url_of(one) == _url_of(other) != ":memory:":
        return True
    files = file_of(_url_of(one)), file_of(_url_of(other))
    return files[0] is not None and files[1] is not None and are_one(files[0], files[1])


def _migrate(source: Gallery, target: Gallery, on_progress: Callable[[int, int], None] | None) -> Migration:
    if source.space is None:
        raise BadInput("there is nothing to copy: the gallery has no embedding space yet")
    if source.space != target.space:
        raise SpaceMismatch(f"the galleries hold vectors of {source.space} and of {target.space}")
    people = source.people()
    total = sum(person.templates for person in people)
    done = copied = 0
    differences: list[str] = []
    checksum = hashlib.sha256()
    there = {person.name for person in target.people()}
    for block in blocks(people):
        given = source.templates_of([person.name for person in block])
        expected = {name: digests(templates) for name, templates in given.items()}
        held = _held(target, there & given.keys())
        lacking = {name: given[name] for name in given if not expected[name].keys() <= held.get(name, {}).keys()}
        if lacking:
            copied += target.add(lacking)
            held |= _held(target, lacking.keys())
        for name, mine in expected.items():
            differences += _compared(name, mine, held.get(name, {}))
            checksum.update(name.encode() + b"\0" + b"".join(sorted(mine.values())))
            done += len(mine)
        if on_progress is not None:
            on_progress(done, total)
    if marks := source.marks():  # who was erased there must not come back here
        target.keep_marks(marks)
    copy_records(source, target)
    return Migration(len(people), done, copied, checksum.hexdigest(), tuple(differences))


def blocks(people: Sequence[Person]) -> Iterator[list[Person]]:
    """People, as many at a time as have about `BLOCK` templates."""
    block: list[Person] = []
    size = 0
    for person in people:
        if block and size + person.templates > BLOCK:
            yield block
            block, size = [], 0
        block.append(person)
        size += person.templates
    if block:
        yield block


def digests(templates: Sequence[Template]) -> Digests:
    """What each template says, in 32 bytes."""
    return {(template.source_hash, template.box): _digest(template) for template in templates}


def _digest(template: Template) -> bytes:
    photo = template.photo.encode(errors="backslashreplace")
    box = b"" if template.box is None else struct.pack("<4d", *template.box)
    texts = (template.source_hash.encode(), photo, template.collection.encode())
    whole = hashlib.sha256()
    for part in (*texts, box, struct.pack("<d", template.quality), np.asarray(template.vector, "<f2").tobytes()):
        whole.update(struct.pack("<q", len(part)) + part)
    return whole.digest()


def _held(target: Gallery, names: Iterable[str]) -> dict[str, Digests]:
    return {name: digests(templates) for name, templates in target.templates_of(list(names)).items()}


def _compared(name: str, mine: Digests, theirs: Digests) -> Iterator[str]:
    missing = len(mine.keys() - theirs.keys())
    if missing:
        yield f"{name}: {missing} of {len(mine)} templates are missing"
    other = sum(theirs[key] != digest for key, digest in mine.items() if key in theirs)
    if other:
        yield f"{name}: {other} of {len(mine)} templates differ"

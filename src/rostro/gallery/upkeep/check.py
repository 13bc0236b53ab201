"""Finds and names damage in a gallery of any backend, by reading all of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import GalleryCorrupt
from rostro.gallery.base import lent
from rostro.gallery.keys import Key
from rostro.gallery.upkeep.migrate import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rostro.core.types import Floats, Person, Template
    from rostro.gallery.base import Gallery

#: How far the norm of a vector may be from 1: float16 moves it by less than a tenth of this.
NORM = 5e-3

#: Templates that are searched for: about so many of a whole gallery, and at least so many of each block.
_PROBES = 5_000
_LEAST = 20

#: Of the templates that were searched for, the part that an approximate index may miss.
_MISSED = 0.02


def find_damage(gallery: Gallery) -> Iterator[str]:
    """Every contradiction in what a gallery stores, one sentence each; nothing where it is sound.

    First what its backend finds; where that is sound, every template: counts, lengths, norms, doubles; and whether
    searching finds them: all of a gallery of up to 5,000 templates, a part of a larger one. A gallery that is written
    meanwhile may seem to contradict itself.
    """
    try:
        found = gallery.damage()
        yield from found
        if not found:  # else what follows might fail, or say the same again
            yield from _read_through(gallery)
    except GalleryCorrupt as error:
        yield str(error)


def check(gallery: Gallery | str | Path, *, key: Key | str | Path | bytes | None = None) -> list[str]:
    """Reads all of a gallery and names what is damaged, as `find_damage` does.

    Args:
        gallery: A gallery, or its path or URL.
        key: Opens it, if it is encrypted, as `Key.of` takes it; None takes the settings', if they name one.

    Raises:
        GalleryError: It cannot be opened.
    """
    with lent(gallery, key=None if key is None else Key.of(key)) as opened:
        return list(find_damage(opened))


def _read_through(gallery: Gallery) -> Iterator[str]:
    info, people = gallery.info(), gallery.people()
    if info.people != len(people):
        yield f"{info.people} people were counted, {len(people)} read"
    listed = sum(person.templates for person in people)
    if info.templates != listed:
        yield f"{info.templates} templates were counted, {listed} belong to people"
    dims = info.dims
    asked = missed = 0
    for block in blocks(people):
        templates = gallery.templates_of([person.name for person in block])
        for person in block:
            yield from _person(person, templates[person.name], dims)
        sound = [t.vector for some in templates.values() for t in some if len(t.vector) == dims and _is_unit(t.vector)]
        wanted = max(_LEAST, round(_PROBES * len(sound) / max(listed, _PROBES)))
        probes = sound[:: max(1, len(sound) // wanted)]
        asked += len(probes)
        missed += _missed(gallery, probes)
    if missed > _MISSED * asked:
        yield f"the search does not find {missed} of {asked} templates that are there; 'rostro gallery reindex' helps"


def _person(person: Person, templates: Sequence[Template], dims: int | None) -> Iterator[str]:
    if not templates:
        yield f"{person.name}: has no templates"
    if len(templates) != person.templates:
        yield f"{person.name}: {person.templates} templates were counted, {len(templates)} read"
    for template in templates:
        where = f"{person.name}, {template.photo}"
        if len(template.vector) != dims:
            yield f"{where}: a vector of {len(template.vector)} numbers; the gallery's have {dims}"
        if not _is_unit(template.vector):
            yield f"{where}: the vector's norm is {np.linalg.norm(template.vector):.4g}, not 1"
    doubles = Counter((template.source_hash, template.box) for template in templates)
    for (source_hash, _), times in doubles.items():
        if times > 1:
            yield f"{person.name}: the same face of photo {source_hash[:12]} is stored {times} times"


def _is_unit(vector: Floats) -> bool:
    return bool(abs(np.linalg.norm(vector) - 1.0) < NORM)


def _missed(gallery: Gallery, probes: Sequence[Floats]) -> int:
    """How many of these stored vectors have nobody as near as themselves in the answer."""
    if not probes:
        return 0
    queries = np.stack(probes)
    own = np.einsum("nd,nd->n", queries, queries)
    hits = gallery.search(queries, 1)
    return sum(not found or found[0].similarity < mine - NORM for found, mine in zip(hits, own, strict=True))

"""Who is it? Faces against a gallery, open set: below the threshold nobody is named."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from rostro.core.decisions import Candidate, Identification, VectorMatch
from rostro.core.ranges import CANDIDATES
from rostro.recognition.living import not_live
from rostro.scoring.fusion import best_per_person
from rostro.scoring.rejections import without_rejected

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from rostro.core.decisions import OperatingPoint
    from rostro.core.liveness import Liveness
    from rostro.core.quality import Quality
    from rostro.core.types import Face, Floats
    from rostro.gallery.base import Gallery
    from rostro.quality.gate import Gate
    from rostro.scoring.open_set import SearchRate

#: Templates looked up per candidate wanted: people have several templates, and each is listed once.
_TEMPLATES_PER_CANDIDATE = 10
#: Candidates looked up besides, where some of them may have been rejected.
_SPARE = 3


def identify(
    gallery: Gallery,
    faces: Sequence[Face],
    vectors: Floats,
    point: OperatingPoint,
    *,
    candidates: int = 5,
    collections: Collection[str] | None = None,
    qualities: Sequence[Quality] = (),
    gate: Gate | None = None,
    search: SearchRate | None = None,
    liveness: Sequence[Liveness] = (),
    rejected: Mapping[int, Floats] | None = None,
) -> list[Identification]:
    """Looks up the faces of one or many photos in one search.

    Args:
        gallery: Who is known.
        faces: The faces.
        vectors: (len(faces), d) unit rows.
        point: Decides who is named.
        candidates: How many people to list per face.
        collections: Look among the templates of these collections only; None: all.
        qualities: Of the faces, where they were judged; otherwise none.
        gate: Says what the qualities allow; None allows everything.
        search: Decides by its threshold instead of the point's, and is told in the answers.
        liveness: Of the faces, where it was asked whether they look alive; who does not is not named.
        rejected: Faces that were said not to be somebody, by the person's id; see `rostro.scoring.rejections`.

    Raises:
        BadInput: Fewer candidates than 1, or more than anybody reads.
    """
    CANDIDATES.check(candidates)
    if not faces:
        return []
    told, point = _decides(point, search)
    ranked = _ranked(gallery, vectors, candidates, collections, rejected)
    answers = []
    for face, listed, quality, life in zip_longest(faces, ranked, qualities, liveness):
        best = listed[0].similarity if listed else None
        doubt = not_live([life], [quality])
        if doubt is None and gate is not None and quality is not None:
            doubt = gate.doubt(best, point.threshold, [quality])
        answers.append(Identification(face, listed, point, quality, doubt, told, life))
    return answers


def match(
    gallery: Gallery,
    vectors: Floats,
    point: OperatingPoint,
    *,
    candidates: int = 5,
    collections: Collection[str] | None = None,
    search: SearchRate | None = None,
    rejected: Mapping[int, Floats] | None = None,
) -> list[VectorMatch]:
    """Looks up vectors of faces that are not at hand, as `identify` does; so nothing says how good these were.

    Raises:
        BadInput: Fewer candidates than 1, or more than anybody reads.
    """
    CANDIDATES.check(candidates)
    if not len(vectors):
        return []
    told, point = _decides(point, search)
    return [VectorMatch(listed, point, told) for listed in _ranked(gallery, vectors, candidates, collections, rejected)]


def _decides(point: OperatingPoint, search: SearchRate | None) -> tuple[dict[str, Any], OperatingPoint]:
    """What answers say of a search, and by what it decides."""
    if search is None:
        return {}, point
    return search.to_dict(), replace(point, threshold=search.threshold, fmr=None, fmr_interval=None, fnmr=None)


def _ranked(
    gallery: Gallery,
    vectors: Floats,
    candidates: int,
    collections: Collection[str] | None,
    rejected: Mapping[int, Floats] | None,
) -> list[tuple[Candidate, ...]]:
    """Of each vector, the people most alike who were not said not to be it."""
    wanted = candidates + (_SPARE if rejected else 0)
    hits = gallery.search(vectors, wanted * _TEMPLATES_PER_CANDIDATE, collections=collections)
    fused = [
        without_rejected(best_per_person((hit.person, hit.similarity) for hit in row), vector, rejected)[:candidates]
        for row, vector in zip(hits, vectors, strict=True)
    ]
    names = gallery.names({person for row in fused for person, _ in row})
    return [tuple(Candidate(names[person], score) for person, score in row if person in names) for row in fused]

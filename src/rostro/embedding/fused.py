"""Several embedders as one: ``sface+retail0095``.

Networks that were trained differently err on different faces. Their unit vectors, each times its weight, are laid end
to end and scaled to unit length, so that galleries, indexes and thresholds see an ordinary embedding, and the cosine of
two of them is the mean of the embedders' cosines, weighted by the squares of the weights.

Every embedder gets crops of its own, side by side in one array (`rostro.core.specs.SideBySideSpec`), by refined
landmarks where it aligns by five points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.specs import LANDMARKS, SideBySideSpec, refined, side_by_side
from rostro.embedding.base import Embedder

if TYPE_CHECKING:
    from collections.abc import Callable

    from rostro.core.types import AlignmentSpec, Crops, Floats
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore
    from rostro.runtime.base import EngineOptions

#: Between the names of embedders.
AND = "+"
#: Weights where the name gives none, as ``benchmarks/separation.py`` found them; others are weighted alike.
WEIGHTS: dict[tuple[str, ...], tuple[float, ...]] = {
    ("sface", "retail0095"): (1.0, 0.8),
    ("edgeface", "sface"): (1.0, 0.7),
}
#: What options call the fusion that tells people apart best of those whose weights may be used by everybody. It costs
#: 1.23 to 1.43 times the time of a photo, and two files that no package index has: so it is not the default
#: (docs/decisions/0036).
BEST = ("best", "sface+retail0095")
_PART = re.compile(r"(?:(?P<weight>[0-9]*\.?[0-9]+)\*)?(?P<name>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """One embedder of a fusion.

    Attributes:
        embedder: Its class.
        weight: What its unit vectors are multiplied by, above 0.
        alignment: How its crops are made.
        left: Where they begin in the crops of the fusion, in pixels.
    """

    embedder: type[Embedder]
    weight: float
    alignment: AlignmentSpec
    left: int


class FusedEmbedder(Embedder):
    """Runs its parts on their own crops; `fuse` makes a class of each combination.

    Class attributes:
        parts: The embedders, in the order of their vectors.
    """

    parts: ClassVar[tuple[Part, ...]]

    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles all networks."""
        super().__init__(store, engine)
        self.embedders = tuple(part.embedder(store, engine) for part in self.parts)
        lengths = np.array([part.weight for part in self.parts])
        self._factors = (lengths / np.linalg.norm(lengths)).astype(np.float32)

    def represent(self, crops: Crops) -> Floats:
        """The parts' unit vectors, weighted, end to end: of unit length already.

        Raises:
            BadInput: The crops are not of this fusion's alignment.
        """
        return self.embed_judged(crops)[0]

    def embed_judged(self, crops: Crops) -> tuple[Floats, Floats]:
        """See `Embedder.embed_judged`; the length is that of the first part's vector: the whole has none.

        Raises:
            BadInput: The crops are not of this fusion's alignment.
        """
        if crops.shape[1:3] != 2 * (self.alignment.size,):
            raise BadInput(f"{self.name} takes crops of {self.alignment.key}, got crops of shape {crops.shape[1:]}")
        judged = [
            embedder.embed_judged(crops[:, : part.alignment.size, part.left : part.left + part.alignment.size])
            for part, embedder in zip(self.parts, self.embedders, strict=True)
        ]
        vectors = [factor * unit for factor, (unit, _) in zip(self._factors, judged, strict=True)]
        return np.hstack(vectors), judged[0][1]

    def space(self, alignment: AlignmentSpec | None = None) -> str:
        """Its parts' weights and networks, then their alignments.

        For example ``sface-0ba9fbfa+0.8*retail0095-241229ca/five_point-112+five_point-128``.

        Raises:
            BadInput: Another alignment is asked for: each part has its own.
        """
        if alignment is not None and alignment != self.alignment:
            raise BadInput(f"{self.name} makes the crops of each of its embedders in that one's own way")
        parts = zip(self.parts, self.embedders, strict=True)
        heads = [_weighted(part.weight, embedder.space().partition("/")[0]) for part, embedder in parts]
        return f"{AND.join(heads)}/{self.alignment.key}"

    @property
    def weights_hash(self) -> str:
        """sha256 of its parts' hashes and weights."""
        from hashlib import sha256

        parts = zip(self.parts, self.embedders, strict=True)
        return sha256("\n".join(f"{part.weight:g} {e.weights_hash}" for part, e in parts).encode()).hexdigest()

    @property
    def bytes(self) -> int:
        """See `Embedder.bytes`."""
        return sum(embedder.bytes for embedder in self.embedders)


def is_fusion(name: str) -> bool:
    """Whether a name is that of several embedders."""
    return AND in name


def fuse(name: str, find: Callable[[str], type[Embedder]]) -> type[FusedEmbedder]:
    """The class of a fusion.

    Args:
        name: Names of two or more embedders with ``+`` between them, each perhaps with its weight before it:
            ``sface+0.8*retail0095``. Without weights those of `WEIGHTS` hold, or all are alike.
        find: Gives an embedder's class by its name.

    Raises:
        BadInput: A name or weight is missing, or an embedder comes twice.
        UnknownModel: There is no embedder of a name.
    """
    read = [_PART.fullmatch(text.strip()) for text in name.split(AND)]
    found = [match for match in read if match]
    if len(found) != len(read) or len(found) < 2:
        raise BadInput(f"a fusion is NAME{AND}NAME, perhaps with weights, NAME{AND}0.8*NAME, got {name!r}")
    names = tuple(match["name"] for match in found)
    if len(set(names)) < len(names):
        raise BadInput(f"an embedder comes twice in {name!r}")
    weights = _weights(names, [match["weight"] for match in found])
    embedders = [find(one) for one in names]
    specs = [_best(embedder.alignment) for embedder in embedders]
    alignment = side_by_side(specs)
    parts = tuple(
        Part(*each, _left(alignment, spec))
        for each, spec in zip(zip(embedders, weights, specs, strict=True), specs, strict=True)
    )
    dims = sum(embedder.dims for embedder in embedders)
    attributes = {
        "name": AND.join(map(_weighted, weights, names)),
        "about": f"{' and '.join(names)} fused, {dims} dimensions",
        "paper": "; ".join(embedder.paper for embedder in embedders if embedder.paper),
        "files": _files(embedders),
        "alignment": alignment,
        "detector": embedders[0].detector,
        "dims": dims,
        "parts": parts,
    }
    return type("Fused", (FusedEmbedder,), attributes)


def _weights(names: tuple[str, ...], given: list[str | None]) -> tuple[float, ...]:
    if not any(given):
        return WEIGHTS.get(names, (1.0,) * len(names))
    weights = tuple(1.0 if weight is None else float(weight) for weight in given)
    if min(weights) <= 0:
        raise BadInput("a weight is above 0; leave out an embedder that is to have none")
    return weights


def _weighted(weight: float, name: str) -> str:
    return name if weight == 1 else f"{weight:g}*{name}"


def _best(spec: AlignmentSpec) -> AlignmentSpec:
    return refined(spec) if spec.name == "five_point" and LANDMARKS not in spec.options else spec


def _left(alignment: AlignmentSpec, spec: AlignmentSpec) -> int:
    if not isinstance(alignment, SideBySideSpec):
        return 0
    return sum(part.size for part in alignment.parts[: alignment.parts.index(spec)])


def _files(embedders: list[type[Embedder]]) -> tuple[ModelFile, ...]:
    return tuple(dict.fromkeys(file for embedder in embedders for file in embedder.files))

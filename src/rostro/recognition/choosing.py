"""Which embedder, detector and alignment go together: what was asked for, else what suits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rostro.alignment.base import chosen_spec
from rostro.detection.base import DETECTORS
from rostro.embedding.base import Embedder
from rostro.embedding.trained import find_embedder

if TYPE_CHECKING:
    from rostro.alignment.base import Alignment
    from rostro.core.types import AlignmentSpec
    from rostro.detection.base import Detector
    from rostro.recognition.own_space import OwnSpace

#: Where nobody says otherwise, and no gallery does.
DEFAULT_EMBEDDER = "sface"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What goes together.

    Attributes:
        embedder: The embedder's name, as it was given.
        kind: Its class.
        detector: The detector's name.
        alignment: How crops are made.
    """

    embedder: str
    kind: type[Embedder]
    detector: str
    alignment: AlignmentSpec


def choose(
    embedder: str | Embedder | None,
    detector: str | Detector | None,
    alignment: str | Alignment | None,
    own: OwnSpace | None = None,
) -> Choice:
    """Finds the parts by their names; loads none.

    Args:
        embedder: None takes the gallery's, else `DEFAULT_EMBEDDER`.
        detector: None takes the one that suits the embedder.
        alignment: None takes the gallery's where its embedder is taken, else the embedder's own.
        own: What the gallery was made with, where one is asked.

    Raises:
        UnknownModel: No part has that name; says which was probably meant.
        BadInput: An alignment that the embedder cannot take.
        SpaceMismatch: The gallery does not tell its embedder.
    """
    if embedder is None:
        embedder = DEFAULT_EMBEDDER if own is None else own.named()
        alignment = alignment if alignment is not None or own is None else own.alignment
    kind = find_embedder(embedder) if isinstance(embedder, str) else type(embedder)
    detects = detector or kind.detector
    if isinstance(detects, str):
        DETECTORS.get(detects)
    return Choice(
        embedder=embedder if isinstance(embedder, str) else embedder.name,
        kind=kind,
        detector=detects if isinstance(detects, str) else detects.name,
        alignment=chosen_spec(alignment, kind.alignment),
    )

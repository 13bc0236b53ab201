"""Which embedder, detector and alignment go together: what was asked for, else what suits."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rostro.alignment.base import chosen_spec
from rostro.core.errors import RostroError
from rostro.detection.base import DETECTORS
from rostro.embedding.base import Embedder
from rostro.embedding.trained import find_embedder

if TYPE_CHECKING:
    from rostro.alignment.base import Alignment
    from rostro.core.lazy import Lazy
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


class Chosen:
    """What a recogniser says of its choice, which a gallery may have to be asked for first."""

    _chosen: Lazy[Choice]
    _own_space: Lazy[OwnSpace | None]

    @property
    def embedder_name(self) -> str:
        """The embedder's name, as it was given; the gallery's where none was."""
        return self._chosen().embedder

    @property
    def detector_name(self) -> str:
        """The detector's name."""
        return self._chosen().detector

    @property
    def alignment_spec(self) -> AlignmentSpec:
        """How crops are made."""
        return self._chosen().alignment

    def _parts_shown(self, gallery: str) -> str:
        """Detector and embedder, for people; a gallery that is far away is not asked for them."""
        if self._chosen.made or "://" not in gallery:
            with suppress(RostroError):
                return f"{self.detector_name} + {self.embedder_name}"
        return "the embedder of its gallery"

    def _check_gallery(self) -> None:
        """Says, before a model is fetched, that the gallery is not there or was made with another embedder."""
        own = self._own_space()
        if own is not None:
            own.check(self.embedder_name, self._chosen().kind.name)


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

"""Opened and closed, and carried to other processes by its options. Nothing needs to be opened."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Self

from rostro.alignment.base import Alignment
from rostro.core.closing import Closing
from rostro.detection.base import Detector
from rostro.embedding.base import Embedder
from rostro.gallery.base import Gallery

if TYPE_CHECKING:
    from rostro.core.settings import Settings

#: What options may be besides names and numbers.
_OBJECTS = (Detector, Embedder, Alignment, Gallery)


class Opened(Closing):
    """A context manager whose parts come when they are first needed.

    Attributes:
        settings: Limits, folders, threads.
    """

    settings: Settings
    _options: dict[str, Any]

    @abstractmethod
    def _load(self) -> None:
        """Makes everything."""

    @abstractmethod
    def _let_go(self) -> None:
        """Lets go of everything."""

    def open(self) -> Self:
        """Loads the models and opens the gallery now, so that what cannot work fails here and not at the first photo.

        Raises:
            RostroError: A model cannot be had or run, no threshold is known, or the gallery is not there, cannot be
                reached, or holds vectors of another space.
        """
        self._load()
        return self

    def close(self) -> None:
        """Closes the gallery, unless it was given as an object, and lets go of the models.

        It may be used again: what is needed then comes again.
        """
        self._let_go()

    def __getstate__(self) -> dict[str, Any]:
        given = [name for name, value in self._options.items() if isinstance(value, _OBJECTS)]
        if given:
            raise TypeError(f"a Recognizer pickles by its options; {', '.join(given)} was given as an object")
        return {**self._options, "settings": self.settings}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

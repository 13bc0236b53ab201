"""Every exception that rostro raises on purpose, in one tree.

::

    RostroError
    ├── PhotoError            a photo cannot be used; names the photo and the reason
    │   ├── UnreadablePhoto   broken, truncated, empty, not a picture
    │   │   └── NotAPhoto     of no form that photos have in a program; a BadInput, too
    │   ├── PhotoTooLarge     over the limit on bytes, pixels or faces
    │   ├── NoFace            a face was needed and none was found
    │   ├── SeveralFaces      one face was needed and several were found
    │   ├── PoorQuality       the face is too poor to be told from others
    │   ├── AlreadyEnrolled   the photo is another person's
    │   ├── ErasedBefore      the photo is of somebody who was erased
    │   ├── KnownFace         the face is enrolled under another name
    │   ├── NoConsent         the gallery asks for the person's consent, and knows none that holds
    │   └── BadName           the photo's person has a name that nobody can have
    ├── ModelError
    │   ├── ModelUnavailable  no source could give the file (names each source and why)
    │   ├── ModelCorrupt      size or sha256 differ from the entry
    │   └── UnknownModel      no detector, embedder, … of that name
    ├── MissingExtra          an optional part is not installed; names the extra
    ├── EngineError           an engine cannot run the model on the chosen device or precision
    ├── GalleryError
    │   ├── SpaceMismatch     vectors of another embedding space
    │   ├── UnknownPerson     no person of that name
    │   ├── UnknownPhoto      nobody has a template of that photo, or it is not clear who is meant
    │   ├── NameTaken         somebody else has that name
    │   └── GalleryCorrupt    the stored data contradicts itself
    ├── KeysUnusable          the file of a server's keys cannot be read, or is gone
    ├── NoOperatingPoint      no measured threshold for this space
    └── BadInput              an argument outside its range, a file of the wrong form
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rostro.core.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Mapping


class RostroError(Exception):
    """The root of all errors raised on purpose.

    What they say leaves by many doors (a terminal, a log, JSON, a page), so passwords are hidden here, once.

    Attributes:
        values: What the message says, for programs: ``{"faces": 3}``.
    """

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(redacted(message))
        self.values: Mapping[str, Any] = {name: _hidden(value) for name, value in values.items()}

    @property
    def kind(self) -> str:
        """A short name that stays when the words change: ``no-face``, ``space-mismatch``, ``bad-input``."""
        return re.sub(r"(?<=.)(?=[A-Z])", "-", type(self).__name__).lower()


def _hidden(value: Any) -> Any:
    """A value without its passwords, in lists too."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, list | tuple):
        return type(value)(map(_hidden, value))
    return value


class PhotoError(RostroError):
    """A photo cannot be used.

    Attributes:
        photo: Name or path of the photo, as the caller gave it.
        reason: Why, in words for a person.
        values: What the reason says, for programs.
    """

    def __init__(self, photo: str, reason: str, **values: Any) -> None:
        super().__init__(f"{photo}: {reason}", **values)
        self.photo = redacted(photo)
        self.reason = redacted(reason)

    def __reduce__(self) -> tuple[type[PhotoError], tuple[str, str], dict[str, Any]]:
        return type(self), (self.photo, self.reason), self.__dict__


class UnreadablePhoto(PhotoError):  # noqa: N818 - the name says what happened
    """The bytes are not a picture that can be decoded; ``values["why"]`` is a finer kind where one is known."""


class PhotoTooLarge(PhotoError):  # noqa: N818
    """The photo is over the limit on bytes, pixels or faces."""


class NoFace(PhotoError):  # noqa: N818
    """A face was needed and none was found."""

    def __init__(self, photo: str, reason: str = "no face found", **values: Any) -> None:
        super().__init__(photo, reason, **values)


class SeveralFaces(PhotoError):  # noqa: N818
    """Exactly one face was needed and several were found."""


class PoorQuality(PhotoError):  # noqa: N818
    """The face is too poor to be told from others; ``values["kinds"]`` says what is wrong with it."""


class AlreadyEnrolled(PhotoError):  # noqa: N818
    """The same photo is enrolled as somebody else.

    Attributes:
        wanted: As whom it was to be enrolled now; empty where that is not known.
    """

    wanted: str = ""


class ErasedBefore(PhotoError):  # noqa: N818
    """The photo is one of somebody who was erased."""

    def __init__(self, photo: str, reason: str = "its person was erased before", **values: Any) -> None:
        super().__init__(photo, reason, **values)


class KnownFace(PhotoError):  # noqa: N818
    """The face is one that is enrolled under another name; ``values["name"]`` says which."""


class NoConsent(PhotoError):  # noqa: N818
    """The gallery asks for a consent of the photo's person (``values["name"]``), and knows none that holds."""


class BadName(PhotoError):  # noqa: N818
    """The photo's person has a name that nobody can have."""


class ModelError(RostroError):
    """Something about a model file."""


class ModelUnavailable(ModelError):  # noqa: N818
    """No source could give the file."""


class ModelCorrupt(ModelError):  # noqa: N818
    """A file's size or sha256 is not what its entry says."""


class UnknownModel(ModelError):  # noqa: N818
    """There is no detector, embedder, backend or recipe of that name."""


class MissingExtra(RostroError):  # noqa: N818
    """An optional part is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"{package} is not installed; run: pip install 'rostro[{extra}]'", package=package, extra=extra
        )
        self.package = package
        self.extra = extra

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str]]:
        return type(self), (self.package, self.extra)


class EngineError(RostroError):
    """An engine cannot run the model as asked."""


class GalleryError(RostroError):
    """Something about a gallery."""


class SpaceMismatch(GalleryError):  # noqa: N818
    """Vectors of another embedding space than the gallery's."""


class UnknownPerson(GalleryError):  # noqa: N818
    """The gallery holds nobody of that name."""


class UnknownPhoto(GalleryError):  # noqa: N818
    """Nobody in the gallery has a template of that photo, or several have."""


class NameTaken(GalleryError):  # noqa: N818
    """Somebody else has that name."""


class GalleryCorrupt(GalleryError):  # noqa: N818
    """The stored data contradicts itself."""


class KeysUnusable(RostroError):  # noqa: N818
    """The file of a server's keys cannot be read, is gone, or is something else: nobody comes in until it is back."""


class NoOperatingPoint(RostroError):  # noqa: N818
    """No threshold was ever measured for this embedding space."""


class BadInput(RostroError):  # noqa: N818
    """An argument outside its range, or a file of the wrong form."""


class NotAPhoto(UnreadablePhoto, BadInput):
    """What was given is of no form that a photo has: a text, a number, an array of another shape."""

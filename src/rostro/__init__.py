"""rostro: detect, align, embed, verify, identify and store faces.

    >>> import rostro
    >>> faces = rostro.Recognizer()
    >>> faces.verify("a.jpg", "b.jpg").same  # doctest: +SKIP
    True

Importing this package loads none of the heavy libraries; they come when a `Recognizer` is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rostro.errors import RostroError as RostroError
    from rostro.recognition.recognizer import Recognizer as Recognizer
    from rostro.types import Candidate as Candidate
    from rostro.types import Embedding as Embedding
    from rostro.types import Face as Face
    from rostro.types import Identification as Identification
    from rostro.types import OperatingPoint as OperatingPoint
    from rostro.types import Person as Person
    from rostro.types import Verification as Verification

__version__ = "0.1.0"

_HOMES = {
    "Recognizer": "rostro.recognition.recognizer",
    "RostroError": "rostro.errors",
    **dict.fromkeys(
        ("Candidate", "Embedding", "Face", "Identification", "OperatingPoint", "Person", "Verification"), "rostro.types"
    ),
}
__all__ = [  # noqa: PLE0604 - names resolved by __getattr__
    "__version__",
    *sorted(_HOMES),
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'rostro' has no attribute {name!r}")

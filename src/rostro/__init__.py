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
    from rostro.core.errors import RostroError as RostroError
    from rostro.core.types import Candidate as Candidate
    from rostro.core.types import Embedding as Embedding
    from rostro.core.types import Face as Face
    from rostro.core.types import Identification as Identification
    from rostro.core.types import OperatingPoint as OperatingPoint
    from rostro.core.types import Person as Person
    from rostro.core.types import Verification as Verification
    from rostro.recognizer import Recognizer as Recognizer

__version__ = "0.1.0"

_HOMES = {
    "Recognizer": "rostro.recognizer",
    "RostroError": "rostro.core.errors",
    **dict.fromkeys(
        ("Candidate", "Embedding", "Face", "Identification", "OperatingPoint", "Person", "Verification"),
        "rostro.core.types",
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

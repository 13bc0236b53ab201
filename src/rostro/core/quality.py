"""How well a face can be told from others, and why a decision was not made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from rostro.core.errors import BadInput
from rostro.core.types import Answer

#: Why a face is not judged. ``unclear``: it is hard to, and no plain cause was seen. ``not-live``: it was asked for a
#: living person, and it looks like a picture of one.
Reason = Literal[
    "not-live",
    "negative",
    "dark",
    "overexposed",
    "flat",
    "too-small",
    "tilted",
    "turned-away",
    "cut-off",
    "covered",
    "blurred",
    "unclear",
]
REASONS: tuple[Reason, ...] = get_args(Reason)

#: What is said of the face, in English and Spanish.
WORDS: Final[dict[Reason, tuple[str, str]]] = {
    "not-live": ("is not a living face", "no es una cara viva"),
    "negative": ("is a negative", "está en negativo"),
    "dark": ("is too dark", "está demasiado oscura"),
    "overexposed": ("is overexposed", "está sobreexpuesta"),
    "flat": ("has hardly any contrast", "casi no tiene contraste"),
    "too-small": ("is too small", "es demasiado pequeña"),
    "tilted": ("is tilted", "está inclinada"),
    "turned-away": ("is turned away", "mira hacia otro lado"),
    "cut-off": ("is cut off", "está cortada"),
    "covered": ("is covered", "está cubierta"),
    "blurred": ("is blurred", "está borrosa"),
    "unclear": ("is not clear enough", "no se ve con suficiente claridad"),
}


@dataclass(frozen=True, slots=True, repr=False)
class Quality(Answer):
    """How well a face can be told from others.

    Attributes:
        value: In [0, 1], higher is better: among sound and damaged faces in equal numbers that look like this one to
            the scorer, the share that is sound. It belongs to an embedder and a scorer; that of others means something
            else.
        reasons: What is probably wrong, most telling first; empty where nothing is.
    """

    value: float
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.value <= 1.0:
            raise BadInput(f"a quality lies in [0, 1], got {self.value}")

    def __repr__(self) -> str:
        return f"<Quality {self.value:.2f}{''.join(f', {reason}' for reason in self.reasons)}>"

    def to_dict(self) -> dict[str, Any]:
        """``{"quality", "reasons"}``, the value with four decimals."""
        return {"quality": round(self.value, 4), "reasons": list(self.reasons)}


@dataclass(frozen=True, slots=True, repr=False)
class Doubt(Answer):
    """Why a decision was not made.

    Attributes:
        quality: Of the poorer face.
        photo: The photo that it is in, where there are two; otherwise empty.
        close: Whether the faces are alike enough for a match of good photos: then better ones would decide. False where
            the face is too poor for any decision.
    """

    quality: Quality
    photo: str = ""
    close: bool = False

    def __repr__(self) -> str:
        return f"<Doubt: {self.reason}>"

    @property
    def kinds(self) -> tuple[Reason, ...]:
        """What is wrong with the face, as names that stay."""
        return self.quality.reasons or ("unclear",)

    @property
    def reason(self) -> str:
        """Why, in words for a person: ``cannot be judged: the face of b.jpg is blurred``."""
        face = f"the face of {self.photo}" if self.photo else "the face"
        what = " and ".join(WORDS[kind][0] for kind in self.kinds[:2])
        close = "; it is alike, and not enough so for such a photo" if self.close else ""
        return f"cannot be judged: {face} {what}{close}"

    def to_dict(self) -> dict[str, Any]:
        """``{"reason", "kinds", "close"}``."""
        return {"reason": self.reason, "kinds": list(self.kinds), "close": self.close}

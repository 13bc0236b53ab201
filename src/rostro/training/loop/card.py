"""The card beside a checkpoint: what it was made with, from what, how good it is, and what it may be used for."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from rostro.core.errors import BadInput
from rostro.core.files import text_of
from rostro.core.foreign import MOST_YAML, read_bytes, shaped, yaml_of

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything that is known about a checkpoint besides its numbers.

    Attributes:
        recipe: The recipe that made it.
        net: The network, or the kind of classifier.
        classes: Names of the outputs, in order.
        preprocessing: How photos become inputs: ``size``, ``scale``, …, or the ``space`` of the vectors.
        metrics: Measured on the validation part (``validation …``) and on the test part, where there is one; of
            networks the ``training loss`` of that epoch too.
        data_hash: sha256 over the photos' bytes and labels.
        photos: How many photos each part had.
        split: How the parts were drawn, where there was one folder per person; empty where folders said it.
        parameters: Numbers that were trained.
        options: The recipe's options.
        licence: What the checkpoint may be used for.
        weights_sha256: Of the file of weights.
        thresholds: From which score an answer is given; per class, or one under ``unknown``.
        rostro: Version that made it.
    """

    recipe: str
    net: str
    classes: tuple[str, ...]
    preprocessing: dict[str, Any]
    metrics: dict[str, float] = field(default_factory=dict)
    data_hash: str = ""
    photos: dict[str, int] = field(default_factory=dict)
    split: dict[str, Any] = field(default_factory=dict)
    parameters: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    licence: str = ""
    weights_sha256: str = ""
    thresholds: dict[str, float] = field(default_factory=dict)
    rostro: str = ""

    def __post_init__(self) -> None:
        for item in fields(self):
            kind = _KINDS[item.name]
            value = getattr(self, item.name)
            if not isinstance(value, kind) or isinstance(value, bool):
                raise BadInput(f"in a card {item.name} is of type {kind.__name__}, got {type(value).__name__}")
        for name, value in {**self.metrics, **self.thresholds}.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise BadInput(f"in a card {name} is a number, got {type(value).__name__}")
        if any(map(math.isnan, self.thresholds.values())):
            raise BadInput("a threshold of a card is a number")

    def to_yaml(self) -> str:
        """The card as YAML, keys in the order of the attributes."""
        import yaml

        shown = asdict(self) | {"classes": list(self.classes)}
        if not self.split:  # as earlier versions wrote and read it
            del shown["split"]
        text: str = yaml.safe_dump(shown, sort_keys=False, allow_unicode=True)
        return text

    @classmethod
    def from_yaml(cls, text: str, name: str) -> Card:
        """Reads a card.

        Args:
            text: The YAML.
            name: The file's name, for errors.

        Raises:
            BadInput: Not YAML, or not a card.
        """
        what = "a card of a checkpoint"
        with shaped(name, what):
            document = yaml_of(text)
        known = {item.name for item in fields(cls)}
        needed = {"recipe", "net", "classes", "preprocessing"}
        if not isinstance(document, dict) or not needed <= set(document) <= known:
            raise BadInput(f"{name}: not a card of a checkpoint")
        with shaped(name, what):
            metrics = _rightly_named(document.get("metrics") or {})
            return cls(**document | {"classes": tuple(map(str, document["classes"])), "metrics": metrics})


#: What each of a card's values is, so that what reads it further on need not ask.
_KINDS: Final[dict[str, type]] = {
    **dict.fromkeys(("recipe", "net", "data_hash", "licence", "weights_sha256", "rostro"), str),
    **dict.fromkeys(("preprocessing", "metrics", "photos", "split", "options", "thresholds"), dict),
    "classes": tuple,
    "parameters": int,
}


def _rightly_named(metrics: dict[str, float]) -> dict[str, float]:
    """An earlier version kept the training loss alone, and called it ``validation loss``."""
    if "training loss" in metrics:
        return metrics
    return {"training loss" if name == "validation loss" else name: value for name, value in metrics.items()}


def read_card(path: Path) -> Card:
    """The card in a file.

    Raises:
        BadInput: It cannot be read, or is no card.
    """
    if not path.exists():
        raise BadInput(f"{path}: no card of a checkpoint (there is no such file)")
    data = read_bytes(path, most=MOST_YAML)
    with shaped(path, "a card of a checkpoint"):
        text = text_of(data)
    return Card.from_yaml(text, str(path))

"""The card beside a checkpoint: what it was made with, from what, how good it is, and what it may be used for."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from rostro.core.errors import BadInput
from rostro.core.files import read_text

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
        import yaml

        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise BadInput(f"{name}: not a card ({error})") from None
        known = {item.name for item in fields(cls)}
        needed = {"recipe", "net", "classes", "preprocessing"}
        if not isinstance(document, dict) or not needed <= set(document) <= known:
            raise BadInput(f"{name}: not a card of a checkpoint")
        metrics = _rightly_named(document.get("metrics") or {})
        return cls(**document | {"classes": tuple(map(str, document["classes"])), "metrics": metrics})


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
    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: no card of a checkpoint ({error})") from None
    return Card.from_yaml(text, str(path))

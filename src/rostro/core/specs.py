"""How crops are made, in words: what specs say, what they are called in spaces, and how that is read back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rostro.core.errors import BadInput
from rostro.core.types import AlignmentSpec

#: The option by which a spec asks for refined landmarks; its value is the refiner's name.
LANDMARKS = "landmarks"
#: The refiner that is meant where somebody just asks for refined landmarks.
REFINER = "retail0009"
#: What asks for it on the command line.
REFINED = "refined"
#: Between the keys of alignments side by side; no name of an alignment or option has it.
_AND = "+"
_KEY = re.compile(r"-[0-9]+(?:[,+]|$)")


@dataclass(frozen=True, slots=True)
class SideBySideSpec(AlignmentSpec):
    """Several alignments of one face, for an embedder that is made of several embedders.

    Its crops are squares that hold the parts' crops from left to right along the top, black elsewhere, so that
    everything between alignment and embedder goes on handling one array of RGB crops. Its name is its first part's.

    Attributes:
        parts: The alignments, each once.
    """

    parts: tuple[AlignmentSpec, ...] = ()

    @property
    def key(self) -> str:
        """For example ``five_point-112+five_point-128``."""
        return _AND.join(part.key for part in self.parts)


def side_by_side(specs: list[AlignmentSpec]) -> AlignmentSpec:
    """One spec for several: itself where all are the same.

    Raises:
        BadInput: There is none.
    """
    parts = tuple(spec for place, spec in enumerate(specs) if spec not in specs[:place])
    if not parts:
        raise BadInput("side by side needs one alignment at least")
    if len(parts) == 1:
        return parts[0]
    return SideBySideSpec(parts[0].name, sum(part.size for part in parts), {}, parts)


def refined(spec: AlignmentSpec, refiner: str = REFINER) -> AlignmentSpec:
    """The same alignment, by landmarks that a refiner placed."""
    return replace(spec, options={**spec.options, LANDMARKS: refiner})


def parse_alignment(text: str, own: AlignmentSpec) -> AlignmentSpec:
    """What somebody asked for, in an embedder's terms.

    Args:
        text: An alignment's name: the embedder's own means its own size and options, another one its size only. Or
            ``refined``: its own with refined landmarks. Or a whole key, as a space has it.
        own: The embedder's alignment.

    Raises:
        BadInput: A key whose size or options cannot be read.
    """
    if text == own.name:
        return own
    if text == REFINED:
        return refined(own)
    if _KEY.search(text):
        return parse_key(text)
    return AlignmentSpec(text, own.size)


def parse_key(key: str) -> AlignmentSpec:
    """The spec whose `AlignmentSpec.key` this is: what makes it possible to take the alignment of an old gallery.

    Raises:
        BadInput: It is no key.
    """
    return side_by_side([_parse_one(part) for part in key.split(_AND)])


def _parse_one(key: str) -> AlignmentSpec:
    head, *options = key.split(",")
    name, _, size = head.rpartition("-")
    pairs = [option.partition("=") for option in options]
    if not name or not size.isdecimal() or int(size) < 1 or not all(o and value for o, _, value in pairs):
        raise BadInput(f"an alignment is NAME-SIZE,OPTION=VALUE,…, for example five_point-112, got {key!r}")
    return AlignmentSpec(name, int(size), {option: _value(value) for option, _, value in pairs})


def _value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text

"""What an alignment is, and what a refiner is, which places landmarks better before one aligns by them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.parts import Room
from rostro.core.specs import LANDMARKS, SideBySideSpec, parse_alignment, refined, side_by_side
from rostro.core.types import AlignmentSpec
from rostro.runtime.base import EngineOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.types import Crops, Face, Image
    from rostro.models.entry import ModelFile
    from rostro.models.store import ModelStore


class Alignment(ABC):
    """Makes a crop of fixed size from a face.

    Class attributes:
        name: What spaces, options and cards call it.
        about: One line for people.
        needs_landmarks: Whether faces must carry the five landmarks.
        files: The model files it needs; an alignment that has some takes ``store`` when made.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    needs_landmarks: ClassVar[bool]
    files: ClassVar[tuple[ModelFile, ...]] = ()

    def __init__(self, size: int) -> None:
        """Alignments with options of their own add keyword arguments.

        Args:
            size: Side of the crop in pixels.
        """
        self.size = size

    @property
    def spec(self) -> AlignmentSpec:
        """What a space's name says of it. Alignments with options of their own say them too."""
        return AlignmentSpec(self.name, self.size)

    @abstractmethod
    def align(self, image: Image, faces: Sequence[Face]) -> Crops:
        """Crops the faces of one image.

        Args:
            image: RGB uint8 (H, W, 3).
            faces: Faces found in it.

        Returns:
            RGB uint8 (len(faces), size, size, 3). Pixels outside the image are black.

        Raises:
            BadInput: Landmarks are needed and a face has none.
        """


class Refiner(ABC):
    """Places the five landmarks of faces that were found, whatever found them. Safe to call from several threads.

    Class attributes:
        name: What specs, and so spaces, call it. What it gives for a photo and a box never changes under one name.
        about: One line for people.
        paper: What to cite.
        files: The model files it needs.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    paper: ClassVar[str]
    files: ClassVar[tuple[ModelFile, ...]]

    @abstractmethod
    def __init__(self, store: ModelStore, engine: EngineOptions) -> None:
        """Fetches and compiles the network.

        Args:
            store: Gives the model files.
            engine: Runs them.
        """

    @abstractmethod
    def refine(self, images: Sequence[Image], found: Sequence[Sequence[Face]]) -> list[list[Face]]:
        """The same faces in the same order, with the refiner's landmarks.

        Args:
            images: RGB uint8 (H, W, 3).
            found: The faces of each image; landmarks that they carry may be looked at or not.

        Returns:
            One list per image; boxes and scores as they were.
        """


class Refined(Alignment):
    """An alignment by refined landmarks."""

    name = "refined"
    about = "another alignment, by landmarks that a refiner placed"
    needs_landmarks = False

    def __init__(self, alignment: Alignment, refiner: Refiner) -> None:
        """Takes both.

        Raises:
            BadInput: The alignment uses no landmarks: refining them would change nothing but the space's name.
        """
        if not alignment.needs_landmarks:
            raise BadInput(f"{alignment.name} alignment uses no landmarks: there is nothing to refine")
        super().__init__(alignment.size)
        self.alignment = alignment
        self.refiner = refiner

    @property
    def spec(self) -> AlignmentSpec:
        """See `Alignment.spec`."""
        own = self.alignment.spec
        if not isinstance(own, SideBySideSpec):
            return refined(own, self.refiner.name)
        return side_by_side([refined(part, self.refiner.name) for part in own.parts])

    def align(self, image: Image, faces: Sequence[Face]) -> Crops:
        """See `Alignment.align`."""
        return self.alignment.align(image, self.refiner.refine([image], [faces])[0])


class SideBySide(Alignment):
    """Several crops of each face in one: see `SideBySideSpec`."""

    name = "side_by_side"
    about = "the crops of several alignments in one, from left to right"
    needs_landmarks = True  # one of the parts does, mostly; those that do not take faces without any

    def __init__(self, parts: Sequence[Alignment]) -> None:
        """Takes the alignments, in the order of their crops."""
        super().__init__(sum(part.size for part in parts))
        self.parts = tuple(parts)

    @property
    def spec(self) -> AlignmentSpec:
        """See `Alignment.spec`."""
        return side_by_side([part.spec for part in self.parts])

    def align(self, image: Image, faces: Sequence[Face]) -> Crops:
        """See `Alignment.align`."""
        crops = np.zeros((len(faces), self.size, self.size, 3), np.uint8)
        left = 0
        for part in self.parts:
            crops[:, : part.size, left : left + part.size] = part.align(image, faces)
            left += part.size
        return crops


ALIGNMENTS = Room(
    Alignment,
    "alignment",
    "rostro.alignments",
    {
        "crop": "rostro.alignment.crop:Crop",
        "dlib_chip": "rostro.alignment.dlib_chip:DlibChip",
        "eye_line": "rostro.alignment.eye_line:EyeLine",
        "five_point": "rostro.alignment.five_point:FivePoint",
    },
)

REFINERS = Room(
    Refiner,
    "refiner of landmarks",
    "rostro.refiners",
    {"retail0009": "rostro.alignment.retail0009:Retail0009"},
)


def check_alignment(spec: AlignmentSpec) -> None:
    """Refuses, without loading any model, a spec that names what there is not.

    Raises:
        UnknownModel: No alignment or no refiner of that name.
    """
    for part in spec.parts if isinstance(spec, SideBySideSpec) else (spec,):
        ALIGNMENTS.get(part.name)
        if LANDMARKS in part.options:
            REFINERS.get(str(part.options[LANDMARKS]))


def chosen_spec(alignment: str | Alignment | None, own: AlignmentSpec) -> AlignmentSpec:
    """How crops are made: as asked, else the embedder's own way.

    Args:
        alignment: What `rostro.core.specs.parse_alignment` takes, or an alignment; None: the embedder's own.
        own: The embedder's.

    Raises:
        UnknownModel: No alignment or no refiner of that name.
        BadInput: A key that cannot be read, or crops of a size that the embedder does not take.
    """
    if isinstance(alignment, Alignment):
        if alignment.size != own.size:
            raise BadInput(f"the embedder takes crops of {own.size} pixels, this alignment makes {alignment.size}")
        return alignment.spec
    spec = own if alignment is None else parse_alignment(alignment, own)
    check_alignment(spec)
    return spec


def open_alignment(spec: AlignmentSpec, store: ModelStore, engine: EngineOptions | None = None) -> Alignment:
    """Makes the alignment that a spec names.

    Args:
        spec: How crops are made.
        store: Gives model files to the parts that need some.
        engine: Threads and cache for a refiner's network; None: one thread, no cache.

    Raises:
        UnknownModel: No alignment or no refiner of that name.
        MissingExtra: The alignment's library is not installed.
        BadInput: Refined landmarks for an alignment that uses none, or an option that the alignment does not have.
    """
    if not isinstance(spec, SideBySideSpec):
        return _open(spec, store, engine or EngineOptions())
    parts = [_open(part, store, engine or EngineOptions()) for part in spec.parts]
    refiners = [type(part.refiner) if isinstance(part, Refined) else None for part in parts]
    if len(set(refiners)) == 1 and isinstance(parts[0], Refined):  # then one look at each face is enough
        return Refined(SideBySide([part.alignment for part in parts if isinstance(part, Refined)]), parts[0].refiner)
    return SideBySide(parts)


def _open(spec: AlignmentSpec, store: ModelStore, engine: EngineOptions) -> Alignment:
    part: Any = ALIGNMENTS.get(spec.name)
    needs = {"store": store} if part.files else {}
    options = dict(spec.options)
    name = options.pop(LANDMARKS, None)
    try:
        alignment: Alignment = part(spec.size, **needs, **options)
    except TypeError as error:
        raise BadInput(f"{spec.key}: {spec.name} alignment has no such option ({error})") from None
    return alignment if name is None else Refined(alignment, REFINERS.get(str(name))(store, engine))

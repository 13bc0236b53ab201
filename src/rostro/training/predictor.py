"""Attributes of a user's own: a checkpoint of the recipe ``attributes``, asked about faces in any photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rostro.attributes.base import AttributePredictor
from rostro.attributes.values import Traits
from rostro.core.errors import BadInput, PhotoError
from rostro.photos.writing import encode_picture
from rostro.training.base import RECIPES
from rostro.training.run import open_checkpoint

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from rostro.attributes.base import Told
    from rostro.core.types import Face, Image
    from rostro.models.entry import ModelFile
    from rostro.recognizer import Recognizer
    from rostro.training.loop.checkpoint import Checkpoint
    from rostro.training.run import Trained

#: CelebA's aligned photos: width and height, the middle between the eyes, the distance between them; in pixels.
_WIDTH, _HEIGHT, _MIDDLE, _EYES = 178, 218, (89.0, 111.5), 39.0
_RECIPE = "attributes"


class CheckpointAttributes(AttributePredictor):
    """Cuts each face out as CelebA's photos are, hair and all, and asks the checkpoint.

    >>> mine = CheckpointAttributes("attributes/")  # doctest: +SKIP
    >>> recognizer.analyze("party.jpg", what=["age", mine])  # doctest: +SKIP
    """

    name = "checkpoint"
    about = "a checkpoint that was trained here"
    paper = "the card of the checkpoint"
    files: ClassVar[tuple[ModelFile, ...]] = ()
    tells = ("attributes",)

    def __init__(self, checkpoint: str | Path | Trained | Checkpoint, recognizer: Recognizer | None = None) -> None:
        """Reads the checkpoint.

        Args:
            checkpoint: As `rostro.predict` takes it.
            recognizer: Gives vectors, where it stands on an embedder; None makes the default one.

        Raises:
            MissingExtra: The extra ``train`` is not installed.
            BadInput: There is no checkpoint, or it is of another recipe.
        """
        self._read = open_checkpoint(checkpoint)
        if (recipe := self._read.card.recipe) != _RECIPE:
            raise BadInput(f"a checkpoint of {recipe} tells no attributes; one of 'rostro train attributes' does")
        self._recognizer = recognizer

    def tell(self, images: Sequence[Image], faces: Sequence[Face], wanted: Collection[str]) -> list[Told]:
        """See `AttributePredictor.tell`; a face without landmarks cannot be cut out as it must be."""
        seen = [place for place, face in enumerate(faces) if face.landmarks is not None]
        portraits: Any = [encode_picture(portrait(images[place], faces[place]), ".png") for place in seen]
        told: list[Told] = [{} for _ in faces]
        answers = RECIPES.get(_RECIPE).predict(self._read, portraits, self._recognizer)
        for place, answer in zip(seen, answers, strict=True):
            if isinstance(answer, PhotoError):
                raise answer
            told[place] = {"attributes": Traits(dict(answer.probabilities), answer.labels)}
        return told


def portrait(image: Image, face: Face) -> Image:
    """A face as CelebA's aligned photos have it: RGB uint8 (218, 178, 3), the eyes level.

    Raises:
        BadInput: The face has no landmarks.
    """
    import cv2

    if face.landmarks is None:
        raise BadInput("a portrait is cut out by landmarks, and the face has none")
    left, right = face.landmarks[:2].astype(np.float64)
    across, middle = right - left, (left + right) / 2
    distance = max(float(np.hypot(*across)), 1.0)
    cos, sin = across / distance * (_EYES / distance)
    turn = np.array([[cos, sin], [-sin, cos]])
    shift = np.array(_MIDDLE) - 0.5 - turn @ (middle - 0.5)  # OpenCV counts from the middle of the first pixel
    matrix, edge = np.column_stack([turn, shift]), cv2.BORDER_REPLICATE
    cut: Image = cv2.warpAffine(image, matrix, (_WIDTH, _HEIGHT), flags=cv2.INTER_LINEAR, borderMode=edge)
    return cut
